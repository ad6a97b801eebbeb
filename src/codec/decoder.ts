import { copyBytes, type Memory, PacketBuffer } from "./buffer.js"
import { Message } from "./message.js"
import { ConnectReturnCode, PacketType, PublishFlag, Packet } from "./packets.js"
import { checkText } from "./text.js"
import { Violation } from "./violation.js"

/** What a decoder reports to. Offsets are valid until the call returns. */
export interface PacketSink {
  onConnack(sessionPresent: boolean, returnCode: ConnectReturnCode): void
  onPublish(message: Message): void
  /**
   * A PUBLISH longer than the receive buffer was passed over; `message.skipped` has its payload's length. A topic that
   * is itself longer than the buffer is cut there, between two characters.
   */
  onOversize(message: Message): void
  /** A PUBACK, PUBREC, PUBREL or PUBCOMP. */
  onAcknowledge(type: PacketType, packetId: number): void
  /** One return code, 0 to 2 or 0x80, in each byte of the range. */
  onSuback(packetId: number, codes: DataView, start: number, end: number): void
  onUnsuback(packetId: number): void
  onPingresp(): void
  /** The decoder has stopped: the connection is to be closed [MQTT-4.8.0-1]. */
  onViolation(violation: Violation): void
}

/** Topics that need not be looked at again. */
export interface KnownTopics {
  /** Whether the topic is, byte for byte, a text that was found valid before. */
  knowsTopic(view: DataView, start: number, end: number): boolean
}

const enum Header {
  /** A bit for each packet type that a server may send. */
  FROM_SERVER = (1 << PacketType.CONNACK) |
    (1 << PacketType.PUBLISH) |
    (1 << PacketType.PUBACK) |
    (1 << PacketType.PUBREC) |
    (1 << PacketType.PUBREL) |
    (1 << PacketType.PUBCOMP) |
    (1 << PacketType.SUBACK) |
    (1 << PacketType.UNSUBACK) |
    (1 << PacketType.PINGRESP),
  FLAGS = 0x0f,
  PUBREL_FLAGS = 0x02,
  /** First bytes of a PUBLISH that is no duplicate are from PUBLISH on and below this. */
  PUBLISH = PacketType.PUBLISH << 4,
  QOS_3 = PUBLISH | PublishFlag.QOS_MASK,
  /** The first two bytes of a PUBACK. */
  WHOLE_PUBACK = (PacketType.PUBACK << 12) | 2,
  /** Of a byte of the Remaining Length: another follows. */
  MORE = 0x80,
}

const enum IdAt {
  /** So far before any packet that no byte of one is taken for it. */
  NONE = -65_536 * 65_536,
}

/**
 * Turns a stream of bytes, cut anywhere, into calls of a PacketSink. A packet that lies whole in the input is read
 * where it stands; one that was cut is put together in a buffer of its own. Allocates nothing.
 */
export class Decoder {
  /** The caller puts received bytes here, from 0 on, and calls `feed`. */
  readonly input: PacketBuffer
  readonly message = new Message()
  sink: PacketSink
  /** Longest packet, bytes, for which memory is taken while it comes, where `packetSize` is too little. Absent: none. */
  largest: number | undefined
  private readonly topics: KnownTopics | undefined
  /** The beginning of a packet that was cut. */
  private partial: PacketBuffer
  /** In whose place memory was taken for the present packet. */
  private own: PacketBuffer | undefined
  /** Bytes in `partial`. */
  private have = 0
  /** Length of the packet in `partial`, 0 until its header is complete. */
  private total = 0
  /** Where the packet in `partial` has its body. */
  private body = 0
  /** Bytes of a packet longer than `partial` that are still to come and to be passed over. */
  private skip = 0
  /** Where in that packet its id stands, if it is still to be read. */
  private idAt: number = IdAt.NONE
  private connacked = false
  private stopped = false

  /** `inputSize`: the most that is fed at once. `packetSize`: the longest packet that is read whole, at least 16. Bytes. */
  constructor(sink: PacketSink, inputSize: number, packetSize: number, topics?: KnownTopics, memory?: Memory) {
    this.sink = sink
    this.topics = topics
    this.input = new PacketBuffer(inputSize, memory)
    this.partial = new PacketBuffer(packetSize, memory)
  }

  /** Begins anew, for a new connection. */
  reset(): void {
    this.have = this.total = this.skip = this.message.skipped = 0
    this.giveBack()
    this.connacked = this.stopped = false
  }

  /** Reads no further, not even what is left of the bytes fed. */
  stop(): void {
    this.stopped = true
  }

