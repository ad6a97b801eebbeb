/// <reference types="node" />
/**
 * The sensor drivers that a firmware may include, as files in a folder: for each a manifest, SHT3x.json, and the module that
 * it names, SHT3x.js. node build/js/test-host/tools/drivers.js [folder, dist/drivers by default]
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { rollup } from "rollup"
import { type DriverEntry, DRIVERS } from "../../platforms/esp32/sensors/drivers.js"
import { projectRoot } from "../xs/build.js"
import { shrink } from "./shrink.js"

/** Our own drivers, by their files in platforms/esp32/sensors. */
export const OWN_DRIVERS = ["battery", "ntc", "pulse-count"]

const SDK = "$(MODDABLE)/modules"

/** The manifests, without folder, that a firmware with these sensors has to include; those that it always has need none. */
export function manifestsOf(sensors: readonly { driver: string }[]): string[] {
  const known = new Set([...OWN_DRIVERS, ...DRIVERS.map(({ driver }) => driver)])
  return [...new Set(sensors.filter(({ driver }) => known.has(driver)).map(({ driver }) => `${fileOf(driver)}.json`))]
}

/** Text of the module that a firmware has for an entry of the table. Frozen with all its parts (which is XS's), it stays in flash. */
export function factsModule({ bus, settle, configure, read }: DriverEntry): string {
  return `export default Object.freeze(${JSON.stringify({ bus, settle, configure, read })}, true)\n`
}

export function manifestOf(driver: string): object {
  const own = `mqtt-xs/driver/${driver}`
  const entry = DRIVERS.find((entry) => entry.driver === driver)
  const modules: Record<string, string> = { [own]: `./${fileOf(driver)}` }
  if (!entry) return { modules, preload: [own] }
  if (!entry.instead) return { include: [`${SDK}/drivers/sensors/${entry.folder}/manifest.json`], modules, preload: [own] }
  const theirs = `embedded:sensor/${driver}`
  modules[theirs] = `${SDK}/drivers/sensors/${entry.instead}`
  return { include: [`${SDK}/data/crc/manifest.json`], modules, preload: [own, theirs] }
}

/** Writes them all. */
export async function writeDrivers(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
  for (const driver of [...OWN_DRIVERS, ...DRIVERS.map(({ driver }) => driver)]) write(`${fileOf(driver)}.json`, `${JSON.stringify(manifestOf(driver), undefined, 2)}\n`)
  for (const entry of DRIVERS) write(`${fileOf(entry.driver)}.js`, factsModule(entry))
  for (const name of OWN_DRIVERS) {
    const bundle = await rollup({ input: fileURLToPath(new URL(`../../platforms/esp32/sensors/${name}.js`, import.meta.url)) })
    const { output } = await bundle.generate({ format: "es" })
    await bundle.close()
    write(`${name}.js`, await shrink(output[0].code))
  }
}

/** "SHT3x" of "Humidity-Temperature/SHT3x". */
function fileOf(driver: string): string {
  return driver.slice(driver.lastIndexOf("/") + 1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeDrivers(process.argv[2] ?? join(projectRoot, "dist/drivers"))
