import type { Sensor } from "../../../src/telemetry/sensor.js"
import type { Closable } from "../../platform.js"
import type { SensorConfig, SensorContext } from "./create.js"
import { type Driver, factsOf, openDriver } from "./open.js"

/**
 * One number of a driver's sample: what it is called with us, the least and the most that it can be, what it is to be
 * multiplied by and then increased by to be in our unit, and where in the sample it is ("hygrometer", "humidity"). A number
 * outside its limits is one of a sensor that is saturated, or not there. Of rows of the same name the last remains.
 */
export type Row = readonly [name: string, least: number, most: number, factor: number, offset: number, ...path: string[]]

/** Where the path begins. */
const PATH = 5
/** So many samples without a good value, and the driver is constructed anew: a sensor that was without power has lost its settings. */
const PATIENCE = 3

/**
 * Brings what an ECMA-419 driver gives to one form: flat, in the units of docs/sensors.md, and complete. What is not so is
 * thrown. The driver is constructed at the first sample, and again when it has thrown.
 */
export class SensorAdapter implements Sensor {
  private readonly config: SensorConfig
  private readonly context: SensorContext
  private driver: Driver | undefined
  private rows: readonly Row[] | undefined
  /** Filled again by each sample, so that sampling takes no memory but the driver's. */
  private readonly result: Record<string, number> = {}
  /** All that the driver has opened. */
  private readonly made: Closable[] = []
  private failures = 0
  /** What the driver has said since the last sample, where it speaks up by itself: what is wrong, or a sample. */
  private fault: unknown
  private latest: unknown
  /** What it does so by: a callback of sample(), and onError. */
  private readonly answer: (error?: unknown, sample?: unknown) => void

  constructor(config: SensorConfig, context: SensorContext) {
    this.config = config
    this.context = context
    this.answer = (error, sample) => {
      this.fault = error
      this.latest = sample
    }
  }

  /** Returns the same object each time. Throws when there is no good sample. */
  sample(): object {
    this.failures += PATIENCE
    try {
      const sample = this.take()
      // What fails from here on is not the driver.
      this.failures -= PATIENCE - 1
      if (!sample) throw new Error("no sample yet")
      const result = this.rows ? this.convert(this.rows, sample) : sample
      this.failures = 0
      return result
    } catch (thrown) {
      const error = this.fault ?? thrown
      // Where nothing could be opened, the configuration is wrong.
      const hint = this.made.length > 0 ? "; is the sensor connected and powered?" : ""
      if (this.failures >= PATIENCE) this.close()
      throw new Error(`${this.config.driver}: ${(error as Error).message ?? String(error)}${hint}`)
    }
  }

  close(): void {
    this.failures = 0
    this.answer()
    shut(this.driver)
    this.driver = undefined
    // Some drivers whose constructor throws leave their I2C open, which keeps its address for good; URM09 has no close.
    while (this.made.length > 0) shut(this.made.pop()!)
  }

  /** Of a driver that answers later, what it said to the sample before. */
  private take(): object | undefined {
    if (!this.driver) this.open()
    const latest = this.latest
    this.latest = undefined
    // A fault of its constructor means that it has given up.
    const sample = (this.fault ? undefined : this.driver!.sample(this.answer)) ?? latest
    if (this.fault) throw this.fault
    return sample as object | undefined
  }

  private open(): void {
    const facts = factsOf(this.config, this.context)
    this.rows = this.config.read ?? facts.read
    this.driver = openDriver(this.config, this.context, facts, this.made, this.answer)
  }

  private convert(rows: readonly Row[], sample: object): object {
    const { properties, configure } = this.config
    const count = rows.length
    let i = 0
    while (i < count) {
      const row = rows[i]!
      const name = row[0]
      if (!properties || properties.includes(name)) {
        let value: unknown = sample
        let at = PATH
        while (at < row.length && value) {
          value = (value as Record<string, unknown>)[row[at]!]
          ++at
        }
        const number = Number.isFinite(value) ? (value as number) * row[3] + row[4] : NaN
        const known = number === number
        if (!(configure ? known : number >= row[1] && number <= row[2])) {
          throw new Error(`${name} is ${known ? number : "missing"} (${row[1]} to ${row[2]} is expected)`)
        }
        this.result[name] = number
      }
      ++i
    }
    return this.result
  }
}

/** Closing what is not there may throw. */
function shut(it: { close?(): void } | undefined): void {
  try {
    it!.close!()
  } catch {
    // It is of no use any more, or never was.
  }
}
