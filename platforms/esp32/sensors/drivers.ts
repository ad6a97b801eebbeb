/**
 * What is known of the SDK's ECMA-419 drivers (Moddable SDK 8.2.3, modules/drivers/sensors): where they are, and what
 * their samples have to go through to be complete and in one form.
 *
 * This table stays on the PC. `npm run build` makes of each entry two small files in dist/drivers (test-host/tools/drivers.ts):
 * SHT3x.json, a manifest that includes the SDK's driver, and SHT3x.js, the entry itself, which the firmware knows as module
 * "mqtt-xs/driver/Humidity-Temperature/SHT3x" (see create.ts). So a firmware carries the entries that it uses, some 330 bytes
 * each, and gets them by the same `include` that brings the driver. docs/sensors.md is made of this table as well.
 */
import type { Row } from "./adapter.js"
import type { DriverFacts } from "./open.js"

export interface DriverEntry extends DriverFacts {
  /** The SDK's specifier, without "embedded:sensor/". The last part of it is the name of our files. */
  driver: string
  /** Folder in $(MODDABLE)/modules/drivers/sensors. */
  folder: string
  read: readonly Row[]
  /** A sample as the driver gives it, and what becomes of it: for the tests. */
  example: { sample: unknown; result: Readonly<Record<string, number>> }
  /** Module of the SDK, below $(MODULES)/drivers/sensors, that does better what this driver is for. */
  instead?: string
  /** What a user has to know. */
  note?: string
}

export const UNITS: Readonly<Record<string, string>> = {
  temperature: "°C",
  ambientTemperature: "°C",
  humidity: "%",
  pressure: "Pa",
  illuminance: "lx",
  brightness: "% of full scale",
  clear: "% of full scale",
  red: "% of full scale",
  green: "% of full scale",
  blue: "% of full scale",
  proximity: "% of full scale",
  distance: "cm",
  eco2: "ppm",
  tvoc: "ppb",
  oxygen: "ppm",
  moisture: "%",
  accelX: "m/s²",
  accelY: "m/s²",
  accelZ: "m/s²",
  gyroX: "rad/s",
  gyroY: "rad/s",
  gyroZ: "rad/s",
  fieldStrengthX: "µT",
  fieldStrengthY: "µT",
  voltage: "V",
  current: "A",
  power: "W",
  energy: "Wh",
  frequency: "Hz",
  powerFactor: "1",
  position: "0 or 1",
}

const G = 9.80665
const DEGREE = Math.PI / 180
/** Of the full scale of an inertial sensor, what is surely not saturated: some give it in 12 bits only. */
const UNSATURATED = 0.9994

/** `path`: as "hygrometer.humidity". */
function row(name: string, path: string, least: number, most: number, factor = 1, offset = 0): Row {
  return [name, least, most, factor, offset, ...path.split(".")]
}

const temperature = (least: number, most: number, path = "thermometer.temperature"): Row => row("temperature", path, least, most)
const humidity = row("humidity", "hygrometer.humidity", 0, 100)
const pressure = row("pressure", "barometer.pressure", 30_000, 110_000)

/** Three axes; `full`: the full scale that the driver sets, in our unit. */
function axes(path: string, name: string, full: number, factor = 1): Row[] {
  const limit = Math.floor(full * UNSATURATED * 100) / 100
  return ["x", "y", "z"].map((axis) => row(name + axis.toUpperCase(), path + axis, -limit, limit, factor))
}

const ACCEL = { x: 0.5, y: -0.25, z: 1 }
const GYRO = { x: 90, y: -180, z: 0 }
const accelResult = (factor: number): Record<string, number> => ({ accelX: 0.5 * factor, accelY: -0.25 * factor, accelZ: factor })
const gyroResult = { gyroX: Math.PI / 2, gyroY: -Math.PI, gyroZ: 0 }
const airSample = { thermometer: { temperature: 21.5 }, hygrometer: { humidity: 40 } }
const airResult = { temperature: 21.5, humidity: 40 }
const barometerExample = { sample: { barometer: { pressure: 101_325 }, thermometer: { temperature: 21.5 } }, result: { temperature: 21.5, pressure: 101_325 } }

