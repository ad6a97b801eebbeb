import { Device, type Options } from "simulated-device"

/** As the SDK's driver: samples at once, throws when nobody answers, leaves out what has a wrong checksum. */
export default class SHT3x {
  private readonly device: Device

  constructor(options: Options) {
    this.device = new Device(options, 0x44)
    this.device.talk()
  }

  configure(): void {}

  sample(): object {
    const { device } = this
    device.talk()
    const temperature = device.get("temperature")
    // NaN stands for a checksum that is wrong.
    return { hygrometer: { humidity: device.get("humidity") }, thermometer: Number.isNaN(temperature) ? {} : { temperature } }
  }

  close(): void {
    this.device.bus.close()
  }
}
