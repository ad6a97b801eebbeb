import { Packet } from "../../src/codec/packets.js"
import { equal, ok } from "../harness/harness.js"
import { hex } from "./bytes.js"

/** Encodes into a buffer of `size` bytes that holds 0xA5 everywhere, from `at` on. */
type Encode = (out: Uint8Array, at: number) => number

/**
 * Shows that an encoder makes exactly these bytes: where they just fit, in the middle of a buffer without touching
 * what stands around them, and that it writes nothing at all where there is a byte too little room.
 */
export function encodesTo(encode: Encode, expected: Uint8Array): void {
  const length = expected.length
  const exact = filled(length)
  equal(encode(exact, 0), length, "offset after the packet")
  equal(hex(exact), hex(expected))

  const wide = filled(length + 8)
  equal(encode(wide, 3), 3 + length, "offset after the packet in the middle")
  equal(hex(wide), hex(filled(3)) + " " + hex(expected) + " " + hex(filled(5)))

  writesNothing(encode, length - 1, 0)
  writesNothing(encode, length + 2, 3)
  writesNothing(encode, 1, 0)
  writesNothing(encode, 0, 0)
}

export function writesNothing(encode: Encode, size: number, at: number): void {
  const out = filled(size)
  equal(encode(out, at), Packet.DOES_NOT_FIT, `in ${size} bytes, from ${at} on`)
  ok(out.every((byte) => byte === FILLER), `nothing is written in ${size} bytes, from ${at} on`)
}

const FILLER = 0xa5

function filled(size: number): Uint8Array {
  return new Uint8Array(size).fill(FILLER)
}
