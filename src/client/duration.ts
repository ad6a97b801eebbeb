/** A length of time: milliseconds, or text such as "200ms", "10s", "5min", "2h", "1d". */
export type Duration = number | string

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** Longest time that the platforms' timers and 32-bit ticks can tell, about 12 days. */
export const MAX_DURATION = 0x3fffffff

/**
 * A duration in milliseconds. `unit`: what a bare number counts, in milliseconds. Throws a RangeError that names the
 * option, when it is no duration or not within `least` and MAX_DURATION milliseconds.
 */
export function parseDuration(option: string, value: Duration, least = 0, unit = 1): number {
  const milliseconds = typeof value === "number" ? value * unit : fromText(value)
  if (!(milliseconds >= least && milliseconds <= MAX_DURATION)) {
    throw new RangeError(`${option}: ${show(value)}; a time from ${least} ms to 12 d is needed, such as 500, "200ms", "10s", "5min"`)
  }
  return Math.round(milliseconds)
}

function fromText(text: unknown): number {
  if (typeof text !== "string") return NaN
  let at = text.length
  while (at > 0 && text[at - 1]! >= "a") --at
  const digits = text.slice(0, at).trim()
  return digits === "" ? NaN : Number(digits) * UNITS[text.slice(at)]!
}

/** Throws the error for an option's wrong value. */
export function refuse(option: string, value: unknown, needed: string): never {
  throw new RangeError(`${option}: ${show(value)}; ${needed} is needed`)
}

/** A wrong value, as errors show it. */
export function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value)
}
