/** One measurement against its peer. `ratio`: how many times better ours is; more is better. */
export interface Row {
  suite: string
  case: string
  ours: number
  peer: number
  ratio: number
  unit: string
}

/** The least ratio that a case must reach (issue "Budgets"). */
export const BARS: Readonly<Record<string, number>> = {
  "codec: encode PUBLISH QoS 1": 10,
  "codec: decode a mixed stream": 6,
  "client: publish QoS 1": 3,
}

/** A bar that a row misses, as a sentence; undefined where there is none or it is met. */
export function missed(row: Row): string | undefined {
  const bar = BARS[`${row.suite}: ${row.case}`]
  if (bar === undefined || row.ratio >= bar) return undefined
  return `${row.suite}: ${row.case}: ${row.ratio.toFixed(2)} times, at least ${bar} are needed`
}

/** The rows for a person to read. */
export function table(rows: readonly Row[]): string {
  const cells = [["suite", "case", "ours", "peer", "ratio", "bar", "unit"], ...rows.map(cellsOf)]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)))
  return cells.map((line) => line.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join("  ").trimEnd()).join("\n")
}

function cellsOf(row: Row): string[] {
  const bar = BARS[`${row.suite}: ${row.case}`]
  return [row.suite, row.case, number(row.ours), number(row.peer), row.ratio.toFixed(2), bar === undefined ? "" : `>= ${bar}`, row.unit]
}

function isNumber(column: number): boolean {
  return column >= 2 && column <= 5
}

function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en") : value.toPrecision(3)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
