import type { Closable, Platform, Socket, Timer } from "../../platforms/platform.js"
import { type Acknowledge, encodeAcknowledge } from "../codec/acknowledge.js"
import { encodeDisconnect } from "../codec/bare.js"
import { PacketBuffer } from "../codec/buffer.js"
import { Decoder, type PacketSink } from "../codec/decoder.js"
import { encodePublish, encodePublishWith, type PayloadWriter } from "../codec/publish.js"
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

/** Least room in the transmit buffer for which reading goes on before it has been written out. */
const LITTLE_ROOM = 64

/**
 * One connection at a time: the socket, and the buffers between it and the session. What a turn of the event loop
 * produces is gathered in the transmit buffer and leaves in one write at the end of the turn.
 */
export class Connection {
  readonly transmit: PacketBuffer
  /** QoS 0 messages in the transmit buffer. */
  unsentQoSZero = 0
  /** The server has accepted us: messages may be sent. */
  online = false
  /** The client is ending: `onDrained` is to be called. */
  draining = false
  /** Ticks of the last write and the last read. */
  lastSent = 0
  lastReceived = 0
  /** Bytes of the transmit buffer that are kept for acknowledgements of what is just being read. */
  reserved = 0
  private readonly platform: Platform
  private readonly session: Session
  private readonly subscriptions: Subscriptions
  private readonly events: ConnectionEvents
  private readonly decoder: Decoder
  private readonly flushTimer: Timer
  private socket: Socket | undefined
  private lookup: Closable | undefined
  private opened = false
  /** A flush will follow in this turn, or is scheduled for the next. */
  private flushing = false
  private writable = 0
  private readable = 0

  constructor(platform: Platform, settings: Settings, session: Session, subscriptions: Subscriptions, sink: PacketSink, events: ConnectionEvents) {
    this.platform = platform
    this.session = session
    this.subscriptions = subscriptions
    this.events = events
    this.transmit = new PacketBuffer(settings.transmitBufferSize)
    this.decoder = new Decoder(sink, settings.readSize, settings.receiveBufferSize)
    this.flushTimer = platform.createTimer(() => this.flush())
  }

  /** There is a socket that may still deliver. */
  get isOpen(): boolean {
    return this.opened
  }

  open(server: Server): void {
    this.decoder.reset()
    this.lookup = this.platform.resolve(
      server.host,
      (address) => {
        this.lookup = undefined
        try {
          this.createSocket(server, address)
        } catch (error) {
          this.fail("transport", `${describe(server)}: ${messageOf(error)}`)
        }
      },
      (error) => {
        this.lookup = undefined
        this.fail("transport", `${server.host}: not found: ${messageOf(error)}`)
      },
    )
  }

  private createSocket(server: Server, address: string): void {
    const { host, protocol, secure } = server
    const Constructor = protocol === "mqtts" ? this.platform.TLS! : this.platform.TCP
    this.socket = new Constructor({
      address,
      host,
      port: server.port ?? (protocol === "mqtts" ? 8883 : 1883),
      nodelay: true,
      ...(protocol === "mqtts" && { secure: secure ?? {} }),
      onReadable: (count) => this.receive(count),
      onWritable: (count) => this.onWritable(count),
      onError: (error) => this.fail("transport", `${describe(server)}: ${error === undefined ? "connection closed" : messageOf(error)}`),
    })
  }

  /** Sends what has been gathered, at the end of the turn. */
  requestFlush(): void {
    if (this.flushing) return
    this.flushing = true
    this.flushTimer.schedule(0)
  }

  /** Puts a QoS 0 PUBLISH into the transmit buffer. False when it has no room there. */
  publish(flags: number, topic: Uint8Array, payload: Uint8Array | PayloadWriter): boolean {
    const out = this.transmit
    const end =
      typeof payload === "function"
        ? encodePublishWith(out.bytes, out.length, flags, topic, 0, payload)
        : encodePublish(out.bytes, out.length, flags, topic, 0, payload)
    if (end < 0 || end > out.capacity - this.reserved) return false
    out.length = end
    this.unsentQoSZero++
    this.requestFlush()
    return true
  }

  /** Puts a small packet into the transmit buffer, unless it has no room or holds a part of a packet. */
  gather(encode: (out: Uint8Array, at: number) => number): void {
    const out = this.transmit
    if (this.session.midPacket) return
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
    this.flushing = false
    const out = this.transmit
    const session = this.session
    while (this.socket !== undefined) {
      const writable = this.writable
      let buffer = out
      let length = out.length
      if (this.online) {
        if (session.hasUnsent) {
          const direct = session.stage(out, writable < out.capacity ? writable : out.capacity)
          if (direct !== 0) buffer = session.outbox.arena
          length = direct || out.length
        }
        if (this.subscriptions.toRequest !== 0 && buffer === out && !session.midPacket) {
          this.subscriptions.request(out, session)
          length = out.length
        }
      }
      if (length === 0 || length > writable) break
      buffer.buffer.resize(length)
      this.writable = this.socket.write(buffer.buffer)
      buffer.buffer.resize(buffer.capacity)
      if (buffer === out) {
        out.length = 0
        this.unsentQoSZero = 0
      }
      this.lastSent = this.platform.clock.ticks()
    }
    if (this.draining && out.length === 0 && session.isEmpty) this.events.onDrained()
  }

  /** Sends DISCONNECT, and nothing after it [MQTT-3.14.4-2]. */
  disconnect(): void {
    this.gather(encodeDisconnect)
    this.online = false
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
    this.opened = this.online = this.flushing = false
    this.writable = this.readable = this.transmit.length = this.unsentQoSZero = 0
  }

  private onWritable(count: number): void {
    this.writable = count
    if (!this.opened) {
      this.opened = true
      this.lastSent = this.lastReceived = this.platform.clock.ticks()
      this.events.onOpen()
    }
    this.flush()
    if (this.readable !== 0) this.receive(this.readable)
  }

  /** `count` bytes wait in the socket. Reads no more of them than could need acknowledgements there is room for. */
  private receive(count: number): void {
    this.readable = count
    const input = this.decoder.input
    const out = this.transmit
    this.flushing = true
    while (this.readable !== 0 && !this.session.midPacket) {
      let length = out.capacity - out.length
      if (length < LITTLE_ROOM) break
      if (length > input.capacity) length = input.capacity
      if (length > this.readable) length = this.readable
      input.buffer.resize(length)
      this.socket!.read(input.buffer)
      input.buffer.resize(input.capacity)
      this.readable -= length
      this.reserved = length
      this.decoder.feed(length)
      if (this.socket === undefined) return
    }
    this.reserved = 0
    this.lastReceived = this.platform.clock.ticks()
    this.flush()
  }
}

function describe(server: Server): string {
  return `${server.protocol ?? "mqtt"}://${server.host}`
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
