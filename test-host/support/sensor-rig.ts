import { createSensors, type Provider, type SensorConfig, type SensorContext } from "../../platforms/esp32/sensors/create.js"
import { DRIVERS } from "../../platforms/esp32/sensors/drivers.js"
import type { Driver, DriverOptions } from "../../platforms/esp32/sensors/open.js"
import type { Sensor } from "../../src/telemetry/sensor.js"

/** Something on a bus. Like the ESP32's I2C, it keeps its address until it is closed. */
export class FakeIo {
  static readonly Input = 10
  static readonly InputPullUp = 11
  static readonly Rising = 1
  static readonly Falling = 2
  static open: FakeIo[] = []
  /** What each gives when it is read. */
  static value: number | undefined
  readonly options: Record<string, unknown>
  readonly resolution = 12

  constructor(options: Record<string, unknown>) {
    if (FakeIo.open.some((other) => other.address !== undefined && other.address === options.address)) throw new RangeError("duplicate address")
    this.options = options
    FakeIo.open.push(this)
  }

  get address(): unknown {
    return this.options.address
  }

  read(): number | undefined {
    return FakeIo.value
  }

  /** As an interrupt would have it called. */
  edge(): void {
    ;(this.options.onReadable as () => void)()
  }

  close(): void {
    FakeIo.open = FakeIo.open.filter((other) => other !== this)
  }
}

class SMBus extends FakeIo {}
class Digital extends FakeIo {}

/** A driver as the SDK's are: opens its I2C, and gives the samples that the test has put into `samples`, the last for ever. */
export class FakeDriver implements Driver {
  /** What sample() does, one after the other: an Error is thrown, a function is called, all else is returned. */
  static samples: unknown[] = []
  /** What its constructor is to throw, one after the other. */
  static faults: (Error | undefined)[] = []
  static made: FakeDriver[] = []
  readonly options: DriverOptions
  readonly io: FakeIo
  configuration: object | undefined
  closed = false

  constructor(options: DriverOptions) {
    this.options = options
    this.io = new options.sensor.io({ address: 0x44, ...options.sensor }) as FakeIo
    const fault = FakeDriver.faults.shift()
    // As in the SDK's drivers, the I2C stays open.
    if (fault) throw fault
    FakeDriver.made.push(this)
  }

  configure(options: object): void {
    this.configuration = options
  }

  sample(callback: (error: unknown, sample: unknown) => void): unknown {
    const samples = FakeDriver.samples
    const sample = samples.length > 1 ? samples.shift() : samples[0]
    if (sample instanceof Error) throw sample
    return typeof sample === "function" ? (sample as (driver: FakeDriver, callback: unknown) => unknown)(this, callback) : sample
  }

  close(): void {
    this.io.close()
    this.closed = true
  }
}

/** Sensors on a board whose modules, buses and clock are the test's. */
export class SensorRig {
  ticks = 1000
  /** Milliseconds that the board was kept waiting. */
  waited = 0
  rssi: number | undefined = -61
  temperature: number | undefined = 41.5
  /** Modules of the firmware, by their specifiers. */
  readonly modules: Record<string, unknown> = { timer: { delay: (milliseconds: number) => (this.waited += milliseconds) } }
  readonly device: Provider = {
    I2C: { default: { io: SMBus, data: 21, clock: 22 }, internal: { data: 5, clock: 6 } },
    Analog: { default: { pin: 35 } },
    io: { SMBus, I2C: SMBus, Digital, Analog: FakeIo, Serial: FakeIo, PulseWidth: FakeIo, PulseCount: FakeIo },
  }
  readonly context: SensorContext

  constructor() {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const rig = this
    FakeIo.open = []
    FakeIo.value = 0
    FakeDriver.samples = []
    FakeDriver.faults = []
    FakeDriver.made = []
    for (const { driver, bus, settle, configure, read } of DRIVERS) {
      this.modules[`mqtt-xs/driver/${driver}`] = { bus, settle, configure, read }
      this.modules[`embedded:sensor/${driver}`] = FakeDriver
    }
    this.context = {
      importNow: (specifier) => {
        if (!(specifier in this.modules)) throw new ReferenceError(`module "${specifier}" not found`)
        return this.modules[specifier]
      },
      device: this.device,
      board: { chipTemperature: () => this.temperature, freeHeap: () => 123_456 },
      wifi: {
        get rssi() {
          return rig.rssi
        },
      },
      clock: { ticks: () => this.ticks | 0 },
    }
  }

  /** The sensor of one configuration; its driver gives `samples`. */
  sensor(config: Omit<SensorConfig, "id">, ...samples: unknown[]): Sensor {
    FakeDriver.samples = samples
    return createSensors([{ id: "room", ...config } as SensorConfig], this.context)[0]!.sensor
  }

  /** The driver that is open. */
  get driver(): FakeDriver {
    return FakeDriver.made[FakeDriver.made.length - 1]!
  }
}
