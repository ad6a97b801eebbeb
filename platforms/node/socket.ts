/// <reference types="node" />
import type { OnReadOpts, Socket as Stream } from "node:net"
import type { Socket, SocketOptions } from "../platform.js"
import { SizedBuffer } from "./sized-buffer.js"

export interface NodeSocketOptions extends SocketOptions {
  /**
   * Bytes that can be written before the system has taken any. Default: 5,760, as on the ESP32. Of a larger buffer,
   * onWritable tells only when less than 5,760 were left, or when a write was refused.
   */
  sendBuffer?: number
  /** Bytes read at once, and bytes that may wait unread before the other end is held back. Default: 5,760. */
  receiveBuffer?: number
}

/** What lwIP gives a socket on the ESP32: four segments of 1,440 bytes. */
export const ESP32_BUFFER = 5760

/** Milliseconds that what was written has to leave after `close`. */
const LINGER = 2000

const enum State {
  CONNECTING,
  READY,
  /** The connection is gone; said so as soon as all that came before has been read, or one tries to write. */
  ENDED,
  /** It has been said. */
  FAILED,
  CLOSED,
}

/**
 * The ECMA-419 socket over a stream of Node's, which `open` makes. It behaves as the ESP32's: what is refused there
 * is refused here, with the same first words, and callbacks have the socket as `this`.
 */
export abstract class StreamSocket implements Socket {
  private readonly stream: Stream
  private readonly onReadable: (count: number) => void
  private readonly onWritable: (count: number) => void
  private readonly onError: (error?: unknown) => void
  private state = State.CONNECTING
  private failure: Error | undefined

  /** Written: `filled` bytes from the start, of which the first `sending` are on their way. */
  private readonly output: Buffer
  private filled = 0
  private sending = 0
  private telling = false
  /** There was so little room that someone may wait for more. Telling at every write would double the turns of a busy loop. */
  private wanting = false

  /** Where the stream puts what it reads. What is not read while it is told of moves to `kept`. */
  private readonly input: Buffer
  private kept: Buffer | undefined
  /** `input` or `kept`: in it, the bytes in [from, to) wait. */
  private source: Buffer
  private from = 0
  private to = 0
  private paused = false

  /** The views of the last buffers given, since callers use the same ones again and again. */
  private lastRead: ArrayBuffer | undefined
  private lastWritten: ArrayBuffer | undefined
  private readView: Uint8Array | undefined
  private writeView: Uint8Array | undefined

  /**
   * @param readyEvent of the stream: from then on one may write
   * @param open makes a stream that connects, and reads as its argument says
   * @param describe puts an error of the stream into words
   */
  constructor(options: NodeSocketOptions, readyEvent: "connect" | "secureConnect", open: (onread: OnReadOpts) => Stream, describe: (error: NodeJS.ErrnoException) => Error) {
    this.onReadable = options.onReadable
    this.onWritable = options.onWritable
    this.onError = options.onError
    this.output = Buffer.allocUnsafeSlow(options.sendBuffer ?? ESP32_BUFFER)
    this.input = this.source = Buffer.allocUnsafeSlow(options.receiveBuffer ?? ESP32_BUFFER)
    this.stream = open({ buffer: this.input, callback: (count) => this.receive(count) })
    if (options.nodelay) this.stream.once("connect", () => this.stream.setNoDelay(true))
    this.stream
      .once(readyEvent, () => this.ready())
      .on("error", (error) => this.fail(describe(error)))
      .on("end", () => this.ended())
      .on("close", () => this.fail(new Error("the connection is closed")))
  }

  read(buffer: ArrayBuffer): void {
    const length = lengthOf(buffer)
    if (length === 0 || length > this.to - this.from) this.refuseRead(length)
    if (buffer !== this.lastRead) this.readView = viewOf((this.lastRead = buffer))
    const end = this.from + length
    this.source.copy(this.readView!, 0, this.from, end)
    this.from = end
    if (end === this.to) {
      this.from = this.to = 0
      if (this.state === State.ENDED) setImmediate(() => this.report())
    }
    if (this.paused && this.to - this.from < this.input.length) {
      this.paused = false
      this.stream.resume()
    }
  }

  write(buffer: ArrayBuffer): number {
    const length = lengthOf(buffer)
    const { output } = this
    if (this.state !== State.READY || length > output.length - this.filled) this.refuseWrite(length)
    if (buffer !== this.lastWritten) this.writeView = viewOf((this.lastWritten = buffer))
    output.set(this.writeView!.length === length ? this.writeView! : this.writeView!.subarray(0, length), this.filled)
    this.filled += length
    const room = output.length - this.filled
    if (room < ESP32_BUFFER) this.wanting = true
    if (this.sending === 0 && length !== 0) this.send()
    return room
  }

