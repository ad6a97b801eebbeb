import { Client } from "../../src/client/client.js"
import type { ClientOptions } from "../../src/client/options.js"
import type { Message } from "../../src/codec/message.js"
import { describeDrop } from "../../src/session/session.js"
import { type Bytes, type ClientPacket, ClientPackets, connack } from "./client-packets.js"
import { type ScriptedSocket, VirtualPlatform } from "./virtual-platform.js"

/** A client on a virtual platform, whose server is the test. All that it tells is written down in `log`. */
export class Rig {
  readonly platform: VirtualPlatform
  readonly client: Client
  /** What the callbacks were told, one line each. */
  log: string[] = []
  /** Why the latest connection ended, in words. */
  reason = ""
  private parsers = new Map<ScriptedSocket, ClientPackets>()

  /** `options` may replace the callbacks that write to `log`. */
  constructor(options: Partial<ClientOptions> = {}, platform = new VirtualPlatform()) {
    this.platform = platform
    this.client = new Client(platform, {
      ...(!options.servers && { host: "broker.test" }),
      clientId: "it",
      onConnect: (sessionPresent) => this.log.push(`connected ${sessionPresent}`),
      onDisconnect: ({ kind, message }) => {
        this.log.push(kind === "transport" ? "transport" : `${kind}: ${message}`)
        this.reason = message
      },
      onDelivered: (handle) => this.log.push(`delivered ${handle}`),
      onDropped: (handle, reason) => this.log.push(`dropped ${handle}: ${describeDrop(reason)}`),
      onMessage: (message) => this.log.push(`unmatched ${message.topic}`),
      onOversize: (message) => this.log.push(`oversize ${message.topic} ${message.skipped}`),
      onError: (error) => this.log.push(`error: ${error.message}`),
      ...options,
    })
  }

  /** Connects, and answers with CONNACK. What went over the line until then is not in `sent`, nor the rest in `log`. */
  online(sessionPresent = false): this {
    this.client.connect()
    this.opened().receive(connack(sessionPresent))
    this.sent()
    this.log = []
    return this
  }

  /** Lets the attempt that is under way come as far as an open socket; the CONNECT is written then. */
  opened(room?: number): this {
    this.platform.turn()
    this.platform.turn()
    this.socket.open(room)
    return this
  }

  /** The connection breaks; the next one is opened, however long the wait, and answered. */
  reconnect(sessionPresent: boolean): this {
    this.socket.fail()
    return this.again(sessionPresent)
  }

  /** The next connection is opened, however long the wait, and answered. */
  again(sessionPresent: boolean): this {
    const sockets = this.platform.sockets.length
    for (let waits = 0; this.platform.sockets.length === sockets && waits < 1000; waits++) this.platform.advance(1000)
    this.socket.open()
    this.parser.feed(this.socket.sent())
    this.receive(connack(sessionPresent))
    return this
  }

  get socket(): ScriptedSocket {
    return this.platform.socket
  }

  /** Packets come from the server, all in one piece, and the turn ends. */
  receive(...packets: readonly Bytes[]): this {
    // Not by `flat` or by spreading, for which XS takes a stack slot an element.
    const bytes: number[] = []
    for (const packet of packets) for (const byte of packet) bytes.push(byte)
    this.socket.receive(bytes)
    return this.turn()
  }

  turn(): this {
    this.platform.turn()
    return this
  }

  advance(milliseconds: number): this {
    this.platform.advance(milliseconds)
    return this
  }

  /** What the client has sent since the last call, taken apart. */
  packets(): ClientPacket[] {
    this.turn()
    return this.parser.feed(this.socket.sent())
  }

  /** The same as lines. */
  sent(): string[] {
    return this.packets().map(({ line }) => line)
  }

  /** What was told since the last call. */
  told(): string[] {
    const log = this.log
    this.log = []
    return log
  }

  /** Remembers each message that comes, as "topic payload". */
  readonly note = (message: Message): void => {
    this.log.push(`${message.topic} ${message.text()}`)
  }

  /** Bytes of a packet that the client has begun to send. */
  get unfinished(): number {
    return this.parser.unfinished
  }

  private get parser(): ClientPackets {
    let parser = this.parsers.get(this.socket)
    if (!parser) this.parsers.set(this.socket, (parser = new ClientPackets()))
    return parser
  }
}
