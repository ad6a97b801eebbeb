import { encodeText } from "../../src/codec/text.js"
import { describeDrop, describeRefusal, Drop, OutboxPolicy, Refusal } from "../../src/session/session.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { SessionRig } from "../support/session-rig.js"

/** A QoS 1 PUBLISH to "t" is so much longer than its payload. */
const OVERHEAD = 7

test("the outbox takes bytes up to its limit, to the last one, and then refuses", () => {
  const rig = new SessionRig({ outboxBytes: 64 })
  ok(rig.publish(1, "x".repeat(32 - OVERHEAD)) > 0)
  equal(rig.publish(1, "x".repeat(33 - OVERHEAD)), Refusal.OUTBOX_FULL)
  ok(rig.publish(1, "x".repeat(32 - OVERHEAD)) > 0)
  equal(rig.publish(0), Refusal.OUTBOX_FULL)
  equal([rig.session.backlog, rig.session.published, rig.told()], [2, 2, []])
})

test("the outbox takes messages up to its limit, and then refuses", () => {
  const rig = new SessionRig({ outboxMessages: 3 })
  for (let i = 0; i < 3; i++) ok(rig.publish(i) > 0)
  equal(rig.publish(0), Refusal.OUTBOX_FULL)
  equal(rig.sent().length, 3)
  ok(rig.publish(1) > 0, "the QoS 0 message has left")
  equal(rig.publish(1), Refusal.OUTBOX_FULL)
  rig.puback(1)
  ok(rig.publish(1) > 0)
  equal(describeRefusal(Refusal.OUTBOX_FULL), "the outbox is full")
})

test("a message longer than the whole outbox is told apart from one that has no room now", () => {
  for (const outboxPolicy of [OutboxPolicy.REFUSE, OutboxPolicy.DROP_OLDEST, OutboxPolicy.DROP_NEWEST, OutboxPolicy.LATEST_PER_TOPIC]) {
    const rig = new SessionRig({ outboxBytes: 64, outboxPolicy })
    equal(rig.publish(1, "x".repeat(65 - OVERHEAD)), Refusal.TOO_LARGE)
    ok(rig.publish(1, "small") > 0)
    equal(rig.publish(1, "x".repeat(65 - OVERHEAD)), Refusal.TOO_LARGE, "nothing is dropped for what can't have room")
    equal([rig.session.backlog, rig.told()], [1, []])
    equal(rig.sent(), ["PUBLISH t small qos=1 id=" + rig.session.outbox.records[1]])
  }
})

test("a payload function gets the room that there is, and what it writes is sent", () => {
  const rig = new SessionRig({ outboxBytes: 200 })
  const rooms: number[] = []
  const write = (bytes: string) => (out: Uint8Array, start: number, end: number): number => {
    rooms.push(end - start)
    const text = encodeText(bytes)
    if (text.length > end - start) return -1
    out.set(text, start)
    return text.length
  }
  ok(rig.publish(1, write("one")) > 0)
  ok(rig.publish(0, write("")) > 0)
  ok(rig.publish(2, write("x".repeat(140))) > 0)
  equal(rig.publish(1, write("x".repeat(60))), Refusal.OUTBOX_FULL)
  equal(rig.sent(), ["PUBLISH t one qos=1 id=1", "PUBLISH t ", `PUBLISH t ${"x".repeat(140)} qos=2 id=2`])
  ok(rooms.every((room) => room >= 0 && room < 200))
})

test("a payload function that claims more than it had room for is told so, and takes nothing", () => {
  const rig = new SessionRig({ outboxBytes: 64 })
  throws(() => rig.publish(1, () => 1000), /payload: the function returned 1000; it had room for \d+ bytes/)
  throws(() => rig.publish(1, () => NaN), /payload: the function returned NaN/)
  throws(() => {
    rig.publish(1, () => {
      throw new Error("sensor gone")
    })
  }, /sensor gone/)
  equal([rig.session.backlog, rig.session.published], [0, 0])
  ok(rig.publish(1, "x".repeat(64 - OVERHEAD)) > 0)
})

test("drop-oldest makes room by dropping the oldest message that was not sent yet, and reports each", () => {
  const rig = new SessionRig({ outboxMessages: 4, outboxPolicy: OutboxPolicy.DROP_OLDEST, maxInflight: 1 })
  for (let i = 1; i <= 4; i++) rig.publish(1, `${i}`)
  equal(rig.sent(), ["PUBLISH t 1 qos=1 id=1"])
  equal(rig.publish(1, "5"), 5)
  equal(rig.publish(0, "6"), 6)
  equal(rig.told(), ["dropped 2: it made room for a newer message", "dropped 3: it made room for a newer message"])
  for (let id = 1; !rig.session.isEmpty && id < 10; id++) {
    rig.puback(id)
    rig.sent()
  }
  equal(rig.told(), ["delivered 1", "delivered 4", "delivered 6", "delivered 5"])
})

