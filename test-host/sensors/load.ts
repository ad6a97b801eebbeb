import { FileSensor } from "./file-sensor.js"
import type { FileSensorOptions } from "./files.js"

export interface LoadSample {
  /** Processes that ran or wanted to, mean of the last minute. */
  load: number
}

/** /proc/loadavg: "0.20 0.18 0.12 1/80 11206" */
export class LoadSensor extends FileSensor<LoadSample> {
  constructor(options: FileSensorOptions) {
    super(options, 16, { load: 0 })
  }

  sample(): LoadSample {
    this.result.load = this.number(0, this.read())
    return this.result
  }
}
