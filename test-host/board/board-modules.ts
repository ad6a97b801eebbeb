/// <reference types="node" />
import { existsSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { projectRoot } from "../xs/xs.js"

/** The simulation's modules by their specifiers. Where two have a file, they share it. */
const SIMULATED: Record<string, string> = {
  "board-simulation": "simulation",
  "board-start": "start",
  "simulated-names": "names",
  "storage-faults": "storage-faults",
  "mqtt-xs/board": "native-board",
  "modules": "machine-modules",
  "Resource": "resource",
  "crypt": "crypt",
  "preference": "preference",
  "embedded:network/interface/wifi": "wifi",
  "embedded:network/dns/resolver/udp": "resolver",
  "embedded:io/socket/udp": "udp",
  "embedded:io/socket/tcp/tls": "tls",
  "x509": "x509",
  "x509-facts": "x509-facts",
  "ecdsa": "ecdsa",
  "ec": "no-crypto",
  "pkcs1_5": "no-crypto",
  "pkcs8": "no-crypto",
  "bin": "bin",
  "embedded:storage/key-value": "key-value",
  "embedded:io/i2c": "i2c",
  "embedded:io/smbus": "smbus",
  "embedded:io/analog": "analog",
  "embedded:io/digital": "digital",
  "embedded:io/pulsecount": "pulse-count",
  "embedded:provider/builtin": "provider",
  "net": "net",
  "simulated-device": "sensors/base",
  "embedded:sensor/Humidity-Temperature/SHT3x": "sensors/sht3x",
  "embedded:sensor/Barometer-Humidity-Temperature/BME68x": "sensors/bme68x",
  "embedded:sensor/Accelerometer-Gyroscope/MPU6050": "sensors/mpu6050",
  "embedded:sensor/Temperature/TMP117": "sensors/tmp117",
  "embedded:sensor/Energy/PZEM004T": "sensors/pzem004t",
}

/** Instead of real sockets, under the virtual clock. */
const VIRTUAL: Record<string, string> = {
  "virtual-broker": "virtual-broker",
  "embedded:io/socket/tcp": "virtual-tcp",
}

/** The firmware, as `npm run build` leaves it. */
const FIRMWARE: Record<string, string> = {
  "mqtt-xs": "dist/mqtt-xs.js",
  "mqtt-xs/esp32": "dist/esp32.js",
  "main": "dist/main.js",
  "ssl/cert": "dist/ssl-cert.js",
}

/** What `npm run build` makes for each driver. */
const DRIVERS = "dist/drivers"

/** All modules of a board: specifiers and files. */
export function boardModules(config: string, drivers: readonly string[], own: Readonly<Record<string, string>>, virtual: boolean): Record<string, string> {
  const compiled = fileURLToPath(new URL("modules/", import.meta.url))
  const simulated = Object.entries({ ...SIMULATED, ...(virtual && VIRTUAL) }).map(([specifier, name]) => [specifier, join(compiled, `${name}.js`)])
  const firmware = Object.entries(FIRMWARE).map(([specifier, path]) => [specifier, join(projectRoot, path)] as const)
  // A main of a test's own may do without the firmware.
  const needed = own["main"] === undefined ? firmware : firmware.filter(([, path]) => existsSync(path))
  const entries = drivers.map((driver) => [`mqtt-xs/driver/${driver}`, join(projectRoot, DRIVERS, `${driver.slice(driver.lastIndexOf("/") + 1)}.js`)] as const)
  return {
    "host/board": join(projectRoot, "test-host/xs/modules/board.js"),
    ...Object.fromEntries(simulated),
    ...Object.fromEntries(needed),
    ...Object.fromEntries(entries.filter(([, path]) => existsSync(path))),
    "mc/config": config,
    ...own,
  }
}

/** As manifest.json has it: all but the firmware's main. */
export function isPreloaded(specifier: string): boolean {
  return specifier !== "main" && specifier !== "board-start"
}
