import { type Memory, PacketBuffer } from "../codec/buffer.js"
import { remainingLengthSize } from "../codec/header.js"
import { PublishFlag } from "../codec/packets.js"
import { encodePublish, FUNCTION, type PayloadWriter } from "../codec/publish.js"

/** Fields of a record. A record is named by the index of its first field. */
export const enum Field {
  STATE,
  PACKET_ID,
  HANDLE,
  /** Where its packet stands in the arena. */
  OFFSET,
  /** Of the packet, bytes; 0 once only its PUBREL is left to send. */
  LENGTH,
  /** Tick at which it is dropped if it has not been sent by then; 0: never. */
  EXPIRES,
  COUNT,
}

/**
 * Outgoing messages in the order in which they were published: their encoded packets in one arena, ready to be sent
 * again, and a few numbers for each in a typed array. Allocates nothing after its construction.
 */
export class Outbox {
  arena: PacketBuffer
  readonly records: Int32Array
  /** End of the records in use. */
  end = 0
  /** End of the arena's used part; holes may lie before it. */
  private tail = 0

  constructor(bytes: number, messages: number, memory?: Memory) {
    this.arena = new PacketBuffer(bytes, memory)
    this.records = new Int32Array(messages * Field.COUNT)
  }

  /** Messages that wait or are in flight. */
  get backlog(): number {
    return this.end / Field.COUNT
  }

  /** Longer than the whole arena, so that no room could be made for it. What a function will write can't be known before. */
  isTooLarge(flags: number, topic: Uint8Array, payload: Uint8Array | PayloadWriter): boolean {
    if (typeof payload === FUNCTION) return false
    const remaining = topic.length + payload.length + (flags & PublishFlag.QOS_MASK ? 2 : 0)
    return 1 + remainingLengthSize(remaining) + remaining > this.arena.capacity
  }

  /** Encodes a PUBLISH behind the others. Returns its record, whose other fields are to be set, or -1 when there is no room. */
  add(flags: number, topic: Uint8Array, packetId: number, payload: Uint8Array | PayloadWriter): number {
    const record = this.end
    const records = this.records
    if (record === records.length) return -1
    if (record === 0) this.tail = 0
    let start = this.tail
    let end
    while ((end = encodePublish(this.arena.bytes, start, flags, topic, packetId, payload)) < 0) {
      start = this.compact()
      if (start === this.tail) return -1
      this.tail = start
    }
    this.tail = end
    this.end = record + Field.COUNT
    records[record + Field.PACKET_ID] = packetId
    records[record + Field.OFFSET] = start
    records[record + Field.LENGTH] = end - start
    return record
  }

  /** Puts an encoded packet behind the others. The same as `add` otherwise. */
  append(packet: Uint8Array, packetId: number): number {
    const record = this.end
    const records = this.records
    const start = record === 0 ? 0 : this.tail
    const end = start + packet.length
    if (record === records.length || end > this.arena.capacity) return -1
    this.arena.bytes.set(packet, start)
    this.tail = end
    this.end = record + Field.COUNT
    records[record + Field.PACKET_ID] = packetId
    records[record + Field.OFFSET] = start
    records[record + Field.LENGTH] = packet.length
    return record
  }

  /** The record with a packet id, or -1. */
  find(packetId: number): number {
    const records = this.records
    const end = this.end
    let at = Field.PACKET_ID as number
    while (at < end) {
      if (records[at] === packetId) return at - Field.PACKET_ID
      at += Field.COUNT
    }
    return -1
  }

  remove(record: number): void {
    const after = record + Field.COUNT
    if (after !== this.end) this.records.copyWithin(record, after, this.end)
    this.end -= Field.COUNT
  }

  /** Forgets a packet whose id alone matters from now on. */
  forgetPacket(record: number): void {
    this.records[record + Field.LENGTH] = 0
  }

  setDup(record: number): void {
    const at = this.records[record + Field.OFFSET]!
    this.arena.bytes[at]! |= PublishFlag.DUP
  }

  isDup(record: number): boolean {
    return (this.arena.bytes[this.records[record + Field.OFFSET]!]! & PublishFlag.DUP) !== 0
  }

  /** Makes a packet a new one: another id, and no DUP. */
  renew(record: number, packetId: number): void {
    const at = this.records[record + Field.OFFSET]!
    this.arena.bytes[at]! &= ~PublishFlag.DUP
    const topic = this.topicAt(record)
    const view = this.arena.view
    view.setUint16(topic + 2 + view.getUint16(topic), packetId)
    this.records[record + Field.PACKET_ID] = packetId
  }

  /** Whether a record's packet goes to this topic (length and UTF-8). */
  hasTopic(record: number, topic: Uint8Array): boolean {
    const bytes = this.arena.bytes
    const at = this.topicAt(record)
    let length = topic.length
    while (--length >= 0) if (bytes[at + length] !== topic[length]) return false
    return true
  }

  private topicAt(record: number): number {
    const bytes = this.arena.bytes
    let at = this.records[record + Field.OFFSET]!
    while (bytes[++at]! > 127);
    return at + 1
  }

  /** Closes the holes that removed messages have left. Returns where the free part begins. */
  private compact(): number {
    const records = this.records
    const bytes = this.arena.bytes
    const end = this.end
    let to = 0
    for (let record = 0; record < end; record += Field.COUNT) {
      const length = records[record + Field.LENGTH]!
      if (length === 0) continue
      const from = records[record + Field.OFFSET]!
      if (from !== to) {
        bytes.copyWithin(to, from, from + length)
        records[record + Field.OFFSET] = to
      }
      to += length
    }
    return to
  }
}
