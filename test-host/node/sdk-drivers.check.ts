/// <reference types="node" />
/**
 * The table of drivers held against the drivers themselves; part of `npm run check:sdk`: each is run with a chip that gives the
 * bytes that its data sheet says, and what comes out is to be what the chip measured. Those partly in C are left out.
 */
import assert from "node:assert/strict"
import { join } from "node:path"
import { before, describe, it } from "node:test"
import { rollup } from "rollup"
import { createSensors, type SensorConfig } from "../../platforms/esp32/sensors/create.js"
import { DRIVERS } from "../../platforms/esp32/sensors/drivers.js"

const sdk = process.env.MODDABLE!
const IN_C = ["BME68x", "BMP180", "BMP280", "BMI270"]

/** Bytes that a chip answers with, by what was written to it last, in hexadecimal: a register, or a command. */
type Chip = Readonly<Record<string, readonly number[]>>

const be16 = (...values: number[]): number[] => values.flatMap((value) => [(value >> 8) & 0xff, value & 0xff])
const le16 = (...values: number[]): number[] => values.flatMap((value) => [value & 0xff, (value >> 8) & 0xff])

/** The chip; what it has measured; the configuration beside the driver; and whether the driver answers only some time later. */
const CHIPS: Readonly<Record<string, { chip: Chip; expected: Readonly<Record<string, number>>; config?: object; later?: boolean }>> = {
  AHT10: { chip: { ac3300: [0x1c, 0x66, 0x66, 0x65, 0xb8, 0x52] }, expected: { temperature: 21.5, humidity: 40 } },
  AM2320: { chip: { "030002": [3, 2, ...be16(400), 0, 0], "030202": [3, 2, ...be16(0x8000 | 55), 0, 0] }, expected: { temperature: -5.5, humidity: 40 } },
  HTU21D: { chip: { e5: [...be16(24_116), 0], e3: [...be16(25_488), 0] }, expected: { temperature: 21.5, humidity: 40 } },
  SI7020: { chip: { e5: [...be16(24_116), 0], e3: [...be16(25_488), 0] }, expected: { temperature: 21.5, humidity: 40 } },
  SHT3x: { chip: { "2c06": [...be16(24_903), 0, ...be16(26_214), 0] }, expected: { temperature: 21.5, humidity: 40 } },
  SHTC3: { chip: { efc8: [0x08, 0x87, 0], "7ca2": [...be16(24_903), 0, ...be16(26_214), 0] }, expected: { temperature: 21.5, humidity: 40 } },
  LM75: { chip: { "00": be16(172 << 5) }, expected: { temperature: 21.5 } },
  TMP102: { chip: { "00": be16(0x10000 - (40 << 4)), "01": be16(0x60a0) }, expected: { temperature: -2.5 } },
  TMP117: { chip: { "0f": be16(0x0117), "00": be16(2752) }, expected: { temperature: 21.5 } },
  MLX90614: { chip: { "06": [...le16(14_758), 0], "07": [...le16(15_490), 0] }, expected: { ambientTemperature: 22.01, temperature: 36.65 } },
  AMG88xx: { chip: { "0e": le16(388) }, expected: { temperature: 24.25 } },
  // The data sheet's formula for a ratio up to 0.5, at gain 1/16.
  APDS9301: { chip: { "8a": [0x50], ac: le16(1000), ae: le16(250), ec: le16(1000), ee: le16(250) }, expected: { illuminance: 16_000 * (0.0304 - 0.062 * 0.25 ** 1.4) } },
  APDS9960: { chip: { 92: [0xab], 93: [3], 94: le16(5125, 2050, 1025, 0), "9c": [51] }, expected: { clear: 50, red: 20, green: 10, blue: 0, proximity: 20 } },
  LTR553ALS: { chip: { 86: [0x92], 87: [0x05], "8d": le16(2047), 88: le16(13_107), "8a": le16(13_107) }, expected: { brightness: 20, proximity: 100 } },
  VL6180: { chip: { "0000": [0xb4], "004f": [0x24], "0062": [125], "0050": be16(1010) }, expected: { distance: 12.5, illuminance: 320 } },
  URM09: { chip: { "01": [1], "03": be16(123), "05": be16(215) }, expected: { distance: 123, temperature: 21.5 } },
  CCS811: { chip: { 20: [0x81], "00": [0x98], "02": [...be16(612), ...be16(32), 0, 0, 0, 0] }, expected: { eco2: 612, tvoc: 32 } },
  SEN0322: { chip: { "0a": [0], "03": [120, 0, 0] }, expected: { oxygen: 209_000 } },
  Capacitive: { chip: { analog: [2048] }, expected: { moisture: 50 }, config: { pin: 34 } },
  ZIOQWIICMOISTURE: { chip: { "05": le16(256) }, expected: { moisture: 75 } },
  LIS3DH: { chip: { "0f": [0x33], a8: le16(8190, -4095, 0) }, expected: { accelX: 9.80665, accelY: -9.80665 / 2, accelZ: 0 } },
  L3GD20: { chip: { "0f": [0xd4], a8: le16(20_571, -20_571, 0) }, expected: { gyroX: Math.PI, gyroY: -Math.PI, gyroZ: 0 } },
  MPU6050: {
    chip: { 75: [0x68], "3b": be16(16_384, -8192, 0), 43: be16(11_790, -11_790, 0) },
    expected: { accelX: 9.80665, accelY: -9.80665 / 2, accelZ: 0, gyroX: Math.PI / 2, gyroY: -Math.PI / 2, gyroZ: 0 },
  },
  MPU9250: {
    chip: { 75: [0x71], "3b": be16(16_384, -8192, 0), 43: be16(11_790, -11_790, 0) },
    expected: { accelX: 9.80665, accelY: -9.80665 / 2, accelZ: 0, gyroX: Math.PI / 2, gyroY: -Math.PI / 2, gyroZ: 0 },
  },
  MPU6886: {
    chip: { 75: [0x19], "3b": be16(4096, -2048, 0, 1961, 2949, -2949, 0) },
    expected: { accelX: 9.80665, accelY: -9.80665 / 2, accelZ: 0, gyroX: Math.PI, gyroY: -Math.PI, gyroZ: 0, temperature: 31 },
  },
  // At ±4 g, as control register 2 is set.
  QMI8658: {
    chip: { "00": [0x05], 33: le16(31 * 256, 8192, -4096, 0, 11_520, -11_520, 0) },
    expected: { accelX: 9.80665, accelY: -9.80665 / 2, accelZ: 0, gyroX: Math.PI, gyroY: -Math.PI, gyroZ: 0, temperature: 31 },
  },
  // 25 µT are 0.25 gauss.
  HMC5883: { chip: { "0a": [72, 52, 51], "03": be16(275, 0, -440) }, expected: { fieldStrengthX: 25, fieldStrengthY: -40 } },
  "HC-SR04": { chip: { pulse: [5800] }, expected: { distance: 100 }, config: { pin: 12, trigger: 13 }, later: true },
  PZEM004T: {
    chip: { f8040000000a0000: [0xf8, 0x04, 20, ...be16(2301, 1500, 0, 3400, 0, 1234, 0, 500, 98, 0), 0, 0] },
    expected: { voltage: 230.1, current: 1.5, power: 340, energy: 1234, frequency: 50, powerFactor: 0.98 },
    later: true,
  },
  TTP223: { chip: { digital: [1] }, expected: { position: 1 }, config: { pin: 4 } },
}