test("drop-oldest drops as many as the bytes need, and refuses when all that is left is in flight", () => {
  const rig = new SessionRig({ outboxBytes: 100, outboxPolicy: OutboxPolicy.DROP_OLDEST, maxInflight: 1 })
  for (let i = 1; i <= 4; i++) rig.publish(1, "x".repeat(25 - OVERHEAD))
  rig.sent()
  equal(rig.publish(1, "y".repeat(50 - OVERHEAD)), 5)
  equal(rig.told(), ["dropped 2: it made room for a newer message", "dropped 3: it made room for a newer message"])
  equal(rig.publish(1, "z".repeat(75 - OVERHEAD)), 6)
  equal(rig.told(), ["dropped 4: it made room for a newer message", "dropped 5: it made room for a newer message"])
  equal(rig.publish(1, "z".repeat(76 - OVERHEAD)), Refusal.OUTBOX_FULL)
  equal(rig.session.backlog, 1, "6 was dropped before it was seen that the rest is in flight")
})

test("drop-oldest does not drop what is sent in part, or was sent on an earlier connection", () => {
  const rig = new SessionRig({ outboxMessages: 3, outboxPolicy: OutboxPolicy.DROP_OLDEST }, 16)
  rig.publish(1, "1")
  rig.publish(1, "2".repeat(30))
  rig.publish(1, "3")
  rig.write(16)
  ok(rig.session.midPacket)
  equal(rig.publish(1, "4"), 4)
  equal(rig.told(), ["dropped 3: it made room for a newer message"])
  rig.sent()
  rig.session.disconnected(false)
  rig.connected(true)
  equal(rig.publish(1, "5"), Refusal.OUTBOX_FULL)
  equal(rig.sent().length, 3)
})

test("drop-newest takes the message and drops it at once, which is reported with its handle", () => {
  const rig = new SessionRig({ outboxMessages: 1, outboxPolicy: OutboxPolicy.DROP_NEWEST })
  equal([rig.publish(1, "1"), rig.publish(1, "2"), rig.publish(0, "3")], [1, 2, 3])
  equal(rig.told(), ["dropped 2: there was no room for it", "dropped 3: there was no room for it"])
  equal(rig.session.published, 3)
  equal(rig.sent(), ["PUBLISH t 1 qos=1 id=1"])
})

test("latest-per-topic replaces the message of the same topic that was not sent yet", () => {
  const rig = new SessionRig({ outboxPolicy: OutboxPolicy.LATEST_PER_TOPIC })
  rig.publish(1, "1", "a")
  equal(rig.sent(), ["PUBLISH a 1 qos=1 id=1"])
  rig.publish(1, "2", "a")
  rig.publish(1, "3", "ab")
  rig.publish(0, "4", "a")
  rig.publish(2, "5", "b")
  rig.publish(1, "6", "x".repeat(130))
  rig.publish(1, "7", "x".repeat(130))
  equal(rig.told(), ["dropped 2: a newer message to the same topic took its place", "dropped 6: a newer message to the same topic took its place"])
  equal(rig.packets().map(({ topic, payload }) => topic.slice(0, 2) + payload), ["ab3", "a4", "b5", "xx7"])
  equal(rig.session.backlog, 4)
})

test("latest-per-topic makes room with the message it replaces where there is no other, and tells it once", () => {
  const rig = new SessionRig({ outboxBytes: 64, outboxPolicy: OutboxPolicy.LATEST_PER_TOPIC })
  rig.publish(1, "x".repeat(32 - OVERHEAD), "a")
  rig.publish(1, "y".repeat(32 - OVERHEAD), "b")
  equal(rig.publish(1, "z".repeat(32 - OVERHEAD), "a"), 3)
  equal(rig.told(), ["dropped 1: a newer message to the same topic took its place"])
  equal(rig.publish(1, "z".repeat(65), "b"), Refusal.TOO_LARGE)
  equal(rig.packets().map(({ topic, payload }) => topic + payload[0]), ["by", "az"])
})

test("latest-per-topic refuses a message whose topic has none that could make way", () => {
  const rig = new SessionRig({ outboxMessages: 2, outboxPolicy: OutboxPolicy.LATEST_PER_TOPIC })
  rig.publish(1, "1", "a")
  rig.publish(1, "2", "b")
  equal(rig.publish(1, "3", "c"), Refusal.OUTBOX_FULL)
  equal(rig.publish(1, "4", "b"), 3)
})

test("the outbox fills while there is no connection, and is sent in order when there is one", () => {
  const rig = new SessionRig()
  for (let i = 1; i <= 4; i++) rig.publish(i % 3, `${i}`)
  rig.session.disconnected(false)
  rig.publish(0, "5")
  rig.connected(false)
  equal(rig.packets().map(({ payload }) => payload), ["1", "2", "3", "4", "5"])
})

test("a message is dropped when its time to live ends before it is sent", () => {
  const rig = new SessionRig({ maxInflight: 1 })
  rig.publish(1, "1")
  rig.publish(1, "2", "t", 2000)
  rig.publish(0, "3", "t", 1500)
  rig.publish(1, "4")
  rig.sent()
  equal(rig.session.dropExpired(), 500)
  rig.now = 1499
  equal([rig.session.dropExpired(), rig.told()], [1, []])
  rig.now = 1500
  equal([rig.session.dropExpired(), rig.told()], [500, ["dropped 3: its time to live has run out"]])
  rig.now = 2500
  equal([rig.session.dropExpired(), rig.told()], [0, ["dropped 2: its time to live has run out"]])
  rig.puback(1)
  equal(rig.sent(), ["PUBLISH t 4 qos=1 id=3"])
})

