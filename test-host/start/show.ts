/// <reference types="node" />
import type { Report } from "../firmware/messages.js"
import { Lines } from "./lines.js"
import type { Observation } from "./observation.js"
import { Screen } from "./screen.js"
import { tableLines } from "./table.js"

/** How a run is shown while it lasts. */
export interface Show {
  onMessage(topic: string, payload: string, now: number): void
  onReport(report: Report, now: number): void
  /** Something that someone should know. */
  note(text: string): void
  close(): void
}

/** Milliseconds between two pictures. */
const FRAME = 200
const NOTES = 3

/** On a terminal. */
export function liveTable(title: string, broker: string, observation: Observation): Show {
  const screen = new Screen(process.stdout, process.env)
  const notes: string[] = []
  const draw = (hint: string): void => screen.draw(tableLines(observation, { title, broker, notes, hint, now: performance.now() }, screen.style, screen.width))
  const timer = setInterval(() => draw("Ctrl-C ends"), FRAME)
  return {
    onMessage() {},
    onReport() {},
    note(text) {
      notes.push(`${new Date().toTimeString().slice(0, 8)} ${text}`)
      if (notes.length > NOTES) notes.shift()
    },
    close() {
      clearInterval(timer)
      draw("")
      screen.close()
    },
  }
}

/** For a file or a pipe: a line for each reading; the rest goes to standard error. */
export function plainLines(observation: Observation): Show {
  const lines = new Lines((line) => process.stdout.write(`${line}\n`))
  const timer = setInterval(() => lines.sweep(performance.now()), 250)
  return {
    onMessage: (topic, payload, now) => lines.onMessage(topic, payload, now),
    onReport(report, now) {
      for (const [sensor, milliseconds] of report.readings) lines.onRoundTrip(observation.sensors[sensor]!.topic, milliseconds, now)
    },
    note: (text) => process.stderr.write(`${text}\n`),
    close() {
      clearInterval(timer)
      lines.sweep(Infinity)
    },
  }
}

/** With --json: nothing on standard output until the end. */
export const silent: Show = {
  onMessage() {},
  onReport() {},
  note: (text) => process.stderr.write(`${text}\n`),
  close() {},
}
