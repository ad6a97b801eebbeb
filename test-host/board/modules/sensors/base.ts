import { state } from "board-simulation"

export interface Bus {
  read(count: number | ArrayBuffer): unknown
  write(buffer: ArrayBuffer): void
  close(): void
}

export interface Options {
  sensor: { io: new (options: object) => Bus; address?: number }
  onError?(fault: unknown): void
}

/** Of a driver: its bus, on which it talks as often as a driver does. */
export class Device {
  readonly bus: Bus
  private readonly byte = new ArrayBuffer(1)

  constructor({ sensor }: Options, address: number) {
    this.bus = new sensor.io({ hz: 400_000, address, ...sensor })
  }

  /** Throws when nobody answers. */
  talk(): void {
    this.bus.write(this.byte)
    this.bus.read(this.byte)
  }

  /** What there is to be measured now. */
  get(quantity: string): number {
    return state.quantities[quantity]!
  }
}
