import { isXs, type Observation, perReading } from "./observation.js"
import { grouped, roundTrip } from "./format.js"

/** How a run went, for scripts. Figures that the engine or a run this short can't tell are null. */
export interface Summary {
  delivered: number
  received: number
  engine: "xs" | "node"
  /** Of the machine: 32 as on the ESP32, if the PC can. */
  bits: number
  seconds: number
  slotsPerPublish: number | null
  chunkBytesPerPublish: number | null
  codesPerPublish: number | null
  collections: number | null
  heapSlotsInUse: number | null
  heapChunkBytesInUse: number | null
  /** Node's. */
  heapBytesInUse: number | null
  dropped: number
  reconnects: number
  /** Median, as the firmware measured it. */
  roundTripMs: number | null
}

export function summarize(observation: Observation, engine: "xs" | "node", bits: number, seconds: number): Summary {
  const { cost, report } = observation
  const machine = report?.machine
  const xs = machine && isXs(machine) ? machine : undefined
  const rounded = (value: number | undefined, decimals: number): number | null => (value === undefined ? null : Number(value.toFixed(decimals)))
  return {
    delivered: observation.delivered,
    received: observation.received,
    engine,
    bits,
    seconds: Number(seconds.toFixed(3)),
    slotsPerPublish: rounded(perReading(cost, "slots"), 3),
    chunkBytesPerPublish: rounded(perReading(cost, "chunkBytes"), 3),
    codesPerPublish: rounded(perReading(cost, "codes"), 1),
    collections: observation.sinceStartUp?.collections ?? null,
    heapSlotsInUse: xs?.slotsInUse ?? null,
    heapChunkBytesInUse: xs?.chunkBytesInUse ?? null,
    heapBytesInUse: machine && !isXs(machine) ? machine.heapUsed : null,
    dropped: report?.dropped ?? 0,
    reconnects: observation.reconnects,
    roundTripMs: rounded(observation.roundTrip, 3),
  }
}

/** The same in one line for a person. */
export function describe(summary: Summary): string {
  const { delivered, received, engine, bits, seconds, slotsPerPublish, chunkBytesPerPublish, codesPerPublish, reconnects, dropped } = summary
  const parts = [
    `${grouped(delivered)} delivered, ${grouped(received)} received in ${grouped(seconds, 1)} s`,
    ...(dropped ? [`${grouped(dropped)} dropped`] : []),
    ...(engine === "xs" && codesPerPublish !== null ? [`each ${slotsPerPublish} slots, ${chunkBytesPerPublish} chunk bytes, ${grouped(codesPerPublish)} codes`] : []),
    ...(summary.roundTripMs !== null ? [`round trip ${roundTrip(summary.roundTripMs)}`] : []),
    `${reconnects} ${reconnects === 1 ? "reconnect" : "reconnects"}`,
    engine === "xs" ? `XS ${bits}-bit` : "Node",
  ]
  return parts.join("; ")
}
