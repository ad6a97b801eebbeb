import type { Counters } from "host"
import type { ClientOptions } from "../../src/index.js"

/** The first line that the firmware gets on standard input, as JSON. Any line after it, and the input's end, ends it. */
export interface Start {
  client: ClientOptions
  /** Milliseconds. */
  updateInterval: number
  limit?: number
}

/** The lines that it writes to standard output, each as JSON. */
export type Line = Hello | Connected | Disconnected | Trouble | Report | Ended

export interface Hello {
  type: "hello"
  sensors: string[]
}

export interface Connected {
  type: "connected"
}

export interface Disconnected {
  type: "disconnected"
  reason: string
}

/** A reading that is missing, and why. */
export interface Trouble {
  type: "trouble"
  sensor: string
  reason: string
}

export interface Report {
  type: "report"
  /** Sensor number and round trip, milliseconds, of each reading delivered since the last report. */
  readings: [sensor: number, roundTrip: number][]
  /** Since the start. */
  delivered: number
  dropped: number
  connections: number
  inflight: number
  /** Messages that wait, those in flight included. */
  backlog: number
  machine: XsFigures | NodeFigures
  /** All that `limit` asked for is delivered. */
  complete: boolean
}

/** Of the firmware, without what its reports took: see XsMeter. */
export type XsFigures = Omit<Counters, "stackPeak" | "largestTurnCodes">

/** Node tells no more than this; its reports are part of it. Bytes. */
export interface NodeFigures {
  heapUsed: number
  heapTotal: number
}

export interface Ended {
  type: "ended"
  undelivered: number
}