  /** Reads the first `end` bytes of `input`. */
  feed(end: number): void {
    const input = this.input
    const view = input.view
    let at = 0
    while (at < end && !this.stopped) {
      if (this.have === 0 && at + 1 < end) {
        const header = view.getUint16(at)
        let body = at + 2
        let next = body + (header & 255)
        if (header & Header.MORE) {
          // Two bytes of Remaining Length; longer ones are left to gather().
          const high = body < end ? view.getUint8(body++) : Header.MORE
          next = high & Header.MORE ? end + 1 : body + (header & 127) + (high << 7)
        }
        if (next <= end && next - at <= this.partial.capacity) {
          const first = header >> 8
          if (first < Header.QOS_3 && first >= Header.PUBLISH && this.connacked && next - body > 1) {
            // Most packets are such: a PUBLISH, its flags and length good, not a duplicate.
            if (this.publish(first, input, body, next)) this.sink.onPublish(this.message)
          } else if (header === Header.WHOLE_PUBACK && this.connacked && view.getUint16(body) !== 0) {
            this.sink.onAcknowledge(PacketType.PUBACK, view.getUint16(body))
          } else this.packet(first, input, body, next)
          at = next
          continue
        }
      }
      at = this.skip === 0 ? this.gather(at, end) : this.passOver(at, end)
    }
  }

  /** Moves bytes of one packet into `partial`, and reads it when it is complete. */
  private gather(at: number, end: number): number {
    const input = this.input.view
    while (this.total === 0) {
      if (at === end) return at
      this.partial.view.setUint8(this.have++, input.getUint8(at++))
      if (this.have > 1 && !this.header()) return at
    }
    const partial = this.partial
    const most = Math.min(this.total, partial.capacity)
    const take = Math.min(most - this.have, end - at)
    copyBytes(input, at, at + take, partial.view, this.have)
    this.have += take
    at += take
    if (this.have < most) return at
    if (this.total > most) return this.beginPassOver(at, end)
    this.have = this.total = 0
    this.packet(partial.view.getUint8(0), partial, this.body, most)
    this.giveBack()
    return at
  }

  /** `partial` is full, with the beginning of a PUBLISH that is longer. */
  private beginPassOver(at: number, end: number): number {
    const { message, partial, total, body } = this
    const view = partial.view
    const have = partial.capacity
    const first = view.getUint8(0)
    const topicEnd = body + 2 + view.getUint16(body)
    this.idAt = IdAt.NONE
    if (topicEnd + 2 <= have) {
      if (!this.publish(first, partial, body, total)) return at
    } else {
      // The buffer ends in the topic or behind it: what there is of it is reported, and the packet id is picked up in
      // passing.
      message.source = partial
      message.first = first
      message.packetId = 0
      message.topicStart = body + 2
      message.topicEnd = topicEnd <= have ? topicEnd : characterStart(view, have)
      message.payloadStart = topicEnd
      if (first & PublishFlag.QOS_MASK) {
        message.payloadStart += 2
        this.idAt = topicEnd
      }
      if (message.payloadStart > total) {
        this.violate(Violation.WRONG_LENGTH)
        return at
      }
      if (!this.topicIsGood(view, message.topicStart, message.topicEnd)) return at
    }
    message.skipped = total - message.payloadStart
    message.payloadStart = message.payloadEnd = 0
    this.skip = total - have
    if (this.idAt >= 0 && this.idAt < have) message.packetId = view.getUint8(this.idAt) << 8
    return this.passOver(at, end)
  }

  /** Passes over bytes of a packet that is too long; reports it after the last one. */
  private passOver(at: number, end: number): number {
    const message = this.message
    const view = this.input.view
    const take = Math.min(this.skip, end - at)
    const idHigh = at + this.idAt - (this.total - this.skip)
    const next = at + take
    if (idHigh >= at && idHigh < next) message.packetId = view.getUint8(idHigh) << 8
    if (idHigh + 1 >= at && idHigh + 1 < next) message.packetId |= view.getUint8(idHigh + 1)
    this.skip -= take
    if (this.skip === 0) {
      this.have = this.total = 0
      if (message.packetId === 0 && message.first & PublishFlag.QOS_MASK) this.violate(Violation.PACKET_ID_0)
      else this.sink.onOversize(message)
      message.skipped = 0
    }
    return next
  }

  /** Reads the header in `partial` as far as it is there. False when it is bad. */
  private header(): boolean {
    const view = this.partial.view
    const last = view.getUint8(this.have - 1)
    if (last > 127) return this.have < 5 || this.violate(Violation.REMAINING_LENGTH_TOO_LONG)
    let remaining = 0
    let at = this.have
    while (--at > 0) remaining = remaining * 128 + (view.getUint8(at) & 127)
    const first = view.getUint8(0)
    const fault = headerFault(first, remaining)
    if (fault !== Violation.NONE) return this.violate(fault)
    const total = this.have + remaining
    if (total > this.partial.capacity) {
      if (!this.connacked) return this.violate(Violation.FIRST_PACKET_NOT_CONNACK)
      if (first >> 4 !== PacketType.PUBLISH) return this.violate(Violation.WRONG_LENGTH)
      if (total <= this.largest!) {
        this.own = this.partial
        this.partial = new PacketBuffer(total)
        copyBytes(view, 0, this.have, this.partial.view, 0)
      }
    }
    this.body = this.have
    this.total = total
    return true
  }

