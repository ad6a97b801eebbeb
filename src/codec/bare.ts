import { Packet, PacketType } from "./packets.js"

export function encodePingreq(out: Uint8Array, at: number): number {
  return encodeBare(out, at, PacketType.PINGREQ << 4)
}

export function encodeDisconnect(out: Uint8Array, at: number): number {
  return encodeBare(out, at, PacketType.DISCONNECT << 4)
}

/** A packet of nothing but its header. */
function encodeBare(out: Uint8Array, at: number, first: number): number {
  if (at + 2 > out.length) return Packet.DOES_NOT_FIT
  out[at] = first
  out[at + 1] = 0
  return at + 2
}
