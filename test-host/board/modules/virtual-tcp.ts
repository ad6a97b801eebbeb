import { OutsideMemory } from "host/board"
import { type Connection, connect } from "virtual-broker"
import { onCommand, state } from "board-simulation"
import { isAddress } from "simulated-names"
import Timer, { type Handle } from "timer"

/** As in tcp.c. */
const CAPACITY = 5760
/** From one end to the other, milliseconds. */
const LATENCY = 10
const LONG = 2 ** 30

interface Options {
  address: string
  port: number
  target?: unknown
  onReadable?(this: TCP, count: number): void
  onWritable?(this: TCP, count: number): void
  onError?(this: TCP): void
}

/** Open sockets. The command "broker" may end them. */
const sockets: TCP[] = []

onCommand("broker", (value: string) => {
  broker.state = value === "drop" ? "up" : (value as typeof broker.state)
  if (value === "up" || value === "deny") return
  const open = sockets.slice()
  for (let i = 0; i < open.length; i++) if (value !== "silent") open[i]!.end()
})

const broker = { state: "up" as "up" | "down" | "silent" | "deny" }

/** ECMA-419 TCP with the ESP32's limits, over a network of virtual time whose every address is the broker's. */
export default class TCP {
  readonly target: unknown
  private readonly callbacks: Pick<Options, "onReadable" | "onWritable" | "onError">
  private readonly timer: Handle
  private connection: Connection | undefined
  private inbox: Uint8Array
  private inCount = 0
  /** Bytes whose room comes back in a later turn. */
  private taken = 0
  private ready = false
  private news = false
  private gone = false
  private told = false
  private closed = false

  constructor(options: Options) {
    if (!isAddress(options.address)) throw new Error("invalid address")
    if (!state.online) throw new Error("connect error")
    const { onReadable, onWritable, onError } = options
    this.target = options.target
    this.callbacks = { ...(onReadable && { onReadable }), ...(onWritable && { onWritable }), ...(onError && { onError }) }
    this.inbox = new Uint8Array(new OutsideMemory(CAPACITY) as ArrayBuffer)
    this.timer = Timer.set(() => this.onTimer(), LATENCY, LONG)
    sockets.push(this)
  }

  read(wanted?: number | ArrayBuffer | ArrayBufferView): unknown {
    this.check()
    if (this.inCount === 0) return undefined
    const size = wanted === undefined ? this.inCount : typeof wanted === "number" ? wanted : wanted.byteLength
    if (size <= 0 || size > this.inCount) throw new Error("invalid")
    const own = wanted === undefined || typeof wanted === "number"
    const target = own ? new Uint8Array(size) : wanted instanceof ArrayBuffer ? new Uint8Array(wanted) : new Uint8Array(wanted.buffer, wanted.byteOffset, size)
    for (let i = 0; i < size; i++) target[i] = this.inbox[i]!
    this.inbox.copyWithin(0, size, this.inCount)
    this.inCount -= size
    if (this.gone && this.inCount === 0) this.soon()
    return own ? target.buffer : size
  }

  write(buffer: ArrayBuffer | ArrayBufferView): number | undefined {
    this.check()
    if (!this.ready) throw new Error("not ready")
    if (this.gone) return undefined
    if (buffer.byteLength > CAPACITY - this.taken) throw new Error("would block")
    this.taken += buffer.byteLength
    this.connection!.feed(buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength))
    this.soon()
    return CAPACITY - this.taken
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.leave()
    Timer.clear(this.timer)
    this.connection?.lost()
  }

  /** The other end closes it. */
  end(): void {
    this.gone = true
    this.connection?.lost()
    this.connection = undefined
    this.soon()
  }

  private leave(): void {
    const i = sockets.indexOf(this)
    if (i >= 0) sockets.splice(i, 1)
  }

  private check(): void {
    if (this.closed) throw new SyntaxError("closed")
  }

  private soon(): void {
    Timer.schedule(this.timer, LATENCY, LONG)
  }

  private onTimer(): void {
    const { callbacks } = this
    // Nothing is lost: TCP sends it again. As often as makes no difference.
    if (!state.online || (broker.state === "silent" && !this.gone)) return Timer.schedule(this.timer, 500, LONG)
    if (!this.connection && !this.gone) {
      if (broker.state === "down") return this.end()
      this.connection = connect({
        send: (bytes) => this.receive(bytes),
        close: () => this.end(),
        denied: broker.state === "deny",
      })
      this.ready = true
      callbacks.onWritable?.call(this, CAPACITY)
      return
    }
    if (this.news) {
      this.news = false
      callbacks.onReadable?.call(this, this.inCount)
    }
    if (this.closed) return
    if (this.gone && this.inCount === 0) {
      if (this.told) return
      this.told = true
      this.leave()
      callbacks.onError?.call(this)
    } else if (this.taken > 0 && !this.gone) {
      this.taken = 0
      callbacks.onWritable?.call(this, CAPACITY)
    }
  }

  private receive(bytes: readonly number[]): void {
    if (this.inCount + bytes.length > CAPACITY) throw new Error("virtual TCP: the broker sends more than the board reads")
    for (let i = 0; i < bytes.length; i++) this.inbox[this.inCount++] = bytes[i]!
    this.news = true
    this.soon()
  }
}
