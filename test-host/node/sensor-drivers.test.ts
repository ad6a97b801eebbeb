/// <reference types="node" />
import assert from "node:assert/strict"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { DRIVERS } from "../../platforms/esp32/sensors/drivers.js"
import { manifestOf, manifestsOf, OWN_DRIVERS, writeDrivers } from "../tools/drivers.js"
import { compileModule } from "../xs/xs.js"

test("a firmware includes a manifest for each driver of its sensors, once", () => {
  const drivers = ["Humidity-Temperature/SHT3x", "battery", "uptime", "Humidity-Temperature/SHT3x", "My/Own"]
  assert.deepEqual(manifestsOf(drivers.map((driver) => ({ driver }))), ["SHT3x.json", "battery.json"])
})

test("a driver's manifest brings the SDK's, and what is known of it", () => {
  assert.deepEqual(manifestOf("Humidity-Temperature/SHT3x"), {
    include: ["$(MODDABLE)/modules/drivers/sensors/sht3x/manifest.json"],
    modules: { "mqtt-xs/driver/Humidity-Temperature/SHT3x": "./SHT3x" },
    preload: ["mqtt-xs/driver/Humidity-Temperature/SHT3x"],
  })
})

test("HTU21D gets the driver that works", () => {
  const { modules } = manifestOf("Humidity-Temperature/HTU21D") as { modules: Record<string, string> }
  assert.equal(modules["embedded:sensor/Humidity-Temperature/HTU21D"], "$(MODDABLE)/modules/drivers/sensors/si7020/si7020")
})

test("each manifest's module is there, is what the table says, and takes at most 1.3 KB", async () => {
  const folder = mkdtempSync(join(tmpdir(), "drivers-"))
  try {
    await writeDrivers(folder)
    for (const driver of [...OWN_DRIVERS, ...DRIVERS.map(({ driver }) => driver)]) {
      const name = driver.split("/").pop()!
      assert.deepEqual(JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")), manifestOf(driver))
      const file = join(folder, `${name}.js`)
      assert.ok(existsSync(file), file)
      const { bytes } = compileModule(file, name, join(folder, "out.xsb"))
      assert.ok(bytes <= 1300, `${name}: ${bytes} bytes`)
      const { default: facts } = (await import(`data:text/javascript,${encodeURIComponent(readFileSync(file, "utf8"))}`)) as { default: { read?: unknown; bus?: string } }
      const entry = DRIVERS.find((entry) => entry.driver === driver)
      assert.deepEqual(facts.read, entry?.read)
      if (!entry) assert.match(facts.bus!, /^(Analog|Digital)$/)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})
