import type { Sensor } from "../src/index.js"

export interface SawtoothSample {
  /** °C */
  temperature: number
}

/**
 * A sensor in the ECMA-419 pattern, without a device: its temperature rises with each sample from `from` to `to`, and
 * begins anew. A driver would read a register where this one adds.
 */
export class SawtoothSensor implements Sensor {
  private from = 20
  private to = 25
  private step = 0.5
  /** The one object that every `sample` returns, so that sampling allocates nothing. */
  private readonly result: SawtoothSample = { temperature: this.from }

  configure({ from = this.from, to = this.to, step = this.step }: { from?: number; to?: number; step?: number }): void {
    this.from = from
    this.to = to
    this.step = step
    this.result.temperature = from
  }

  sample(): SawtoothSample {
    const next = this.result.temperature + this.step
    this.result.temperature = next > this.to ? this.from : next
    return this.result
  }

  close(): void {}
}
