import { createSensors } from "../../platforms/esp32/sensors/create.js"
import { type DriverEntry, DRIVERS, UNITS } from "../../platforms/esp32/sensors/drivers.js"
import { Reading } from "../../src/telemetry/reading.js"
import { equal, fail, ok, test, throws } from "../harness/harness.js"
import { FakeDriver, FakeIo, SensorRig } from "../support/sensor-rig.js"

const SHT3X = "Humidity-Temperature/SHT3x"
const AIR = { hygrometer: { humidity: 40 }, thermometer: { temperature: 21.5 } }

/** The entry's example once more, with `value` at `path`. */
function exampleWith({ example }: DriverEntry, path: readonly string[], value: unknown): unknown {
  const sample = copyOf(example.sample) as Record<string, unknown>
  let at = sample
  for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>
  at[path[path.length - 1]!] = value
  return sample
}

function copyOf(value: unknown): unknown {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)])) : value
}

/** What went wrong with a sample. */
function problem(sensor: { sample(): unknown }): string {
  try {
    sensor.sample()
  } catch (error) {
    return (error as Error).message
  }
  return fail("there is a sample")
}

for (const entry of DRIVERS) {
  const { driver, example, read } = entry
  /** Constructed, and with what it needs first. */
  const sensorOf = (sample: unknown): { sample(): unknown } => new SensorRig().sensor({ driver }, sample)

  test(`${driver}: its sample is brought to our names and units`, () => {
    const result = sensorOf(example.sample).sample() as Record<string, number>
    const names = Object.keys(example.result)
    equal(Object.keys(result).sort(), names.sort())
    for (const name of names) {
      ok(Math.abs(result[name]! - example.result[name]!) <= 1e-9 * Math.abs(example.result[name]!), `${name} is ${result[name]}, not ${example.result[name]}`)
      ok(UNITS[name] !== undefined, `${name} has no unit`)
    }
  })

  test(`${driver}: what is missing, undefined, NaN, too small or too large is no sample`, () => {
    for (const [name, least, most, factor, offset, ...path] of read) {
      for (const value of [undefined, null, NaN, "21", Infinity, (least - 0.01 * Math.abs(most) - offset) / factor, (most + 0.01 * Math.abs(most) - offset) / factor]) {
        const text = problem(sensorOf(exampleWith(entry, path, value)))
        ok(text.startsWith(`${driver}: ${name} is `) && text.includes(`(${least} to ${most} is expected)`), `${String(value)}: ${text}`)
      }
      if (path.length > 1) ok(problem(sensorOf(exampleWith(entry, path.slice(0, 1), undefined))).includes("is missing"), "without its part of a compound sample")
    }
  })
}

test("no two drivers have the same file, and every one is in the SDK's pattern of names", () => {
  const files = DRIVERS.map(({ driver }) => driver.slice(driver.lastIndexOf("/") + 1))
  equal(new Set(files).size, DRIVERS.length)
  ok(DRIVERS.every(({ driver }) => driver.split("/").length === 2))
})

test("the sample is the same object each time, in the order of the table", () => {
  const sensor = new SensorRig().sensor({ driver: SHT3X }, AIR)
  const first = sensor.sample()
  equal(JSON.stringify(first), '{"temperature":21.5,"humidity":40}')
  ok(sensor.sample() === first)
})

test("a sensor of the configuration is published with the drivers' numbers", () => {
  const rig = new SensorRig()
  FakeDriver.samples = [{ thermometer: { temperature: 21.456 }, hygrometer: { humidity: 0.4 }, barometer: { pressure: 101_325.4 } }]
  const [options] = createSensors([{ id: "room", driver: "Barometer-Humidity-Temperature/BME68x", bus: "I2C", updateInterval: "10s", accuracyDecimals: 1, properties: ["humidity", "temperature"] }], rig.context)
  equal(options!.id, "room")
  equal(options!.updateInterval, "10s")
  const reading = new Reading(options!, 10_000)
  reading.sample()
  const out = new Uint8Array(100)
  equal(String.fromCharCode(...out.subarray(0, reading.write(out, 0, out.length))), '{"humidity":40,"temperature":21.5}')
})

test("a property that is not asked for may be missing or saturated", () => {
  const sample = { proximity: { distance: 25.5 }, lightmeter: { illuminance: 320 } }
  const driver = "AmbientLight-Proximity/VL6180"
  equal(new SensorRig().sensor({ driver, properties: ["illuminance"] }, sample).sample(), { illuminance: 320 })
  ok(problem(new SensorRig().sensor({ driver }, sample)).includes("distance is 25.5 (0 to 25.4 is expected)"))
})

test("SHT3x leaves out what came with a wrong checksum", () => {
  const sensor = new SensorRig().sensor({ driver: SHT3X }, { hygrometer: {}, thermometer: { temperature: 21.5 } }, AIR)
  equal(problem(sensor), `${SHT3X}: humidity is missing (0 to 100 is expected); is the sensor connected and powered?`)
  equal(sensor.sample(), { temperature: 21.5, humidity: 40 })
})

