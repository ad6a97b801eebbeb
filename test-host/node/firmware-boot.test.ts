/// <reference types="node" />
import assert from "node:assert/strict"
import { describe, test, type TestContext } from "node:test"
import { connect } from "mqtt"
import type { Board } from "../board/board.js"
import { AedesBroker } from "../support/aedes.js"
import { makeIdentity } from "../support/certificates.js"
import { birthsOf, counter, countsOf, DEVICE, Door, Listener, readingsOf, startBoard, startVirtualBoard, upTo, withoutXs } from "../support/firmware.js"
import { Mosquitto, withoutMosquitto } from "../support/mosquitto.js"

const SENSORS = [
  { id: "room", driver: "Humidity-Temperature/SHT3x", updateInterval: "100ms" },
  { id: "up", driver: "uptime", updateInterval: "100ms" },
  { id: "heap", driver: "free-heap", updateInterval: "100ms" },
]

async function aedes(t: TestContext): Promise<{ broker: AedesBroker; listener: Listener }> {
  const broker = await AedesBroker.start()
  t.after(() => broker.close())
  return { broker, listener: await Listener.start(t, broker.port) }
}

/** What somebody finds retained who comes now. */
async function retained(t: TestContext, port: number, count: number): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  const client = connect({ host: "127.0.0.1", port })
  t.after(() => client.endAsync(true))
  await new Promise<void>((resolve, reject) => {
    client.on("error", reject)
    client.on("message", (topic, payload, { retain }) => {
      if (!retain) return
      found[topic.slice(DEVICE.length + 1)] = payload.toString()
      if (Object.keys(found).length === count) resolve()
    })
    client.subscribe("#")
  })
  return found
}

describe("the firmware, from power-on to telemetry,", { skip: withoutXs }, () => {
  for (const creation of ["esp32", "static"] as const) {
    test(`joins Wi-Fi, sets its clock, connects by TLS and publishes what its sensors measure, on the creation ${creation}`, async (t) => {
      const { broker, listener } = await aedes(t)
      const ca = await makeIdentity("CA", { authority: true })
      const door = await Door.start(t, broker.port, await makeIdentity("server", { issuer: ca, names: ["broker.test"] }))
      const began = Date.now()
      const board = await startBoard(t, {
        creation,
        config: { broker: `mqtts://broker.test:${door.port}`, ca: "ca.pem", sensors: SENSORS, watchdog: "10s" },
        resources: { "ca.pem": ca.cert },
      })
      await listener.until(() => ["room", "up", "heap"].every((id) => readingsOf(listener.messages, id).filter(({ time }) => time! >= began).length > 2), "three readings with time of each sensor")
      assert.deepEqual(readingsOf(listener.messages, "room").map(({ temperature, humidity }) => [temperature, humidity]).at(-1), [21.5, 45])
      assert.equal(readingsOf(listener.messages, "heap").at(-1)!.freeHeap, 120_000)
      assert.ok(readingsOf(listener.messages, "up").at(-1)!.uptime! > 0.1)
      assert.deepEqual(birthsOf(listener.messages), [{ reason: "power-on", boots: 1, uncaught: 0 }])
      assert.deepEqual(await retained(t, broker.port, 2), { availability: "online", birth: listener.messages.find(({ topic }) => topic.endsWith("/birth"))!.payload })
      assert.equal(door.connections, 1)
      assert.deepEqual(board.lines, ['Wi-Fi "home": joined, address 192.168.4.2, failed attempts before: 0', "connected"])
    })
  }

  test("says and publishes nothing of its secrets", async (t) => {
    const { listener } = await aedes(t)
    const broker = await AedesBroker.start({ account: { username: "cellar", password: "hush" } })
    t.after(() => broker.close())
    const board = await startBoard(t, { config: { broker: `mqtt://cellar:wrong@127.0.0.1:${broker.port}` }, faults: { wifi: "refuse" } })
    await board.line("can't join")
    await board.say({ wifi: "back" })
    assert.match(await board.line("disconnected"), /user name and password|not allow/)
    assert.ok(!/wrong|secret-of-home/.test([...board.lines, JSON.stringify(listener.messages)].join("\n")))
  })

  test("does the same with mosquitto, without loss and without doubles", { skip: withoutMosquitto() }, async (t) => {
    const broker = await Mosquitto.start()
    t.after(() => broker.close())
    const listener = await Listener.start(t, broker.port)
    await startBoard(t, { creation: "static", config: { broker: `mqtt://broker.test:${broker.port}`, sensors: [counter("20ms")], qos: 2 } })
    await listener.counts(50)
    assert.deepEqual(countsOf(listener.messages), upTo(countsOf(listener.messages).length))
    assert.deepEqual(birthsOf(listener.messages), [{ reason: "power-on", boots: 1, uncaught: 0 }])
  })

  test("samples before it is connected, and publishes that first, with the uptime where the clock was not set", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [...SENSORS.map((sensor) => ({ ...sensor, updateInterval: "1s" })), counter("1s")] } })
    await board.advance(10_000)
    const [first, ...others] = readingsOf(board.published, "counter")
    assert.deepEqual(first, { uptime_ms: 0, count: 0 })
    const set = others.findIndex(({ time }) => time !== undefined)
    assert.ok(set >= 0 && set < 4)
    assert.deepEqual(others.slice(set).map(({ time }) => time! - others[set]!.time!), others.slice(set).map((_, i) => i * 1000))
    assert.deepEqual(readingsOf(board.published, "up")[0], { uptime_ms: 0, uptime: 0 })
    assert.deepEqual(countsOf(board.published), upTo(others.length + 1))
  })

  test("keeps trying while the broker is down, less and less often, and loses nothing that its outbox has room for", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [counter("60s")] }, faults: { broker: "down" } })
    await board.advance(600_000)
    const attempts = board.lines.filter((line) => line.startsWith("disconnected")).length
    assert.ok(attempts > 8 && attempts < 40, `${attempts} attempts in ten minutes`)
    await board.say({ broker: "up" })
    await board.advance(130_000)
    assert.deepEqual(countsOf(board.published), upTo(13))
    assert.equal(birthsOf(board.published).length, 1)
    assert.equal(board.connections, 1)
  })

  test("says what it loses of a longer time, and still tells of its start", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [counter("60s")] }, faults: { broker: "down" } })
    await board.advance(3_600_000)
    await board.say({ broker: "up" })
    await board.advance(300_000)
    const lost = board.lines.filter((line) => line.startsWith("sensor counter: not published: ")).length
    assert.ok(lost > 30)
    assert.equal(countsOf(board.published).length + lost, countsOf(board.published).at(-1)! + 1)
    assert.equal(new Set(countsOf(board.published)).size, countsOf(board.published).length)
    assert.deepEqual(birthsOf(board.published), [{ reason: "power-on", boots: 1, uncaught: 0 }])
    assert.equal(board.published.filter(({ topic, payload }) => topic.endsWith("/availability") && payload === "online").length, 1)
  })

  test("connects to a real broker that comes up later, and loses nothing", async (t) => {
    const { broker, listener } = await aedes(t)
    const door = await Door.start(t, broker.port)
    await door.shut()
    const board = await startBoard(t, { config: { broker: `mqtt://broker.test:${door.port}`, sensors: [counter()], client: { reconnectPeriod: "100ms", maxReconnectPeriod: "100ms", outboxMessages: 100, outboxBytes: 8192 } } })
    await board.line("disconnected")
    await board.line("disconnected")
    await door.open()
    await listener.counts(10)
    assert.deepEqual(countsOf(listener.messages), upTo(countsOf(listener.messages).length))
    assert.equal(birthsOf(listener.messages).length, 1)
  })

  test("tries the brokers in turn", async (t) => {
    const { broker, listener } = await aedes(t)
    const dead = await Door.start(t, broker.port)
    await dead.shut()
    await startBoard(t, { config: { broker: [`mqtt://broker.test:${dead.port}`, `mqtt://broker.test:${broker.port}`], client: { reconnectPeriod: "50ms" } } })
    await listener.counts(5)
  })
})