export const DRIVERS: readonly DriverEntry[] = [
  {
    driver: "Humidity-Temperature/AHT10",
    folder: "aht10",
    read: [temperature(-40, 85), humidity],
    example: { sample: airSample, result: airResult },
    note: "Keeps the board waiting for 75 ms a sample.",
  },
  {
    driver: "Humidity-Temperature/AM2320",
    folder: "am2320",
    read: [temperature(-40, 80), humidity],
    example: { sample: airSample, result: airResult },
    note: "Leaves out what it could not read, after up to 0.5 s.",
  },
  {
    driver: "Humidity-Temperature/HTU21D",
    folder: "htu21d",
    instead: "si7020/si7020",
    read: [temperature(-40, 125), humidity],
    example: { sample: airSample, result: airResult },
    note: "The SDK's own driver throws at each sample. Ours is the SDK's for SI7020, which speaks the same commands.",
  },
  {
    driver: "Humidity-Temperature/SHT3x",
    folder: "sht3x",
    read: [temperature(-40, 125), humidity],
    example: { sample: airSample, result: airResult },
    note: "Leaves out what came with a wrong checksum. Keeps the board waiting for 150 ms a sample.",
  },
  {
    driver: "Humidity-Temperature/SHTC3",
    folder: "shtc3",
    read: [temperature(-40, 125), humidity],
    example: { sample: airSample, result: airResult },
  },
  {
    driver: "Humidity-Temperature/SI7020",
    folder: "si7020",
    read: [temperature(-40, 125), humidity],
    example: { sample: airSample, result: airResult },
    note: "With a wrong checksum it gives numbers all the same; they are not published. Keeps the board waiting for 100 ms a sample.",
  },
  {
    driver: "Barometer-Humidity-Temperature/BME68x",
    folder: "bme68x",
    settle: 250,
    read: [temperature(-40, 85), row("humidity", "hygrometer.humidity", 0, 100, 100), pressure],
    example: {
      sample: { thermometer: { temperature: 21.5 }, hygrometer: { humidity: 0.4 }, barometer: { pressure: 101_325 } },
      result: { ...airResult, pressure: 101_325 },
    },
    note: "Gives humidity as 0 to 1, and nothing while it has no new values. Does not give gas resistance.",
  },
  {
    driver: "Barometer-Temperature/BMP180",
    folder: "bmp180",
    read: [temperature(-40, 85), pressure],
    example: barometerExample,
  },
  {
    driver: "Barometer-Temperature/BMP280",
    folder: "bmp280",
    settle: 100,
    read: [temperature(-40, 85), pressure],
    example: barometerExample,
    note: "At address 0x76, unless configured: `\"address\": 119`. Does not know the BME280.",
  },
  {
    driver: "Temperature/LM75",
    folder: "lm75",
    settle: 110,
    read: [temperature(-55, 125, "temperature")],
    example: { sample: { temperature: 21.5 }, result: { temperature: 21.5 } },
  },
  {
    driver: "Temperature/TMP102",
    folder: "tmp102",
    settle: 35,
    read: [temperature(-55, 150, "temperature")],
    example: { sample: { temperature: 21.5, alert: false }, result: { temperature: 21.5 } },
  },
  {
    driver: "Temperature/TMP117",
    folder: "tmp117",
    settle: 150,
    read: [temperature(-55, 150, "temperature")],
    example: { sample: { temperature: 21.5, alert: 0 }, result: { temperature: 21.5 } },
    note: "Says 256 °C before its first measurement; that is not published.",
  },
  {
    driver: "Temperature/MLX90614",
    folder: "mlx90614",
    read: [temperature(-70, 380, "temperature"), row("ambientTemperature", "ambientTemperature", -40, 125)],
    example: { sample: { ambientTemperature: 22, temperature: 36.6 }, result: { temperature: 36.6, ambientTemperature: 22 } },
    note: "Does not tell wrong checksums. What the sensor itself marks as wrong is beyond 380 °C, and is not published.",
  },
  {
    driver: "Temperature/AMG88xx",
    folder: "amg88xx",
    settle: 250,
    read: [temperature(-20, 100, "temperature")],
    example: { sample: { temperature: 24.25, temperatures: [21, 22] }, result: { temperature: 24.25 } },
    note: "The temperature of its thermistor. One of its 64 pixels: `\"read\": [[\"pixel27\", 0, 80, 1, 0, \"temperatures\", \"27\"]]`; the driver has them wrong below 0 °C.",
  },
  {
    driver: "AmbientLight/APDS9301",
    folder: "apds9301",
    settle: 450,
    // The last remains; those before it keep saturated channels from becoming a plausible number.
    read: [row("illuminance", "raw", 0, 65_534), row("illuminance", "ir", 0, 1_048_544), row("illuminance", "illuminance", 0, 40_000)],
    example: { sample: { illuminance: 350.5, raw: 800, scaled: 12_800, ir: 3200 }, result: { illuminance: 350.5 } },
    note: "Does not notice that it is saturated; that is not published.",
  },
  {
    driver: "AmbientLight-Gesture-Proximity/APDS9960",
    folder: "apds9960",
    settle: 60,
    read: [
      ...["clear", "red", "green", "blue"].map((name) => row(name, `lightmeter.${name}`, 0, 99.995, 100)),
      row("proximity", "proximity.proximity", 0, 100, 100),
    ],
    example: {
      sample: { lightmeter: { clear: 0.5, red: 0.25, green: 0.125, blue: 0 }, proximity: { proximity: 0.2 } },
      result: { clear: 50, red: 25, green: 12.5, blue: 0, proximity: 20 },
    },
    note: "Gives no lux, but parts of the full scale, which is saturated.",
  },
  {
    driver: "AmbientLight-Proximity/LTR553ALS",
    folder: "ltr553als",
    settle: 150,
    read: [
      row("brightness", "lightmeter.illuminance", 0, 99.999, 100 / 65_535),
      row("proximity", "proximity.distance", 0, 100, 100 / 2047),
    ],
    example: { sample: { lightmeter: { illuminance: 13_107 }, proximity: { distance: 2047 } }, result: { brightness: 20, proximity: 100 } },
    note: "What the driver calls illuminance and distance are the sensor's own counts; here they are parts of the full scale.",
  },
  {
    driver: "AmbientLight-Proximity/VL6180",
    folder: "vl6180",
    read: [
      row("distance", "proximity.distance", 0, 25.4),
      row("illuminance", "lightmeter.illuminance", 0, 20_763),
    ],
    example: { sample: { proximity: { distance: 12.5, near: true, max: 25.4 }, lightmeter: { illuminance: 320 } }, result: { distance: 12.5, illuminance: 320 } },
    note: "No sample while nothing is within 25.4 cm; then `\"properties\": [\"illuminance\"]`.",
  },
  {
    driver: "Proximity/HC-SR04",
    folder: "hc-sr04",
    bus: "PulseWidth",
    read: [row("distance", "distance", 0, 400)],
    example: { sample: { near: true, distance: 123, max: 400 }, result: { distance: 123 } },
    note: "`\"pin\"` is that of the echo, `\"trigger\"` the other. No sample while nothing is within 400 cm. First sample after half a second. On ESP32 and ESP32-S3 and -C6, which have the capture hardware.",
  },
  {
    driver: "Proximity-Temperature/URM09",
    folder: "urm09",
    configure: { range: 2 },
    read: [
      row("distance", "proximity.distance", 0, 500),
      temperature(-10, 70),
    ],
    example: { sample: { proximity: { max: 500, distance: 123, near: true }, thermometer: { temperature: 21.5 } }, result: { distance: 123, temperature: 21.5 } },
    note: "No sample while nothing is within 500 cm.",
  },
  {
    driver: "CarbonDioxideGasSensor-VOCSensor/CCS811",
    folder: "ccs811",
    settle: 1200,
    read: [
      row("eco2", "carbonDioxideGasSensor.C02", 400, 29_206),
      row("tvoc", "vocSensor.tvoc", 0, 32_767),
    ],
    example: { sample: { carbonDioxideGasSensor: { C02: 612 }, vocSensor: { tvoc: 32 }, current: 5, rawADC: 300 }, result: { eco2: 612, tvoc: 32 } },
    note: "Calls the gas C02, with a zero, and gives `false` while it has no new values: an updateInterval of more than 1 s.",
  },
  {
    driver: "Oxygen/SEN0322",
    folder: "sen0322",
    read: [row("oxygen", "O", 0, 250_000)],
    example: { sample: { O: 209_000 }, result: { oxygen: 209_000 } },
    note: "Keeps the board waiting for 100 ms a sample.",
  },
  {
    driver: "SoilMoistureSensor/Capacitive",
    folder: "capacitiveMoisture",
    bus: "Analog",
    // The driver reckons with 10 bits; it has 12: 1 - n / 1024 becomes 1 - n / 4096.
    read: [row("moisture", "moisture", 0, 100, 25, 75)],
    example: { sample: { moisture: -1 }, result: { moisture: 50 } },
    note: "The driver reckons with numbers of 10 bits, an ESP32 gives 12; that is put right. On ESP32-S2, with 13, it is not.",
  },
  {
    driver: "SoilMoistureSensor/ZIOQWIICMOISTURE",
    folder: "zioQwiicSoilMoisture",
    read: [row("moisture", "moisture", 0, 100, 100)],
    example: { sample: { moisture: 0.42 }, result: { moisture: 42 } },
  },
  {
    driver: "Accelerometer/LIS3DH",
    folder: "lis3dh",
    settle: 10,
    read: axes("", "accel", 4 * G),
    example: { sample: { x: 0.5, y: -0.25, z: 1 }, result: accelResult(1) },
    note: "±4 g.",
  },
  {
    driver: "Gyroscope/L3GD20",
    folder: "l3gd20",
    settle: 250,
    read: axes("", "gyro", 286.72 * DEGREE, DEGREE),
    example: { sample: GYRO, result: gyroResult },
    note: "±245 °/s. Gives °/s.",
  },
  {
    driver: "Accelerometer-Gyroscope/MPU6050",
    folder: "mpu6050",
    settle: 50,
    read: [...axes("accelerometer.", "accel", 2 * G), ...axes("gyroscope.", "gyro", 250 * DEGREE, DEGREE)],
    example: { sample: { accelerometer: ACCEL, gyroscope: GYRO }, result: { ...accelResult(1), ...gyroResult } },
    note: "±2 g, ±250 °/s. Gives °/s. Its configure() of range and gyroRange sets the largest ones, whatever is asked for, and is wrong by half about the latter.",
  },
  {
    driver: "Accelerometer-Gyroscope/MPU6886",
    folder: "mpu6886",
    read: [...axes("accelerometer.", "accel", 8 * G, G), ...axes("gyroscope.", "gyro", 2000 * DEGREE, DEGREE), temperature(-40, 85)],
    example: {
      sample: { accelerometer: ACCEL, gyroscope: GYRO, thermometer: { temperature: 31 } },
      result: { ...accelResult(G), ...gyroResult, temperature: 31 },
    },
    note: "±8 g, ±2000 °/s. Gives g and °/s. Its configure() changes what is reckoned, not the sensor.",
  },
  {
    driver: "Accelerometer-Gyroscope/MPU9250",
    folder: "mpu9250",
    settle: 50,
    read: [...axes("accelerometer.", "accel", 2 * G), ...axes("gyroscope.", "gyro", 250 * DEGREE, DEGREE)],
    example: { sample: { accelerometer: ACCEL, gyroscope: GYRO }, result: { ...accelResult(1), ...gyroResult } },
    note: "As MPU6050. Its magnetometer has a driver of its own, AK8963; see below.",
  },
  {
    driver: "Accelerometer-Gyroscope-Magnetometer/BMI270",
    folder: "bmi270",
    settle: 60,
    read: [...axes("accelerometer.", "accel", 8 * G), ...axes("gyroscope.", "gyro", 2000 * DEGREE, DEGREE), temperature(-40, 85)],
    example: {
      sample: { accelerometer: ACCEL, gyroscope: GYRO, thermometer: { temperature: 31 } },
      result: { ...accelResult(1), ...gyroResult, temperature: 31 },
    },
    note: "±8 g, ±2000 °/s. Gives °/s. Leaves out what has no new value. The magnetometer on its own bus is not read.",
  },
  {
    driver: "Accelerometer-Gyroscope/QMI8658",
    folder: "qmi8658",
    settle: 150,
    // The driver sets the sensor to ±4 g, and reckons with ±8 g.
    read: [...axes("accelerometer.", "accel", 4 * G, G / 2), ...axes("gyroscope.", "gyro", 512 * DEGREE, DEGREE), temperature(-40, 85)],
    example: {
      sample: { accelerometer: ACCEL, gyroscope: GYRO, thermometer: { temperature: 31 } },
      result: { ...accelResult(G / 2), ...gyroResult, temperature: 31 },
    },
    note: "±4 g, ±512 °/s. Gives g and °/s, and twice the acceleration: it sets ±4 g and reckons with ±8 g. That is put right.",
  },
  {
    driver: "Magnetometer/HMC5883",
    folder: "hmc5883",
    settle: 100,
    configure: { mode: 0, gain: 1 },
    // Saturated, it gives -4096, which is -372 µT.
    read: [
      row("fieldStrengthX", "x", -187, 187, 1000),
      row("fieldStrengthY", "y", -187, 187, 1000),
    ],
    example: { sample: { x: 0.025, y: -0.04, z: 0.1 }, result: { fieldStrengthX: 25, fieldStrengthY: -40 } },
    note: "Gives mT, and NaN before it is configured. Its z is wrong: the driver takes the high byte from elsewhere.",
  },
  {
    driver: "Energy/PZEM004T",
    folder: "pzem-004t",
    bus: "Serial",
    read: [
      row("voltage", "voltage", 0, 300),
      row("current", "current", 0, 110),
      row("power", "power", 0, 33_000),
      row("energy", "energy", 0, 9_999_990),
      row("frequency", "frequency", 40, 70),
      row("powerFactor", "powerFactor", 0, 1),
    ],
    example: {
      sample: { voltage: 230.1, current: 1.5, power: 340, energy: 1234, frequency: 50, powerFactor: 0.98, alarmStatus: false },
      result: { voltage: 230.1, current: 1.5, power: 340, energy: 1234, frequency: 50, powerFactor: 0.98 },
    },
    note: "Answers later: a sample is that of the time before, and the first time there is none.",
  },
  {
    driver: "Switch/TTP223",
    folder: "ttp223",
    bus: "Digital",
    read: [row("position", "position", 0, 1)],
    example: { sample: { position: 1 }, result: { position: 1 } },
  },
]

/** Drivers of the SDK that give nothing to publish, or nothing right. */
export const UNSUPPORTED: readonly { drivers: readonly string[]; why: string }[] = [
  {
    drivers: ["Touch/CST328", "Touch/CST816", "Touch/CST816S", "Touch/FT3168", "Touch/FT6x06", "Touch/GT911", "Touch/Si12T", "Gesture/PAJ7620U2"],
    why: "for people, not for telemetry: their samples are lists of points, or words",
  },
  { drivers: ["Temperature/NTC_Thermistor"], why: "takes the most that the pin can measure for the supply voltage, which it is not on an ESP32; use `ntc`" },
  { drivers: ["Magnetometer/AK8963", "Accelerometer-Gyroscope/SH200Q"], why: "takes the two bytes of each number in the wrong order" },
]