/** The methods of the SDK's I2C and SMBus, with the chip at the other end. */
function busOf(chip: Chip): new (options: object) => { close(): void } {
  let last = ""
  // LTR553ALS reads a register whose name it has mistyped.
  const note = (...bytes: (number | undefined)[]): void => {
    last = bytes.map((byte = 0) => byte.toString(16).padStart(2, "0")).join("")
  }
  const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array => (ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data))
  const answer = (into: number | ArrayBuffer | ArrayBufferView): ArrayBuffer => {
    const bytes = typeof into === "number" ? new Uint8Array(into) : bytesOf(into)
    bytes.set((chip[last] ?? []).slice(0, bytes.length))
    return bytes.buffer as ArrayBuffer
  }
  return class {
    readUint8(register: number): number {
      note(register)
      return chip[last]?.[0] ?? 0
    }
    readUint16(register: number, bigEndian?: boolean): number {
      note(register)
      const [first = 0, second = 0] = chip[last] ?? []
      return bigEndian ? (first << 8) | second : (second << 8) | first
    }
    readBuffer(register: number, into: ArrayBuffer | ArrayBufferView): ArrayBuffer {
      note(register)
      return answer(into)
    }
    read(into: number | ArrayBuffer | ArrayBufferView): ArrayBuffer {
      return answer(into)
    }
    write(data: ArrayBuffer | ArrayBufferView): void {
      const bytes = bytesOf(data)
      if (bytes.length > 0) note(...bytes)
    }
    sendByte(command: number): void {
      note(command)
    }
    writeQuick(): void {}
    writeUint8(): void {}
    writeUint16(): void {}
    writeBuffer(): void {}
    close(): void {}
  }
}

