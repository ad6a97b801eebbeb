import type { FileReader, FileSensorOptions } from "./files.js"

const ZERO = 0x30
const NINE = 0x39
const POINT = 0x2e
const MINUS = 0x2d
const SPACE = 0x20

/**
 * A sensor whose device is a small text file. What it has in common with an I2C sensor's driver: a buffer taken once,
 * into which each sample reads, and numbers picked out of bytes. No reading allocates.
 */
export abstract class FileSensor<Sample extends object> {
  protected readonly bytes: Uint8Array
  /** The one object that every `sample` fills and returns. */
  protected readonly result: Sample
  private readonly buffer: ArrayBuffer
  private file: FileReader | undefined

  /** `size`: bytes of the file that matter. Throws where the file can't be opened. */
  constructor(options: FileSensorOptions, size: number, result: Sample) {
    const { io: File, path } = options.sensor
    this.buffer = new ArrayBuffer(size)
    this.bytes = new Uint8Array(this.buffer)
    this.result = result
    this.file = new File(path)
  }

  /** Reads the file anew. The object is the same each time. Throws where the file can't be read, or has no number. */
  abstract sample(): Sample

  close(): void {
    this.file?.close()
    this.file = undefined
  }

  /** Reads the file's beginning into `bytes`; returns how many there are. */
  protected read(): number {
    if (this.file === undefined) throw new Error("the sensor is closed")
    return this.file.read(this.buffer)
  }

  /** The decimal number at `at`, blanks before it left out. NaN, which no sensor may say, where there is none. */
  protected number(at: number, end: number): number {
    const bytes = this.bytes
    while (at < end && bytes[at] === SPACE) ++at
    const negative = at < end && bytes[at] === MINUS
    if (negative) ++at
    const start = at
    let value = 0
    let scale = 0
    while (at < end) {
      const byte = bytes[at]!
      if (byte >= ZERO && byte <= NINE) {
        value = value * 10 + (byte - ZERO)
        scale *= 10
      } else if (byte === POINT && scale === 0) scale = 1
      else break
      ++at
    }
    if (at === start) return NaN
    if (scale > 1) value /= scale
    return negative ? -value : value
  }
}
