import { FileSensor } from "./file-sensor.js"
import type { FileSensorOptions } from "./files.js"

export interface TemperatureSample {
  /** Degrees Celsius, as ECMA-419 has it. */
  temperature: number
}

/** temp*_input of hwmon, or temp of a thermal zone, both in thousandths of a degree: "47250" */
export class TemperatureSensor extends FileSensor<TemperatureSample> {
  constructor(options: FileSensorOptions) {
    super(options, 16, { temperature: 0 })
  }

  sample(): TemperatureSample {
    this.result.temperature = this.number(0, this.read()) / 1000
    return this.result
  }
}
