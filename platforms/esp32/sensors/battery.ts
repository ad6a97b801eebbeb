import { Adc } from "./adc.js"
import type { DriverOptions } from "./open.js"

/** The voltage of a battery, at an analog pin behind a divider. In the pattern of ECMA-419's drivers. */
export default class Battery {
  static readonly bus = "Analog"
  private readonly adc: Adc
  private readonly factor: number
  private readonly result = { voltage: 0 }

  /** Of the sensor, besides what Adc has: factor, the battery's volts for each at the pin; 2 by default: two equal resistors. */
  constructor(options: DriverOptions) {
    this.factor = (options.sensor.factor ?? 2) as number
    this.adc = new Adc(options)
  }

  sample(): { voltage: number } {
    this.result.voltage = this.adc.volts() * this.factor
    return this.result
  }

  close(): void {
    this.adc.close()
  }
}
