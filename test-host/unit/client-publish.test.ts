import { describeRefusal, Refusal } from "../../src/session/session.js"
import { Topic } from "../../src/codec/topic.js"
import { equal, fail, ok, test, throws } from "../harness/harness.js"
import { connack, puback, pubcomp, pubrec } from "../support/client-packets.js"
import { Rig } from "../support/rig.js"

test("a payload is text, bytes, or a function that writes bytes in place, and arrives the same", () => {
  const rig = new Rig().online()
  const write = (out: Uint8Array, start: number): number => {
    out.set([0x68, 0x69], start)
    return 2
  }
  for (const qos of [0, 1, 2] as const) {
    for (const payload of ["hi", Uint8Array.of(0x68, 0x69), write]) rig.client.publish("t", payload, { qos })
    const sent = rig.packets()
    equal(sent.map(({ topic, payload }) => [topic, payload]), [["t", "hi"], ["t", "hi"], ["t", "hi"]])
    equal(sent.map((packet) => packet.qos), [qos, qos, qos])
  }
  rig.client.publish(new Topic("known"), "é", { retain: true })
  equal(rig.sent(), ["PUBLISH known \u00c3\u00a9 retain"])
  equal(rig.client.statistics.published, 10)
})

test("a topic given as text is encoded once and kept, but only the latest few are", () => {
  const rig = new Rig({ outboxMessages: 40 }).online()
  const topics = [...Array(20).keys()].map((i) => `topic/${i}`)
  for (const topic of [...topics, "topic/0", "topic/19"]) rig.client.publish(topic, "")
  equal(rig.packets().map(({ topic }) => topic), [...topics, "topic/0", "topic/19"])
})

test("a QoS 0 message leaves with this turn, and has the handle 0", () => {
  const rig = new Rig().online()
  equal(rig.client.publish("t", "1"), 0)
  equal(rig.client.publish("t", "2", { qos: 0, retain: true }), 0)
  equal(rig.socket.writes.length, 1, "the CONNECT so far")
  equal(rig.sent(), ["PUBLISH t 1", "PUBLISH t 2 retain"])
  equal(rig.told(), [])
})

test("a QoS 0 message that can't leave at once waits in its place, and is told by its handle", () => {
  const rig = new Rig({ maxInflight: 1, transmitBufferSize: 128 }).online()
  rig.client.publish("t", "1", { qos: 1 })
  rig.client.publish("t", "2", { qos: 1 })
  rig.client.publish("t", "3")
  const long = "x".repeat(200)
  ok(rig.client.publish("t", long) > 0)
  equal(rig.sent(), ["PUBLISH t 1 qos=1 id=1"])
  rig.receive(puback(1))
  equal(rig.sent(), ["PUBLISH t 2 qos=1 id=2", "PUBLISH t 3", `PUBLISH t ${long}`])
  equal(rig.told(), ["delivered 1", "delivered 3", "delivered 4"])
})

test("handles go up, and each QoS 1 or 2 message is told delivered exactly once", () => {
  const rig = new Rig().online()
  equal([rig.client.publish("t", "", { qos: 1 }), rig.client.publish("t", "", { qos: 2 }), rig.client.publish("t", "", { qos: 1 })], [1, 2, 3])
  rig.turn()
  rig.receive(puback(3), pubrec(2), puback(1), puback(1), pubcomp(2), pubcomp(2))
  equal(rig.told(), ["delivered 3", "delivered 1", "delivered 2"])
  equal([rig.client.statistics.delivered, rig.client.statistics.unexpectedAcks, rig.client.backlog], [3, 2, 0])
})

test("each refusal comes at once, and takes nothing", () => {
  const rig = new Rig({ outboxMessages: 1, outboxBytes: 64, queueQoSZero: false })
  equal(rig.client.publish("t", "x"), Refusal.OFFLINE)
  equal(rig.client.publish("t", "x".repeat(64), { qos: 1 }), Refusal.TOO_LARGE)
  ok(rig.client.publish("t", "x", { qos: 1 }) > 0)
  equal(rig.client.publish("t", "x", { qos: 1 }), Refusal.OUTBOX_FULL)
  rig.client.end(1000)
  equal(rig.client.publish("t", "x", { qos: 1 }), Refusal.ENDING)
  equal(rig.client.publish("t", "x"), Refusal.ENDING)
  equal([rig.client.backlog, rig.client.statistics.published, rig.told()], [1, 1, []])
})

