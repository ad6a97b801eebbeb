import type { Sensor } from "../../../src/telemetry/sensor.js"
import type { SensorContext } from "./create.js"

/** What a board knows of itself, as sensors. Undefined: it has none of that name. */
export function onBoardSensor(name: string, context: SensorContext): Sensor | undefined {
  const result: Record<string, number | undefined> = {}
  let before = 0
  let uptime = 0
  const sample: Record<string, () => void> = {
    /** Seconds since the board started. To be sampled at least every 49 days, in which the ticks turn over. */
    uptime() {
      const now = context.clock.ticks()
      uptime += (now - before) >>> 0
      before = now
      result.uptime = uptime / 1000
    },
    "free-heap"() {
      result.freeHeap = context.board.freeHeap()
    },
    rssi() {
      if ((result.rssi = context.wifi?.rssi) === undefined) throw new Error("there is no Wi-Fi")
    },
    "chip-temperature"() {
      if ((result.temperature = context.board.chipTemperature()) === undefined) throw new Error("this chip can't measure it")
    },
  }
  const read = sample[name]
  return read && { sample: () => (read(), result) }
}
