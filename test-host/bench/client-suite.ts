/// <reference types="node" />
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { Mosquitto, withoutMosquitto } from "../support/mosquitto.js"
import type { Work } from "./client-work.js"
import { median, type Row } from "./report.js"

const ROUNDS = 5
const MESSAGES = 100_000

/**
 * The client against MQTT.js, in turns, each in a process of its own: messages per CPU-second of that process, QoS 1
 * to mosquitto on loopback, window 20, 64-byte payloads. Medians of several rounds.
 */
export async function clientRows(): Promise<Row[]> {
  const missing = withoutMosquitto()
  if (missing) {
    console.error(missing)
    return []
  }
  const broker = await Mosquitto.start()
  const rates: [number[], number[]] = [[], []]
  const speeds: [number[], number[]] = [[], []]
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, program] of ["client-ours.js", "client-mqttjs.js"].entries()) {
        const work = await run(program, broker.port)
        rates[i]!.push(work.messages / work.cpuSeconds)
        speeds[i]!.push(work.messages / work.seconds)
      }
    }
  } finally {
    await broker.close()
  }
  return [row("publish QoS 1", "messages/CPU-second", rates), row("publish QoS 1, wall clock", "messages/s", speeds)]
}

function row(name: string, unit: string, [ours, peer]: readonly [number[], number[]]): Row {
  const [a, b] = [median(ours), median(peer)]
  return { suite: "client", case: name, ours: a, peer: b, ratio: a / b, unit }
}

async function run(program: string, port: number): Promise<Work> {
  const path = fileURLToPath(new URL(program, import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [path, String(port), String(MESSAGES)], { timeout: 120_000 })
  return JSON.parse(stdout) as Work
}
