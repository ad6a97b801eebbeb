/// <reference types="node" />
import assert from "node:assert/strict"
import { describe, test, type TestContext } from "node:test"
import type { Board } from "../board/board.js"
import { birthsOf, counter, countsOf, startVirtualBoard, upTo, withoutXs } from "../support/firmware.js"

/** The storage of the firmware, and the configuration's key in it. */
const STORED = ["mqtt-xs", "config"] as const

/** Puts a configuration into a board's storage, and switches it on again. */
async function store(board: Board, text: string): Promise<void> {
  await board.powerOff()
  board.store(...STORED, Buffer.from(text))
  await board.start()
}

describe("a wrong configuration", { skip: withoutXs }, () => {
  const NEEDED = 'a time from 1 ms to 12 d is needed, such as 500, "200ms", "10s", "5min"'
  const cases: [string, Record<string, unknown>, string][] = [
    ["without an ssid", { ssid: undefined }, 'ssid: is missing; give it to mcconfig (ssid="name" password="...") or with `npm run configure`'],
    ["with an empty list of networks", { wifi: [] }, "Wi-Fi: no network is configured: set ssid and password"],
    ["without a broker", { broker: undefined }, 'broker: is missing; give it to mcconfig (broker="mqtt://host") or with `npm run configure`'],
    ["with an empty list of brokers", { broker: [] }, 'broker: is missing; give it to mcconfig (broker="mqtt://host") or with `npm run configure`'],
    ["with a broker's URL that is none", { broker: "http://broker.test" }, 'broker: not a URL of the form mqtt://user:password@host:port or mqtts://...'],
    ["with a port that is none", { broker: "mqtt://broker.test:99999" }, "broker.port: 99999; 1 to 65535 is needed"],
    ["with a device id that topics can't have", { deviceId: "cellar/1" }, 'deviceId: "cellar/1"'],
    ["with a sensor without id", { sensors: [{ driver: "uptime" }] }, "sensors.id: undefined; a name is needed"],
    ["with two sensors of one id", { sensors: [counter(), counter()] }, 'sensors.id: "counter" is there twice'],
    ["with a sensor's wrong interval", { sensors: [counter("soon")] }, `sensors.counter.updateInterval: "soon"; ${NEEDED}`],
    ["with a sensor's wrong accuracy", { sensors: [{ ...counter(), accuracyDecimals: 1.5 }] }, "sensors.counter.accuracyDecimals: 1.5; 0 to "],
    ["with a wrong sleep", { sleep: { sleepDuration: "10 minutes" } }, `sleep.sleepDuration: "10 minutes"; ${NEEDED}`],
    ["with a sleep that has no end", { sleep: { runDuration: "20s" } }, `sleep.sleepDuration: undefined; ${NEEDED}`],
    ["with a wrong watchdog", { watchdog: "never" }, 'watchdog: "never"; a time'],
    ["with a watchdog of too little patience", { watchdog: "500ms" }, 'watchdog: 500 ms; "1s" to "1h" is needed, or 0 for none'],
    ["with a wrong QoS", { qos: 3 }, "qos: 3; "],
    ["with a wrong option of the client", { client: { keepalive: "often" } }, 'keepalive: "often"; '],
    ["with a wrong topic", { topic: "cellar/#" }, 'topic: "cellar/#"'],
  ]
  for (const [what, config, line] of cases) {
    test(`${what} is told in one line that names it, each minute, and the board lives on`, async (t) => {
      const board = await startVirtualBoard(t, { config })
      await board.advance(179_000)
      assert.equal(board.lines.length, 3)
      for (const each of board.lines) assert.equal(each.slice(0, 15 + line.length), `configuration: ${line}`)
      assert.equal(board.boots.length, 1)
      assert.equal(board.connections, 0)
    })
  }

  test("keeps nothing from being told of a sensor's driver that is not there, nor the other sensors from working", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [{ id: "room", driver: "Humidity-Temperature/SHT4x", updateInterval: "20s" }, counter("20s")] } })
    await board.advance(50_000)
    assert.deepEqual(board.lines.filter((line) => line.startsWith("sensor")), Array(3).fill('sensor room: Humidity-Temperature/SHT4x: not in this firmware; add dist/drivers/SHT4x.json to "include" of its manifest'))
    assert.deepEqual(countsOf(board.published), upTo(3))
  })
})

describe("the configuration in the device's storage", { skip: withoutXs }, () => {
  async function started(t: TestContext, text: string): Promise<Board> {
    const board = await startVirtualBoard(t, { config: { ssid: undefined, sensors: [counter("10s")] }, networks: { own: "12345678" } })
    await store(board, text)
    await board.advance(15_000)
    return board
  }

  test("takes precedence over the firmware's, name by name", async (t) => {
    const board = await started(t, JSON.stringify({ ssid: "own", password: "12345678", topic: "house/{sensorId}", deviceId: "cellar" }))
    assert.deepEqual([...new Set(board.published.map(({ topic }) => topic))], ["house/counter", "cellar/availability", "cellar/birth"])
    assert.ok(board.lines.includes("connected"))
  })

  test("is reported when it is damaged, and the firmware's own holds", async (t) => {
    const board = await started(t, '{"ssid":"own"')
    assert.match(board.lines.at(-2)!, /^storage, "config": .*; the firmware's own configuration is used$/)
    assert.match(board.lines.at(-1)!, /^configuration: ssid: is missing/)
  })

  test("is reported when it is not one", async (t) => {
    for (const text of ["12", "null", '"mqtt://broker.test"']) {
      const board = await started(t, text)
      assert.equal(board.lines.filter((line) => line.startsWith('storage, "config": ') && line.endsWith("; the firmware's own configuration is used")).length, 1, text)
    }
  })

  test("outlives a loss of power", async (t) => {
    const board = await started(t, JSON.stringify({ ssid: "own", password: "12345678" }))
    await board.powerOff()
    await board.start()
    await board.advance(15_000)
    assert.equal(birthsOf(board.published).length, 2)
  })
})
