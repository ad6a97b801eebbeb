import { Device, type Options } from "simulated-device"

/** As the SDK's driver: flat, and it tells a sensor that it does not know through onError, and goes on. */
export default class TMP117 {
  private readonly device: Device

  constructor(options: Options) {
    this.device = new Device(options, 0x48)
    try {
      this.device.talk()
    } catch (error) {
      options.onError?.("unexpected sensor")
      this.device.bus.close()
      throw error
    }
  }

  configure(): void {}

  sample(): object {
    this.device.talk()
    return { temperature: this.device.get("temperature") }
  }

  close(): void {
    this.device.bus.close()
  }
}
