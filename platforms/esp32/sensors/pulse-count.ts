import type { Closable } from "../../platform.js"
import type { DriverOptions } from "./open.js"

const MINUTE = 60_000

export interface PulseSample {
  /** Since the board started. */
  total: number
  /** Per minute, since the sample before. */
  rate: number
}

/**
 * Counts pulses at a pin, such as those of a meter, a rain gauge or an anemometer, by an interrupt: they may come some
 * tens a second, and those that come while a driver keeps the board waiting are one. With bus "PulseCount", counts the
 * steps of a quadrature encoder at two pins, in hardware, down as well as up: for single pulses that hardware, as the SDK
 * sets it up, is of no use, because it counts each rising edge up and each falling edge down.
 */
export default class PulseCount {
  static readonly bus = "Digital"
  private readonly input: Closable & { read(): number }
  private readonly ticks: () => number
  private readonly hardware: boolean
  private readonly result: PulseSample = { total: 0, rate: 0 }
  private count = 0
  private counted = 0
  private since: number
  private edgeAt: number

  /**
   * Of the sensor: pin; edge, "rising" or "falling" (the default); pullup, true by default; internalFilter, the
   * milliseconds (10) after a pulse in which another is a bounce of the contact. Or, with bus "PulseCount": signal and
   * control, its two pins.
   */
  constructor({ sensor, clock }: DriverOptions) {
    const { edge, pullup = true, internalFilter = 10, control } = sensor
    const io = sensor.io as typeof sensor.io & { InputPullUp: number; Input: number; Rising: number; Falling: number }
    this.hardware = control !== undefined
    this.ticks = () => clock.ticks()
    this.since = this.ticks()
    this.edgeAt = this.since - 1000
    this.input = new io({
      ...sensor,
      mode: pullup ? io.InputPullUp : io.Input,
      edge: edge === "rising" ? io.Rising : io.Falling,
      ...(!this.hardware && { onReadable: () => this.onEdge(internalFilter as number) }),
    }) as typeof this.input
  }

  sample(): PulseSample {
    const { result, hardware } = this
    const now = this.ticks()
    const count = hardware ? this.input.read() : this.count
    // Both counters turn over at 2^32.
    const more = (count - this.counted) | 0
    const time = (now - this.since) >>> 0
    this.counted = count
    this.since = now
    result.total += more
    result.rate = time === 0 ? 0 : (more * MINUTE) / time
    return result
  }

  close(): void {
    this.input.close()
  }

  private onEdge(filter: number): void {
    const now = this.ticks()
    if ((now - this.edgeAt) >>> 0 < filter) return
    this.edgeAt = now
    this.count = (this.count + 1) | 0
  }
}
