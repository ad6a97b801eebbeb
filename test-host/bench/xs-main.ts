/**
 * Counts, in the XS machine of ESP32 size, what each message costs: bytecodes run, and slots and chunk bytes of heap
 * taken. Reads the counters at the same point of consecutive messages, socket calls and timer turns included.
 */
import { args, collect, exit, print, readCounters } from "host"
import type { QoS } from "../../src/codec/packets.js"
import { Counter } from "../xs/counter.js"
import { Client, esp32Platform, Topic } from "./xs-library.js"

const WARM_UP = 8
const ROUNDS = 40

const platform = esp32Platform({ deviceId: "bench" })
const port = Number(args[0])
const exactName = args[1]!
const payload = new Uint8Array(Number(args[2])).fill(120)
const topic = new Topic(exactName)

/** Counts between consecutive calls of `mark`. */
class Meter {
  private readonly now = new Float64Array(Counter.COUNT)
  private readonly before = new Float64Array(Counter.COUNT)
  private readonly codes = new Float64Array(ROUNDS)
  private slots = 0
  private chunkBytes = 0
  private marks = 0

  /** False when there were enough. */
  mark(): boolean {
    const { now, before } = this
    readCounters(now)
    const round = this.marks++ - WARM_UP
    if (round >= 0 && round < ROUNDS) {
      this.codes[round] = now[Counter.CODES]! - before[Counter.CODES]!
      this.slots += now[Counter.SLOTS_ALLOCATED]! - before[Counter.SLOTS_ALLOCATED]!
      this.chunkBytes += now[Counter.CHUNK_BYTES_ALLOCATED]! - before[Counter.CHUNK_BYTES_ALLOCATED]!
    }
    readCounters(before)
    return round + 1 < ROUNDS
  }

  /** One JSON line; `overhead`: codes of the benchmark itself in each round. */
  report(name: string, overhead: number): number {
    const sorted = this.codes.slice().sort()
    const codes = sorted[ROUNDS >> 1]! - overhead
    print(JSON.stringify({ case: name, codes, slots: this.slots / ROUNDS, chunkBytes: this.chunkBytes / ROUNDS }))
    return codes
  }
}

let onDone: () => void = () => {}
let meter = new Meter()
let publishOptions: { qos: QoS } | undefined
let overhead = 0

const ticker = platform.createTimer(() => {
  if (!meter.mark()) {
    onDone()
    return
  }
  if (publishOptions !== undefined) client.publish(topic, payload, publishOptions)
  ticker.schedule(4)
})

const handler = (): void => {
  if (!meter.mark()) onDone()
}

let client: Client
const before = new Float64Array(Counter.COUNT)
const after = new Float64Array(Counter.COUNT)

/** In a turn of its own: what this module's evaluation has taken is given back after it, and is none of the client's. */
const beginning = platform.createTimer(() => {
  beginning.close()
  collect()
  readCounters(before)
  client = new Client(platform, { host: "127.0.0.1", port, clientId: "bench", onConnect: () => start(), onDisconnect: ({ message }) => print(JSON.stringify({ error: message })) })
  client.connect()
})
beginning.schedule(0)

function publishing(name: string, options: { qos: QoS } | undefined, then: () => void): void {
  meter = new Meter()
  publishOptions = options
  onDone = () => {
    const codes = meter.report(name, overhead)
    if (options === undefined) overhead = codes
    then()
  }
  ticker.schedule(10)
}

function receiving(name: string, qos: QoS, filter: string, then: () => void): void {
  meter = new Meter()
  onDone = () => {
    meter.report(name, 0)
    client.unsubscribe(filter)
    settle(then)
  }
  client.subscribe(filter, qos, handler, () => client.publish("send", `${qos} ${WARM_UP + ROUNDS + 2}`))
}

/** A second client, which has nothing to say but PINGREQ, once a second. */
function pinging(): void {
  const PINGS = 2
  before.fill(0)
  const watch = platform.createTimer(() => {
    if (before[Counter.CODES] === 0) {
      readCounters(before)
      watch.schedule(PINGS * 1000)
      return
    }
    readCounters(after)
    const each = (index: Counter): number => (after[index]! - before[index]!) / PINGS
    print(JSON.stringify({ case: "ping", codes: each(Counter.CODES), slots: each(Counter.SLOTS_ALLOCATED), chunkBytes: each(Counter.CHUNK_BYTES_ALLOCATED) }))
    exit(0)
  })
  const idle = new Client(platform, { host: "127.0.0.1", port, clientId: "idle", keepalive: 1, onConnect: () => watch.schedule(500) })
  idle.connect()
}

/** Lets what is still on its way come and go. */
function settle(then: () => void): void {
  const timer = platform.createTimer(() => {
    timer.close()
    then()
  })
  timer.schedule(50)
}

function start(): void {
  print(JSON.stringify({ heap: heapOfClient() }))
  publishing("overhead", undefined, () =>
    publishing("publish qos0", { qos: 0 }, () =>
      publishing("publish qos1", { qos: 1 }, () =>
        publishing("publish qos2", { qos: 2 }, () =>
          receiving("receive qos0", 0, exactName, () =>
            receiving("receive qos0 wildcard", 0, "bench/+/room-7/temperature", () =>
              receiving("receive qos1", 1, exactName, () =>
                receiving("receive qos2", 2, exactName, () => client.end("1s", () => pinging())),
              ),
            ),
          ),
        ),
      ),
    ),
  )
}

/** What the machine holds now beyond what it held before the client was made, its options and callbacks included. */
function heapOfClient(): { slots: number; chunkBytes: number; bytes: number } {
  collect()
  readCounters(after)
  const slots = after[Counter.SLOTS_IN_USE]! - before[Counter.SLOTS_IN_USE]!
  const chunkBytes = after[Counter.CHUNK_BYTES_IN_USE]! - before[Counter.CHUNK_BYTES_IN_USE]!
  return { slots, chunkBytes, bytes: slots * 16 + chunkBytes }
}