  close(): void {
    const { state, stream } = this
    if (state === State.CLOSED) return
    this.state = State.CLOSED
    this.from = this.to = 0
    if (state !== State.READY) {
      stream.destroy()
      return
    }
    // Destroyed at once, the system would answer what still comes in with a reset, and forget what it has to send.
    if (this.sending !== 0 && this.filled > this.sending) stream.write(this.output.subarray(this.sending, this.filled))
    const timer = setTimeout(() => stream.destroy(), LINGER).unref()
    stream.once("close", () => clearTimeout(timer)).end(() => stream.unref())
    if (this.paused) stream.resume()
  }

  private ready(): void {
    if (this.state !== State.CONNECTING) return
    this.state = State.READY
    this.onWritable(this.output.length)
  }

  private send(): void {
    this.sending = this.filled
    this.stream.write(this.output.subarray(0, this.filled), this.sent)
  }

  private readonly sent = (error?: Error | null): void => {
    if (this.state === State.CLOSED) return
    if (!error) {
      const rest = this.filled - this.sending
      if (rest !== 0) this.output.copyWithin(0, this.sending, this.filled)
      this.filled = rest
      this.sending = 0
      if (rest !== 0) this.send()
    }
    // Told in a turn of its own, as on the ESP32: else one who writes in onWritable keeps Node from ever reading.
    if (this.telling || !(this.wanting || error)) return
    this.telling = true
    setImmediate(this.tellRoom)
  }

  private readonly tellRoom = (): void => {
    this.telling = this.wanting = false
    if (this.state === State.READY) this.onWritable(this.output.length - this.filled)
    // One who waits for room before he reads on would wait for ever.
    else this.report()
  }

  /** `count` bytes have come into `input`. Returns whether more may come. */
  private receive(count: number): boolean {
    if (this.state === State.CLOSED) return true
    if (this.from === this.to) {
      this.source = this.input
      this.from = 0
      this.to = count
    } else {
      this.keep(0, count)
    }
    this.onReadable(this.to - this.from)
    if (this.from !== this.to && this.source === this.input) {
      const { from, to } = this
      this.from = this.to = 0
      this.keep(from, to)
    }
    this.paused = this.to - this.from >= this.input.length
    return !this.paused
  }

  /** Moves the bytes [start, end) of `input` behind those in `kept`. */
  private keep(start: number, end: number): void {
    const waiting = this.to - this.from
    const total = waiting + end - start
    const old = (this.kept ??= Buffer.allocUnsafeSlow(2 * this.input.length))
    // TLS may have more than the room for a read: all of what it has deciphered comes, held back or not.
    if (total > old.length) this.kept = Buffer.allocUnsafeSlow(2 * total)
    if (this.kept !== old || this.from + total > old.length) {
      old.copy(this.kept, 0, this.from, this.to)
      this.from = 0
    }
    this.input.copy(this.kept, this.from + waiting, start, end)
    this.to = this.from + total
    this.source = this.kept
  }

  private ended(): void {
    // An end before the TLS handshake is done makes Node tell an error, which says more.
    if (this.state !== State.CONNECTING) this.fail(new Error("the other end closed the connection"))
  }

  private fail(error: Error): void {
    if (this.state > State.READY) return
    this.state = State.ENDED
    this.failure = error
    if (this.from === this.to) this.report()
  }

  private report(): void {
    if (this.state !== State.ENDED) return
    this.state = State.FAILED
    this.stream.destroy()
    this.onError(this.failure)
  }

  private refuseRead(length: number): never {
    if (this.state === State.CLOSED) throw new Error("closed: read after close")
    throw new Error(`invalid: read of ${length} bytes, where ${this.to - this.from} wait`)
  }

  private refuseWrite(length: number): never {
    if (this.state === State.CLOSED) throw new Error("closed: write after close")
    if (this.state === State.CONNECTING) throw new Error("not ready: write before onWritable")
    if (this.state !== State.READY) {
      setImmediate(() => this.report())
      throw new Error("not ready: write after the connection has ended")
    }
    this.wanting = true
    throw new Error(`would block: write of ${length} bytes, where ${this.output.length - this.filled} are writable`)
  }
}

/** How many bytes to read or write. */
function lengthOf(buffer: ArrayBuffer): number {
  return buffer instanceof SizedBuffer ? buffer.size : buffer.byteLength
}

/** A view that follows the buffer's length, if that can change. */
function viewOf(buffer: ArrayBuffer): Uint8Array {
  if (!(buffer instanceof ArrayBuffer)) throw new TypeError("invalid: a socket reads into and writes from an ArrayBuffer, not a view of one")
  return new Uint8Array(buffer)
}

/** Throws where the options would make Node connect elsewhere or not at all. */
export function checkTarget({ address, port }: SocketOptions, isIP: (address: string) => number): void {
  if (!isIP(address)) throw new Error(`invalid address: ${JSON.stringify(address)}: a numeric IP address is needed, as resolve gives it`)
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new RangeError(`invalid port: ${String(port)}: 1 to 65535 is allowed`)
}
