/// <reference types="node" />
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { AedesBroker } from "../support/aedes.js"
import type { Board, Boot } from "../board/board.js"
import { birthsOf, counter, countsOf, DEVICE, Listener, readingsOf, startBoard, startVirtualBoard, withoutXs } from "../support/firmware.js"
import { Mosquitto, withoutMosquitto } from "../support/mosquitto.js"
import { Proxy } from "../support/proxy.js"

const MINUTE = 60_000
const SLEEP = { runDuration: "20s", sleepDuration: "10min" }
const UP = { id: "up", driver: "uptime", updateInterval: "60s" }

const ROOM = { id: "room", driver: "Humidity-Temperature/SHT3x", updateInterval: "5s" }

/** The board's starts that are over: `advance` ends where the next one begins. */
function slept(board: Board): Boot[] {
  return board.boots.filter((boot) => boot.slept !== undefined)
}

describe("the firmware of a board that sleeps", { skip: withoutXs }, () => {
  test("wakes, samples, connects, delivers, disconnects and sleeps, again and again", async (t) => {
    const board = await startVirtualBoard(t, { creation: "static", config: { sensors: [UP], sleep: SLEEP } })
    await board.advance(60 * MINUTE)
    const boots = slept(board)
    assert.deepEqual(boots.map(({ reason }) => reason), ["power-on", ...Array<string>(5).fill("deep-sleep")])
    assert.ok(boots.every(({ slept, ticks }) => slept === 10 * MINUTE && ticks! < 5000))
    assert.deepEqual(board.published.filter(({ topic }) => topic === `${DEVICE}/up`).map(({ boot, dup }) => [boot, dup]), boots.map((_, i) => [i, false]))
    assert.deepEqual(birthsOf(board.published), boots.map(({ reason }, i) => ({ boots: i + 1, uncaught: 0, reason })))
    // Its clock goes on in sleep, so that all readings but the first have a time.
    const times = readingsOf(board.published, "up").map(({ time }) => time)
    assert.deepEqual(times.slice(2).map((time, i) => Math.round((time! - times[i + 1]!) / MINUTE)), [10, 10, 10, 10])
    assert.equal(board.published.length, 12)
    assert.ok(!board.published.some(({ will }) => will))
  })

  test("keeps its session with the server: no clean session, packet ids that go on, and a DISCONNECT each time", { skip: withoutMosquitto() }, async (t) => {
    const broker = await Mosquitto.start()
    t.after(() => broker.close())
    const proxy = await Proxy.start(broker.port)
    t.after(() => proxy.close())
    const board = await startBoard(t, { config: { broker: `mqtt://broker.test:${proxy.port}`, sensors: [UP], sleep: SLEEP } })
    await board.rebooted(4)
    const [first, ...others] = proxy.sent("connect").slice(0, 4)
    assert.equal(first!.clean, false)
    assert.ok(others.length === 3 && others.every(({ clean, clientId }) => !clean && clientId === first!.clientId))
    const ids = proxy.packets.flatMap((packet) => (packet.cmd === "publish" || packet.cmd === "subscribe" ? [packet.messageId!] : []))
    assert.ok(ids.length >= 12)
    assert.deepEqual(ids.map((id) => (id - ids[0]! + 65_535) % 65_535), ids.map((_, i) => i))
    assert.ok(proxy.sent("disconnect").length >= 4)
    assert.deepEqual(proxy.faults, [])
  })

  test("delivers what was not acknowledged before the sleep after it, exactly once", async (t) => {
    // A sensor that does not answer keeps it awake for all of runDuration.
    const board = await startVirtualBoard(t, { config: { sensors: [counter("5s"), ROOM], sleep: SLEEP, qos: 2 }, faults: { sensor: "timeout" } })
    await board.advance(12_000)
    await board.say({ broker: "silent" })
    assert.deepEqual(countsOf(board.published), [0, 1, 2])
    await board.advance(11_000)
    assert.equal(board.boots.length, 2)
    assert.match(board.lines.at(-1)!, /^asleep for 600000 ms; messages kept: 2$/)
    await board.say({ broker: "up" })
    await board.advance(60_000)
    assert.deepEqual(board.published.filter(({ topic }) => topic === `${DEVICE}/counter`).map(({ payload }) => (JSON.parse(payload) as { count: number }).count), [0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
    assert.ok(!board.lines.some((line) => line.includes("dropped")))
  })

  test("keeps readings in RTC memory while the server is away, as many as fit, and says which it drops", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [counter("5s")], sleep: SLEEP }, faults: { broker: "down" } })
    await board.advance(60 * MINUTE)
    const boots = slept(board).length
    assert.ok(boots >= 5)
    assert.deepEqual(board.published, [])
    const kept = board.lines.filter((line) => line.startsWith("asleep")).map((line) => Number(line.slice(line.lastIndexOf(" ") + 1)))
    assert.deepEqual(kept.slice(0, 2), [5, 10])
    const most = kept.at(-1)!
    assert.ok(most > 10 && most === kept.at(-2))
    // 896 bytes, of which each message takes 9 for itself.
    assert.ok(board.rtc.length <= 1024 && board.rtc.length > 900)
    const dropped = board.lines.filter((line) => line.includes("is dropped: ") || line.includes("not published: ")).length
    assert.ok(dropped > 0)
    await board.say({ broker: "up" })
    await board.advance(30_000)
    const late = readingsOf(board.published, "counter")
    assert.ok(late.length > most)
    assert.deepEqual(new Set(late.map((each) => JSON.stringify(each))).size, late.length)
    assert.equal(birthsOf(board.published).length, 1)
  })

  test("stays awake while a retained message says so, measures on, and sleeps when it is taken back", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [UP], sleep: SLEEP } })
    await board.say({ publish: { topic: `${DEVICE}/stay-awake`, payload: "1", qos: 1, retain: true } })
    await board.advance(30 * MINUTE)
    assert.ok(board.lines.includes(`kept awake by "${DEVICE}/stay-awake"`))
    assert.equal(board.boots.length, 1)
    assert.equal(readingsOf(board.published, "up").length, 31)
    await board.say({ publish: { topic: `${DEVICE}/stay-awake`, payload: "", qos: 1, retain: true } })
    await board.advance(MINUTE)
    assert.equal(board.boots.length, 2)
    assert.ok(slept(board)[0]!.ticks! < 31 * MINUTE)
  })

  test("hears a real broker's retained message in time", async (t) => {
    for (const start of [() => AedesBroker.start(), ...(withoutMosquitto() ? [] : [() => Mosquitto.start()])]) {
      const broker = await start()
      t.after(() => broker.close())
      const listener = await Listener.start(t, broker.port)
      await listener.publish(`${DEVICE}/stay-awake`, "1")
      const board = await startBoard(t, { config: { broker: `mqtt://broker.test:${broker.port}`, sensors: [counter("50ms")], sleep: SLEEP } })
      await board.line("kept awake")
      await listener.counts(5)
      assert.equal(board.boots.length, 1, board.lines.join("\n"))
      await listener.publish(`${DEVICE}/stay-awake`, "")
      await board.line("asleep")
    }
  })

  test("begins anew after a loss of power", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [UP], sleep: SLEEP } })
    await board.advance(25 * MINUTE)
    assert.deepEqual(birthsOf(board.published).at(-1), { reason: "deep-sleep", boots: 3, uncaught: 0 })
    await board.powerOff()
    await board.start()
    await board.advance(MINUTE)
    assert.deepEqual(birthsOf(board.published).at(-1), { reason: "power-on", boots: 1, uncaught: 0 })
    assert.equal(board.rtc.length > 128, true)
  })

  test("sleeps, too, when there is no Wi-Fi, no server or no time, and keeps trying each time it wakes", async (t) => {
    for (const faults of [{ wifi: "lost" }, { broker: "down" }, { broker: "silent" }, { dns: "silent" }, { broker: "deny" }] as const) {
      const board = await startVirtualBoard(t, { config: { sensors: [UP], sleep: SLEEP }, faults })
      await board.advance(25 * MINUTE)
      assert.equal(slept(board).length, 3, JSON.stringify(faults))
      assert.ok(slept(board).every(({ ticks }) => ticks! >= 20_000 && ticks! <= 22_500))
      await board.say({ wifi: "back", broker: "up", dns: "answer" })
      await board.advance(MINUTE)
      assert.equal(readingsOf(board.published, "up").length, 4, JSON.stringify(faults))
    }
  })

  test("is not kept awake by a sensor that fails, longer than runDuration", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [UP, ROOM], sleep: SLEEP }, faults: { sensor: "timeout" } })
    await board.advance(25 * MINUTE)
    assert.equal(slept(board).length, 3)
    assert.ok(slept(board).every(({ ticks }) => ticks! >= 20_000 && ticks! <= 22_500))
    assert.equal(readingsOf(board.published, "up").length, 3)
  })

  test("knows what is retained also when its readings are of QoS 0", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [UP], sleep: SLEEP, qos: 0 } })
    await board.say({ publish: { topic: `${DEVICE}/stay-awake`, payload: "1", qos: 1, retain: true } })
    await board.advance(5 * MINUTE)
    assert.equal(board.boots.length, 1)
    assert.ok(readingsOf(board.published, "up").length >= 5)
  })
})