test("once a message has been sent its time to live counts no more, on this connection and the next", () => {
  const rig = new SessionRig()
  rig.publish(1, "1", "t", 1100)
  rig.publish(2, "2", "t", 1100)
  rig.sent()
  rig.pubrec(2)
  rig.now = 5000
  equal(rig.session.dropExpired(), 0)
  rig.session.disconnected(false)
  equal(rig.session.dropExpired(), 0)
  rig.connected(true)
  equal(rig.session.dropExpired(), 0)
  equal(rig.sent(), ["PUBLISH t 1 qos=1 id=1 dup", "PUBREL id=2"])
  equal(rig.told(), [])
})

test("a message that has left in part is not dropped when its time to live ends", () => {
  const rig = new SessionRig({}, 16)
  rig.publish(0, "1".repeat(30), "t", 1100)
  rig.publish(0, "2", "t", 1100)
  rig.write(16)
  rig.now = 2000
  equal(rig.session.dropExpired(), 0)
  equal(rig.told(), ["dropped 2: its time to live has run out"])
  equal(rig.sent(), [`PUBLISH t ${"1".repeat(30)}`])
})

test("times to live are told right where the tick counter wraps", () => {
  const rig = new SessionRig()
  rig.now = 0x7fffff00
  rig.publish(0, "1", "t", (rig.now + 0x200) | 0)
  equal(rig.session.dropExpired(), 0x200)
  rig.now += 0x1ff
  equal([rig.session.dropExpired(), rig.told()], [1, []])
  rig.now += 1
  equal([rig.session.dropExpired(), rig.told()], [0, ["dropped 1: its time to live has run out"]])
})

test("expired messages make room for a new one, before the policy is asked", () => {
  const rig = new SessionRig({ outboxMessages: 2 })
  rig.publish(1, "1", "t", 1100)
  rig.publish(1, "2")
  rig.now = 1100
  equal(rig.publish(1, "3"), 3)
  equal(rig.told(), ["dropped 1: its time to live has run out"])
})

test("handles and packet ids stay distinct when a drop is answered with another message", () => {
  for (const outboxPolicy of [OutboxPolicy.DROP_OLDEST, OutboxPolicy.DROP_NEWEST, OutboxPolicy.LATEST_PER_TOPIC]) {
    const rig = new SessionRig({ outboxMessages: 3, outboxPolicy })
    const handles: number[] = []
    let answers = 0
    rig.onDropped = () => {
      if (answers++ < 2) handles.push(rig.publish(1, "answer", "log"))
    }
    for (let i = 0; i < 6; i++) handles.push(rig.publish(1, `${i}`))
    const taken = handles.filter((handle) => handle > 0)
    equal(new Set(taken).size, taken.length, `policy ${outboxPolicy}: ${handles.join()}`)
    const sent = rig.packets()
    equal(new Set(sent.map(({ id }) => id)).size, sent.length)
    for (const { id } of sent) rig.puback(id)
    const told = rig.told().map((line) => Number(/\d+/.exec(line)![0]))
    equal(told.sort((a, b) => a - b), taken.sort((a, b) => a - b), `policy ${outboxPolicy}: each is told once`)
  }
})

test("a callback that answers every drop with a message does not hang the outbox", () => {
  const rig = new SessionRig({ outboxMessages: 3, outboxPolicy: OutboxPolicy.DROP_OLDEST })
  let answers = 0
  rig.onDropped = () => {
    if (++answers < 1000) rig.publish(1, "dropped something", "log")
  }
  for (let i = 0; i < 5; i++) rig.publish(1, `${i}`)
  ok(answers < 100, `${answers} answers`)
  equal(rig.session.backlog, 3)
})

test("a delivery may be answered with a message, which takes its place in the order", () => {
  const rig = new SessionRig({ outboxBytes: 64, outboxMessages: 2 })
  rig.onDelivered = (handle) => {
    if (handle < 5) rig.publish(handle % 3, `after ${handle}`)
  }
  rig.publish(0, "1")
  rig.publish(0, "2")
  equal(rig.packets().map(({ payload }) => payload), ["1", "2", "after 1", "after 2"])
  equal(rig.told(), ["delivered 1", "delivered 2"])
})

test("every reason for a drop and a refusal has words of its own", () => {
  const reasons = [Drop.EXPIRED, Drop.OLDEST, Drop.NEWEST, Drop.REPLACED, Drop.SESSION_LOST, Drop.CONNECTION_LOST].map(describeDrop)
  const refusals = [Refusal.OUTBOX_FULL, Refusal.TOO_LARGE, Refusal.ENDING, Refusal.OFFLINE].map(describeRefusal)
  equal(new Set([...reasons, ...refusals]).size, 10)
  ok([...reasons, ...refusals].every((text) => typeof text === "string" && text.length > 10))
})
