/// <reference types="node" />
import assert from "node:assert/strict"
import { once } from "node:events"
import { type AddressInfo, connect } from "node:net"
import { describe, test, type TestContext } from "node:test"
import { createServer } from "node:tls"
import { Board, type BoardOptions, type Published } from "../board/board.js"
import { AedesBroker } from "../support/aedes.js"
import { type Identity, makeIdentity } from "../support/certificates.js"
import { hasXs } from "../support/has-xs.js"

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
/** The simulated board's. */
const ID = "30aea4123456"

const config = {
  ssid: "home", password: "right password", broker: "mqtt://broker.test", sntp: "time.test",
  sensors: [{ id: "climate", driver: "Humidity-Temperature/SHT3x", updateInterval: "1min" }],
}

/** The firmware on a board of virtual time, with a broker in the machine. */
async function board(t: TestContext, options: Omit<Partial<BoardOptions>, "config"> & { config?: object } = {}): Promise<Board> {
  const made = new Board({ virtualClock: true, hosts: { "broker.test": "192.0.2.1", "time.test": "192.0.2.2" }, ...options, config: { ...config, ...options.config } })
  t.after(() => made.close())
  return made.start()
}

function readings({ published }: Board, id = "climate"): { time?: number; uptime_ms?: number; temperature: number }[] {
  return published.filter(({ topic }) => topic === `${ID}/${id}`).map(({ payload }) => JSON.parse(payload) as { temperature: number })
}

function latest({ published }: Board, topic: string): Published | undefined {
  return published.filter((message) => message.topic === `${ID}/${topic}`).pop()
}

/** Lines that match. Whoever reads the log is to find each trouble said once, and what to do. */
function said({ lines }: Board, pattern: RegExp): number {
  return lines.filter((line) => pattern.test(line)).length
}

