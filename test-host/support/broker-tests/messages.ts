/// <reference types="node" />
import { deepEqual, equal, rejects } from "node:assert/strict"
import type { QoS } from "../../../src/codec/packets.js"
import { Ledger } from "../ledger.js"
import type { Subject } from "./setting.js"

const LEVELS: readonly QoS[] = [0, 1, 2]

export function messages(subject: Subject): void {
  for (const published of LEVELS) {
    for (const subscribed of LEVELS) {
      const arrives = Math.min(published, subscribed) as QoS
      subject.test(`a message published at QoS ${published} arrives at QoS ${arrives} with a subscription of QoS ${subscribed}`, async (setting) => {
        const receiver = await setting.connected({ clientId: "receiver" })
        equal(await receiver.subscribe("a/b", subscribed), subscribed)
        const sender = await setting.connected({ clientId: "sender" })
        await sender.publish("a/b", "21.5 °C", { qos: published })
        deepEqual(await receiver.received(1), [{ topic: "a/b", text: "21.5 °C", qos: arrives, retain: false }])
      })
    }
  }

  for (const qos of LEVELS) {
    subject.test(`1,000 messages of QoS ${qos} go out and come in, each once and in order`, async (setting) => {
      const ledger = new Ledger(1000)
      // MQTT 3.1.1 has no way to tell a server how many QoS 2 messages it may have open, and aedes knows no bound.
      const receiver = await setting.connected({ clientId: "receiver", maxInbound: 1000 })
      receiver.onReceived = ({ text }) => ledger.enter(text)
      await receiver.subscribe("numbers", qos)
      const sender = await setting.connected({ clientId: "sender" })
      await sender.publishAll(1000, "numbers", qos, (number) => Ledger.payload(number))
      await receiver.until(() => ledger.arrived >= 1000, () => `1,000 messages; ${ledger.arrived} came`)
      ledger.assertInOrder()
      equal(sender.client.statistics.unexpectedAcks, 0)
      equal(receiver.client.statistics.duplicates, 0)
      equal(setting.proxy.sent("publish").length, 1000)
    })

    subject.test(`one client sends 500 messages of QoS ${qos} to itself, both ways at once`, async (setting) => {
      const ledger = new Ledger(500)
      const probe = await setting.connected({ clientId: "echo" })
      probe.onReceived = ({ text }) => ledger.enter(text)
      await probe.subscribe("echo", qos)
      await probe.publishAll(500, "echo", qos, (number) => Ledger.payload(number))
      await probe.until(() => ledger.arrived >= 500, () => `500 messages; ${ledger.arrived} came`)
      ledger.assertInOrder()
    })

    subject.test(`an empty payload of QoS ${qos} passes both ways`, async (setting) => {
      const probe = await setting.connected({ clientId: "echo" })
      await probe.subscribe("empty", qos)
      await probe.publish("empty", "", { qos })
      await probe.publish("empty", "more", { qos })
      deepEqual(
        (await probe.received(2)).map(({ text }) => text),
        ["", "more"],
      )
    })

    subject.test(`a payload of QoS ${qos} larger than the transmit buffer passes whole`, async (setting) => {
      const receiver = await setting.connected({ clientId: "receiver", receiveBufferSize: 8192 })
      await receiver.subscribe("large", qos)
      const sender = await setting.connected({ clientId: "sender", transmitBufferSize: 256, outboxBytes: 8192 })
      const text = "large ".repeat(1200)
      await sender.publish("before", "x", { qos })
      await sender.publish("large", text, { qos })
      equal((await receiver.received(1))[0]!.text, text)
      await sender.publish("large", "after", { qos })
      equal((await receiver.received(2))[1]!.text, "after")
    })

    subject.test(`a message of QoS ${qos} longer than the receive buffer is passed over, reported and acknowledged`, async (setting) => {
      const receiver = await setting.connected({ clientId: "receiver", receiveBufferSize: 256, readSize: 64 })
      await receiver.subscribe("large/#", qos)
      const sender = await setting.connected({ clientId: "sender", outboxBytes: 8192 })
      await sender.publish("large/one", "x".repeat(5000), { qos })
      await sender.publish("large/two", "short", { qos })
      deepEqual(
        (await receiver.received(1)).map(({ topic, text }) => ({ topic, text })),
        [{ topic: "large/two", text: "short" }],
      )
      deepEqual(receiver.oversize, [{ topic: "large/one", skipped: 5000, qos }])
      deepEqual(receiver.disconnects, [])
      if (qos === 1) await setting.proxy.events.until(() => setting.proxy.sent("puback").length === 2, "both PUBACK")
      if (qos === 2) await setting.proxy.events.until(() => setting.proxy.sent("pubcomp").length === 2, "both PUBCOMP")
    })
  }

  subject.test("a message longer than the outbox is refused, and nothing is sent of it", async (setting) => {
    const probe = await setting.connected({ clientId: "sender", outboxBytes: 512 })
    await rejects(probe.publish("large", "x".repeat(600), { qos: 1 }), /longer than the outbox/)
    await probe.publish("small", "x", { qos: 1 })
    deepEqual(
      setting.proxy.sent("publish").map(({ topic }) => topic),
      ["small"],
    )
  })

  subject.test("messages that waited while there was no connection arrive in order", async (setting) => {
    const ledger = new Ledger(16)
    const receiver = await setting.connected({ clientId: "receiver" })
    receiver.onReceived = ({ text }) => ledger.enter(text)
    await receiver.subscribe("numbers", 2)
    const sender = setting.probe({ clientId: "sender", maxInflight: 3 })
    // Of one QoS: a broker may let messages of different QoS overtake each other [4.6].
    for (let i = 0; i < 16; i++) sender.client.publish("numbers", Ledger.payload(i), { qos: 1 })
    await sender.connect()
    await receiver.until(() => ledger.arrived >= 16, () => `16 messages; ${ledger.arrived} came`)
    ledger.assertInOrder()
  })

  subject.test("a payload written by a function arrives as it was written", async (setting) => {
    const probe = await setting.connected({ clientId: "echo" })
    await probe.subscribe("written", 1)
    for (const qos of LEVELS) {
      const handle = probe.client.publish("written", (out, start) => {
        out[start] = 0x30 + qos
        return 1
      }, { qos })
      equal(handle >= 0, true)
    }
    deepEqual(
      (await probe.received(3)).map(({ text }) => text).sort(),
      ["0", "1", "2"],
    )
  })

  subject.test("a retained message reaches who subscribes later, marked as such, until an empty one takes it away", async (setting) => {
    const sender = await setting.connected({ clientId: "sender" })
    await sender.publish("state/door", "open", { qos: 1, retain: true })
    const first = await setting.connected({ clientId: "first" })
    await first.subscribe("state/+", 1)
    deepEqual(await first.received(1), [{ topic: "state/door", text: "open", qos: 1, retain: true }])
    await sender.publish("state/door", "shut", { qos: 1, retain: true })
    deepEqual((await first.received(2))[1], { topic: "state/door", text: "shut", qos: 1, retain: false })
    await sender.publish("state/door", "", { qos: 1, retain: true })
    await first.received(3)
    const second = await setting.connected({ clientId: "second" })
    await second.subscribe("state/+", 1)
    await sender.publish("state/marker", "", { qos: 1 })
    deepEqual(
      (await second.received(1)).map(({ topic }) => topic),
      ["state/marker"],
    )
  })
}
