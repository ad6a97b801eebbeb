import { createSensors } from "../../platforms/esp32/sensors/create.js"
import Battery from "../../platforms/esp32/sensors/battery.js"
import Ntc from "../../platforms/esp32/sensors/ntc.js"
import PulseCount from "../../platforms/esp32/sensors/pulse-count.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { FakeIo, SensorRig } from "../support/sensor-rig.js"

function rigWithOwn(): SensorRig {
  const rig = new SensorRig()
  Object.assign(rig.modules, { "mqtt-xs/driver/battery": Battery, "mqtt-xs/driver/ntc": Ntc, "mqtt-xs/driver/pulse-count": PulseCount })
  return rig
}

/** The analog input's greatest number, of 12 bits; it stands for 2.45 V, unless the attenuation is another. */
const MOST = 4095

test("uptime counts seconds, also when the ticks turn over", () => {
  const rig = new SensorRig()
  const sensor = rig.sensor({ driver: "uptime" })
  rig.ticks = 1500
  equal(sensor.sample(), { uptime: 1.5 })
  let ticks = 1500
  for (const day of [10, 20, 30, 40, 50, 60, 110]) {
    ticks = (day - (day === 110 ? 10 : 0)) * 86_400_000
    // At most 49 days apart.
    rig.ticks = ticks
    sensor.sample()
    rig.ticks = day * 86_400_000
    equal(sensor.sample(), { uptime: day * 86_400 })
  }
})

test("free-heap is in bytes", () => {
  equal(new SensorRig().sensor({ driver: "free-heap" }).sample(), { freeHeap: 123_456 })
})

test("rssi is in dBm, and there is none without Wi-Fi", () => {
  const rig = new SensorRig()
  const sensor = rig.sensor({ driver: "rssi" })
  equal(sensor.sample(), { rssi: -61 })
  rig.rssi = undefined
  throws(() => sensor.sample(), /there is no Wi-Fi/)
  const { wifi, ...without } = rig.context
  ok(wifi)
  throws(() => createSensors([{ id: "signal", driver: "rssi" }], without)[0]!.sensor.sample(), /there is no Wi-Fi/)
})

