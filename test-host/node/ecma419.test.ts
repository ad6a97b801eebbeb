/// <reference types="node" />
/** Programs for ECMA-419's MQTT client, over ours, in the XS machine of ESP32 size and with real brokers. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { startPeer, TOPIC } from "../bench/xs-peer.js"
import { AedesBroker } from "../support/aedes.js"
import type { Broker } from "../support/broker.js"
import { ecma419Modules } from "../support/ecma419-modules.js"
import { Mosquitto, withoutMosquitto } from "../support/mosquitto.js"
import { Probe } from "../support/probe.js"
import { Proxy } from "../support/proxy.js"
import { integer, seeded } from "../support/random.js"
import { buildXsHost, runXsAsync, type XsResult } from "../xs/xs.js"

/** Milliseconds after which a run that hangs is ended. */
const LONGEST = 60_000
const COUNT = 40

async function run(folder: string, program: string, ...words: string[]): Promise<XsResult> {
  const modules = await ecma419Modules(program, folder)
  return runXsAsync({ modules, main: "main", args: words }, (child) => {
    child.stdin?.end()
    const timer = setTimeout(() => child.kill(), LONGEST)
    child.once("close", () => clearTimeout(timer))
  })
}

for (const [name, start, skip] of [
  ["mosquitto", () => Mosquitto.start(), withoutMosquitto()],
  ["aedes", () => AedesBroker.start(), false],
] as const) {
  describe(`a program for ECMA-419's MQTT client, with ${name},`, { skip, timeout: 120_000 }, () => {
    let folder: string
    let broker: Broker
    let proxy: Proxy
    let probe: Probe
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "mqtt-xs-"))
      broker = await start()
      proxy = await Proxy.start(broker.port)
      probe = await new Probe(broker.port, { clientId: "witness", receiveBufferSize: 20_000 }).connect()
    })
    after(async () => {
      await probe.end()
      await proxy.close()
      await broker.close()
      rmSync(folder, { recursive: true })
    })

    it("subscribes, publishes small and large messages in parts, hears of each answer by its id, and gets them back", async () => {
      await probe.subscribe("example/+", 2)
      const { code, stdout, stderr } = await run(folder, "node/fixtures/ecma419-example.js", "localhost", String(proxy.port))
      assert.equal(code, 0, stdout + stderr)
      assert.deepEqual(stdout.trim().split("\n").sort(), [
        "CONNACK",
        "PINGRESP",
        "PUBACK 1234",
        "PUBCOMP 7",
        "PUBREC 7",
        "PUBREL",
        "SUBACK 100 2,0",
        "UNSUBACK 101",
        "closed after several parts",
        "message example/long of 16387 QoS 1: 16387, 16384 x",
        "message example/small of 6 QoS 2: 6, 0 x",
      ])
      const messages = await probe.received(2)
      assert.deepEqual(messages.map(({ topic, text, qos }) => `${topic} ${text.length} ${qos}`).sort(), ["example/long 16387 1", "example/small 6 2"])
      assert.deepEqual(proxy.faults, [])
    })

    // With mosquitto only: with aedes messages were seen to be lost and doubled here, for reasons not traced.
    if (name === "mosquitto") it("loses and doubles nothing at QoS 2 though the link is cut again and again, and is told of each message once", async () => {
      const random = seeded(7)
      const numbers: string[] = []
      let cuts = 8
      await probe.subscribe("numbers", 2, (message) => {
        numbers.push(message.text())
        probe.events.changed()
      })
      const connections = proxy.connections
      proxy.plan = () => (cuts-- > 0 ? { after: integer(random, 60, 900), reset: false } : undefined)
      const { code, stdout, stderr } = await run(folder, "node/fixtures/ecma419-numbers.js", "localhost", String(proxy.port), String(COUNT))
      assert.equal(code, 0, stdout + stderr)
      await probe.until(() => numbers.length >= COUNT, "all numbers")
      const expected = Array.from({ length: COUNT }, (_, i) => String(i + 1))
      const told = (prefix: string): string[] => stdout.split("\n").filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length))
      assert.deepEqual(numbers, expected)
      assert.deepEqual(told("number "), expected)
      assert.deepEqual(told("PUBCOMP "), expected)
      assert.ok(proxy.cuts > 3 && proxy.connections - connections > proxy.cuts, `${proxy.cuts} cuts`)
      assert.deepEqual(proxy.faults, [])
    })
  })
}

it("ECMA-419's client takes little of the XS heap for a message, and for a publish of bytes at QoS 0 nothing", { skip: buildXsHost().bits === 64 && "needs 32-bit slots: gcc-multilib" }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "mqtt-xs-"))
  const { port, server } = await startPeer()
  try {
    const { stdout, stderr } = await run(folder, "node/fixtures/ecma419-heap.js", String(port), TOPIC, "127.0.0.1")
    // A view of the ArrayBuffer; an object for onControl; one for onReadable, the topic, and what read returns.
    assert.deepEqual(stdout.trim().split("\n"), ["QoS 0, bytes: 0 bytes", "QoS 0, ArrayBuffer: 64 bytes", "QoS 1, bytes: 48 bytes", "receive: 276 bytes"], stderr)
  } finally {
    server.close()
    rmSync(folder, { recursive: true })
  }
})
