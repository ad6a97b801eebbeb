import { age, fit, grouped, roundTrip } from "./format.js"
import { isXs, type Observation, perReading } from "./observation.js"

export interface TableText {
  title: string
  /** Its URL, and what else is to be said of it. */
  broker: string
  /** What happened lately, newest last. */
  notes: readonly string[]
  /** The last line. */
  hint?: string
  now: number
}

export interface Style {
  bold(text: string): string
  dim(text: string): string
}

const UNITS: Record<string, string> = { memory: " MiB", temperature: " °C", uptime: " s" }

/** The lines of the live table, none longer than `width`. */
export function tableLines(observation: Observation, text: TableText, style: Style, width: number): string[] {
  const topics = Math.max(26, ...observation.sensors.map(({ topic }) => topic.length))
  const row = (label: string, ...cells: string[]): string => fit(`  ${label.padEnd(topics)}${cells.map((cell) => cell.padStart(16)).join("")}`, width)
  const { report } = observation
  const lines = [
    style.bold(fit(text.title, width)),
    fit(connectionLine(observation, text.broker), width),
    "",
    style.dim(row("topic", "value", "age", "round trip")),
    ...observation.sensors.map((sensor) =>
      sensor.payload === undefined
        ? row(sensor.topic, "-", "-", roundTrip(sensor.roundTrip))
        : row(sensor.topic, valueOf(sensor.payload), age(text.now - sensor.arrived), roundTrip(sensor.roundTrip)),
    ),
    "",
    ...machineRows(observation, row, style),
    "",
    style.dim(row("", "delivered", "dropped", "reconnects")),
    row("readings", grouped(observation.delivered), grouped(report?.dropped ?? 0), grouped(observation.reconnects)),
    style.dim(row("", "in flight", "waiting")),
    row("messages", grouped(report?.inflight ?? 0), grouped((report?.backlog ?? 0) - (report?.inflight ?? 0))),
    "",
    ...text.notes.map((note) => style.dim(fit(note, width))),
    ...(text.hint ? [style.dim(text.hint)] : []),
  ]
  return lines
}

function connectionLine({ connected, reason }: Observation, broker: string): string {
  if (connected) return `connected to ${broker}`
  return reason ? `not connected to ${broker}: ${reason}` : `connecting to ${broker}`
}

type Row = (label: string, ...cells: string[]) => string

function machineRows(observation: Observation, row: Row, style: Style): string[] {
  const machine = observation.report?.machine
  if (!machine) return [style.dim(row("machine")), row("starting")]
  if (!isXs(machine)) {
    return [style.dim(row("", "in use", "of")), row("heap of Node", `${grouped(machine.heapUsed / 1024)} KiB`, `${grouped(machine.heapTotal / 1024)} KiB`)]
  }
  const since = observation.sinceStartUp
  const { cost } = observation
  const each = (what: "slots" | "chunkBytes" | "codes"): string => {
    const value = perReading(cost, what)
    return value === undefined ? "-" : grouped(value, Number.isInteger(value) || what === "codes" ? 0 : 2)
  }
  return [
    style.dim(row("heap", "in use", "peak", "of")),
    row("slots", grouped(machine.slotsInUse), grouped(machine.slotsPeak), grouped(machine.slotsTotal)),
    row("chunk bytes", grouped(machine.chunkBytesInUse), grouped(machine.chunkBytesPeak), grouped(machine.chunkBytesTotal)),
    "",
    style.dim(row("allocations", "slots", "chunk bytes", "collections")),
    row("since start-up finished", ...(since ? [since.slots, since.chunkBytes, since.collections].map((value) => grouped(value)) : ["-", "-", "-"])),
    row("per publish", each("slots"), each("chunkBytes")),
    row("bytecodes per publish", each("codes")),
  ]
}

/** The number of {"time":...,"load":0.42}, with its unit. */
function valueOf(payload: string): string {
  try {
    const [name, value] = Object.entries(JSON.parse(payload) as object).find(([name]) => name !== "time" && name !== "uptime_ms") ?? ["", ""]
    return typeof value === "number" ? `${grouped(value, name === "memory" || name === "temperature" ? 1 : 2)}${UNITS[name] ?? ""}` : payload
  } catch {
    return payload
  }
}
