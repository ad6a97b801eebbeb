import { state } from "board-simulation"

/** ECMA-419 pulse counter: what the command "pulses" has counted on its signal pin. */
export default class PulseCount {
  private readonly pin: number
  private base = 0

  constructor(options: { signal: number; control?: number }) {
    this.pin = options.signal
  }

  read(): number {
    return (state.pulses[this.pin] ?? 0) + this.base
  }

  write(count: number): void {
    this.base = count - (state.pulses[this.pin] ?? 0)
  }

  close(): void {}
}
