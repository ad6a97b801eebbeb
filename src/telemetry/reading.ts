import { encodeText } from "../codec/text.js"
import type { Sensor, SensorOptions } from "./sensor.js"
import { writeNumber } from "./number.js"

const OPEN = 0x7b
const CLOSE = 0x7d
const COMMA = 0x2c

/** One property of a sample: where it is found, and the JSON that stands before its number. */
interface Property {
  name: string
  path: readonly string[]
  key: Uint8Array
}

/** The latest sample of one sensor, and its JSON. */
export class Reading {
  readonly id: string
  /** Milliseconds. */
  readonly interval: number
  /** Tick at which the next sample is due. */
  due = 0
  /** The latest sample was good. */
  good = false
  private readonly sensor: Sensor
  private readonly decimals: number
  private readonly selected: readonly string[] | undefined
  private properties: Property[] | undefined
  private values: Float64Array | undefined

  constructor(options: SensorOptions, interval: number) {
    this.id = options.id
    this.interval = interval
    this.sensor = options.sensor
    this.decimals = options.accuracyDecimals ?? 2
    this.selected = options.properties
  }

  /** Samples the sensor. Throws when it does, or when a number is missing; `good` tells the same. */
  sample(): void {
    this.good = false
    const sample = this.sensor.sample()
    // No typeof here: where modules are preloaded, XS copies the literal beside it to the heap each time.
    if (sample === undefined || sample === null) throw new Error(`sample() returned ${String(sample)}`)
    if (this.properties === undefined) this.choose(sample)
    const properties = this.properties!
    const values = this.values!
    let at = properties.length
    while (--at >= 0) {
      const value = valueAt(sample, properties[at]!.path) as number
      if (!Number.isFinite(value)) throw new Error(`${properties[at]!.name} is ${String(value)}, not a number`)
      values[at] = value
    }
    this.good = true
  }

  /** Writes {"name":number,...}; `out[at]` is to be the brace. Returns where it ends, -1 past `end`. */
  write(out: Uint8Array, at: number, end: number): number {
    const properties = this.properties!
    const values = this.values!
    const count = properties.length
    let i = 0
    let before = OPEN
    while (i < count) {
      const key = properties[i]!.key
      if (at + 1 + key.length > end) return -1
      out[at++] = before
      out.set(key, at)
      at = writeNumber(out, at + key.length, end, values[i]!, this.decimals)
      if (at < 0) return -1
      before = COMMA
      ++i
    }
    if (at >= end) return -1
    out[at] = CLOSE
    return at + 1
  }

  close(): void {
    this.sensor.close?.()
  }

  private choose(sample: object): void {
    const names = this.selected ?? numbersOf(sample, "")
    if (names.length === 0) throw new Error("sample() has no numbers")
    const paths = names.map((name) => name.split("."))
    const last = paths.map((path) => path[path.length - 1]!)
    this.properties = paths.map((path, i) => {
      const name = names[i]!
      // Two of the same name would be one in JSON.
      const key = last.indexOf(last[i]!) === last.lastIndexOf(last[i]!) ? last[i] : name
      return { name, path, key: encodeText(`${JSON.stringify(key)}:`) }
    })
    this.values = new Float64Array(names.length)
  }
}

function valueAt(sample: object, path: readonly string[]): unknown {
  let value: unknown = sample
  const count = path.length
  let i = 0
  while (i < count) {
    if (value === undefined || value === null) return undefined
    value = (value as Record<string, unknown>)[path[i]!]
    ++i
  }
  return value
}

function numbersOf(sample: object, prefix: string): string[] {
  return Object.entries(sample).flatMap((entry) => {
    const name = prefix + entry[0]
    const value = entry[1] as unknown
    if (typeof value === "number") return name
    return typeof value === "object" && value !== null ? numbersOf(value, `${name}.`) : []
  })
}
