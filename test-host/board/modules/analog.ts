import { state } from "board-simulation"

/** ECMA-419 analog input: what the command "analog" says of its pin, half of the range otherwise. */
export default class Analog {
  readonly resolution = 12
  private readonly pin: number
  private open = true

  constructor(options: { pin: number; esp32?: { attenuation?: number } }) {
    if (options.pin === undefined) throw new RangeError("not analog pin")
    this.pin = options.pin
  }

  read(): number {
    if (!this.open) throw new SyntaxError("closed")
    return Math.round((state.analog[this.pin] ?? 0.5) * (2 ** this.resolution - 1))
  }

  close(): void {
    this.open = false
  }
}
