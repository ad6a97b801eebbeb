import { MAX_DECIMALS, writeNumber } from "../../src/telemetry/number.js"
import { equal, ok, test } from "../harness/harness.js"
import { integer, seeded } from "../support/random.js"

const out = new Uint8Array(64)

/** The number as text, written where it just fits, with nothing written beside it; -1 is to come where it does not fit. */
function text(value: number, decimals: number): string {
  out.fill(0x7e)
  const end = writeNumber(out, 3, out.length, value, decimals)
  ok(end > 3, `${value} has no room`)
  const result = String.fromCharCode(...out.subarray(3, end))
  ok(out[2] === 0x7e && out[end] === 0x7e, `${value} is written beside its place`)
  out.fill(0x7e)
  equal(writeNumber(out, 3, end, value, decimals), end, "just enough room")
  out.fill(0x7e)
  equal(writeNumber(out, 3, end - 1, value, decimals), -1, `${value}: a byte too little room`)
  ok(out[end - 1] === 0x7e, `${value} is written past the end`)
  return result
}

test("numbers are written with the digits that they have, at most so many after the point", () => {
  const expected: [number, number, string][] = [
    [0, 0, "0"], [0, 9, "0"], [-0, 2, "0"], [1, 2, "1"], [-1, 0, "-1"], [10, 2, "10"], [100, 0, "100"],
    [21.5, 2, "21.5"], [21.5, 1, "21.5"], [21.5, 0, "22"], [21.4, 0, "21"], [-21.5, 2, "-21.5"],
    [0.1, 2, "0.1"], [0.1 + 0.2, 9, "0.3"], [0.005, 2, "0.01"], [0.004, 2, "0"], [-0.004, 2, "0"], [-0.006, 2, "-0.01"],
    [0.05, 9, "0.05"], [0.000_000_001, 9, "0.000000001"], [0.000_000_000_4, 9, "0"], [999.999, 2, "1000"], [99.95, 1, "100"],
    [9.99, 1, "10"], [0.99, 0, "1"], [1013.25, 2, "1013.25"], [123_456_789.987_654_3, 4, "123456789.9877"],
    [1_700_000_000_000, 0, "1700000000000"], [2 ** 31, 0, "2147483648"], [-(2 ** 53), 0, "-9007199254740992"],
    [4_294_967_296.5, 1, "4294967296.5"], [1e9, 9, "1000000000"], [1e15, 2, "1000000000000000"], [1e21, 0, "1e+21"], [1e-300, 9, "0"],
  ]
  for (const [value, decimals, written] of expected) equal(text(value, decimals), written, `${value} with ${decimals} decimals`)
})

test("what is written is JSON, and no further from the number than rounding brings it", () => {
  const random = seeded(1)
  for (let i = 0; i < 3000; i++) {
    const decimals = integer(random, 0, MAX_DECIMALS)
    const value = (random() - 0.5) * 10 ** integer(random, -9, 16)
    const written = text(value, decimals)
    const read = JSON.parse(written) as number
    const digits = written.includes(".") ? written.length - written.indexOf(".") - 1 : 0
    // A number of more than 15 digits in all is not told apart from its neighbours.
    const tolerance = Math.abs(value) < 1e15 ? (0.5 / 10 ** decimals) * (1 + 1e-9) + Math.abs(value) * 2 ** -50 : 0.5
    ok(Math.abs(read - value) <= tolerance, `${value} with ${decimals} decimals is written as ${written}`)
    ok(digits <= decimals, `${value} with ${decimals} decimals is written as ${written}`)
    ok(!/\.\d*0$|\.$|^-?0\d|^-0$/.test(written), `${value} is written as ${written}`)
  }
})

test("numbers of few digits are read back exactly as they were", () => {
  const random = seeded(2)
  for (let i = 0; i < 3000; i++) {
    const decimals = integer(random, 0, 6)
    const value = integer(random, -10_000_000, 10_000_000) / 10 ** decimals
    equal(JSON.parse(text(value, decimals)), value, `${value} with ${decimals} decimals`)
  }
})

test("every power of ten and its neighbours have the right number of digits", () => {
  for (let exponent = 0; exponent < 15; exponent++) {
    for (const value of [10 ** exponent - 1, 10 ** exponent, 10 ** exponent + 1]) {
      for (const decimals of [0, 1, 5, 9]) equal(text(value, decimals), String(value))
    }
  }
})
