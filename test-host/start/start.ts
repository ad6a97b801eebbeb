/// <reference types="node" />
/** `npm start`: the firmware in a machine, a broker, and someone who watches. */
import type { ServerUrl } from "../../src/index.js"
import { defaultDeviceId } from "../../platforms/node/device-id.js"
import type { Line } from "../firmware/messages.js"
import { type EmbeddedBroker, startBroker } from "./broker.js"
import { duration } from "./format.js"
import { type Machine, startMachine } from "./machine.js"
import { Observation } from "./observation.js"
import { HELP, readOptions, type StartOptions } from "./options.js"
import { liveTable, plainLines, type Show, silent } from "./show.js"
import { type Subscriber, subscribe } from "./subscriber.js"
import { describe, summarize } from "./summary.js"

/** How long the firmware waits to be watched, when the broker does not answer. Milliseconds. */
const PATIENCE = 1500
/** For the firmware to end in good order; it gives up by itself after less. */
const DEADLINE = 5000
/** Signals within this time are one: npm hands the terminal's Ctrl-C on a second time. */
const SAME_SIGNAL = 400

let options: StartOptions
try {
  options = readOptions(process.argv.slice(2), process.env)
} catch (error) {
  console.error(`npm start: ${(error as Error).message.split("\n", 1)[0]}`)
  process.exit(2)
}
if (options.help) {
  console.log(HELP)
  process.exit(0)
}
process.exitCode = await main(options)

async function main(options: StartOptions): Promise<number> {
  const { engine, interval, count, json } = options
  const observation = new Observation()
  let broker: EmbeddedBroker | undefined
  let subscriber: Subscriber | undefined
  let machine: Machine | undefined
  let show: Show = silent
  let stopping = 0

  const stop = (): void => {
    if (stopping !== 0) return
    stopping = performance.now()
    machine?.stop()
    setTimeout(() => machine?.kill(), DEADLINE).unref()
  }
  const onSignal = (): void => {
    if (stopping === 0 || performance.now() - stopping < SAME_SIGNAL) return stop()
    machine?.kill()
    show.close()
    process.exit(130)
  }
  process.on("SIGINT", onSignal)
  process.on("SIGTERM", onSignal)
  // Nobody reads on, as with `| head`.
  process.stdout.on("error", stop)

  if (!options.server) broker = await startBroker()
  const server: ServerUrl = options.server ?? { protocol: "mqtt", host: "127.0.0.1", port: broker!.port }
  const name = `${server.protocol}://${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port ?? (server.protocol === "mqtts" ? 8883 : 1883)}`
  const clientId = `${engine}-${defaultDeviceId()}`

  const onLine = (line: Line): void => {
    const now = performance.now()
    if (line.type === "report") {
      observation.onReport(line)
      show.onReport(line, now)
    } else if (line.type === "connected") {
      if (observation.reason) show.note(`connected to ${name}`)
      observation.onConnection(true)
    } else if (line.type === "disconnected") {
      const reason = line.reason.replace(`${server.protocol}://${server.host}: `, "")
      if (observation.reason !== reason) show.note(`not connected to ${name}: ${reason}; trying again`)
      observation.onConnection(false, reason)
    } else if (line.type === "trouble") {
      show.note(`${line.sensor}: ${line.reason}`)
    } else if (line.type === "hello") {
      observation.begin(line.sensors.map((id) => `${clientId}/${id}`))
    } else if (line.undelivered > 0) {
      show.note(`${line.undelivered} messages were not delivered`)
    }
  }

  const began = performance.now()
  let bits = 64
  let fault: string | undefined
  try {
    subscriber = subscribe(server, `${clientId}/+`, (topic, payload) => {
      const now = performance.now()
      if (observation.onMessage(topic, payload, now)) show.onMessage(topic, payload, now)
    })
    await subscriber.ready(PATIENCE)
    if (stopping === 0) {
      const client = {
        ...server,
        clientId,
        // Nothing is lost when the broker restarts: what is on its way is kept, and room for a minute of readings.
        clean: false,
        outboxMessages: 200,
        outboxBytes: 16_384,
        outboxPolicy: "drop-oldest",
        // Someone is watching.
        maxReconnectPeriod: "5s",
      } as const
      const start = { client, updateInterval: interval, ...(count !== undefined && { limit: count }) }
      machine = startMachine(engine, start, { onLine, onNote: (text) => show.note(text) })
      bits = machine.bits
      const title = `mqtt-xs in ${engine === "xs" ? `an XS machine of ESP32 size, ${bits} bits` : `Node ${process.version}`}; every ${duration(interval)}`
      show = json ? silent : process.stdout.isTTY ? liveTable(title, broker ? `the embedded broker, ${name}` : name, observation) : plainLines(observation)
      fault = await machine.ended
      await arrival(observation)
    }
  } catch (error) {
    fault = (error as Error).message
    if (engine === "xs") fault += "\nor run the same firmware in Node: npm start -- --engine node"
  } finally {
    show.close()
    await subscriber?.close()
    await broker?.close()
  }
  if (fault !== undefined) {
    console.error(`npm start: the ${engine === "xs" ? "XS machine" : "firmware"}: ${fault}`)
    return 1
  }
  const summary = summarize(observation, engine, bits, (performance.now() - began) / 1000)
  console.log(json ? JSON.stringify(summary) : describe(summary))
  return 0
}

/** Waits a moment for what is delivered and still on its way to the subscriber. */
async function arrival(observation: Observation): Promise<void> {
  for (let i = 0; i < 20 && observation.received < observation.delivered; i++) await new Promise((resolve) => setTimeout(resolve, 50))
}
