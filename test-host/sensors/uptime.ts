import { FileSensor } from "./file-sensor.js"
import type { FileSensorOptions } from "./files.js"

export interface UptimeSample {
  /** Seconds since the machine was started. */
  uptime: number
}

/** /proc/uptime: "350735.47 234388.90" */
export class UptimeSensor extends FileSensor<UptimeSample> {
  constructor(options: FileSensorOptions) {
    super(options, 16, { uptime: 0 })
  }

  sample(): UptimeSample {
    this.result.uptime = this.number(0, this.read())
    return this.result
  }
}
