import { Packet, PacketType } from "./packets.js"

/** The first byte of PUBACK, PUBREC, PUBREL and PUBCOMP; PUBREL alone has a flag set [MQTT-3.6.1-1]. */
export const enum Acknowledge {
  PUBACK = PacketType.PUBACK << 4,
  PUBREC = PacketType.PUBREC << 4,
  PUBREL = (PacketType.PUBREL << 4) | 0x02,
  PUBCOMP = PacketType.PUBCOMP << 4,
}

export const enum AcknowledgeLength {
  /** In all, header included. */
  BYTES = 4,
}

/** Encodes a PUBACK, PUBREC, PUBREL or PUBCOMP. */
export function encodeAcknowledge(out: Uint8Array, at: number, first: Acknowledge, packetId: number): number {
  if (at + AcknowledgeLength.BYTES > out.length) return Packet.DOES_NOT_FIT
  out[at] = first
  out[at + 1] = 2
  out[at + 2] = packetId >> 8
  out[at + 3] = packetId
  return at + AcknowledgeLength.BYTES
}
