import { Packet } from "./packets.js"

/** How many bytes the Remaining Length takes, 1 to 4. */
export function remainingLengthSize(remaining: number): number {
  if (remaining < 128) return 1
  if (remaining < 16_384) return 2
  return remaining < 2_097_152 ? 3 : 4
}

/** Writes the first byte and the Remaining Length, if the whole packet has room behind `at`. */
export function encodeHeader(out: Uint8Array, at: number, first: number, remaining: number): number {
  if (remaining > Packet.MAX_REMAINING_LENGTH || at + 1 + remainingLengthSize(remaining) + remaining > out.length) return Packet.DOES_NOT_FIT
  out[at++] = first
  return encodeRemainingLength(out, at, remaining)
}

/** Seven bits a byte, the lowest first, the high bit saying that another byte follows [2.2.3]. */
export function encodeRemainingLength(out: Uint8Array, at: number, remaining: number): number {
  while (remaining > 127) {
    out[at++] = remaining | 0x80
    remaining >>= 7
  }
  out[at++] = remaining
  return at
}
