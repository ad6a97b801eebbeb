import { Device, type Options } from "simulated-device"

/** As the SDK's driver: acceleration in m/s², rotation in degrees a second. */
export default class MPU6050 {
  private readonly device: Device

  constructor(options: Options) {
    this.device = new Device(options, 0x68)
    this.device.talk()
  }

  configure(): void {}

  sample(): object {
    const { device } = this
    device.talk()
    return { accelerometer: { x: 0, y: 0, z: device.get("acceleration") }, gyroscope: { x: device.get("rotation"), y: 0, z: 0 } }
  }

  close(): void {
    this.device.bus.close()
  }
}
