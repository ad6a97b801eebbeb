import type { QoS } from "../../src/codec/packets.js"
import { equal, ok, test } from "../harness/harness.js"
import { ModelBroker } from "../support/model-broker.js"
import { Rig } from "../support/rig.js"

// The connection is cut at every byte that either side sends, from the first of the CONNECT to the last of the
// exchange: before each packet, inside it and behind it.

const COUNT = 3
/** So many bytes go over a connection in either direction before it is cut; none: it is not cut. */
interface Cut {
  up?: number
  down?: number
}

/** One client with messages to send and messages to get, one broker, and a network between them that breaks. */
class Exchange {
  readonly broker = new ModelBroker()
  /** Payloads as the client's handler got them. */
  readonly received: string[] = []
  readonly rig: Rig
  /** Bytes that went over the connection that was the last. */
  up = 0
  down = 0
  private readonly handles: number[] = []

  constructor(options: { qos: QoS; forgetful?: boolean; piecewise?: boolean; transmitBufferSize?: number }) {
    this.piecewise = options.piecewise ?? false
    this.broker.forgetful = options.forgetful ?? false
    this.rig = new Rig({ clean: false, reconnectPeriod: 10, keepalive: 0, ...(options.transmitBufferSize && { transmitBufferSize: options.transmitBufferSize }) })
    const { client, platform } = this.rig
    platform.chance = 0
    client.subscribe("down", options.qos, (message) => this.received.push(message.text()))
    for (let i = 0; i < COUNT; i++) this.handles.push(client.publish("up", `u${i}`, { qos: options.qos }))
    for (let i = 0; i < COUNT && !options.forgetful; i++) this.broker.publish(options.qos, `d${i}`)
    client.connect()
  }

  private readonly piecewise: boolean

  /** One connection, until it is cut or nothing moves any more. True when it was cut. */
  connection(cut: Cut): boolean {
    const { rig, broker } = this
    rig.turn()
    rig.turn()
    const socket = rig.socket
    ok(!socket.closed, "a new socket")
    broker.open()
    this.up = this.down = 0
    if (cut.up === 0 && cut.down === 0) return this.break()
    socket.open()
    for (let moved = true; moved; ) {
      rig.turn()
      const up = socket.sent()
      const toBroker = up.slice(0, (cut.up ?? Infinity) - this.up)
      broker.feed(toBroker)
      this.up += toBroker.length
      if (cut.up !== undefined && this.up === cut.up) return this.break()
      const down = broker.taken()
      const toClient = down.slice(0, (cut.down ?? Infinity) - this.down)
      if (this.piecewise) for (const byte of toClient) socket.receive([byte])
      else if (toClient.length > 0) socket.receive(toClient)
      this.down += toClient.length
      if (cut.down !== undefined && this.down === cut.down) return this.break()
      moved = up.length + down.length > 0
    }
    return false
  }

  private break(): true {
    this.rig.socket.fail(new Error("cut"))
    return true
  }

  /** What each handle came to, in the order of publishing. */
  ends(): string[] {
    return this.handles.map((handle) => this.rig.log.filter((line) => new RegExp(`^(delivered|dropped) ${handle}\\b`).test(line)).map((line) => line.split(/ |:/)[0]).join("+"))
  }

  /** All is said and done, and nothing is left behind. */
  settled(where: string): void {
    ok(this.broker.quiet, `${where}: the broker waits for something`)
    equal([this.rig.client.backlog, this.rig.client.inflight], [0, 0], where)
    equal(this.rig.client.statistics.protocolErrors, 0, where)
    equal(this.rig.client.statistics.handlerErrors, 0, where)
  }
}

const UP = ["u0", "u1", "u2"]
const DOWN = ["d0", "d1", "d2"]
const DELIVERED = ["delivered", "delivered", "delivered"]

/** The first arrival of each. */
function first(arrivals: readonly string[]): string[] {
  return arrivals.filter((arrival, i) => arrivals.indexOf(arrival) === i)
}

/** How many bytes go each way when nothing is cut. */
function lengths(options: ConstructorParameters<typeof Exchange>[0]): { up: number; down: number } {
  const exchange = new Exchange(options)
  ok(!exchange.connection({}))
  equal([exchange.broker.received, exchange.ends()], [UP, DELIVERED])
  exchange.settled("uncut")
  return { up: exchange.up, down: exchange.down }
}