test("chip-temperature is in °C, and some chips have none", () => {
  const rig = new SensorRig()
  const sensor = rig.sensor({ driver: "chip-temperature" })
  equal(sensor.sample(), { temperature: 41.5 })
  rig.temperature = undefined
  throws(() => sensor.sample(), /this chip can't measure it/)
})

test("what the board knows of itself is sampled without a new object", () => {
  const sensor = new SensorRig().sensor({ driver: "rssi" })
  ok(sensor.sample() === sensor.sample())
})

test("battery: the pin's volts, times the divider's factor", () => {
  const voltage = (config: object, part: number): number => {
    const sensor = rigWithOwn().sensor({ driver: "battery", ...config })
    FakeIo.value = part * MOST
    return (sensor.sample() as { voltage: number }).voltage
  }
  close(voltage({}, 0.8), 0.8 * 2.45 * 2)
  equal(FakeIo.open[0]!.options.pin, 35, "the board's own analog pin")
  equal(FakeIo.open[0]!.options.esp32, { attenuation: 12 })
  close(voltage({ factor: 4.3, pin: 34 }, 0.5), 0.5 * 2.45 * 4.3)
  equal(FakeIo.open[0]!.options.pin, 34)
  for (const [attenuation, full] of [[0, 0.95], [2.5, 1.25], [6, 1.75]]) {
    close(voltage({ attenuation, factor: 1 }, 0.5), 0.5 * full!)
    equal(FakeIo.open[0]!.options.esp32, { attenuation })
  }
  equal(voltage({}, 0), 0)
})

test("battery: the mean of several readings is taken", () => {
  const sensor = rigWithOwn().sensor({ driver: "battery", factor: 1, samples: 4 })
  sensor.sample()
  let reads = 0
  FakeIo.open[0]!.read = () => (reads++ % 2 === 0 ? 0.25 : 0.75) * MOST
  close((sensor.sample() as { voltage: number }).voltage, 0.5 * 2.45)
  equal(reads, 4)
})

test("battery: more than the pin can measure, and a reading that failed, are no sample", () => {
  const sensor = rigWithOwn().sensor({ driver: "battery" })
  FakeIo.value = MOST
  throws(() => sensor.sample(), /battery: the pin has 2\.45 V or more, too much to be measured/)
  equal(FakeIo.open.length, 0, "it is opened anew")
  FakeIo.value = undefined
  throws(() => sensor.sample(), /the pin can't be read/)
  throws(() => rigWithOwn().sensor({ driver: "battery", attenuation: 3 }).sample(), /attenuation: 3; 0, 2\.5, 6 or 12 is needed/)
})

test("what the analog sensors give is the same object each time", () => {
  const sensor = rigWithOwn().sensor({ driver: "battery" })
  ok(sensor.sample() === sensor.sample())
})

/** What an NTC's sensor says when the thermistor has so many ohms. */
function temperatureAt(ohms: number, config: { configuration?: string; resistor?: number; referenceVoltage?: number; [name: string]: unknown } = {}): number {
  const { resistor = 10_000, referenceVoltage = 3.3, configuration } = config
  const sensor = rigWithOwn().sensor({ driver: "ntc", pin: 34, ...config })
  const part = (configuration === "UPSTREAM" ? resistor : ohms) / (resistor + ohms)
  FakeIo.value = ((part * referenceVoltage) / 2.45) * MOST
  return (sensor.sample() as { temperature: number }).temperature
}

test("ntc: at its reference resistance it has its reference temperature", () => {
  close(temperatureAt(10_000), 25)
  close(temperatureAt(10_000, { configuration: "UPSTREAM" }), 25)
  close(temperatureAt(47_000, { referenceResistance: 47_000, referenceTemperature: 20, resistor: 47_000 }), 20)
  close(temperatureAt(10_000, { referenceVoltage: 3, resistor: 22_000 }), 25)
})

test("ntc: temperatures of a thermistor of 10 kilohms with B 3950 (25/50) are those of its formula", () => {
  const ohmsAt = (celsius: number): number => 10_000 * Math.exp(3950 * (1 / (celsius + 273.15) - 1 / 298.15))
  for (const celsius of [5, 10, 25, 40, 60, 85, 110]) {
    close(temperatureAt(ohmsAt(celsius)), celsius)
    close(temperatureAt(ohmsAt(celsius), { configuration: "UPSTREAM", resistor: 1000 }), celsius)
  }
})

test("ntc: with Steinhart and Hart's coefficients", () => {
  // Of a common thermistor of 10 kilohms at 25 °C, which has 3602 at 50 °C.
  const coefficients = { a: 0.001_129_148, b: 0.000_234_125, c: 0.000_000_087_674_1 }
  ok(Math.abs(temperatureAt(10_000, coefficients) - 25) < 0.05)
  ok(Math.abs(temperatureAt(3602, coefficients) - 50) < 0.1)
})

test("ntc: a broken wire and a short are no sample", () => {
  const sensor = rigWithOwn().sensor({ driver: "ntc", pin: 34 })
  FakeIo.value = 0
  throws(() => sensor.sample(), /ntc: the thermistor has 0 ohms; is the sensor connected and powered/)
  FakeIo.value = MOST
  throws(() => sensor.sample(), /too much to be measured/)
  const upstream = rigWithOwn().sensor({ driver: "ntc", pin: 34, configuration: "UPSTREAM" })
  FakeIo.value = 0
  throws(() => upstream.sample(), /the thermistor has Infinity ohms/)
})

test("pulse-count: counts edges, and tells how many a minute", () => {
  const rig = rigWithOwn()
  const sensor = rig.sensor({ driver: "pulse-count", pin: 4 })
  equal(sensor.sample(), { total: 0, rate: 0 })
  const io = FakeIo.open[0]!
  equal([io.options.pin, io.options.mode, io.options.edge], [4, 11, 2], "a contact to ground")
  for (let i = 0; i < 30; i++) {
    rig.ticks += 1000
    io.edge()
  }
  equal(sensor.sample(), { total: 30, rate: 60 })
  rig.ticks += 30_000
  equal(sensor.sample(), { total: 30, rate: 0 })
  rig.ticks += 20_000
  io.edge()
  equal(sensor.sample(), { total: 31, rate: 3 })
})

test("pulse-count: edges of a bouncing contact are one", () => {
  const rig = rigWithOwn()
  const sensor = rig.sensor({ driver: "pulse-count", pin: 4, edge: "rising", pullup: false, internalFilter: 20 })
  sensor.sample()
  const io = FakeIo.open[0]!
  equal([io.options.mode, io.options.edge], [10, 1])
  for (const later of [0, 3, 10, 20, 5, 15]) {
    rig.ticks += later
    io.edge()
  }
  equal((sensor.sample() as { total: number }).total, 3)
})

test("pulse-count: goes on when the ticks turn over", () => {
  const rig = rigWithOwn()
  rig.ticks = 0xffff_ff00
  const sensor = rig.sensor({ driver: "pulse-count", pin: 4 })
  sensor.sample()
  rig.ticks += 60_000
  FakeIo.open[0]!.edge()
  equal(sensor.sample(), { total: 1, rate: 1 })
})

test("pulse-count: an encoder's steps, by the counter of the board, which turns over and counts down", () => {
  const rig = rigWithOwn()
  const sensor = rig.sensor({ driver: "pulse-count", bus: "PulseCount", signal: 4, control: 5 })
  FakeIo.value = 0
  sensor.sample()
  equal([FakeIo.open[0]!.options.signal, FakeIo.open[0]!.options.control, FakeIo.open[0]!.options.onReadable], [4, 5, undefined])
  for (const [count, total, rate] of [[40, 40, 40], [30, 30, -10], [0x7fff_ffff, 0x7fff_ffff, 0x7fff_ffff - 30], [-0x8000_0000, 0x8000_0000, 1]]) {
    rig.ticks += 60_000
    FakeIo.value = count
    equal(sensor.sample(), { total, rate })
  }
})

function close(actual: number, expected: number): void {
  ok(Math.abs(actual - expected) <= 1e-6 * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`)
}