describe("what nobody catches, and what hangs,", { skip: withoutXs }, () => {
  async function trouble(t: TestContext, kind: string): Promise<{ board: Board; listener: Listener }> {
    const { broker, listener } = await aedes(t)
    const board = await startBoard(t, { config: { broker: `mqtt://broker.test:${broker.port}`, watchdog: "1s" }, crash: "restart" })
    await listener.counts(3)
    await board.say({ trouble: kind })
    return { board, listener }
  }

  test("an error in a timer's callback restarts the board, which counts it, says it, and tells of it in its next birth", async (t) => {
    const { board, listener } = await trouble(t, "uncaught")
    await listener.until(() => birthsOf(listener.messages).length === 2, "two births")
    const { error, ...rest } = birthsOf(listener.messages)[1] as { error: string }
    assert.deepEqual(rest, { reason: "software", boots: 2, uncaught: 1 })
    assert.match(error, /the cellar is under water/)
    assert.equal(board.lines.filter((line) => line.startsWith("the board restarts after an error that nothing caught: ") && line.includes("the cellar is under water")).length, 1)
    await board.say({ trouble: "uncaught" })
    await listener.until(() => birthsOf(listener.messages).length === 3, "three births")
    assert.equal((birthsOf(listener.messages)[2] as { uncaught: number }).uncaught, 2)
  })

  test("a loop without end in a sensor's sample() restarts the board by its watchdog", async (t) => {
    const { board, listener } = await trouble(t, "hang")
    await listener.until(() => birthsOf(listener.messages).length === 2, "two births")
    assert.deepEqual(birthsOf(listener.messages)[1], { reason: "watchdog", boots: 2, uncaught: 0 })
    assert.deepEqual(board.boots.map(({ reason }) => reason), ["power-on", "watchdog"])
  })

  test("power that was away takes the count of starts with it", async (t) => {
    const { board, listener } = await trouble(t, "uncaught")
    await listener.until(() => birthsOf(listener.messages).length === 2, "two births")
    await board.powerOff()
    await board.start()
    await listener.until(() => birthsOf(listener.messages).length === 3, "three births")
    assert.deepEqual(birthsOf(listener.messages)[2], { reason: "power-on", boots: 1, uncaught: 0 })
  })
})
