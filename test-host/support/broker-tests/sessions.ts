/// <reference types="node" />
import { deepEqual, equal } from "node:assert/strict"
import { Ledger } from "../ledger.js"
import type { Subject } from "./setting.js"

export function sessions(subject: Subject): void {
  subject.test("with clean: false, messages of QoS 1 and 2 that came meanwhile arrive, and the subscription is not made again", async (setting) => {
    const probe = await setting.connected({ clientId: "keeper", clean: false })
    deepEqual(probe.sessions, [false])
    await probe.subscribe("kept", 2)
    await probe.end()
    const sender = await setting.connected({ clientId: "sender" })
    for (let i = 0; i < 20; i++) await sender.publish("kept", Ledger.payload(i), { qos: 1 })
    await probe.connect()
    deepEqual(probe.sessions, [false, true])
    const texts = (await probe.received(20)).map(({ text }) => text)
    deepEqual(
      texts,
      [...Array(20).keys()].map((number) => Ledger.payload(number)),
    )
    equal(setting.proxy.sent("subscribe").length, 1)
  })

  subject.test("a client that starts anew gets what its session still holds, without having subscribed again", async (setting) => {
    const first = await setting.connected({ clientId: "keeper", clean: false })
    await first.subscribe("kept", 1)
    await first.end()
    const sender = await setting.connected({ clientId: "sender" })
    await sender.publish("kept", "x", { qos: 1 })
    const second = await setting.connected({ clientId: "keeper", clean: false })
    await second.until(() => second.unmatched.length === 1, "the message")
    deepEqual(second.unmatched, [{ topic: "kept", text: "x", qos: 1, retain: false }])
  })

  subject.test("with clean: true nothing is kept, and subscriptions are made again after a cut", async (setting) => {
    const probe = await setting.connected({ clientId: "forgetter" })
    await probe.subscribe("topic", 1)
    setting.proxy.cut()
    await probe.until(() => probe.sessions.length === 2, "the second CONNACK")
    deepEqual(probe.sessions, [false, false])
    await setting.proxy.events.until(() => setting.proxy.sent("subscribe").length === 2, "the second SUBSCRIBE")
    await probe.publish("topic", "x", { qos: 1 })
    await probe.received(1)
  })

  subject.test("with resubscribe: false, subscriptions are not made again", async (setting) => {
    const probe = await setting.connected({ clientId: "forgetter", resubscribe: false })
    await probe.subscribe("topic", 1)
    setting.proxy.cut()
    await probe.until(() => probe.sessions.length === 2, "the second CONNACK")
    await probe.publish("topic", "x", { qos: 1 })
    equal(setting.proxy.sent("subscribe").length, 1)
    deepEqual(probe.messages, [])
  })

  subject.test("with clean: true, a client that drops what was in flight says so", async (setting) => {
    const probe = await setting.connected({ clientId: "sender" })
    setting.proxy.frozen = true
    const handle = probe.client.publish("topic", "x", { qos: 1 })
    equal(handle > 0, true)
    await setting.proxy.events.until(() => setting.proxy.sent("publish").length === 1, "PUBLISH")
    setting.proxy.frozen = false
    setting.proxy.cut()
    await probe.until(() => probe.drops.length === 1, "the drop")
    deepEqual(probe.drops, ["the session ended while it was in flight; it may have arrived"])
  })
}
