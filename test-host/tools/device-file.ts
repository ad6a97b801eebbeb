/// <reference types="node" />
/** device.local.json: what one device is told, secrets included. Git ignores it, and so does npm's package. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { clientOptionsOf, type FirmwareConfig, networksOf } from "../../platforms/esp32/config.js"

export const DEVICE_FILE = "device.local.json"

/** Of these the file has paths, from its own folder on; the firmware has what they hold as resources. */
export const CERTIFICATES = ["ca", "cert", "key"] as const

/** Throws an Error of one line that says what to do. */
export function readDeviceFile(path: string): FirmwareConfig {
  if (!existsSync(path)) throw new Error(`${path} is not there: make it with \`npm run configure\``)
  let config: FirmwareConfig
  try {
    config = JSON.parse(readFileSync(path, "utf8")) as FirmwareConfig
  } catch {
    // The engine's own message would show a piece of the text, and that may be a password.
    throw new Error(`${path} is no JSON: mend it, or make it anew with \`npm run configure\``)
  }
  try {
    checkConfig(config, dirname(resolve(path)))
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`)
  }
  return config
}

/** What the firmware would refuse at its start. `folder` is where paths begin. Throws an Error of one line. */
export function checkConfig(config: FirmwareConfig, folder: string): void {
  networksOf(config)
  clientOptionsOf(config)
  const { deviceId, sensors = [] } = config
  if (deviceId !== undefined) checkDeviceId(deviceId)
  for (const [index, { driver }] of sensors.entries()) if (typeof driver !== "string" || !driver) throw new Error(`sensors[${index}].driver: is missing; docs/sensors.md has the drivers' names`)
  for (const option of CERTIFICATES) {
    const path = config[option]
    if (path !== undefined && !existsSync(resolve(folder, path))) throw new Error(`${option}: there is no file ${resolve(folder, path)}`)
  }
}

export function checkDeviceId(id: string): void {
  if (!/^[0-9A-Za-z]{1,16}$/.test(id)) throw new Error(`deviceId: ${JSON.stringify(id)}; 1 to 16 letters and digits are needed`)
}
