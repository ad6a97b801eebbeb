import { state } from "board-simulation"

interface Options {
  address: number
  data?: number
  clock?: number
  hz?: number
}

/** Addresses that are open: ESP32's driver takes each once. */
const taken: number[] = []

/** ECMA-419 I2C on which every address answers, with zeros, unless the bus is dead. */
export default class I2C {
  private readonly address: number
  private open = true

  constructor(options: Options) {
    const { address, data, clock } = options
    if (data === undefined) throw new RangeError("data required")
    if (clock === undefined) throw new RangeError("clock required")
    if (address === undefined) throw new RangeError("address required")
    if (!(address >= 0 && address <= 0x7f)) throw new RangeError("invalid address")
    if (taken.includes(address)) throw new RangeError("duplicate address")
    taken.push(address)
    this.address = address
  }

  close(): void {
    if (this.open) taken.splice(taken.indexOf(this.address), 1)
    this.open = false
  }

  read(count: number | ArrayBuffer | ArrayBufferView): unknown {
    this.check("read failed")
    return typeof count === "number" ? new ArrayBuffer(count) : undefined
  }

  write(_buffer: ArrayBuffer | ArrayBufferView): void {
    this.check("write failed")
  }

  writeRead(_buffer: ArrayBuffer | ArrayBufferView, count: number | ArrayBuffer | ArrayBufferView): unknown {
    this.check("writeRead failed")
    return typeof count === "number" ? new ArrayBuffer(count) : undefined
  }

  private check(failure: string): void {
    if (!this.open) throw new SyntaxError("closed")
    if (!state.bus) throw new Error(failure)
  }
}
