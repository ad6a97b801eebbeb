/// <reference types="node" />
import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { DRIVERS, UNSUPPORTED } from "../../platforms/esp32/sensors/drivers.js"
import { OWN_DRIVERS } from "../tools/drivers.js"
import { SENSORS_DOCUMENT, sensorsDocument } from "./sensors.js"

const sdk = process.env.MODDABLE
const folder = join(sdk ?? "", "modules/drivers/sensors")

test("docs/sensors.md shows the table of drivers as it is", () => {
  assert.equal(readFileSync(SENSORS_DOCUMENT, "utf8"), sensorsDocument(), "npm run docs brings it up to date")
})

test("docs/sensors.md has our own drivers", () => {
  const text = sensorsDocument()
  for (const name of [...OWN_DRIVERS, "uptime", "free-heap", "rssi", "chip-temperature"]) assert.ok(text.includes(`| \`${name}\` | `), name)
})

if (sdk) test("every ECMA-419 sensor driver of the SDK is in the table, or is named as not supported", () => {
  const known = [...DRIVERS.map(({ driver }) => driver), ...UNSUPPORTED.flatMap(({ drivers }) => drivers)].sort()
  const found = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "manifest.json")))
    .flatMap(({ name }) => Object.keys((JSON.parse(readFileSync(join(folder, name, "manifest.json"), "utf8")) as { modules: object }).modules))
    .filter((specifier) => specifier.startsWith("embedded:sensor/"))
    .map((specifier) => specifier.slice("embedded:sensor/".length))
  assert.deepEqual(known, [...new Set(found)].sort())
})

if (sdk) test("the SDK has each driver where our manifests look for it", () => {
  for (const { driver, folder: place, instead } of DRIVERS) {
    const { modules } = JSON.parse(readFileSync(join(folder, place, "manifest.json"), "utf8")) as { modules: object }
    assert.ok(`embedded:sensor/${driver}` in modules, driver)
    if (instead) assert.ok(existsSync(join(folder, `${instead}.js`)), instead)
  }
})