/** A pin: reads the chip's one number, and calls the driver back as if that had changed; `answer` when it has. */
function pinOf(value: number | undefined, answer: () => void): new (options: { onReadable?: () => void }) => object {
  return class {
    static RisingToFalling = 1
    static InputPullUp = 1
    static InputPullDown = 2
    static Output = 3
    static Rising = 1
    static Falling = 2
    resolution = 12
    private readonly timer: NodeJS.Timeout | undefined
    constructor({ onReadable }: { onReadable?: () => void }) {
      if (!onReadable || value === undefined) return
      this.timer = setTimeout(() => {
        onReadable()
        answer()
      }, 1)
    }
    read(): number | undefined {
      return value
    }
    write(): void {}
    close(): void {
      clearTimeout(this.timer)
    }
  }
}

/** A serial port: answers what is written to it, and calls `answer` when it has. */
function serialOf(chip: Chip, answer: () => void): new (options: { onWritable(count: number): void; onReadable(count: number): void }) => object {
  return class {
    format = "number"
    private timer: NodeJS.Timeout
    private readonly waiting: number[] = []
    private readonly onReadable: (count: number) => void
    constructor({ onWritable, onReadable }: { onWritable(count: number): void; onReadable(count: number): void }) {
      this.onReadable = onReadable
      this.timer = setTimeout(() => onWritable(64), 1)
    }
    read(): number | undefined {
      return this.waiting.shift()
    }
    write(data: ArrayBuffer): void {
      const key = Buffer.from(data).toString("hex")
      this.timer = setTimeout(() => {
        this.waiting.push(...(chip[key] ?? []))
        this.onReadable(this.waiting.length)
        answer()
      }, 1)
    }
    close(): void {
      clearTimeout(this.timer)
    }
  }
}

/** Modules that the drivers import: checksums are all 0, and nobody waits. */
const STANDS_IN: Readonly<Record<string, string>> = {
  timer: "export default { delay() {}, repeat: (callback, period) => setInterval(callback, period), clear: clearInterval, set: setTimeout }",
  crc: "class Crc { reset() { return this } checksum() { return 0 } }; export { Crc as CRC8, Crc as CRC16, Crc as default }",
}

describe("the SDK's drivers", () => {
  const classes = new Map<string, unknown>()

  before(async () => {
    for (const { driver, folder, instead } of DRIVERS) {
      if (IN_C.some((name) => driver.endsWith(name))) continue
      const bundle = await rollup({
        input: join(sdk, "modules/drivers/sensors", `${instead ?? `${folder}/${folder}`}.js`),
        plugins: [{ name: "stands-in", resolveId: (id) => (id in STANDS_IN ? id : null), load: (id) => STANDS_IN[id] ?? null }],
        onwarn() {},
      })
      const { output } = await bundle.generate({ format: "es" })
      await bundle.close()
      const { default: Driver } = (await import(`data:text/javascript;base64,${Buffer.from(output[0].code).toString("base64")}`)) as { default: unknown }
      classes.set(driver, Driver)
    }
  })

  it("are all tried here, but those in C", () => {
    assert.deepEqual([...classes.keys()].map((driver) => driver.split("/")[1]).sort(), Object.keys(CHIPS).sort())
  })

  for (const entry of DRIVERS) {
    const name = entry.driver.split("/")[1]!
    if (IN_C.includes(name)) continue
    it(`${entry.driver} gives what the chip has measured`, async () => {
      const { chip, expected, config, later } = CHIPS[name]!
      let answer = (): void => {}
      const answered = new Promise<void>((resolve) => (answer = resolve))
      const SMBus = busOf(chip)
      const modules: Record<string, unknown> = { timer: { delay() {} }, [`mqtt-xs/driver/${entry.driver}`]: entry, [`embedded:sensor/${entry.driver}`]: classes.get(entry.driver) }
      const [{ sensor }] = createSensors([{ id: "room", driver: entry.driver, ...config } as SensorConfig], {
        importNow: (specifier) => modules[specifier],
        device: {
          I2C: { default: { data: 21, clock: 22 } },
          io: { SMBus, Analog: pinOf(chip.analog?.[0], answer), PulseWidth: pinOf(chip.pulse?.[0], answer), Digital: pinOf(chip.digital?.[0], answer), Serial: serialOf(chip, answer) },
        },
        board: { chipTemperature: () => undefined, freeHeap: () => 0 },
        clock: { ticks: () => 0 },
      }) as unknown as [{ sensor: { sample(): Record<string, number>; close?(): void } }]
      try {
        if (later) {
          assert.throws(() => sensor.sample(), /no sample yet/)
          await answered
        }
        const result = sensor.sample()
        assert.deepEqual(Object.keys(result).sort(), Object.keys(expected).sort())
        for (const [property, value] of Object.entries(expected)) {
          assert.ok(Math.abs(result[property]! - value) <= 0.005 * Math.max(1, Math.abs(value)), `${property} is ${result[property]}, not ${value}`)
        }
      } finally {
        sensor.close?.()
      }
    })
  }
})
