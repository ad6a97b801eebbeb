import type { DriverOptions } from "./open.js"

/** `embedded:io/analog` */
interface AnalogInput {
  /** Undefined when it failed. */
  read(): number | undefined
  /** Bits. */
  readonly resolution: number
  close(): void
}

/** Most that a pin of an ESP32 measures, volts, by the attenuation in dB before it. Moddable's numbers are parts of that. */
const FULL: Readonly<Record<number, number>> = Object.freeze({ 0: 0.95, 2.5: 1.25, 6: 1.75, 12: 2.45 })

/** An analog input in volts. */
export class Adc {
  private readonly input: AnalogInput
  private readonly full: number
  private readonly samples: number

  /** Of the sensor: pin; attenuation 0, 2.5, 6 or 12 (dB), 12 by default; samples, of which the mean is taken, 8 by default. */
  constructor({ sensor }: DriverOptions) {
    const attenuation = (sensor.attenuation ?? 12) as number
    const full = FULL[attenuation]
    if (full === undefined) throw new RangeError(`attenuation: ${attenuation}; 0, 2.5, 6 or 12 is needed`)
    this.full = full
    this.samples = (sensor.samples ?? 8) as number
    this.input = new sensor.io({ ...sensor, esp32: { attenuation } }) as AnalogInput
  }

  /** Throws when there is more than can be measured. */
  volts(): number {
    const { input, samples, full } = this
    const most = 2 ** input.resolution - 1
    let sum = 0
    let i = samples
    while (--i >= 0) sum += input.read() ?? NaN
    const part = sum / samples / most
    if (!(part < 0.998)) throw new Error(part > 0 ? `the pin has ${full} V or more, too much to be measured` : "the pin can't be read")
    return part * full
  }

  close(): void {
    this.input.close()
  }
}
