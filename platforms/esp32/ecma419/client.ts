import { PacketType } from "../../../src/codec/packets.js"
import { Core } from "./core.js"
import type { Bytes, EcmaOptions, WriteOptions } from "./options.js"
import type { System } from "./platform.js"

/**
 * ECMA-419's MQTT client, as the Moddable SDK has it, over mqtt-xs's Client. What differs: docs/ecma419.md. Programs
 * put properties of their own on it, so it has none but the standard's.
 */
export class EcmaClient {
  static CONNECT = PacketType.CONNECT
  static CONNACK = PacketType.CONNACK
  static PUBLISH = PacketType.PUBLISH
  static PUBACK = PacketType.PUBACK
  static PUBREC = PacketType.PUBREC
  static PUBREL = PacketType.PUBREL
  static PUBCOMP = PacketType.PUBCOMP
  static SUBSCRIBE = PacketType.SUBSCRIBE
  static SUBACK = PacketType.SUBACK
  static UNSUBSCRIBE = PacketType.UNSUBSCRIBE
  static UNSUBACK = PacketType.UNSUBACK
  static PINGREQ = PacketType.PINGREQ
  static PINGRESP = PacketType.PINGRESP
  static DISCONNECT = PacketType.DISCONNECT

  declare target: unknown
  readonly #core: Core

  /** Throws a RangeError that names a wrong option. Begins to connect. */
  constructor(options: EcmaOptions, system: System) {
    this.format = options.format ?? "buffer"
    if (options.target !== undefined) this.target = options.target
    this.#core = new Core(this, options, system)
  }

  get format(): string {
    return "buffer"
  }

  set format(format: string) {
    if (format !== "buffer") throw new RangeError(`format: ${String(format)}; only "buffer" is possible`)
  }

  /**
   * Sends a message, or the first part of one, or what `options.operation` says; without options the next part. Returns
   * how many bytes can be written now. Throws an Error, "overflow", when there is no room, and a RangeError when the
   * message is too long for good.
   */
  write(data: Bytes | null, options?: WriteOptions | null): number {
    return this.#core.write(data, options)
  }

  /**
   * Reads from the message that has come: so many bytes, all by default, in a new ArrayBuffer; or into a buffer, whose
   * filled length it returns. Undefined when nothing is left.
   */
  read(count?: number | Bytes): ArrayBuffer | number | undefined {
    return this.#core.inbox.read(count)
  }

  /** Lets what was written go, for a second at most, then DISCONNECT. No callback is called any more. */
  close(): void {
    this.#core.close()
  }
}
