import { encodeHeader, encodeRemainingLength, remainingLengthSize } from "../../src/codec/header.js"
import { Packet } from "../../src/codec/packets.js"
import { equal, test } from "../harness/harness.js"
import { bytes, hex } from "../support/bytes.js"

/** Table 2.4 of the specification, the values beside its limits, and the example of section 2.2.3. */
const LENGTHS: readonly (readonly [number, string])[] = [
  [0, "00"],
  [1, "01"],
  [64, "40"],
  [127, "7f"],
  [128, "80 01"],
  [321, "c1 02"],
  [16_383, "ff 7f"],
  [16_384, "80 80 01"],
  [2_097_151, "ff ff 7f"],
  [2_097_152, "80 80 80 01"],
  [268_435_454, "fe ff ff 7f"],
  [268_435_455, "ff ff ff 7f"],
]

test("Remaining Length has seven bits a byte, the lowest first, at every limit of 2.2.3", () => {
  for (const [remaining, expected] of LENGTHS) {
    const out = new Uint8Array(6)
    const end = encodeRemainingLength(out, 1, remaining)
    equal(hex(out, 1, end), expected)
    equal(hex(out, end), hex(new Uint8Array(6 - end)), "nothing behind it")
    equal(remainingLengthSize(remaining), end - 1)
  }
})

test("a header is written where the whole packet fits, and not where a byte is missing", () => {
  for (const [remaining, expected] of LENGTHS) {
    const total = 1 + bytes(expected).length + remaining
    const exact = sparse(7 + total)
    equal(encodeHeader(exact, 7, 0x30, remaining), 7 + total - remaining)
    equal(Object.entries(exact).length, 1 + 1 + bytes(expected).length, "length and header, nothing else")
    equal(exact[7], 0x30)

    const short = sparse(7 + total - 1)
    equal(encodeHeader(short, 7, 0x30, remaining), Packet.DOES_NOT_FIT)
    equal(Object.entries(short).length, 1, "nothing is written")
  }
})

test("more than 268,435,455 bytes never fit", () => {
  equal(encodeHeader(sparse(Packet.MAX_REMAINING_LENGTH * 2), 0, 0x30, Packet.MAX_REMAINING_LENGTH + 1), Packet.DOES_NOT_FIT)
})

/** Stands for an array of any length without its memory. */
function sparse(length: number): Uint8Array {
  return { length } as Uint8Array
}
