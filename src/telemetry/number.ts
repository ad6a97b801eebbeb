const ZERO = 0x30
const POINT = 0x2e
const MINUS = 0x2d

/** Most digits after the decimal point. */
export const MAX_DECIMALS = 9

/**
 * Writes a finite number as JSON has it, rounded to at most `decimals` digits after the point, into `out` from `at`
 * on. Returns where it ends, or -1 when that is past `end`. Makes no string, but for numbers of 10^15 and more.
 */
export function writeNumber(out: Uint8Array, at: number, end: number, value: number, decimals: number): number {
  let rest = value < 0 ? -value : value
  if (rest >= 1e15) return writeText(out, at, end, String(Math.round(value)))
  let power = 10 ** decimals
  while (rest * power >= 9e15) power = 10 ** --decimals
  rest = Math.round(rest * power)
  while (decimals > 0 && rest % 10 === 0) {
    rest /= 10
    --decimals
  }
  // Digits from the last to the first, so their number comes first.
  let digits = decimals + 1
  let bound = 10 ** digits
  while (rest >= bound) {
    bound *= 10
    ++digits
  }
  const negative = value < 0 && rest !== 0
  const after = at + digits + (decimals > 0 ? 1 : 0) + (negative ? 1 : 0)
  if (after > end) return -1
  if (negative) out[at] = MINUS
  let place = after
  let left = digits
  while (left > 0) {
    if (digits - left === decimals && decimals > 0) out[--place] = POINT
    const digit = rest % 10
    out[--place] = ZERO + digit
    rest = (rest - digit) / 10
    --left
  }
  return after
}

/** Writes ASCII text. For what is not written often. */
function writeText(out: Uint8Array, at: number, end: number, text: string): number {
  if (at + text.length > end) return -1
  for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i)
  return at
}
