import { FileSensor } from "./file-sensor.js"
import type { FileSensorOptions } from "./files.js"

export interface MemorySample {
  /** MiB that programs could still take without swapping. */
  memory: number
}

const NEWLINE = 0x0a
/** A line has at least this many bytes before its end: a name and blanks to 16 columns, 8 columns of number, " kB". */
const LINE = 27
const NAME = "MemAvailable:"
/** Asking a string for its length takes two slots in XS. */
const NAME_LENGTH = NAME.length

/**
 * MemAvailable of /proc/meminfo, which has been its third line since Linux 3.14:
 *
 *     MemTotal:       24684084 kB
 *     MemFree:        23885260 kB
 *     MemAvailable:   24145016 kB
 */
export class MemorySensor extends FileSensor<MemorySample> {
  constructor(options: FileSensorOptions) {
    super(options, 112, { memory: 0 })
    this.read()
    const at = this.thirdLine()
    if (String.fromCharCode(...this.bytes.slice(at, at + NAME_LENGTH)) !== NAME) {
      this.close()
      throw new Error(`${options.sensor.path}: its third line is not ${NAME}`)
    }
  }

  sample(): MemorySample {
    const end = this.read()
    this.result.memory = this.number(this.thirdLine() + NAME_LENGTH, end) / 1024
    return this.result
  }

  private thirdLine(): number {
    const bytes = this.bytes
    return bytes.indexOf(NEWLINE, bytes.indexOf(NEWLINE, LINE) + 1 + LINE) + 1
  }
}
