/** Numbers and times for a person to read. */

export function grouped(value: number, decimals = 0): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
}

/** Milliseconds. A clock of whole milliseconds can't tell more of a short time than that it is one. */
export function roundTrip(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return "-"
  if (milliseconds === 0) return "< 1 ms"
  return `${grouped(milliseconds, milliseconds < 10 && !Number.isInteger(milliseconds) ? 2 : 0)} ms`
}

/** How long something lasted, milliseconds. */
export function age(milliseconds: number): string {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  if (milliseconds < 3_600_000) return `${Math.floor(milliseconds / 60_000)} min`
  return `${Math.floor(milliseconds / 3_600_000)} h`
}

export function duration(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000} s` : `${milliseconds} ms`
}

/** At most `width` characters. */
export function fit(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 3))}...`
}
