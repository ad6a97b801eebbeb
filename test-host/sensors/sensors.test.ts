/// <reference types="node" />
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, it } from "node:test"
import { findTemperature } from "./find-temperature.js"
import { LoadSensor } from "./load.js"
import { MemorySensor } from "./memory.js"
import { nodeFiles } from "./node-files.js"
import { sensorsOfThisPc } from "./of-this-pc.js"
import { TemperatureSensor } from "./temperature.js"
import { UptimeSensor } from "./uptime.js"

describe("the sensors of a PC", () => {
  const io = nodeFiles.File
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "sensors-"))
  })
  afterEach(() => rmSync(root, { recursive: true }))
  const write = (name: string, text: string): string => {
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }
  const meminfo = (total: string, free: string, available: string): string =>
    [["MemTotal:", total], ["MemFree:", free], ["MemAvailable:", available], ["Buffers:", "1"]].map(([name, value]) => `${name!.padEnd(16)}${value!.padStart(8)} kB\n`).join("")

  it("read the file anew at each sample, into the same object", () => {
    const path = write("loadavg", "0.20 0.18 0.12 1/80 11206\n")
    const sensor = new LoadSensor({ sensor: { io, path } })
    const sample = sensor.sample()
    assert.deepEqual(sample, { load: 0.2 })
    writeFileSync(path, "12.34 1.18 0.12 1/80 11206\n")
    assert.equal(sensor.sample(), sample)
    assert.deepEqual(sample, { load: 12.34 })
    sensor.close()
    assert.throws(() => sensor.sample(), /the sensor is closed/)
    sensor.close()
  })

  it("find the free memory behind lines of any length", () => {
    for (const [total, free, available, expected] of [
      ["24684084", "23885260", "24145016", 23579.117],
      ["512", "100", "256", 0.25],
      ["1056784084", "923885260", "1024145016", 1000141.617],
      ["105678408", "99885260", "99145016", 96821.305],
    ] as const) {
      const sensor = new MemorySensor({ sensor: { io, path: write("meminfo", meminfo(total, free, available)) } })
      assert.equal(Number(sensor.sample().memory.toFixed(3)), expected)
      sensor.close()
    }
  })

  it("refuse a file that is not as expected", () => {
    assert.throws(() => new MemorySensor({ sensor: { io, path: write("meminfo", "MemTotal: 1 kB\nMemFree: 1 kB\nBuffers: 1 kB\n") } }), /its third line is not MemAvailable:/)
    assert.throws(() => new LoadSensor({ sensor: { io, path: join(root, "none") } }), /ENOENT/)
  })

  it("say NaN where there is no number, and take fractions and signs as they are", () => {
    for (const [text, expected] of [["", NaN], ["x", NaN], ["-", NaN], ["3", 3], ["  7.250 9", 7.25], ["350735.47 2", 350735.47]] as const) {
      const sensor = new UptimeSensor({ sensor: { io, path: write("uptime", text) } })
      assert.equal(sensor.sample().uptime, expected, text)
      sensor.close()
    }
    const cold = new TemperatureSensor({ sensor: { io, path: write("temp", "-12500\n") } })
    assert.equal(cold.sample().temperature, -12.5)
    cold.close()
  })

  it("prefer the processor's thermometer to others, and one that can be read to one that can't", () => {
    assert.equal(findTemperature(nodeFiles, root), undefined)
    write("sys/class/hwmon/hwmon0/name", "iwlwifi\n")
    write("sys/class/hwmon/hwmon0/temp1_input", "")
    assert.equal(findTemperature(nodeFiles, root), undefined)
    const zone = write("sys/class/thermal/thermal_zone0/temp", "41000\n")
    assert.equal(findTemperature(nodeFiles, root), zone)
    const disk = write("sys/class/hwmon/hwmon1/temp1_input", "35000\n")
    write("sys/class/hwmon/hwmon1/name", "nvme\n")
    assert.equal(findTemperature(nodeFiles, root), disk)
    const processor = write("sys/class/hwmon/hwmon2/temp1_input", "52000\n")
    write("sys/class/hwmon/hwmon2/name", "k10temp\n")
    assert.equal(findTemperature(nodeFiles, root), processor)
  })

  it("of this very machine say something plausible", { skip: process.platform !== "linux" && "there is no /proc" }, () => {
    const sensors = sensorsOfThisPc(nodeFiles)
    assert.deepEqual(sensors.slice(0, 2).map(({ id }) => id), ["load", "memory"])
    for (const { id, sensor } of sensors) {
      const [name, value] = Object.entries(sensor.sample() as object)[0]!
      assert.equal(name, id)
      assert.ok(Number.isFinite(value) && value >= 0, `${name} ${value}`)
      sensor.close?.()
    }
  })
})
