import { encodeHeader } from "./header.js"
import { PacketType, type QoS } from "./packets.js"

export interface SubscribeRequest {
  /** The filter's length and UTF-8, as `TopicFilter` has them. */
  readonly bytes: Uint8Array
  readonly qos: QoS
}

/** Encodes a SUBSCRIBE. Throws a RangeError when there is no filter [MQTT-3.8.3-3]. */
export function encodeSubscribe(out: Uint8Array, at: number, packetId: number, requests: readonly SubscribeRequest[]): number {
  return encodeFilters(out, at, PacketType.SUBSCRIBE, packetId, requests, true)
}

/** Encodes an UNSUBSCRIBE. Throws a RangeError when there is no filter [MQTT-3.10.3-2]. */
export function encodeUnsubscribe(out: Uint8Array, at: number, packetId: number, requests: readonly SubscribeRequest[]): number {
  return encodeFilters(out, at, PacketType.UNSUBSCRIBE, packetId, requests, false)
}

function encodeFilters(out: Uint8Array, at: number, type: PacketType, packetId: number, requests: readonly SubscribeRequest[], withQoS: boolean): number {
  if (requests.length === 0) throw new RangeError("filters: there are none; at least one is needed")
  let remaining = 2
  let i = requests.length
  while (--i >= 0) remaining += requests[i]!.bytes.length + (withQoS ? 1 : 0)
  // Both have the reserved flags 0010 [MQTT-3.8.1-1], [MQTT-3.10.1-1].
  at = encodeHeader(out, at, (type << 4) | 0x02, remaining)
  if (at < 0) return at
  out[at++] = packetId >> 8
  out[at++] = packetId
  while (++i < requests.length) {
    const { bytes, qos } = requests[i]!
    out.set(bytes, at)
    at += bytes.length
    if (withQoS) out[at++] = qos
  }
  return at
}
