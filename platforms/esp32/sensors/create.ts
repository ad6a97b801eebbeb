import type { SensorOptions } from "../../../src/telemetry/sensor.js"
import type { Clock } from "../../platform.js"
import { type Row, SensorAdapter } from "./adapter.js"
import { onBoardSensor } from "./on-board.js"

/** A sensor, as the configuration has it. What is not named here goes to its bus: address, hz, pin, data, clock, ... */
export interface SensorConfig extends Omit<SensorOptions, "sensor"> {
  /** "Humidity-Temperature/SHT3x", "battery", ...: docs/sensors.md has them all. */
  driver: string
  /** "I2C", "Serial", "Analog", "Digital" or "PulseWidth", or a second one of the board, as "I2C.internal". The driver's own by default. */
  bus?: string
  /** Goes to the driver's configure(). The limits of its values are not checked then. */
  configure?: object
  /** What to read, instead of what docs/sensors.md says, or of all the numbers of a driver that it has not. */
  read?: readonly Row[]
  /** Second pin, of a driver that has a trigger. */
  trigger?: number
  readonly [option: string]: unknown
}

/** `embedded:provider/builtin`, as far as sensors use it: classes in `io`, and pins, such as those of I2C.default. */
export interface Provider {
  readonly io: Readonly<Record<string, unknown>>
  readonly [bus: string]: unknown
}

/** What sensors need of the board. */
export interface SensorContext {
  /** The default export of a module; throws where the firmware has none of that name. */
  importNow(specifier: string): unknown
  readonly device: Provider
  readonly board: { chipTemperature(): number | undefined; freeHeap(): number }
  readonly wifi?: { readonly rssi: number | undefined }
  readonly clock: Pick<Clock, "ticks">
}

/**
 * The sensors of a configuration. Nothing is opened yet: that happens when a sensor is sampled, and again each time until
 * it succeeds, so that one that is wrong or absent doesn't keep the others from being read.
 */
export function createSensors(configs: readonly SensorConfig[], context: SensorContext): SensorOptions[] {
  return configs.map((config) => ({ ...config, sensor: onBoardSensor(config.driver, context) ?? new SensorAdapter(config, context) }))
}
