/// <reference types="node" />
import { execFile, spawnSync } from "node:child_process"
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
 *
 * Broker and clients share one CPU where `taskset` can have it so: on two, both figures change by up to a half from run
 * to run with where the system puts them.
 */
export async function clientRows(): Promise<Row[]> {
  const missing = withoutMosquitto()
  if (missing) {
    console.error(missing)
    return []
  }
  const launcher = oneCpu()
  if (launcher.length === 0) console.error("suite client: no taskset, so these figures vary from run to run")
  const broker = await Mosquitto.start({ launcher })
  const rates: [number[], number[]] = [[], []]
  const speeds: [number[], number[]] = [[], []]
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, program] of ["client-ours.js", "client-mqttjs.js"].entries()) {
        const work = await run([...launcher, process.execPath, pathOf(program), String(broker.port), String(MESSAGES)])
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

async function run([command, ...args]: readonly string[]): Promise<Work> {
  const { stdout } = await promisify(execFile)(command!, args, { timeout: 120_000 })
  return JSON.parse(stdout) as Work
}

function pathOf(program: string): string {
  return fileURLToPath(new URL(program, import.meta.url))
}

/** What runs a command on the first CPU only. */
function oneCpu(): string[] {
  const launcher = ["taskset", "-c", "0"]
  return spawnSync(launcher[0]!, [...launcher.slice(1), "true"]).status === 0 ? launcher : []
}