test("with queueQoSZero, messages of QoS 0 wait for the connection", () => {
  const rig = new Rig()
  equal([rig.client.publish("t", "1"), rig.client.publish("t", "2", { qos: 1 }), rig.client.publish("t", "3")], [1, 2, 3])
  rig.online()
  equal(rig.client.backlog, 1)
  rig.client.publish("t", "4")
  equal(rig.sent(), ["PUBLISH t 4"])
})

test("a value that is no payload is refused where it is given, and does not spoil the stream", () => {
  const rig = new Rig().online()
  for (const qos of [0, 1] as const) {
    for (const wrong of [21.5, new ArrayBuffer(3), {}, true, null, undefined]) {
      let thrown: unknown
      try {
        rig.client.publish("t", wrong as unknown as string, { qos })
      } catch (error) {
        thrown = error
      }
      ok(thrown instanceof Error, `${String(wrong)} at QoS ${qos}`)
    }
  }
  equal(rig.sent(), [])
  equal(rig.client.publish("t", "good"), 0)
  equal(rig.sent(), ["PUBLISH t good"])
})

test("a payload function that throws takes nothing, and one that has no room leaves the message to the outbox", () => {
  const rig = new Rig({ transmitBufferSize: 128, outboxBytes: 400 }).online()
  throws(() => rig.client.publish("t", () => fail("no reading")), /no reading/)
  const rooms: number[] = []
  const handle = rig.client.publish("t", (out, start, end) => {
    rooms.push(end - start)
    return end - start < 200 ? -1 : out.fill(0x61, start, start + 200) && 200
  })
  ok(handle > 0)
  equal(rig.sent(), [`PUBLISH t ${"a".repeat(200)}`])
  equal(rooms.length, 2)
})

test("publishAsync resolves when the message is delivered, at QoS 0 when it was taken", async () => {
  const rig = new Rig().online()
  await rig.client.publishAsync("t", "0")
  const log: string[] = []
  const one = rig.client.publishAsync("t", "1", { qos: 1 }).then(() => log.push("1"))
  const two = rig.client.publishAsync("t", "2", { qos: 2 }).then(() => log.push("2"))
  rig.turn()
  rig.receive(pubrec(2), pubcomp(2))
  await two
  rig.receive(puback(1))
  await one
  equal(log, ["2", "1"])
})

test("publishAsync rejects when the message is not taken, or is dropped later", async () => {
  const rig = new Rig({ outboxMessages: 1 })
  const dropped = rejection(rig.client.publishAsync("t", "1", { qos: 1, timeToLive: "1s" }))
  equal(await rejection(rig.client.publishAsync("t", "2", { qos: 1 })), `not published: ${describeRefusal(Refusal.OUTBOX_FULL)}`)
  rig.advance(1000)
  equal(await dropped, "message 1 was dropped: its time to live has run out")
})

test("publishAsync rejects when the client ends before the message is delivered, though the session keeps it", async () => {
  const rig = new Rig({ clean: false }).online()
  const waiting = rejection(rig.client.publishAsync("t", "1", { qos: 1 }))
  rig.client.end(0)
  rig.platform.advance(1)
  equal(await soon(waiting), "message 1 was not delivered before the end")
})

test("publishAsync rejects as well when the message is dropped at once", async () => {
  const rig = new Rig({ outboxMessages: 1, outboxPolicy: "drop-newest" })
  const kept = rig.client.publishAsync("t", "1", { qos: 1 })
  equal(await soon(rejection(rig.client.publishAsync("t", "2", { qos: 1 }))), "message 2 was dropped at once")
  const other = new Rig()
  equal(await soon(rejection(other.client.publishAsync("t", "1", { qos: 1, timeToLive: 0 }))), "message 1 was dropped at once")
  rig.online()
  rig.receive(puback(3))
  await soon(kept)
})

function rejection(promise: Promise<void>): Promise<string> {
  return promise.then(
    () => "resolved",
    (error: Error) => error.message,
  )
}

/** Fails when the promise is not settled after some turns. (There is no setTimeout in XS.) */
async function soon<T>(promise: Promise<T>): Promise<T> {
  let settled = false
  promise.then(
    () => (settled = true),
    () => (settled = true),
  )
  for (let i = 0; i < 20 && !settled; i++) await undefined
  if (!settled) fail("the promise is never settled")
  return promise
}

