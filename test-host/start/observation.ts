import type { NodeFigures, Report, XsFigures } from "../firmware/messages.js"

/** One sensor, as seen from here. */
export interface Observed {
  topic: string
  /** Latest payload that arrived at the broker, and when it did (performance.now). */
  payload: string | undefined
  arrived: number
  /** Latest, milliseconds, as the firmware measured it. */
  roundTrip: number | undefined
}

/** What the firmware's heap and bytecodes came to per reading, while nothing but readings happened. */
export interface Cost {
  readings: number
  slots: number
  chunkBytes: number
  codes: number
}

/**
 * All that is known of a run.
 *
 * Start-up has finished with the report after which every sensor has delivered a reading. What a reading costs is told
 * from the spans between two reports in which as many were delivered as were taken, over one and the same connection:
 * what a new connection takes belongs to `sinceStartUp` alone.
 */
export class Observation {
  readonly sensors: Observed[] = []
  readonly roundTrips: number[] = []
  readonly cost: Cost = { readings: 0, slots: 0, chunkBytes: 0, codes: 0 }
  connected = false
  /** Why there is no connection. */
  reason = ""
  received = 0
  report: Report | undefined
  private readonly heard = new Set<number>()
  private startUp: XsFigures | undefined
  private changed = true

  begin(topics: readonly string[]): void {
    for (const topic of topics) this.sensors.push({ topic, payload: undefined, arrived: 0, roundTrip: undefined })
  }

  /** False when it is no reading. */
  onMessage(topic: string, payload: string, now: number): boolean {
    const sensor = this.sensors.find((sensor) => sensor.topic === topic)
    if (!sensor) return false
    sensor.payload = payload
    sensor.arrived = now
    this.received++
    return true
  }

  onConnection(connected: boolean, reason = ""): void {
    this.connected = connected
    this.reason = reason
    this.changed = true
  }

  onReport(report: Report): void {
    for (const [sensor, roundTrip] of report.readings) {
      this.heard.add(sensor)
      this.roundTrips.push(roundTrip)
      this.sensors[sensor]!.roundTrip = roundTrip
    }
    const before = this.report
    this.report = report
    if (isXs(report.machine) && this.heard.size === this.sensors.length) {
      if (!this.startUp) this.startUp = report.machine
      else if (before && isXs(before.machine) && !this.changed && before.backlog === report.backlog) this.add(report, before, report.machine, before.machine)
    }
    this.changed = false
  }

  get delivered(): number {
    return this.report?.delivered ?? 0
  }

  /** After the first. */
  get reconnects(): number {
    return Math.max(0, (this.report?.connections ?? 0) - 1)
  }

  /** Undefined for Node, and until start-up has finished. */
  get sinceStartUp(): { slots: number; chunkBytes: number; collections: number } | undefined {
    const { startUp } = this
    const now = this.report?.machine
    if (!startUp || !now || !isXs(now)) return undefined
    return {
      slots: now.slotsAllocated - startUp.slotsAllocated,
      chunkBytes: now.chunkBytesAllocated - startUp.chunkBytesAllocated,
      collections: now.collections - startUp.collections,
    }
  }

  /** Median of all, milliseconds. */
  get roundTrip(): number | undefined {
    const sorted = [...this.roundTrips].sort((a, b) => a - b)
    return sorted[sorted.length >> 1]
  }

  private add(report: Report, before: Report, now: XsFigures, then: XsFigures): void {
    this.cost.readings += report.delivered - before.delivered
    this.cost.slots += now.slotsAllocated - then.slotsAllocated
    this.cost.chunkBytes += now.chunkBytesAllocated - then.chunkBytesAllocated
    this.cost.codes += now.codes - then.codes
  }
}

export function isXs(figures: XsFigures | NodeFigures): figures is XsFigures {
  return "codes" in figures
}

/** Of something counted over all readings; undefined when there were none. */
export function perReading(cost: Cost, what: "slots" | "chunkBytes" | "codes"): number | undefined {
  return cost.readings === 0 ? undefined : cost[what] / cost.readings
}
