import type { SensorOptions } from "../../src/index.js"
import type { Files } from "./files.js"
import { LoadSensor } from "./load.js"
import { MemorySensor } from "./memory.js"
import { findTemperature } from "./find-temperature.js"
import { TemperatureSensor } from "./temperature.js"
import { UptimeSensor } from "./uptime.js"

/** Load, free memory, and temperature where this machine tells it; else uptime. */
export function sensorsOfThisPc(files: Files): SensorOptions[] {
  const io = files.File
  const temperature = findTemperature(files)
  return [
    { id: "load", sensor: new LoadSensor({ sensor: { io, path: "/proc/loadavg" } }) },
    { id: "memory", sensor: new MemorySensor({ sensor: { io, path: "/proc/meminfo" } }), accuracyDecimals: 1 },
    temperature !== undefined
      ? { id: "temperature", sensor: new TemperatureSensor({ sensor: { io, path: temperature } }), accuracyDecimals: 1 }
      : { id: "uptime", sensor: new UptimeSensor({ sensor: { io, path: "/proc/uptime" } }) },
  ]
}