test("a message whose time to live ends while there is no connection is dropped at that moment", () => {
  const rig = new Rig()
  rig.client.publish("t", "1", { qos: 1, timeToLive: "10s" })
  rig.client.publish("t", "2", { qos: 1, timeToLive: 5000 })
  rig.client.publish("t", "3", { qos: 0, timeToLive: "1min" })
  rig.advance(4999)
  equal(rig.told(), [])
  rig.advance(1)
  equal(rig.told(), ["dropped 2: its time to live has run out"])
  rig.advance(5000)
  equal(rig.told(), ["dropped 1: its time to live has run out"])
  rig.client.connect()
  rig.opened().receive(connack())
  equal(rig.sent(), ["CONNECT flags=02 keepalive=60 it", "PUBLISH t 3"])
  rig.advance(100_000)
  equal(rig.told().filter((line) => line.startsWith("dropped")), [])
})

test("times to live are kept while connecting, waiting and online, beside all else the timer does", () => {
  const rig = new Rig({ connectTimeout: "20s", maxInflight: 1 })
  rig.client.connect()
  rig.turn()
  rig.client.publish("t", "1", { qos: 1, timeToLive: "10s" })
  rig.advance(10_000)
  equal(rig.told(), ["dropped 1: its time to live has run out"])
  rig.platform.chance = 0.9
  rig.advance(10_000)
  equal(rig.told(), ["transport"])
  rig.client.publish("t", "2", { qos: 1, timeToLive: 200 })
  rig.advance(200)
  equal(rig.told(), ["dropped 2: its time to live has run out"])
  rig.again(false)
  rig.told()
  rig.client.publish("t", "3", { qos: 1 })
  rig.client.publish("t", "4", { qos: 1, timeToLive: 700 })
  rig.advance(699)
  equal(rig.told(), [])
  rig.advance(1)
  equal(rig.told(), ["dropped 4: its time to live has run out"])
  equal(rig.sent().length, 1)
})

test("QoS 0 messages that had not left when the connection ended are told, with handle 0", () => {
  const rig = new Rig()
  rig.client.connect()
  rig.opened(16)
  equal(rig.sent(), ["CONNECT flags=02 keepalive=60 it"])
  rig.receive(connack())
  rig.told()
  equal([rig.client.publish("t", "1"), rig.client.publish("t", "2")], [0, 0])
  rig.turn()
  rig.socket.fail()
  equal(rig.told().filter((line) => line.startsWith("dropped")), ["dropped 0: the connection ended before it had left", "dropped 0: the connection ended before it had left"])
  equal(rig.client.statistics.dropped, 2)
})

test("messages that left are not told lost when the connection ends", () => {
  const rig = new Rig({ clean: false }).online()
  for (let i = 0; i < 3; i++) {
    rig.client.publish("t", `${i}`)
    rig.turn()
  }
  rig.client.publish("t", "3", { qos: 1 })
  rig.client.publish("t", "4")
  rig.turn()
  rig.socket.fail()
  equal(rig.told().filter((line) => line.startsWith("dropped")), [])
})

test("published, delivered and dropped add up", () => {
  const rig = new Rig({ outboxMessages: 3, outboxPolicy: "drop-oldest", maxInflight: 1 })
  for (let i = 0; i < 6; i++) rig.client.publish("t", `${i}`, { qos: 1 })
  rig.online()
  for (let id = 1; id < 12; id++) rig.receive(puback(id))
  const { published, delivered, dropped } = rig.client.statistics
  equal([published, delivered, dropped, rig.client.backlog], [6, 3, 3, 0])
})

test("a delivery may be answered by publishing, a drop as well", () => {
  const rig = new Rig({
    onDelivered: (handle) => handle < 4 && rig.client.publish("t", `after ${handle}`, { qos: 1 }),
    onDropped: (handle) => handle < 100 && rig.client.publish("t", `instead of ${handle}`, { qos: 0 }),
  }).online()
  rig.client.publish("t", "1", { qos: 1 })
  equal(rig.sent(), ["PUBLISH t 1 qos=1 id=1"])
  rig.receive(puback(1))
  equal(rig.sent(), ["PUBLISH t after 1 qos=1 id=2"])
  rig.receive(puback(2))
  equal(rig.sent(), ["PUBLISH t after 2 qos=1 id=3"])
  rig.socket.fail()
  rig.again(false)
  equal(rig.sent(), ["PUBLISH t instead of 3"])
})
