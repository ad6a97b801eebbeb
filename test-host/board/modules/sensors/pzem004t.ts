import { state } from "board-simulation"
import Timer from "timer"

type Callback = (error: string | null, sample?: object) => void

/** As the SDK's driver, which gives its sample later, to a callback, and has one question under way at a time. */
export default class PZEM004T {
  private pending: Callback | undefined

  constructor(_options: object) {}

  configure(): void {}

  sample(callback: Callback): void {
    if (this.pending) throw new Error("sample pending")
    this.pending = callback
    Timer.set(() => {
      this.pending = undefined
      // Nobody answers on any bus, when none does on I2C.
      if (state.bus) callback(null, { voltage: 230.1, current: 0.5, power: 115, energy: 1234, frequency: 50, powerFactor: 1, alarmStatus: false })
      else callback("timeout")
    }, 100)
  }

  close(): void {}
}
