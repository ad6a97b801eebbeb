import type { PacketBuffer } from "./buffer.js"
import { PublishFlag, type QoS } from "./packets.js"
import { decodeText } from "./text.js"

/**
 * A received PUBLISH, as ranges of the buffer it stands in. There is one object for all messages: it and its bytes
 * are valid until the handler returns. Nothing is made unless asked for.
 */
export class Message {
  /** Holds the topic and the payload, between the offsets below. */
  source!: PacketBuffer
  /** The packet's first byte. */
  first = 0
  /** 0 at QoS 0. */
  packetId = 0
  topicStart = 0
  topicEnd = 0
  payloadStart = 0
  payloadEnd = 0
  /** Bytes of payload that were passed over because the packet is longer than the receive buffer. */
  skipped = 0

  /** The buffer's bytes; the payload is those from `payloadStart` to `payloadEnd`. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.source.bytes
  }

  get qos(): QoS {
    return ((this.first & PublishFlag.QOS_MASK) >> PublishFlag.QOS_SHIFT) as QoS
  }

  get retain(): boolean {
    return (this.first & PublishFlag.RETAIN) !== 0
  }

  get dup(): boolean {
    return (this.first & PublishFlag.DUP) !== 0
  }

  /** The topic name, made into a string at each call. */
  get topic(): string {
    return decodeText(this.bytes, this.topicStart, this.topicEnd)
  }

  get payloadLength(): number {
    return this.payloadEnd - this.payloadStart
  }

  /** A copy of the payload that stays valid. */
  get payload(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(this.payloadStart, this.payloadEnd)
  }

  /** The payload as text, made at each call. Bytes that are not UTF-8 are replaced or refused, as the engine does it. */
  text(): string {
    return decodeText(this.bytes, this.payloadStart, this.payloadEnd)
  }

  /** The payload read as JSON. Throws a SyntaxError where it is none. */
  json(): unknown {
    return JSON.parse(this.text())
  }
}
