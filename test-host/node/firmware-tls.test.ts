/// <reference types="node" />
import assert from "node:assert/strict"
import { before, describe, test, type TestContext } from "node:test"
import type { Board, BoardOptions } from "../board/board.js"
import { AedesBroker } from "../support/aedes.js"
import { type Identity, makeIdentity } from "../support/certificates.js"
import { counter, countsOf, Door, Listener, startBoard, startVirtualBoard, upTo, withoutXs } from "../support/firmware.js"

/** Nothing here waits for chance; the client does not wait long to connect again. */
const CLIENT = { reconnectPeriod: "50ms", maxReconnectPeriod: "50ms", outboxMessages: 100, outboxBytes: 8192 }

describe("the firmware, with TLS,", { skip: withoutXs }, () => {
  let ca: Identity
  let good: Identity

  before(async () => {
    ca = await makeIdentity("CA", { authority: true })
    good = await makeIdentity("server", { issuer: ca, names: ["broker.test"] })
  })

  async function start(t: TestContext, identity: Identity, config: object = {}, options: Partial<BoardOptions> = {}): Promise<{ board: Board; door: Door; listener: Listener }> {
    const broker = await AedesBroker.start()
    t.after(() => broker.close())
    const listener = await Listener.start(t, broker.port)
    const door = await Door.start(t, broker.port, identity)
    const board = await startBoard(t, {
      creation: "static",
      resources: { "ca.pem": ca.cert },
      ...options,
      config: { broker: `mqtts://broker.test:${door.port}`, ca: "ca.pem", client: CLIENT, ...config },
    })
    return { board, door, listener }
  }

  const refusals: [string, () => Promise<Identity>, RegExp][] = [
    ["has expired", () => makeIdentity("server", { issuer: ca, names: ["broker.test"], from: -9, until: -2 }), /^disconnected: .*has expired: renew it/],
    ["is another's", () => makeIdentity("server", { issuer: ca, names: ["elsewhere.test"] }), /^disconnected: .*wrong name: it is for elsewhere.test, not for broker.test/],
    ["comes from an unknown CA", () => makeIdentity("server", { names: ["broker.test"] }), /^disconnected: .*unknown CA: add that CA's certificate to the firmware's resources/],
  ]
  for (const [what, make, reason] of refusals) {
    test(`does not send a byte to a server whose certificate ${what}, and says so in one line at each attempt`, async (t) => {
      const { board, door, listener } = await start(t, await make())
      await board.line(reason)
      await board.line(reason)
      assert.deepEqual([door.received, listener.messages], [0, []])
      assert.ok(door.connections >= 2)
      const [, ...lines] = board.lines
      for (const line of lines) assert.match(line, reason)
    })
  }

  test("waits for the clock, says after 30 s that it is not set, and connects when a time server answers", async (t) => {
    const board = await startVirtualBoard(t, { config: { broker: "mqtts://broker.test" }, faults: { sntp: "silent" } })
    await board.advance(30_000)
    assert.ok(!board.lines.some((line) => line.startsWith("the clock is not set") || line.startsWith("disconnected")))
    await board.advance(4000)
    assert.equal(board.lines.filter((line) => line === "the clock is not set, so TLS can't check certificates: connections fail until a time server answers (sntp)").length, 1)
    assert.ok(board.lines.some((line) => line.startsWith("clock: no answer from time.test: is the internet in reach, and UDP port 123 let through?")))
  })

  test("does not wait for the clock without TLS", async (t) => {
    const board = await startVirtualBoard(t, { config: {}, faults: { sntp: "silent" } })
    await board.advance(5000)
    assert.ok(board.lines.includes("connected"))
  })

  test("connects as soon as the clock is set", async (t) => {
    const { board, door, listener } = await start(t, good, { sensors: [counter()] }, { faults: { sntp: "silent" } })
    await board.line("joined")
    await board.line("clock: no answer")
    assert.equal(door.connections, 0)
    await board.say({ sntp: "answer" })
    await board.line("connected")
    await listener.counts(3)
    assert.deepEqual(countsOf(listener.messages), upTo(countsOf(listener.messages).length))
  })

  test("says of a missing resource which it is, and where it belongs", async (t) => {
    const { board } = await start(t, good, { ca: "other.pem" })
    assert.match(await board.line("other.pem"), /ca: the firmware has no resource "other.pem": add its file to the resources in manifest.json/)
  })

  test("says of a port without TLS that it is one", async (t) => {
    const broker = await AedesBroker.start()
    t.after(() => broker.close())
    const board = await startBoard(t, { config: { broker: `mqtts://broker.test:${broker.port}`, ca: "ca.pem" }, resources: { "ca.pem": ca.cert } })
    assert.match(await board.line("disconnected"), /TLS.*\(commonly 8883\)/)
  })
})
