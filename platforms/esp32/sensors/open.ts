import type { Clock, Closable } from "../../platform.js"
import type { Row } from "./adapter.js"
import type { SensorConfig, SensorContext } from "./create.js"

/** What is to be known of a driver: the table in drivers.ts, of which a firmware has the entries that it uses. */
export interface DriverFacts {
  /** Absent: its sample is published as it is. */
  readonly read?: readonly Row[]
  /** "I2C" by default. */
  readonly bus?: string
  /** Time from its construction to its first good sample, which the board waits for; milliseconds. */
  readonly settle?: number
  /** What it needs to be configured with. */
  readonly configure?: object
}

/** A driver in the ECMA-419 pattern. */
export interface Driver {
  /** Some answer by the callback, later. */
  sample(callback: (error: unknown, sample: unknown) => void): unknown
  configure?(options: object): void
  close?(): void
}

/** What a driver is constructed with. */
export interface DriverOptions {
  sensor: Record<string, unknown> & { io: IoConstructor }
  trigger?: { io: IoConstructor; pin: number } | undefined
  onError(fault?: unknown): void
  /** TTP223 opens no pin without. */
  onAlert(): void
  /** For our own drivers. */
  clock: Pick<Clock, "ticks">
}

// What a class is extended from has to take any arguments.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type IoConstructor = new (...options: any[]) => Closable

type DriverClass = new (options: DriverOptions) => Driver

/** {} where nothing is known. Our own drivers are classes that say themselves what is to be known of them. */
export function factsOf({ driver }: SensorConfig, { importNow }: SensorContext): DriverFacts | (DriverFacts & DriverClass) {
  return (imported(importNow, `mqtt-xs/driver/${driver}`) as DriverFacts | undefined) ?? {}
}

/**
 * Constructs a driver, and waits until it has settled. `made` gets all that it opens, even if its constructor throws.
 * `onError` hears of its faults.
 */
export function openDriver(config: SensorConfig, context: SensorContext, facts: DriverFacts, made: Closable[], onError: (fault?: unknown) => void): Driver {
  const { importNow, device, clock } = context
  const name = config.driver
  const Driver = ("prototype" in facts ? facts : imported(importNow, `embedded:sensor/${name}`)) as DriverClass | undefined
  if (!Driver) throw new Error(`not in this firmware; add dist/drivers/${String(name).split("/").pop()}.json to "include" of its manifest`)
  const bus = (config.bus ?? facts.bus ?? "I2C").split(".")
  const pins = (device[bus[0]!] as Record<string, object> | undefined)?.[bus[1] ?? "default"]

  /** The class of a bus, which notes what is made of it. SMBus can all that I2C can, and drivers want either. */
  function ioOf(bus: string): IoConstructor {
    const Io = device.io[bus === "I2C" ? "SMBus" : bus] as IoConstructor | undefined
    if (!Io) throw new Error(`bus: this board has no ${bus}, but ${Object.keys(device.io).join(", ")}`)
    return class extends Io {
      constructor(options: object) {
        super(options)
        made.push(this)
      }
    }
  }

  const sensor = { ...pins, ...config, io: ioOf(bus[0]!) }
  const trigger = config.trigger === undefined ? undefined : { io: ioOf("Digital"), pin: config.trigger }
  const configure = config.configure ?? facts.configure
  let driver: Driver
  try {
    driver = new Driver({ sensor, trigger, onError, onAlert: onError, clock })
    if (configure) driver.configure!(configure)
  } catch (error) {
    // A copy, because XS can't make JSON of an object in flash.
    throw new Error(`${bus[0]} ${JSON.stringify({ ...pins })}: ${(error as Error).message}`)
  }
  if (facts.settle) (importNow("timer") as { delay(milliseconds: number): void }).delay(facts.settle)
  return driver
}

function imported(importNow: SensorContext["importNow"], specifier: string): unknown {
  try {
    return importNow(specifier)
  } catch {
    return undefined
  }
}
