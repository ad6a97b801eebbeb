import { onCommand, state } from "board-simulation"
import Timer from "timer"

interface Options {
  pin: number
  mode?: number
  edge?: number
  onReadable?(this: Digital): void
}

const inputs: Digital[] = []

/** ECMA-419 digital pin. The command "pulses" makes edges on it, 20 ms apart. */
export default class Digital {
  static readonly Input = 0
  static readonly InputPullUp = 1
  static readonly InputPullDown = 2
  static readonly InputPullUpDown = 3
  static readonly Output = 8
  static readonly OutputOpenDrain = 9
  static readonly Rising = 1
  static readonly Falling = 2
  readonly pin: number
  private readonly onReadable: Options["onReadable"]
  private value = 0

  constructor(options: Options) {
    this.pin = options.pin
    this.onReadable = options.onReadable
    inputs.push(this)
  }

  read(): number {
    return this.value
  }

  write(value: number): void {
    this.value = value
  }

  close(): void {
    const i = inputs.indexOf(this)
    if (i >= 0) inputs.splice(i, 1)
  }

  edge(): void {
    this.onReadable?.()
  }
}

onCommand("pulses", (pulses: Readonly<Record<string, number>>) => {
  const pins = Object.keys(pulses)
  for (let i = 0; i < pins.length; i++) {
    const pin = pins[i]!
    state.pulses[pin] = (state.pulses[pin] ?? 0) + pulses[pin]!
    beat(Number(pin), pulses[pin]!)
  }
})

function beat(pin: number, left: number): void {
  const input = inputs.find((each) => each.pin === pin)
  if (!input || left === 0) return
  input.edge()
  Timer.set(() => beat(pin, left - 1), 20)
}
