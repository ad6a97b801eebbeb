/// <reference types="node" />
import { parseArgs } from "node:util"
import { parseDuration, parseServerUrl, type ServerUrl } from "../../src/index.js"

export interface StartOptions {
  engine: "xs" | "node"
  /** Milliseconds. */
  interval: number
  count: number | undefined
  json: boolean
  help: boolean
  /** The broker that MQTT_URL names; undefined: one of our own. */
  server: ServerUrl | undefined
}

export const HELP = `Publishes this PC's own sensor readings over MQTT from an XS machine of ESP32 size, and shows what arrives.

  npm start -- [options]

  --interval TIME  between two readings of a sensor: 200ms, 5s, 1min; 1s by default
  --count N        ends when N readings are delivered
  --json           at the end, one line of JSON on standard output and nothing else
  --engine node    runs the same firmware in Node; "xs", the XS machine, by default
  --help           shows this

  MQTT_URL=mqtt://user:password@host:port   names a broker in place of the embedded one; mqtts:// with --engine node

When standard output is not a terminal, each reading is one line: topic, payload, round trip.`

/** Throws an Error whose message is one line when a flag or MQTT_URL is wrong. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      interval: { type: "string", default: "1s" },
      count: { type: "string" },
      json: { type: "boolean", default: false },
      engine: { type: "string", default: "xs" },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  const { engine, json, help } = values
  if (engine !== "xs" && engine !== "node") throw new Error(`--engine: ${JSON.stringify(engine)}; "xs" or "node" is needed`)
  return { engine, json, help, interval: parseDuration("--interval", values.interval, 10), count: countOf(values.count), server: serverOf(env["MQTT_URL"], engine) }
}

function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1 || count > 1e9) throw new Error(`--count: ${JSON.stringify(text)}; a whole number from 1 on is needed`)
  return count
}

function serverOf(url: string | undefined, engine: string): ServerUrl | undefined {
  if (url === undefined || url === "") return undefined
  let server: ServerUrl
  try {
    server = parseServerUrl(url)
  } catch (error) {
    throw new Error(`MQTT_URL: ${(error as Error).message.replace(/^server: ?/, "")}`)
  }
  if (server.protocol === "mqtts" && engine === "xs") throw new Error("MQTT_URL: mqtts; the XS machine on a PC has no TLS: use --engine node, or mqtt://")
  return server
}
