import { Device, type Options } from "simulated-device"

/** As the SDK's driver: no sample at first, humidity from 0 to 1, a constructor that closes its bus when it throws. */
export default class BME68x {
  private readonly device: Device
  private ready = false

  constructor(options: Options) {
    this.device = new Device(options, 0x77)
    try {
      this.device.talk()
    } catch (error) {
      this.device.bus.close()
      throw error
    }
  }

  configure(): void {}

  sample(): object | undefined {
    const { device, ready } = this
    device.talk()
    this.ready = true
    if (!ready) return undefined
    return { thermometer: { temperature: device.get("temperature") }, hygrometer: { humidity: device.get("humidity") / 100 }, barometer: { pressure: device.get("pressure") } }
  }

  close(): void {
    this.device.bus.close()
  }
}
