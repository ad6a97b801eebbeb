import type { Clock, Closable, Platform, Socket, Timer } from "../../platforms/platform.js"
import { type Acknowledge, encodeAcknowledge } from "../codec/acknowledge.js"
import { encodeDisconnect } from "../codec/bare.js"
import { copyBytes, PacketBuffer } from "../codec/buffer.js"
import { Decoder, type PacketSink } from "../codec/decoder.js"
import { PacketType } from "../codec/packets.js"
import { encodePublish, FUNCTION, type PayloadWriter } from "../codec/publish.js"
import type { Session } from "../session/session.js"
import type { Disconnect } from "./disconnect.js"
import type { Settings } from "./options.js"
import type { Server } from "./server.js"
import type { Subscriptions } from "./subscriptions.js"

export interface ConnectionEvents {
  /** The socket is open: time for CONNECT. */
  onOpen(): void
  /** The connection has ended by itself, or could not be made. */
  onFail(reason: Disconnect): void
  /** While `draining`: all has been delivered and written, or there is no connection. */
  onDrained(): void
}

const enum Room {
  /** The least in the transmit buffer for which reading goes on before it has been written out. */
  LITTLE = 64,
  /** So many bytes of a packet that is answered with four may have come before. */
  CUT = 3,
}

/**
 * One connection at a time: the socket, and the buffers between it and the session. What a turn of the event loop
 * produces is gathered in the transmit buffer and leaves in one write at the end of the turn.
 */
export class Connection {
  readonly transmit: PacketBuffer
  /** QoS 0 messages put into the transmit buffer, and those of them that were written. */
  takenQoSZero = 0
  writtenQoSZero = 0
  /** The server has accepted us: messages may be sent. */
  online = false
  /** So it is, and nothing waits but what the transmit buffer holds. */
  idle = false
  /** The client is ending: `onDrained` is to be called. */
  draining = false
  /** Ticks of the last write and the last read. */
  lastSent = 0
  lastReceived = 0
  private readonly platform: Platform
  private readonly clock: Clock
  private readonly session: Session
  private readonly subscriptions: Subscriptions
  private readonly events: ConnectionEvents
  readonly decoder: Decoder
  private readonly flushTimer: Timer
  private socket: Socket | undefined
  private lookup: Closable | undefined
  private opened = false
  /** A flush will follow in this turn, or is scheduled for the next. */
  private flushing = false
  private writable = 0
  private readable = 0
  /** Bytes of the transmit buffer that messages may fill; the rest is for acknowledgements of what is just being read. */
  private limit: number

  constructor(platform: Platform, settings: Settings, session: Session, subscriptions: Subscriptions, sink: PacketSink, events: ConnectionEvents) {
    this.platform = platform
    this.clock = platform.clock
    this.session = session
    this.subscriptions = subscriptions
    this.events = events
    this.transmit = new PacketBuffer(settings.transmitBufferSize, platform)
    this.limit = settings.transmitBufferSize
    this.decoder = new Decoder(sink, settings.readSize, settings.receiveBufferSize, subscriptions, platform)
    this.flushTimer = platform.createTimer(() => this.flush())
  }

  /** There is a socket that may still deliver. */
  get isOpen(): boolean {
    return this.opened
  }

  open(server: Server): void {
    this.decoder.reset()
    const failed = (error: unknown): void => this.fail("transport", `${describe(server)}: ${messageOf(error)}`)
    try {
      this.lookup = this.platform.resolve(
        server.host,
        (address) => {
          this.lookup = undefined
          try {
            this.createSocket(server, address)
          } catch (error) {
            failed(error)
          }
        },
        failed,
      )
    } catch (error) {
      failed(error)
    }
  }

  private createSocket(server: Server, address: string): void {
    const { host, protocol, secure } = server
    const Constructor = protocol === "mqtts" ? this.platform.TLS! : this.platform.TCP
    this.socket = new Constructor({
      address,
      host,
      port: portOf(server),
      nodelay: true,
      ...(protocol === "mqtts" && { secure: secure ?? {} }),
      onReadable: (count) => this.receive(count),
      onWritable: (count) => this.onWritable(count),
      onError: (error) => this.fail("transport", `${describe(server)}: ${error === undefined ? (this.opened ? "the connection was closed" : "can't connect: does the server run, and are its address and port right?") : messageOf(error)}`),
    })
  }

  /** Sends what has been gathered, at the end of the turn. */
  requestFlush(): void {
    this.flushing = true
    this.flushTimer.schedule(0)
  }

  /** The same, and what waits in the session and the subscriptions. */
  wake(): void {
    this.idle = false
    if (!this.flushing) this.requestFlush()
  }

  /** Puts a QoS 0 PUBLISH into the transmit buffer. False when it has no room there. Only while `idle`. */
  publish(flags: number, topic: Uint8Array, payload: Uint8Array | PayloadWriter): boolean {
    const out = this.transmit
    const bytes = out.bytes
    const at = out.length
    const remaining = topic.length + payload.length
    let end = at + 2 + remaining
    if (remaining < 128 && end <= this.limit && typeof payload !== FUNCTION) {
      // As encodePublish does it: for the most frequent case, the call would cost more than the header.
      bytes[at] = (PacketType.PUBLISH << 4) | flags
      bytes[at + 1] = remaining
      bytes.set(topic, at + 2)
      bytes.set(payload as Uint8Array, end - payload.length)
    } else {
      end = encodePublish(bytes, at, flags, topic, 0, payload)
      if (end < 0 || end > this.limit) return false
    }
    out.length = end
    this.takenQoSZero++
    if (!this.flushing) this.requestFlush()
    return true
  }

