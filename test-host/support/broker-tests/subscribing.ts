/// <reference types="node" />
import { deepEqual, equal } from "node:assert/strict"
import type { Subject } from "./setting.js"

export function subscribing(subject: Subject): void {
  subject.test("wildcard filters get the topics that they match, and no others", async (setting) => {
    const probe = await setting.connected({ clientId: "xs-1" })
    const seen: Record<string, string[]> = {}
    for (const filter of ["sport/+", "sport/#", "+/tennis/#", "/+", "sport/tennis"]) {
      const topics: string[] = (seen[filter] = [])
      await probe.subscribe(filter, 0, (message) => {
        // A broker may send a message once for each filter that it matches [MQTT-3.3.5-1].
        if (!topics.includes(message.topic)) topics.push(message.topic)
      })
    }
    await probe.subscribe("marker", 0)
    const sender = await setting.connected({ clientId: "sender" })
    for (const topic of ["sport", "sport/", "sport/tennis", "sport/tennis/final", "game/tennis", "/sport", "sports", "marker"]) await sender.publish(topic, "x", { qos: 1 })
    await probe.received(1)
    deepEqual(seen, {
      "sport/+": ["sport/", "sport/tennis"],
      "sport/#": ["sport", "sport/", "sport/tennis", "sport/tennis/final"],
      "+/tennis/#": ["sport/tennis", "sport/tennis/final", "game/tennis"],
      "/+": ["/sport"],
      "sport/tennis": ["sport/tennis"],
    })
  })

  subject.test("of overlapping filters each handler is called once for each PUBLISH", async (setting) => {
    const probe = await setting.connected({ clientId: "xs-1" })
    let one = 0
    let other = 0
    const shared = (): void => void one++
    await probe.subscribe("a/b", 1, shared)
    await probe.subscribe("a/+", 1, shared)
    await probe.subscribe("#", 1, () => void other++)
    await probe.subscribe("marker", 1)
    const sender = await setting.connected({ clientId: "sender" })
    await sender.publish("a/b", "x", { qos: 1 })
    const before = (): number => probe.client.statistics.received
    await sender.publish("marker", "x", { qos: 1 })
    await probe.received(1)
    const markers = setting.proxy.sent("publish").length - 1
    equal(markers, 1)
    equal(one >= 1, true)
    // "#" matches the marker too, as often as the broker has sent it.
    equal(one + (other - one), other)
    equal(before() >= 2, true)
    equal(other - one, before() - one)
  })

  subject.test("several filters go in one SUBSCRIBE, or one each where that is asked for", async (setting) => {
    const many = setting.probe({ clientId: "many" })
    for (const filter of ["a", "b", "c"]) many.client.subscribe(filter, 1, many.handler)
    await many.connect()
    await many.publish("c", "x", { qos: 1 })
    await many.received(1)
    deepEqual(
      setting.proxy.sent("subscribe").map(({ subscriptions }) => subscriptions.length),
      [3],
    )
    const single = setting.probe({ clientId: "single", filtersPerSubscribe: 1 })
    for (const filter of ["a", "b", "d"]) single.client.subscribe(filter, 1, single.handler)
    await single.connect()
    await single.publish("d", "x", { qos: 1 })
    await single.received(1)
    deepEqual(
      setting.proxy.sent("subscribe").map(({ subscriptions }) => subscriptions.length),
      [3, 1, 1, 1],
    )
  })

  subject.test("after unsubscribe nothing comes from that filter, and the others go on", async (setting) => {
    const probe = await setting.connected({ clientId: "xs-1" })
    await probe.subscribe("a", 1)
    await probe.subscribe("b", 1)
    await probe.publish("a", "1", { qos: 1 })
    await probe.received(1)
    equal(probe.client.unsubscribe("a"), true)
    equal(probe.client.unsubscribe("never"), false)
    await setting.proxy.events.until(() => setting.proxy.sent("unsubscribe").length === 1, "UNSUBSCRIBE")
    await probe.publish("a", "2", { qos: 1 })
    await probe.publish("b", "3", { qos: 1 })
    deepEqual(
      (await probe.received(2)).map(({ topic, text }) => topic + text),
      ["a1", "b3"],
    )
    deepEqual(probe.unmatched, [])
  })

  subject.test("subscribing to the same filter again changes its QoS and its handler", async (setting) => {
    const probe = await setting.connected({ clientId: "xs-1" })
    let old = 0
    equal(await probe.subscribe("a", 0, () => void old++), 0)
    equal(await probe.subscribe("a", 2), 2)
    await probe.publish("a", "x", { qos: 2 })
    equal((await probe.received(1))[0]!.qos, 2)
    equal(old, 0)
  })
}
