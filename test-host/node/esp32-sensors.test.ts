/// <reference types="node" />
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { rollup } from "rollup"
import { DRIVERS } from "../../platforms/esp32/sensors/drivers.js"
import { runXsAsync } from "../xs/xs.js"

test("the ESP32's sensors, frozen in flash, take nothing of the heap for a sample", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mqtt-xs-"))
  try {
    const input = fileURLToPath(new URL("fixtures/esp32-sensors.js", import.meta.url))
    const bundle = await rollup({
      input: { main: input },
      external: ["host"],
      // XS finds modules by name, not relative to each other.
      plugins: [{ name: "names", renderChunk: (code) => code.replaceAll("'./board.js'", "'board'") }],
    })
    await bundle.write({ dir: folder, format: "es", entryFileNames: "[name].js", chunkFileNames: "[name].js", manualChunks: (id) => (id.includes("/platforms/") ? "board" : undefined) })
    await bundle.close()
    const { stdout, stderr, code } = await runXsAsync({ modules: { board: join(folder, "board.js"), main: join(folder, "main.js") }, main: "main", creation: "esp32" })
    assert.equal(code, 0, stdout + stderr)
    const lines = stdout.trim().split("\n")
    assert.match(lines.pop()!, /^Humidity-Temperature\/SHT3x: I2C \{"temperature":21\.5,.*\}: write failed; is the sensor connected and powered\?$/)
    assert.equal(lines.length, DRIVERS.length + 8)
    for (const line of lines) assert.match(line, /^\S+ 0 0 \d+$/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