  /** Puts a small packet into the transmit buffer, unless it has no room or holds a part of a packet. */
  gather(encode: (out: Uint8Array, at: number) => number): void {
    const out = this.transmit
    if (this.session.midPacket || !this.online) return
    const end = encode(out.bytes, out.length)
    if (end > 0) out.length = end
    this.requestFlush()
  }

  /** Puts a PUBACK, PUBREC, PUBREL or PUBCOMP into the transmit buffer, where `receive` has kept room for it. */
  acknowledge(first: Acknowledge, packetId: number): void {
    const out = this.transmit
    out.length = encodeAcknowledge(out.bytes, out.length, first, packetId)
  }

  /** Writes out what has been gathered and what the session may send. */
  flush(): void {
    let source = this.transmit
    this.flushing = false
    do {
      if (!this.idle) source = this.collect()
      let length = source.length
      if (length === 0 || length > this.writable) {
        if (length === 0 || this.writable === 0) {
          if (this.draining && length === 0 && this.session.isEmpty) this.events.onDrained()
          return
        }
        source = this.decoder.input
        length = this.takePart(source)
      }
      const buffer = source.buffer
      buffer.resize(length)
      this.writable = 0
      try {
        this.writable = this.socket!.write(buffer) ?? 0
      } catch {
        // The socket has failed, and its onError is still to come.
      }
      buffer.resize(source.capacity)
      source.length = 0
      this.lastSent = this.clock.ticks()
    } while (!this.idle)
    this.writtenQoSZero = this.takenQoSZero
  }

  /** Moves what the socket has room for into `part`: writing cuts a buffer to length, and would cut off the rest. */
  private takePart(part: PacketBuffer): number {
    const out = this.transmit
    const length = Math.min(this.writable, part.capacity)
    copyBytes(out.view, 0, length, part.view, 0)
    out.bytes.copyWithin(0, length, out.length)
    out.length -= length
    this.idle = false
    return length
  }

  /** Adds what the session and the subscriptions have to send. Returns what is to be written. */
  private collect(): PacketBuffer {
    const out = this.transmit
    const session = this.session
    const subscriptions = this.subscriptions
    if (!this.online) return out
    if (out.length === 0) this.writtenQoSZero = this.takenQoSZero
    const direct = session.stage(out, this.writable < out.capacity ? this.writable : out.capacity)
    if (subscriptions.toRequest !== 0 && direct === 0 && !session.midPacket) subscriptions.request(out, session)
    this.idle = !session.hasUnsent && subscriptions.toRequest === 0 && !this.draining
    if (direct === 0) return out
    const arena = session.outbox.arena
    arena.length = direct
    return arena
  }

  /** Sends DISCONNECT, and nothing after it [MQTT-3.14.4-2]. */
  disconnect(): void {
    this.gather(encodeDisconnect)
    this.online = this.idle = false
    this.decoder.stop()
    this.flush()
  }

  /** Ends the connection and tells why. */
  fail(kind: Disconnect["kind"], message: string): void {
    this.events.onFail({ kind, message })
  }

  /** Lets go of the socket, without a word to the server. */
  close(): void {
    this.decoder.stop()
    this.lookup?.close()
    this.socket?.close()
    this.flushTimer.stop()
    this.lookup = this.socket = undefined
    this.opened = this.online = this.idle = this.flushing = false
    this.writable = this.readable = this.transmit.length = 0
    this.writtenQoSZero = this.takenQoSZero
    this.limit = this.transmit.capacity
  }

  private onWritable(count: number): void {
    this.writable = count
    if (!this.opened) {
      this.opened = true
      this.lastSent = this.lastReceived = this.clock.ticks()
      this.events.onOpen()
    }
    if (!this.idle || this.transmit.length !== 0) this.flush()
    if (this.readable !== 0) this.receive(this.readable)
  }

  /** `count` bytes wait in the socket. Reads no more of them than could need acknowledgements there is room for. */
  private receive(count: number): void {
    const out = this.transmit
    const input = this.decoder.input
    const buffer = input.buffer
    this.flushing = true
    do {
      let length = out.capacity - out.length - Room.CUT
      if (length < Room.LITTLE || this.session.partly !== 0) {
        this.flush()
        length = out.capacity - out.length - Room.CUT
        if (this.socket === undefined) return
        if (length < Room.LITTLE || this.session.partly !== 0) break
        this.flushing = true
      }
      if (length > input.capacity) length = input.capacity
      if (length > count) length = count
      buffer.resize(length)
      this.socket!.read(buffer)
      buffer.resize(input.capacity)
      count -= length
      this.limit = out.capacity - length - Room.CUT
      this.decoder.feed(length)
      if (this.socket === undefined) return
    } while (count !== 0)
    this.readable = count
    this.limit = out.capacity
    this.lastReceived = this.clock.ticks()
    if (this.idle && out.length === 0) this.flushing = false
    else this.flush()
  }
}

function describe(server: Server): string {
  return `${server.protocol ?? "mqtt"}://${server.host}:${portOf(server)}`
}

function portOf({ port, protocol }: Server): number {
  return port ?? (protocol === "mqtts" ? 8883 : 1883)
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