test("SI7020 gives numbers with a wrong checksum, and says so: they are not published", () => {
  const wrong = ({ options }: FakeDriver): unknown => {
    options.onError("bad checksum")
    return AIR
  }
  const sensor = new SensorRig().sensor({ driver: "Humidity-Temperature/SI7020" }, wrong, AIR)
  ok(problem(sensor).includes("SI7020: bad checksum;"))
  equal(sensor.sample(), { temperature: 21.5, humidity: 40 })
})

test("HTU21D throws a TypeError", () => {
  const sensor = new SensorRig().sensor({ driver: "Humidity-Temperature/HTU21D" }, () => {
    const sample: { hygrometer?: { humidity: number } } = {}
    sample.hygrometer!.humidity = 40
  })
  ok(problem(sensor).startsWith("Humidity-Temperature/HTU21D: "))
})

test("APDS9301 that is saturated gives a plausible illuminance, which is not published", () => {
  const sensor = new SensorRig().sensor({ driver: "AmbientLight/APDS9301" }, { illuminance: 356.5, raw: 65_535, scaled: 1_048_560, ir: 1_048_560 }, { overflow: true })
  ok(problem(sensor).includes("illuminance is 65535 "))
  ok(problem(sensor).includes("illuminance is missing (0 to 65534 is expected)"))
})

test("CCS811 says false while it has nothing new", () => {
  const sensor = new SensorRig().sensor({ driver: "CarbonDioxideGasSensor-VOCSensor/CCS811" }, false, { carbonDioxideGasSensor: { C02: 612 }, vocSensor: { tvoc: 32 } })
  ok(problem(sensor).includes("CCS811: no sample yet;"))
  equal(sensor.sample(), { eco2: 612, tvoc: 32 })
})

test("PZEM004T answers later: the answer is the next sample, once", () => {
  const rig = new SensorRig()
  let answer: ((error: unknown, sample?: unknown) => void) | undefined
  const ask = (_: FakeDriver, callback: typeof answer): void => {
    if (answer) throw new Error("sample pending")
    answer = callback
  }
  const { sample, result } = DRIVERS.find(({ driver }) => driver === "Energy/PZEM004T")!.example
  const sensor = rig.sensor({ driver: "Energy/PZEM004T" }, ask)
  const reply = (error: unknown, sample?: unknown): void => {
    const callback = answer!
    answer = undefined
    callback(error, sample)
  }
  ok(problem(sensor).includes("no sample yet"))
  reply(null, sample)
  equal(sensor.sample(), result)
  ok(problem(sensor).includes("sample pending"), "it did not answer")
  ok(rig.driver.closed)
  answer = undefined
  ok(problem(sensor).includes("no sample yet"), "a new one is asked")
  reply(new Error("bad CRC check"))
  ok(problem(sensor).includes("PZEM004T: bad CRC check;"))
  equal(FakeDriver.made.length, 2)
})

test("HC-SR04 has a second pin, and no sample without an echo", () => {
  const rig = new SensorRig()
  const sensor = rig.sensor({ driver: "Proximity/HC-SR04", pin: 12, trigger: 13 }, undefined, { near: true, distance: 123, max: 400 }, { near: false, distance: null, max: 400 })
  ok(problem(sensor).includes("no sample yet"))
  equal(rig.driver.options.sensor.pin, 12)
  equal(rig.driver.options.trigger!.pin, 13)
  equal((rig.driver.options.trigger!.io as unknown as { Rising: number }).Rising, 1, "the class has its constants")
  equal(sensor.sample(), { distance: 123 })
  ok(problem(sensor).includes("distance is missing"))
})

test("a sensor that isn't there is tried again at each sample, and keeps no address meanwhile", () => {
  const rig = new SensorRig()
  const sensor = rig.sensor({ driver: SHT3X, bus: "I2C" }, AIR)
  FakeDriver.faults = [new Error("write failed"), new Error("write failed"), undefined]
  for (const i of [1, 2]) {
    equal(problem(sensor), `${SHT3X}: I2C {"data":21,"clock":22}: write failed; is the sensor connected and powered?`, `try ${i}`)
    equal(FakeIo.open.length, 0, "what the constructor has opened is closed")
  }
  equal(sensor.sample(), { temperature: 21.5, humidity: 40 })
  equal(FakeIo.open.length, 1)
})

test("a driver that has thrown is constructed anew", () => {
  const rig = new SensorRig()
  const sensor = rig.sensor({ driver: SHT3X }, AIR, new Error("read failed"), AIR)
  sensor.sample()
  ok(problem(sensor).includes("SHT3x: read failed;"))
  ok(rig.driver.closed)
  sensor.sample()
  equal(FakeDriver.made.length, 2)
})

