import { encodeHeader, encodeRemainingLength, remainingLengthSize } from "./header.js"
import { Packet, PacketType, PublishFlag } from "./packets.js"

const enum First {
  PUBLISH = PacketType.PUBLISH << 4,
}

/**
 * Writes a payload into `out` from `start` on, not past `end`, and returns its length; a negative number says that
 * it does not fit.
 */
export type PayloadWriter = (out: Uint8Array, start: number, end: number) => number

/** What typeof says of a PayloadWriter. A constant, because XS copies a literal of a preloaded module to the heap each time it is met. */
export const FUNCTION = "function"

/**
 * Encodes a PUBLISH. `flags`: DUP, QoS and RETAIN bits of the first byte. `topic`: length and UTF-8, as `Topic`
 * has them. `packetId` is left out at QoS 0 [MQTT-2.3.1-5]. When the payload is a function, what `out` holds behind
 * `at` may be overwritten even if the packet does not fit.
 */
export function encodePublish(out: Uint8Array, at: number, flags: number, topic: Uint8Array, packetId: number, payload: Uint8Array | PayloadWriter): number {
  if (typeof payload === FUNCTION) return encodePublishWith(out, at, flags, topic, packetId, payload as PayloadWriter)
  const payloadLength = payload.length
  let remaining = topic.length + payloadLength
  if (flags & PublishFlag.QOS_MASK) remaining += 2
  // The most frequent header, without a call.
  if (remaining < 128 && at + 2 + remaining <= out.length) {
    out[at++] = First.PUBLISH | flags
    out[at++] = remaining
  } else {
    if (payloadLength === undefined) throw new RangeError("payload: a string, a Uint8Array or a function is needed")
    at = encodeHeader(out, at, First.PUBLISH | flags, remaining)
    if (at < 0) return at
  }
  out.set(topic, at)
  at += remaining
  out.set(payload as Uint8Array, at - payloadLength)
  if (flags & PublishFlag.QOS_MASK) {
    const idAt = at - payloadLength - 2
    out[idAt] = packetId >> 8
    out[idAt + 1] = packetId
  }
  return at
}

/** The same with a payload that a function writes in place. */
export function encodePublishWith(out: Uint8Array, at: number, flags: number, topic: Uint8Array, packetId: number, write: PayloadWriter): number {
  const variable = topic.length + (flags & PublishFlag.QOS_MASK ? 2 : 0)
  const room = out.length - at
  if (room < 2 + variable) return Packet.DOES_NOT_FIT
  // The length is known only afterwards: room is kept for the longest, and closed up if it was too much.
  let kept = 1
  while (remainingLengthSize(room - 1 - kept) > kept) ++kept
  let end = at + 1 + kept
  if (end + variable > out.length) return Packet.DOES_NOT_FIT
  out.set(topic, end)
  end += topic.length
  if (flags & PublishFlag.QOS_MASK) {
    out[end++] = packetId >> 8
    out[end++] = packetId
  }
  const written = write(out, end, out.length)
  if (written < 0) return Packet.DOES_NOT_FIT
  if (end + written > out.length || (written | 0) !== written) throw new RangeError(`payload: the function returned ${written}; it had room for ${out.length - end} bytes`)
  end += written
  const remaining = variable + written
  const used = remainingLengthSize(remaining)
  if (used < kept) out.copyWithin(at + 1 + used, at + 1 + kept, end)
  out[at] = First.PUBLISH | flags
  return encodeRemainingLength(out, at + 1, remaining) + remaining
}
