/// <reference types="node" />
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { counter, countsOf, Door, Listener, PASSWORD, readingsOf, startBoard, startVirtualBoard, upTo, withoutXs } from "../support/firmware.js"
import { Mosquitto, withoutMosquitto } from "../support/mosquitto.js"

const CANT_JOIN = `Wi-Fi "home": can't join: is the password right, and is the network in reach (2.4 GHz)?`

describe("the firmware, when Wi-Fi fails,", { skip: withoutXs }, () => {
  test("makes no attempt to connect for the 90 s that it is away; the readings wait, and arrive once, with their times", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [counter("10s")] } })
    await board.advance(65_000)
    const before = board.lines.length
    await board.say({ wifi: "lost" })
    await board.advance(90_000)
    assert.deepEqual(board.lines.slice(before), ['Wi-Fi "home": lost; trying to join again', "disconnected: there is no network", CANT_JOIN])
    assert.deepEqual([board.connections, countsOf(board.published).length], [1, 7])
    await board.say({ wifi: "back" })
    await board.advance(90_000)
    assert.deepEqual(countsOf(board.published), upTo(25))
    const times = readingsOf(board.published, "counter").slice(1).map(({ time }) => time!)
    assert.deepEqual(times.map((time) => time - times[0]!), upTo(24).map((i) => i * 10_000))
    assert.equal(board.connections, 2)
    assert.match(board.lines.slice(-2).join(), /joined, address 192.168.4.2, failed attempts before: \d+,connected$/)
  })

  test("sends again what was in flight when it failed, whether the server had got it or not", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [counter("5s")], qos: 2 } })
    await board.advance(32_000)
    // Nothing passes for a while before Wi-Fi's driver notices.
    await board.say({ broker: "silent" })
    await board.advance(20_000)
    await board.say({ wifi: "lost" })
    await board.advance(20_000)
    await board.say({ broker: "up", wifi: "back" })
    await board.advance(60_000)
    assert.deepEqual(countsOf(board.published), upTo(27))
    assert.ok(!board.lines.some((line) => line.includes("dropped")))
  })

  test("does so with mosquitto", { skip: withoutMosquitto() }, async (t) => {
    const broker = await Mosquitto.start()
    t.after(() => broker.close())
    const listener = await Listener.start(t, broker.port)
    const door = await Door.start(t, broker.port)
    const board = await startBoard(t, { creation: "static", config: { broker: `mqtt://broker.test:${door.port}`, sensors: [counter("50ms")], qos: 2, client: { outboxMessages: 200, outboxBytes: 10_000 } } })
    await listener.counts(5)
    await board.say({ wifi: "lost" })
    await board.line("disconnected: there is no network")
    const { received } = door
    await board.line("can't join")
    assert.deepEqual([door.connections, door.received], [1, received])
    await board.say({ wifi: "back" })
    await board.line("connected")
    await listener.counts(30)
    assert.deepEqual(countsOf(listener.messages), upTo(countsOf(listener.messages).length))
    const times = readingsOf(listener.messages, "counter").map(({ time }) => time).filter((time) => time !== undefined)
    for (let i = 1; i < times.length; i++) assert.ok(times[i]! > times[i - 1]!)
  })

  test("says of a wrong password what to do, once, and joins when it has become right", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [counter("60s")] }, faults: { wifi: "refuse" } })
    await board.advance(1_200_000)
    assert.deepEqual(board.lines.slice(), [CANT_JOIN, ...board.lines.filter((line) => line.startsWith("sensor counter: not published"))])
    await board.say({ wifi: "back" })
    await board.advance(120_000)
    assert.equal(board.lines.filter((line) => line === "connected").length, 1)
    assert.ok(countsOf(board.published).length >= 16)
    assert.ok(!board.lines.join().includes(PASSWORD))
  })

  test("says that no address comes, and joins when one does", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [counter("60s")] }, faults: { wifi: "no-address" } })
    await board.advance(40_000)
    assert.match(board.lines[0]!, /^Wi-Fi "home": gives no IP address: does its DHCP server work\?/)
    await board.say({ wifi: "back" })
    await board.advance(60_000)
    assert.ok(board.lines.includes("connected"))
  })

  test("takes the second network when the first can't be joined, and its own address where it has one", async (t) => {
    const wifi = [{ ssid: "away", password: "12345678" }, { ssid: "home", password: PASSWORD, address: "10.1.2.3", gateway: "10.1.2.1" }]
    const board = await startVirtualBoard(t, { config: { ssid: undefined, wifi, dns: ["10.1.2.1"], sensors: [counter("60s")] }, networks: { home: PASSWORD } })
    await board.advance(60_000)
    assert.deepEqual(board.lines.slice(0, 3), [
      `Wi-Fi "away": can't join: is the password right, and is the network in reach (2.4 GHz)?`,
      'Wi-Fi "home": joined, address 10.1.2.3, failed attempts before: 1',
      "connected",
    ])
  })

  test("says which name can't be found, and connects when it can be", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [counter("60s")] }, faults: { dns: "unknown" } })
    await board.advance(10_000)
    assert.ok(board.lines.includes("disconnected: mqtt://broker.test:1883: broker.test: no address: is the name right, the board on the network, and its DNS server there?"))
    await board.say({ dns: "answer" })
    await board.advance(130_000)
    assert.ok(board.lines.includes("connected"))
  })
})
