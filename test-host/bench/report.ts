/** One measurement, against a peer where there is one. `ratio`: how many times better ours is; more is better. */
export interface Row {
  suite: string
  case: string
  ours: number
  peer: number | null
  ratio: number | null
  unit: string
}

/** The least ratio that a case must reach (issue "Budgets"). */
export const BARS: Readonly<Record<string, number>> = {
  "codec: encode PUBLISH QoS 1": 10,
  "codec: decode a mixed stream": 6,
  "client: publish QoS 1": 3,
}

/** The most that a case of the XS machine may take (issue "Budgets"). Slots and chunk bytes of a message: 0. */
export const LIMITS: Readonly<Record<string, number>> = {
  "publish qos0: codes": 400,
  "publish qos1: codes": 650,
  "receive qos0: codes": 450,
  "receive qos0 wildcard: codes": 700,
  "connected client: bytes": 10_240,
}

export function limitOf({ suite, case: name, unit }: Row): number | undefined {
  if (suite !== "xs") return undefined
  return LIMITS[`${name}: ${unit}`] ?? (name !== "connected client" && unit !== "codes" ? 0 : undefined)
}

/** A bar that a row misses, as a sentence; undefined where there is none or it is met. */
export function missed(row: Row): string | undefined {
  const name = `${row.suite}: ${row.case}`
  const bar = BARS[name]
  if (bar !== undefined && !(row.ratio! >= bar)) return `${name}: ${row.ratio!.toFixed(2)} times, at least ${bar} are needed`
  const limit = limitOf(row)
  if (limit !== undefined && row.ours > limit) return `${name}: ${row.ours} ${row.unit}, at most ${limit} are allowed`
  return undefined
}

/** The rows for a person to read. */
export function table(rows: readonly Row[]): string {
  const cells = [["suite", "case", "ours", "peer", "ratio", "bar", "unit"], ...rows.map(cellsOf)]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)))
  return cells.map((line) => line.map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join("  ").trimEnd()).join("\n")
}

function cellsOf(row: Row): string[] {
  const bar = BARS[`${row.suite}: ${row.case}`]
  const limit = limitOf(row)
  const bound = bar !== undefined ? `>= ${bar}` : limit !== undefined ? `<= ${limit}` : ""
  return [row.suite, row.case, number(row.ours), row.peer === null ? "" : number(row.peer), row.ratio?.toFixed(2) ?? "", bound, row.unit]
}

function isNumber(column: number): boolean {
  return column >= 2 && column <= 5
}

function number(value: number): string {
  if (Number.isInteger(value) || value >= 100) return Math.round(value).toLocaleString("en")
  return value.toPrecision(3)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