describe("the firmware on a simulated board", { skip: hasXs() ? false : "gcc is needed" }, () => {
  test("joins Wi-Fi, sets its clock, connects, and publishes its birth and its readings", async (t) => {
    const it = await board(t)
    await it.advance(5 * MINUTE)
    assert.equal(said(it, /Wi-Fi "home": joined/), 1)
    assert.equal(it.connections, 1)
    assert.match(latest(it, "birth")!.payload, /"power-on"/)
    assert.equal(latest(it, "availability")!.payload, "online")
    assert.ok(readings(it).length >= 5)
    const { time, temperature } = readings(it).pop()!
    assert.equal(temperature, 21.5)
    // The virtual calendar begins with 2026.
    assert.ok(time! > Date.UTC(2026, 0, 1) && time! < Date.UTC(2026, 0, 2))
  })

  test("comes back when Wi-Fi was lost for 90 s", async (t) => {
    const it = await board(t)
    await it.advance(150 * SECOND)
    await it.say({ wifi: "lost" })
    await it.advance(90 * SECOND)
    await it.say({ wifi: "back" })
    const before = readings(it).length
    await it.advance(3 * MINUTE)
    assert.equal(said(it, /Wi-Fi "home": lost/), 1)
    assert.equal(said(it, /Wi-Fi "home": joined/), 2)
    assert.equal(it.connections, 2)
    assert.ok(readings(it).length >= before + 3)
  })

  test("says that the Wi-Fi password may be wrong, once, and goes on trying", async (t) => {
    const it = await board(t, { networks: { home: "another password" } })
    await it.advance(10 * MINUTE)
    assert.equal(said(it, /"home".*password/), 1)
    assert.equal(it.connections, 0)
  })

  test("says that there is no address, where DHCP is silent", async (t) => {
    const it = await board(t, { faults: { wifi: "no-address" } })
    await it.advance(5 * MINUTE)
    assert.equal(said(it, /"home".*DHCP/), 1)
    await it.say({ wifi: "back" })
    await it.advance(3 * MINUTE)
    assert.equal(it.connections, 1)
  })

  for (const broker of ["down", "silent", "deny"] as const) {
    test(`waits for a broker that is ${broker} at boot, and says so`, async (t) => {
      const it = await board(t, { faults: { broker } })
      await it.advance(3 * MINUTE)
      assert.equal(it.connections, 0)
      assert.ok(said(it, { down: /mqtt:\/\/broker\.test:1883/, silent: /CONNACK/, deny: /does not allow/ }[broker]) >= 1)
      await it.say({ broker: "up" })
      await it.advance(2 * MINUTE)
      assert.equal(it.connections, 1)
      assert.ok(readings(it).length >= 4)
    })
  }

  test("publishes without a time while no time server answers, with one as soon as one does", async (t) => {
    const it = await board(t, { faults: { sntp: "silent" } })
    await it.advance(10 * MINUTE)
    assert.equal(said(it, /time\.test/), 1)
    assert.equal(readings(it).pop()!.time, undefined)
    assert.ok(readings(it).pop()!.uptime_ms! > 8 * MINUTE)
    await it.say({ sntp: "answer" })
    await it.advance(20 * MINUTE)
    assert.ok(readings(it).pop()!.time! > Date.UTC(2026, 0, 1))
  })

  test("says that a name is not found", async (t) => {
    const it = await board(t, { faults: { dns: "unknown" } })
    await it.advance(MINUTE)
    assert.ok(said(it, /broker\.test.*name right/) >= 1)
    await it.say({ dns: "answer" })
    await it.advance(2 * MINUTE)
    assert.equal(it.connections, 1)
  })

  test("reads its other sensors when one does not answer, and that one when it does again", async (t) => {
    const it = await board(t, { config: { sensors: [...config.sensors, { id: "chip", driver: "chip-temperature", updateInterval: "1min" }] } })
    await it.advance(90 * SECOND)
    await it.say({ sensor: "timeout" })
    const before = readings(it).length
    await it.advance(5 * MINUTE)
    assert.ok(said(it, /climate.*connected and powered/) >= 1)
    assert.equal(readings(it).length, before)
    assert.ok(readings(it, "chip").length >= 5)
    await it.say({ sensor: { temperature: 30 } })
    await it.say({ sensor: "ok" })
    await it.advance(5 * MINUTE)
    assert.equal(readings(it).pop()!.temperature, 30)
  })

  test("says what is wrong with its configuration", async (t) => {
    const cases: [object, RegExp][] = [
      [{ ssid: undefined }, /ssid.*missing/],
      [{ broker: undefined }, /broker.*missing/],
      [{ broker: "broker.test" }, /mqtt:\/\//],
      [{ sensors: [{ ...config.sensors[0], updateInterval: "often" }] }, /updateInterval.*often/],
      [{ sensors: [{ id: "x", driver: "No/Such", updateInterval: "1min" }] }, /No\/Such.*not in this firmware/],
      [{ sleep: { sleepDuration: "long" } }, /sleepDuration.*long/],
    ]
    for (const [wrong, line] of cases) {
      const it = await board(t, { config: wrong })
      await it.advance(10 * SECOND)
      assert.equal(said(it, line), 1, `${JSON.stringify(wrong)}: ${it.lines.join("\n")}`)
      await it.close()
    }
  })

  test("takes what storage has over its own configuration, and does without it when that can't be read", async (t) => {
    const it = await board(t, { config: { deviceId: "own" } })
    await it.advance(10 * SECOND)
    assert.ok(it.published.some(({ topic }) => topic === "own/climate"))
    it.store("mqtt-xs", "config", Buffer.from('{"deviceId":"stored"}'))
    await it.powerOff()
    await it.start()
    await it.advance(10 * SECOND)
    assert.ok(it.published.some(({ topic }) => topic === "stored/climate"))
    it.store("mqtt-xs", "config", Buffer.from('{"deviceId":"sto'))
    await it.powerOff()
    await it.start()
    await it.advance(10 * SECOND)
    assert.equal(said(it, /storage, "config"/), 1)
    assert.equal(it.published.pop()!.topic.slice(0, 4), "own/")
  })

  test("works for a day, with Wi-Fi lost every hour, and its heap does not grow", async (t) => {
    const it = await board(t)
    const inUse: number[][] = []
    for (let hour = 0; hour < 24; hour++) {
      await it.advance(HOUR - 90 * SECOND)
      const { slotsInUse, chunkBytesInUse } = await it.figures()
      inUse.push([slotsInUse, chunkBytesInUse])
      await it.say({ wifi: "lost" })
      await it.advance(45 * SECOND)
      await it.say({ wifi: "back" })
      await it.advance(45 * SECOND)
    }
    assert.equal(it.boots.length, 1)
    assert.ok(it.connections >= 24)
    assert.ok(readings(it).length > 1380)
    const slots = inUse.slice(1).map(([count]) => count!)
    const bytes = inUse.slice(1).map(([, count]) => count!)
    // A slot more or less is a number that no longer fits an integer.
    assert.ok(Math.max(...slots) - Math.min(...slots) < 8, slots.join())
    assert.ok(Math.max(...bytes) - Math.min(...bytes) < 128, bytes.join())
  })

  test("sleeps, keeps count in RTC memory, and stays awake when it is told to", async (t) => {
    const it = await board(t, { config: { sleep: { sleepDuration: "10min" } } })
    await it.advance(55 * MINUTE)
    const births = it.published.filter(({ topic }) => topic === `${ID}/birth`).map(({ payload }) => JSON.parse(payload) as { boots: number; reason: string })
    assert.deepEqual(births.map(({ boots }) => boots), [1, 2, 3, 4, 5, 6].slice(0, births.length))
    assert.ok(births.length >= 5)
    assert.deepEqual([...new Set(births.slice(1).map(({ reason }) => reason))], ["deep-sleep"])
    assert.ok(it.boots.slice(0, -1).every(({ ticks }) => ticks! < 15 * SECOND))
    assert.equal(readings(it).length, births.length)
    await it.say({ publish: { topic: `${ID}/stay-awake`, payload: "on", qos: 1, retain: true } })
    const boots = it.boots.length
    await it.advance(HOUR)
    assert.ok(it.boots.length <= boots + 1)
    assert.ok(said(it, /kept awake/) >= 1)
  })

  test("restarts when its event loop stands still, and when an error was caught by nothing, and tells of both", async (t) => {
    const it = await board(t, { crash: "restart", config: { watchdog: "30s" } })
    await it.advance(MINUTE)
    await it.say({ hang: 2 * MINUTE })
    await it.rebooted(1)
    await it.advance(MINUTE)
    assert.match(latest(it, "birth")!.payload, /"watchdog"/)
    await it.say({ throw: "nobody catches this" })
    await it.rebooted(2)
    await it.advance(MINUTE)
    const { boots, uncaught, reason, error } = JSON.parse(latest(it, "birth")!.payload) as Record<string, unknown>
    assert.deepEqual([boots, uncaught, reason], [3, 1, "software"])
    assert.match(String(error), /nobody catches this/)
  })

  test("starts anew after power was lost in the middle of a sleep", async (t) => {
    const it = await board(t, { config: { sleep: { sleepDuration: "10min" } } })
    await it.advance(25 * MINUTE)
    await it.powerOff()
    await it.start()
    await it.advance(30 * SECOND)
    assert.match(latest(it, "birth")!.payload, /"boots":1\b.*"power-on"/)
  })
})

describe("the firmware on a simulated board, by TLS", { skip: hasXs() ? false : "gcc is needed" }, () => {
  const identities = certificates()

  async function secure(t: TestContext, server: Identity, more: object = {}, settings: Partial<BoardOptions> = {}): Promise<{ it: Board; heard(): number }> {
    const { ca, stranger } = await identities
    const aedes = await AedesBroker.start()
    t.after(() => aedes.close())
    let bytes = 0
    const forwarder = createServer({ cert: server.cert, key: server.key }, (socket) => {
      const broker = connect(aedes.port, "127.0.0.1").on("error", () => {})
      socket.on("error", () => {}).on("data", (chunk) => (bytes += chunk.length))
      socket.pipe(broker).pipe(socket)
    })
    forwarder.listen(0, "127.0.0.1")
    await once(forwarder, "listening")
    t.after(() => forwarder.close())
    const { port } = forwarder.address() as AddressInfo
    const it = await board(t, {
      virtualClock: false, hosts: { "broker.test": "127.0.0.1", "time.test": "192.0.2.2" }, ...settings,
      resources: { "ca.pem": ca.cert, "stranger.pem": stranger.cert }, config: { broker: `mqtts://broker.test:${port}`, ca: "ca.pem", ...more },
    })
    return { it, heard: () => bytes }
  }

  for (const creation of ["esp32", "static"] as const) {
    test(`connects to a broker with a good certificate, once the clock is set, in a machine of size ${creation}`, async (t) => {
      const { it, heard } = await secure(t, (await identities).good, {}, { creation })
      await it.line(/^connected/)
      assert.ok(heard() > 0)
    })
  }

  test("does not connect where the CA is unknown, says so, and sends nothing", async (t) => {
    const { it, heard } = await secure(t, (await identities).good, { ca: "stranger.pem" })
    await it.line("unknown CA")
    assert.equal(heard(), 0)
  })

  test("does not connect where the name is another's, says so, and sends nothing", async (t) => {
    const { it, heard } = await secure(t, (await identities).elsewhere)
    await it.line("wrong name")
    assert.equal(heard(), 0)
  })

  test("does not connect where the certificate has expired, says so, and sends nothing", async (t) => {
    const { it, heard } = await secure(t, (await identities).expired)
    await it.line("expired")
    assert.equal(heard(), 0)
  })

  test("says which resource is missing", async (t) => {
    const { it, heard } = await secure(t, (await identities).good, { ca: "missing.pem" })
    await it.line("missing.pem")
    assert.equal(heard(), 0)
  })
})

async function certificates(): Promise<Record<"ca" | "stranger" | "good" | "elsewhere" | "expired", Identity>> {
  const ca = await makeIdentity("Test CA", { authority: true })
  const stranger = await makeIdentity("Stranger", { authority: true })
  const good = await makeIdentity("broker", { issuer: ca, names: ["broker.test"] })
  const elsewhere = await makeIdentity("elsewhere", { issuer: ca, names: ["elsewhere.test"] })
  const expired = await makeIdentity("expired", { issuer: ca, names: ["broker.test"], from: -10, until: -1 })
  return { ca, stranger, good, elsewhere, expired }
}
