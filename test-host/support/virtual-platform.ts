import type { Clock, Digest, Platform, Socket, SocketConstructor, SocketOptions, Storage, Timer } from "../../platforms/platform.js"

/** What an ESP32's socket takes at once. */
const SEND_BUFFER = 5760

/**
 * A platform whose time stands still until `advance` moves it, whose sockets do what the test says, and whose chance
 * is the number that the test chose. Runs in any engine.
 */
export class VirtualPlatform implements Platform {
  readonly deviceId = "0011223344ff"
  readonly sockets: ScriptedSocket[] = []
  readonly lookups: string[] = []
  readonly lines: string[] = []
  /** What `random` returns. */
  chance = 0.999
  /** Names that are not found. */
  readonly unknownHosts = new Set<string>()
  /** False: look-ups are never answered. */
  resolves = true
  wallTime: number | undefined = 1_700_000_000_000
  readonly TCP: SocketConstructor
  readonly TLS: SocketConstructor
  readonly storage: Storage = new MemoryStorage()
  readonly digest: Digest = { digest: unavailable, hmac: unavailable }
  private ticks: number
  private readonly timers = new Set<VirtualTimer>()

  constructor(ticks = 1000) {
    this.ticks = ticks
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const platform = this
    this.TCP = class extends ScriptedSocket {
      constructor(options: SocketOptions) {
        super(options, false)
        platform.sockets.push(this)
      }
    }
    this.TLS = class extends ScriptedSocket {
      constructor(options: SocketOptions) {
        super(options, true)
        platform.sockets.push(this)
      }
    }
  }

  readonly clock: Clock = {
    ticks: () => this.ticks | 0,
    now: () => this.wallTime,
  }

  /** The latest socket. Fails when there is none. */
  get socket(): ScriptedSocket {
    const socket = this.sockets[this.sockets.length - 1]
    if (!socket) throw new Error("no socket has been made")
    return socket
  }

  resolve(host: string, onResolved: (address: string) => void, onError: (error: Error) => void): { close(): void } {
    this.lookups.push(host)
    const timer = this.createTimer(() => {
      timer.close()
      if (this.unknownHosts.has(host)) onError(new Error("no such host"))
      else onResolved("192.0.2.1")
    })
    if (this.resolves) timer.schedule(0)
    return timer
  }

  createTimer(callback: () => void): Timer & { due: number | undefined } {
    const timer = new VirtualTimer(callback, () => this.ticks, this.timers)
    this.timers.add(timer)
    return timer
  }

  random(): number {
    return this.chance
  }

  log(line: string): void {
    this.lines.push(line)
  }

  /** Moves time, running each timer at its own moment, those included that are set meanwhile. */
  advance(milliseconds: number): void {
    const until = this.ticks + milliseconds
    for (;;) {
      let first: VirtualTimer | undefined
      for (const timer of this.timers) {
        if (timer.due !== undefined && timer.due <= until && (first === undefined || timer.due < first.due!)) first = timer
      }
      if (!first) break
      if (first.due! > this.ticks) this.move(first.due! - this.ticks)
      first.fire()
    }
    // A callback may have moved it further.
    if (until > this.ticks) this.move(until - this.ticks)
  }

  /** Runs what is due now. */
  turn(): void {
    this.advance(0)
  }

  /** Timers that are running. */
  get pending(): number {
    return [...this.timers].filter(({ due }) => due !== undefined).length
  }

  private move(milliseconds: number): void {
    this.ticks += milliseconds
    if (this.wallTime !== undefined) this.wallTime += milliseconds
  }
}

class VirtualTimer implements Timer {
  due: number | undefined
  private readonly callback: () => void
  private readonly now: () => number
  private readonly all: Set<VirtualTimer>

  constructor(callback: () => void, now: () => number, all: Set<VirtualTimer>) {
    this.callback = callback
    this.now = now
    this.all = all
  }

  schedule(milliseconds: number): void {
    if (!(milliseconds >= 0)) throw new Error(`timer scheduled for ${milliseconds} ms`)
    this.due = this.now() + milliseconds
  }

  stop(): void {
    this.due = undefined
  }

  close(): void {
    this.due = undefined
    this.all.delete(this)
  }

  fire(): void {
    this.due = undefined
    this.callback()
  }
}

/** A socket whose other end is the test. Strict as the ESP32's: wrong lengths throw, and nothing is called after close. */
export class ScriptedSocket implements Socket {
  readonly options: SocketOptions
  readonly secure: boolean
  closed = false
  /** Each write, as it was made. */
  readonly writes: number[][] = []
  private readonly inbox: number[] = []
  private writable = -1
  private taken = 0

  constructor(options: SocketOptions, secure: boolean) {
    this.options = options
    this.secure = secure
  }

  /** The connection is made; `count` bytes can be written. */
  open(count = SEND_BUFFER): void {
    this.room(count)
  }

  /** The other end has taken data: `count` bytes can be written. */
  room(count = SEND_BUFFER): void {
    this.writable = count
    if (!this.closed) this.options.onWritable(count)
  }

  /** Bytes come from the other end. */
  receive(bytes: readonly number[]): void {
    for (const byte of bytes) this.inbox.push(byte)
    if (!this.closed && this.inbox.length > 0) this.options.onReadable(this.inbox.length)
  }

  /** The connection fails, or the other end closes it. */
  fail(error?: unknown): void {
    if (!this.closed) this.options.onError(error)
  }

  /** All that was written since the last call, in one. */
  sent(): number[] {
    const bytes: number[] = []
    while (this.taken < this.writes.length) for (const byte of this.writes[this.taken++]!) bytes.push(byte)
    return bytes
  }

  /** Bytes that have come and were not read. */
  get unread(): number {
    return this.inbox.length
  }

  read(buffer: ArrayBuffer): void {
    if (this.closed) throw new Error("read after close")
    if (buffer.byteLength === 0 || buffer.byteLength > this.inbox.length) throw new Error(`read of ${buffer.byteLength} bytes where ${this.inbox.length} wait`)
    new Uint8Array(buffer).set(this.inbox.splice(0, buffer.byteLength))
  }

  write(buffer: ArrayBuffer): number {
    if (this.closed) throw new Error("write after close")
    if (this.writable < 0) throw new Error("not ready")
    if (buffer.byteLength === 0 || buffer.byteLength > this.writable) throw new Error(`write of ${buffer.byteLength} bytes where ${this.writable} have room`)
    this.writes.push([...new Uint8Array(buffer)])
    this.writable -= buffer.byteLength
    return this.writable
  }

  close(): void {
    this.closed = true
  }
}

class MemoryStorage implements Storage {
  private readonly values = new Map<string, ArrayBuffer>()

  read(key: string): ArrayBuffer | undefined {
    return this.values.get(key)?.slice(0)
  }

  write(key: string, value: ArrayBuffer): void {
    this.values.set(key, value.slice(0))
  }

  delete(key: string): void {
    this.values.delete(key)
  }
}

function unavailable(): never {
  throw new Error("not on this platform")
}
