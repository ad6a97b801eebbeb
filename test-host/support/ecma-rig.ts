import { EcmaClient } from "../../platforms/esp32/ecma419/client.js"
import type { ControlMessage, EcmaOptions, ReadableOptions } from "../../platforms/esp32/ecma419/options.js"
import { decodeText, encodeText } from "../../src/codec/text.js"
import { type Bytes, type ClientPacket, ClientPackets, connack } from "./client-packets.js"
import { type ScriptedSocket, VirtualPlatform } from "./virtual-platform.js"

/** The ECMA-419 client over virtual time and scripted sockets. What its callbacks are told is written down in `log`. */
export class EcmaRig {
  readonly platform = new VirtualPlatform()
  readonly client: EcmaClient
  /** What the resolver and the socket were made with. */
  readonly made: Record<string, unknown>[] = []
  readonly errors: string[] = []
  log: string[] = []
  /** Resolvers that were closed. */
  closedResolvers = 0
  /** False: what comes is not read by the callback. */
  reads = true
  /** What to do, beyond writing it down, when there is news. */
  onControl: ((client: EcmaClient, message: ControlMessage) => void) | undefined
  onWritable: ((client: EcmaClient, count: number) => void) | undefined
  onReadable: ((client: EcmaClient, count: number, options: ReadableOptions) => void) | undefined
  private readonly parsers = new Map<ScriptedSocket, ClientPackets>()

  constructor(options: Partial<EcmaOptions> = {}) {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const rig = this
    const { platform } = this
    class Resolver {
      constructor(made: object) {
        rig.made.push(made as Record<string, unknown>)
      }
      resolve({ host, onResolved, onError }: { host: string; onResolved(host: string, address: string): void; onError(error?: unknown): void }): void {
        platform.resolve(host, (address) => onResolved(host, address), onError)
      }
      close(): void {
        rig.closedResolvers++
      }
    }
    this.client = new EcmaClient(
      {
        host: "broker.test",
        id: "it",
        dns: { io: Resolver, servers: ["192.0.2.53"] },
        socket: { io: platform.TCP as unknown as EcmaOptions["socket"]["io"], own: 1 },
        onControl(this: EcmaClient, message: ControlMessage) {
          const { operation, id, payload, ...rest } = message
          rig.log.push([NAMES[operation], id, payload && `[${payload.join(" ")}]`, rest.sessionPresent && "present"].filter((part) => part !== undefined && part !== false).join(" "))
          rig.onControl?.(this, message)
        },
        onReadable(this: EcmaClient, count: number, about: ReadableOptions) {
          const { topic, byteLength, QoS, retain, duplicate, more } = about
          const text = rig.reads ? ` ${textOf(this.read(count))}` : ""
          rig.log.push(`message ${topic}${text} ${count}/${byteLength} QoS=${QoS}${retain ? " retain" : ""}${duplicate ? " duplicate" : ""}${more ? " more" : ""}`)
          rig.onReadable?.(this, count, about)
        },
        onWritable(this: EcmaClient, count: number) {
          rig.onWritable?.(this, count)
        },
        onClose: () => this.log.push("close"),
        onError: (error) => {
          this.log.push("error")
          this.errors.push(error.message)
        },
        ...options,
      },
      { createTimer: (callback) => platform.createTimer(callback), ticks: () => platform.clock.ticks(), log: (line) => platform.log(line) },
    )
  }

  /** Lets it come as far as an open socket. */
  opened(): this {
    this.turn().turn()
    this.socket.open()
    return this
  }

  /** Connected; what came of that is not in `sent` and `told`. */
  online(sessionPresent = false): this {
    this.opened().receive(connack(sessionPresent))
    this.turn()
    this.sent()
    this.told()
    return this
  }

  /** The connection breaks, and the next one is opened, however long the wait; its CONNECT is read, and answered. */
  reconnect(sessionPresent = false): this {
    const sockets = this.platform.sockets.length
    this.socket.fail()
    for (let waits = 0; this.platform.sockets.length === sockets && waits < 1000; waits++) this.platform.advance(1000)
    this.socket.open()
    this.parser.feed(this.socket.sent())
    return this.receive(connack(sessionPresent)).turn()
  }

  get socket(): ScriptedSocket {
    return this.platform.socket
  }

  receive(...packets: readonly Bytes[]): this {
    const bytes: number[] = []
    for (const packet of packets) for (const byte of packet) bytes.push(byte)
    // The scripted socket's inbox is spread over the stack when it is read.
    for (let at = 0; at < bytes.length; at += 400) this.socket.receive(bytes.slice(at, at + 400))
    return this.turn()
  }

  turn(): this {
    this.platform.turn()
    return this
  }

  packets(): ClientPacket[] {
    this.turn()
    return this.parser.feed(this.socket.sent())
  }

  sent(): string[] {
    return this.packets().map(({ line }) => line)
  }

  told(): string[] {
    const log = this.log
    this.log = []
    return log
  }

  private get parser(): ClientPackets {
    let parser = this.parsers.get(this.socket)
    if (!parser) this.parsers.set(this.socket, (parser = new ClientPackets()))
    return parser
  }
}

const NAMES = ["", "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT"]

/** What `read` has returned, as text. */
export function textOf(value: ArrayBuffer | number | undefined): string {
  return value instanceof ArrayBuffer ? decodeText(new Uint8Array(value), 0, value.byteLength) : String(value)
}

/** As ArrayBuffer.fromString of XS, which Node has not. */
export function bufferOf(text: string): ArrayBuffer {
  return encodeText(text).buffer
}