test("a driver without a good sample is constructed anew after three, for its sensor may have lost its settings", () => {
  const rig = new SensorRig()
  const sensor = rig.sensor({ driver: SHT3X }, undefined, {}, undefined, AIR, undefined, undefined, AIR)
  for (const i of [1, 2, 3]) {
    ok(!FakeDriver.made[0]?.closed, `sample ${i}`)
    problem(sensor)
  }
  ok(FakeDriver.made[0]!.closed)
  sensor.sample()
  problem(sensor)
  problem(sensor)
  sensor.sample()
  equal(FakeDriver.made.length, 2, "a good sample starts the count again")
})

test("a driver that finds another chip says so to onError, and is of no use", () => {
  const rig = new SensorRig()
  rig.modules[`embedded:sensor/${SHT3X}`] = class extends FakeDriver {
    constructor(options: ConstructorParameters<typeof FakeDriver>[0]) {
      super(options)
      options.onError("unexpected sensor")
      this.close()
    }
  }
  const sensor = rig.sensor({ driver: SHT3X }, new TypeError("cannot coerce undefined to object"))
  ok(problem(sensor).includes("SHT3x: unexpected sensor;"))
  ok(problem(sensor).includes("SHT3x: unexpected sensor;"))
})

test("a driver that throws when it is closed is closed all the same, and URM09 has no close", () => {
  for (const close of [undefined, () => { throw new Error("write failed") }]) {
    const rig = new SensorRig()
    const sensor = rig.sensor({ driver: SHT3X }, AIR)
    sensor.sample()
    Object.assign(rig.driver, { close })
    sensor.close!()
    equal(FakeIo.open.length, 0)
    equal(sensor.sample(), { temperature: 21.5, humidity: 40 })
  }
})

test("a sensor that is closed before its first sample is fine", () => {
  new SensorRig().sensor({ driver: SHT3X }, AIR).close!()
})

test("the bus has the board's pins, unless the configuration names others", () => {
  const pinsOf = (config: object): unknown => {
    const rig = new SensorRig()
    rig.sensor({ driver: SHT3X, ...config }, AIR).sample()
    const { data, clock, address } = rig.driver.io.options
    return [data, clock, address]
  }
  equal(pinsOf({}), [21, 22, 0x44])
  equal(pinsOf({ bus: "I2C" }), [21, 22, 0x44])
  equal(pinsOf({ bus: "I2C.internal" }), [5, 6, 0x44])
  equal(pinsOf({ data: 8, clock: 9, address: 0x45 }), [8, 9, 0x45])
})

test("a bus that the board hasn't is told, with those that it has", () => {
  const sensor = new SensorRig().sensor({ driver: SHT3X, bus: "SPI" }, AIR)
  ok(problem(sensor).includes("bus: this board has no SPI, but SMBus, I2C, Digital, Analog, Serial, PulseWidth, PulseCount"))
})

test("a driver that the firmware hasn't is told, with what to do", () => {
  equal(problem(new SensorRig().sensor({ driver: "Barometer-Temperature/BMP999" })), 'Barometer-Temperature/BMP999: not in this firmware; add dist/drivers/BMP999.json to "include" of its manifest')
  ok(problem(new SensorRig().sensor({} as { driver: string })).startsWith("undefined: not in this firmware;"), "nor one without a name")
})

test("a driver that the table hasn't gives what its sample has, or what `read` says", () => {
  const rig = new SensorRig()
  rig.modules["embedded:sensor/My/Own"] = FakeDriver
  const sample = { thermometer: { temperature: 294.65 }, note: "kelvin" }
  ok(rig.sensor({ driver: "My/Own" }, sample).sample() === sample)
  const read = [["temperature", -40, 85, 1, -273.15, "thermometer", "temperature"]] as const
  ok(Math.abs((new SensorRig().sensor({ driver: SHT3X, read }, sample).sample() as { temperature: number }).temperature - 21.5) < 1e-9)
})

test("what a driver needs to be configured with is, and the board waits until it has settled", () => {
  const rig = new SensorRig()
  const sensor = rig.sensor({ driver: "Magnetometer/HMC5883" }, { x: 0.02, y: 0 })
  sensor.sample()
  sensor.sample()
  equal(rig.driver.configuration, { mode: 0, gain: 1 })
  equal(rig.waited, 100, "once")
})

test("a configuration of one's own goes to the driver, whose limits are then unknown", () => {
  const rig = new SensorRig()
  const sensor = rig.sensor({ driver: "Accelerometer/LIS3DH", configure: { range: 3 } }, { x: 120, y: 0, z: 0 }, { x: NaN, y: 0, z: 0 })
  equal((sensor.sample() as { accelX: number }).accelX, 120)
  equal(rig.driver.configuration, { range: 3 })
  throws(() => sensor.sample(), /accelX is missing/)
})