  /** Lets go of memory that was taken for one packet. */
  private giveBack(): void {
    if (this.own === undefined) return
    this.partial = this.message.source = this.own
    this.own = undefined
  }

  /** A whole packet: `first` and the range of its body. */
  private packet(first: number, source: PacketBuffer, start: number, end: number): void {
    const view = source.view
    const type = first >> 4
    const fault = headerFault(first, end - start)
    if (fault !== Violation.NONE) this.violate(fault)
    else if (!this.connacked) this.connack(type, view, start)
    else if (type === PacketType.PUBLISH) {
      if (this.publish(first, source, start, end)) this.sink.onPublish(this.message)
    } else if (type === PacketType.PINGRESP) this.sink.onPingresp()
    else if (type === PacketType.CONNACK) this.violate(Violation.SECOND_CONNACK)
    else {
      const packetId = view.getUint16(start)
      if (packetId === 0) this.violate(Violation.PACKET_ID_0)
      else if (type <= PacketType.PUBCOMP) this.sink.onAcknowledge(type, packetId)
      else if (type === PacketType.UNSUBACK) this.sink.onUnsuback(packetId)
      else this.suback(packetId, view, start + 2, end)
    }
  }

  /** Reads what stands before the payload into `message`. False when it is bad. */
  private publish(first: number, source: PacketBuffer, start: number, end: number): boolean {
    const message = this.message
    const view = source.view
    const topicEnd = start + 2 + view.getUint16(start)
    start += 2
    let payloadStart = topicEnd
    let packetId = 0
    if (first & PublishFlag.QOS_MASK) payloadStart += 2
    if (payloadStart > end) return this.violate(Violation.WRONG_LENGTH)
    if (topicEnd === start) return this.violate(Violation.EMPTY_TOPIC)
    if (payloadStart !== topicEnd && (packetId = view.getUint16(topicEnd)) === 0) return this.violate(Violation.PACKET_ID_0)
    message.packetId = packetId
    message.source = source
    message.first = first
    message.topicStart = start
    message.topicEnd = topicEnd
    message.payloadStart = payloadStart
    message.payloadEnd = end
    return this.topics?.knowsTopic(view, start, topicEnd) || this.topicIsGood(view, start, topicEnd)
  }

  private topicIsGood(view: DataView, start: number, end: number): boolean {
    const fault = checkText(view, start, end, true)
    return fault === Violation.NONE || this.violate(fault)
  }

  private connack(type: PacketType, view: DataView, start: number): void {
    const flags = view.getUint8(start)
    const returnCode = view.getUint8(start + 1)
    if (type !== PacketType.CONNACK) this.violate(Violation.FIRST_PACKET_NOT_CONNACK)
    else if (flags > 1) this.violate(Violation.CONNACK_FLAGS)
    else if (returnCode > ConnectReturnCode.NOT_AUTHORIZED) this.violate(Violation.CONNACK_CODE)
    else if (flags === 1 && returnCode !== 0) this.violate(Violation.SESSION_PRESENT_WITH_REFUSAL)
    else {
      this.connacked = true
      this.sink.onConnack(flags === 1, returnCode)
    }
  }

  private suback(packetId: number, view: DataView, start: number, end: number): void {
    for (let at = start; at < end; at++) {
      const code = view.getUint8(at)
      if (code > 2 && code !== Packet.SUBSCRIBE_FAILURE) {
        this.violate(Violation.SUBACK_CODE)
        return
      }
    }
    this.sink.onSuback(packetId, view, start, end)
  }

  private violate(violation: Violation): false {
    this.stopped = true
    this.sink.onViolation(violation)
    return false
  }
}

/** Where a text that goes on behind `end` can be cut: before the last character that is not ASCII, if it ends there. */
function characterStart(view: DataView, end: number): number {
  for (let at = end - 1; at >= end - 4; at--) {
    const byte = view.getUint8(at)
    if (byte < 0x80) return at + 1
    if (byte >= 0xc0) return at
  }
  return end
}

/** What is wrong with a first byte and a Remaining Length from a server. */
function headerFault(first: number, remaining: number): Violation {
  const type = first >> 4
  // Only these two vary in length.
  const varies = type === PacketType.PUBLISH || type === PacketType.SUBACK
  const least = type === PacketType.SUBACK ? 3 : type === PacketType.PINGRESP ? 0 : 2
  if (((Header.FROM_SERVER >> type) & 1) === 0) return Violation.CLIENT_PACKET
  if (type === PacketType.PUBLISH) {
    if ((first & PublishFlag.QOS_MASK) === PublishFlag.QOS_MASK) return Violation.QOS_3
    if ((first & (PublishFlag.QOS_MASK | PublishFlag.DUP)) === PublishFlag.DUP) return Violation.DUP_AT_QOS_0
  } else if ((first & Header.FLAGS) !== (type === PacketType.PUBREL ? Header.PUBREL_FLAGS : 0)) return Violation.RESERVED_FLAGS
  return remaining < least || (remaining > least && !varies) ? Violation.WRONG_LENGTH : Violation.NONE
}