/** Runs the exchange once for each place where it can be cut. */
function everyCut(options: ConstructorParameters<typeof Exchange>[0], check: (exchange: Exchange, where: string) => void, again = false): void {
  const { up, down } = lengths(options)
  ok(up > 50 && down > 20)
  const cuts: Cut[] = [...Array(up + 1).keys()].map((cut) => ({ up: cut }))
  cuts.push(...[...Array(down + 1).keys()].map((cut) => ({ down: cut })))
  for (const cut of cuts) {
    // A second cut somewhere else, to see that what is sent again may be cut as well.
    const seconds: Cut[] = again ? [{ up: 20 }, { up: 26 }, { up: 33 }, { up: 41 }, { down: 4 }, { down: 7 }, { down: 13 }, { down: 21 }] : [{}]
    for (const second of seconds) {
      const where = `cut at ${JSON.stringify(cut)}, then ${JSON.stringify(second)}`
      const exchange = new Exchange(options)
      exchange.connection(cut)
      exchange.connection(second)
      if (again) {
        exchange.rig.socket.fail()
        exchange.connection({})
      }
      exchange.settled(where)
      check(exchange, where)
    }
  }
}

function exactlyOnce(exchange: Exchange, where: string): void {
  equal(exchange.broker.received, UP, where)
  equal(exchange.received, DOWN, where)
  equal(exchange.ends(), DELIVERED, where)
}

function atLeastOnce(exchange: Exchange, where: string): void {
  equal(first(exchange.broker.received), UP, where)
  equal(first(exchange.received), DOWN, where)
  equal(exchange.ends(), DELIVERED, where)
}

test("QoS 2, cut at every byte in both directions, session present: each message arrives exactly once, in order [MQTT-4.3.3-1] [MQTT-4.3.3-2] [MQTT-4.4.0-1]", () => {
  everyCut({ qos: 2 }, exactlyOnce)
})

test("QoS 2, cut twice: exactly once, in order [MQTT-4.1.0-1]", () => {
  everyCut({ qos: 2 }, exactlyOnce, true)
})

test("QoS 2 with a tiny transmit buffer and bytes that come one by one, cut at every byte: exactly once, in order", () => {
  everyCut({ qos: 2, piecewise: true, transmitBufferSize: 128 }, exactlyOnce)
})

test("QoS 1, cut at every byte in both directions, session present: each message arrives at least once, in order [MQTT-4.3.2-1] [MQTT-4.3.2-2] [MQTT-4.6.0-1]", () => {
  everyCut({ qos: 1 }, atLeastOnce)
})

test("QoS 1, cut twice: at least once, in order", () => {
  everyCut({ qos: 1 }, atLeastOnce, true)
})

test("QoS 1, cut at every byte, session absent: what was not acknowledged is sent as new, and arrives at least once", () => {
  everyCut({ qos: 1, forgetful: true }, (exchange, where) => {
    equal(first(exchange.broker.received), UP, where)
    equal(exchange.ends(), DELIVERED, where)
    for (const lines of exchange.broker.connections) ok(!lines.some((line) => line.endsWith("dup")), where)
  })
})

test("QoS 2, cut at every byte, session absent: every message arrives, and what may have arrived is not sent again but reported", () => {
  everyCut({ qos: 2, forgetful: true }, (exchange, where) => {
    equal(first(exchange.broker.received), UP, where)
    for (const end of exchange.ends()) ok(end === "delivered" || end === "dropped", `${where}: ${end}`)
    for (const lines of exchange.broker.connections) ok(!lines.some((line) => line.endsWith("dup")), where)
  })
})

test("a broker that goes away at every packet, many times over, gets each QoS 2 message exactly once", () => {
  const exchange = new Exchange({ qos: 2 })
  let cuts = 0
  // Each connection lives a few bytes longer than the one before.
  while (exchange.connection({ up: 16 + cuts })) cuts++
  ok(cuts > 20, `${cuts} cuts`)
  exchange.settled("after all")
  exactlyOnce(exchange, "after all")
})
