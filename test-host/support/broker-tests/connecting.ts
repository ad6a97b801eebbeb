/// <reference types="node" />
import { deepEqual, equal, match, ok } from "node:assert/strict"
import { describeRefusal } from "../../../src/session/session.js"
import type { Subject } from "./setting.js"

const ACCOUNT = { username: "sensor", password: "a secret" }

export function connecting(subject: Subject): void {
  subject.test("a client connects and is told that there was no session", async (setting) => {
    const probe = await setting.connected({ clientId: "xs-1" })
    deepEqual(probe.sessions, [false])
    const [connect] = setting.proxy.sent("connect")
    equal(connect!.clientId, "xs-1")
    equal(connect!.protocolVersion, 4)
    equal(connect!.clean, true)
    equal(connect!.keepalive, 60)
  })

  subject.test(
    "a client connects with user name and password",
    async (setting) => {
      const probe = await setting.connected({ clientId: "xs-1", ...ACCOUNT })
      equal(probe.client.connected, true)
    },
    { account: ACCOUNT },
  )

  subject.test(
    "a refused client says so, with the return code, and tries no more when endOnRefusal is set",
    async (setting) => {
      const probe = setting.probe({ clientId: "xs-1", username: "sensor", password: "wrong", endOnRefusal: true })
      probe.client.connect()
      await probe.until(() => probe.disconnects.length > 0, "a refusal")
      const [reason] = probe.disconnects
      equal(reason!.kind, "refused")
      ok(reason!.returnCode === 4 || reason!.returnCode === 5)
      match(reason!.message, /^CONNACK [45]: the server does not/)
      equal(setting.proxy.connections, 1)
    },
    { account: ACCOUNT },
  )

  subject.test(
    "a refused client that was never let in ends with what was not delivered",
    async (setting) => {
      const probe = setting.probe({ clientId: "xs-1", username: "sensor", password: "wrong", maxReconnectPeriod: "60s" })
      probe.client.publish("a", "b", { qos: 1 })
      probe.client.connect()
      await probe.until(() => probe.disconnects.length > 0, "a refusal")
      equal(await probe.end(0), 1)
    },
    { account: ACCOUNT },
  )

  subject.test("a client connects again by itself when the connection is cut", async (setting) => {
    const probe = await setting.connected({ clientId: "xs-1" })
    setting.proxy.cut()
    await probe.until(() => probe.sessions.length === 2, "the second CONNACK")
    equal(probe.disconnects.length, 1)
    equal(probe.disconnects[0]!.kind, "transport")
  })

  subject.test("a client connects as soon as its broker is there", async (setting) => {
    await setting.broker.restart()
    const probe = await setting.connected({ clientId: "xs-1" })
    await setting.broker.restart()
    await probe.until(() => probe.sessions.length === 2, "the second CONNACK")
  })

  subject.test("a second client with the same id takes the connection over", async (setting) => {
    const first = await setting.connected({ clientId: "xs-1", reconnectPeriod: "60s", maxReconnectPeriod: "60s" })
    const second = await setting.connected({ clientId: "xs-1" })
    await first.until(() => first.disconnects.length === 1, "the first client's disconnection")
    equal(first.disconnects[0]!.kind, "transport")
    await second.publish("a", "b", { qos: 1 })
    deepEqual(second.disconnects, [])
  })

  subject.test("an idle connection is kept alive beyond one and a half times keepalive", async (setting) => {
    const probe = await setting.connected({ clientId: "xs-1", keepalive: 1 })
    await setting.proxy.events.until(() => setting.proxy.sent("pingreq").length >= 3, "three PINGREQ")
    equal(probe.client.connected, true)
    deepEqual(probe.disconnects, [])
  })

  subject.test("a connection on which nothing passes any more is given up, and made again", async (setting) => {
    const probe = await setting.connected({ clientId: "xs-1", keepalive: 1, pingTimeout: 300 })
    setting.proxy.frozen = true
    await probe.until(() => probe.disconnects.length > 0, "the end of the connection")
    match(probe.disconnects[0]!.message, /^no answer to PINGREQ/)
    setting.proxy.frozen = false
    await probe.until(() => probe.client.connected, "another CONNACK")
  })

  subject.test("a will is published when the connection is cut, and retained as it says", async (setting) => {
    const watcher = await setting.connected({ clientId: "watcher" })
    await watcher.subscribe("status/+", 1)
    const probe = setting.probe({ clientId: "xs-1", will: { topic: "status/xs-1", payload: "offline", qos: 1, retain: true }, reconnectPeriod: "60s", maxReconnectPeriod: "60s" })
    await probe.connect()
    // Only that client's connection: by taking it over, so that the watcher's lives on.
    const other = await setting.connected({ clientId: "xs-1" })
    deepEqual(await watcher.received(1), [{ topic: "status/xs-1", text: "offline", qos: 1, retain: false }])
    await other.subscribe("status/#", 1)
    deepEqual(await other.received(1), [{ topic: "status/xs-1", text: "offline", qos: 1, retain: true }])
  })

  subject.test("end delivers what waits, sends DISCONNECT, and keeps the will from being published", async (setting) => {
    const watcher = await setting.connected({ clientId: "watcher" })
    await watcher.subscribe("#", 2)
    const probe = await setting.connected({ clientId: "xs-1", will: { topic: "status", payload: "offline" } })
    for (let i = 0; i < 10; i++) probe.client.publish("last", `words ${i}`, { qos: (i % 3) as 0 | 1 | 2 })
    const ended = probe.end()
    equal(describeRefusal(probe.client.publish("late", "words")), "the client is ending")
    equal(await ended, 0)
    await setting.proxy.events.until(() => setting.proxy.sent("disconnect").length === 1, "DISCONNECT")
    equal(probe.disconnects[0]!.kind, "ended")
    await watcher.publish("marker", "", { qos: 2 })
    const topics = (await watcher.received(11)).map(({ topic }) => topic)
    deepEqual(topics.sort(), [...Array<string>(10).fill("last"), "marker"])
  })
}
