import { freezeSession, thawSession } from "../../src/session/freeze.js"
import { Action } from "../../src/session/qos.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { seeded } from "../support/random.js"
import { SessionRig } from "../support/session-rig.js"

/** Of each state one message: 1 acknowledged; PUBLISH 2 (QoS 1), PUBLISH 3 (QoS 2), PUBREL 4 unanswered; 5 to 7 not sent. */
function inAllStates(): SessionRig {
  const rig = new SessionRig({ maxInflight: 4 })
  rig.publish(1, "1")
  rig.publish(1, "2")
  rig.publish(2, "3")
  rig.publish(2, "4")
  equal(rig.sent().length, 4)
  rig.puback(1)
  rig.publish(0, "5")
  rig.publish(1, "6")
  rig.publish(2, "7")
  rig.pubrec(4)
  rig.session.inbound.add(77)
  rig.session.inbound.add(0x1234)
  rig.session.disconnected(false)
  rig.told()
  return rig
}

function frozen(rig: SessionRig, room = 1024): Uint8Array {
  const out = new ArrayBuffer(room)
  return new Uint8Array(out, 0, freezeSession(rig.session, out))
}

/** Another machine, later. */
function thawed(bytes: Uint8Array, elapsed = 0, rig = new SessionRig({ maxInflight: 4 })): SessionRig {
  ok(thawSession(rig.session, bytes, elapsed) >= 0)
  return rig
}

test("a session that slept goes on as if it had not: the same packets, ids and DUP, in the same order", () => {
  const rig = thawed(frozen(inAllStates()))
  equal(rig.session.backlog, 6)
  rig.connected(true)
  equal(rig.sent(), ["PUBLISH t 2 qos=1 id=2 dup", "PUBLISH t 3 qos=2 id=3 dup", "PUBREL id=4", "PUBLISH t 5", "PUBLISH t 6 qos=1 id=5"])
  rig.pubcomp(4)
  rig.puback(2)
  equal(rig.sent(), ["PUBLISH t 7 qos=2 id=6"])
  equal(rig.told(), ["delivered 4", "delivered 3", "delivered 1"])
})

test("a QoS 2 message that was delivered before the sleep is known as a duplicate after it", () => {
  const { session } = thawed(frozen(inAllStates()))
  equal([session.receive(2, 77), session.receive(2, 0x1234), session.receive(2, 78)], [Action.DUPLICATE, Action.DUPLICATE, Action.DELIVER_PUBREC])
})

test("packet ids go on where they were, so that none is taken for a message of before [MQTT-2.3.1-2]", () => {
  const before = new SessionRig()
  for (let i = 0; i < 5; i++) before.puback(before.sentId(1))
  const after = thawed(frozen(before))
  after.connected(true)
  equal(after.sentId(1), 6)
})

test("when the server has lost the session during the sleep, what it can't know is sent as new", () => {
  const rig = thawed(frozen(inAllStates()))
  rig.connected(false)
  equal(rig.sent(), ["PUBLISH t 2 qos=1 id=7", "PUBLISH t 3 qos=2 id=8", "PUBLISH t 5", "PUBLISH t 6 qos=1 id=9", "PUBLISH t 7 qos=2 id=10"])
  equal(rig.told(), ["dropped 3: the session ended while it was in flight; it may have arrived", "delivered 4"])
})

test("a time to live goes on during the sleep", () => {
  const rig = new SessionRig()
  rig.publish(1, "short", "t", rig.now + 5000)
  rig.publish(1, "long", "t", rig.now + 60_000)
  rig.publish(1, "for ever")
  const after = thawed(frozen(rig), 10_000)
  equal(after.told(), ["dropped 1: its time to live has run out"])
  after.connected(true)
  equal(after.sent(), ["PUBLISH t long qos=1 id=2", "PUBLISH t for ever qos=1 id=3"])
  after.session.disconnected(false)
  after.now += 60_000
  after.session.dropExpired()
  equal(after.told(), [], "what has been sent is not dropped")
})

test("what has no room in the bytes is dropped and reported; what stands before it is kept", () => {
  const rig = new SessionRig()
  rig.publish(1, "a".repeat(40))
  rig.publish(1, "b".repeat(100))
  rig.publish(1, "c")
  const bytes = frozen(rig, 100)
  equal(rig.told(), ["dropped 2: there was no room for it"])
  const after = thawed(bytes)
  after.connected(true)
  equal(after.sent(), [`PUBLISH t ${"a".repeat(40)} qos=1 id=1`, "PUBLISH t c qos=1 id=3"])
})

test("what has no room in the outbox that wakes up is dropped and reported", () => {
  const rig = new SessionRig()
  for (const payload of ["1", "2", "3"]) rig.publish(1, payload)
  const after = thawed(frozen(rig), 0, new SessionRig({ outboxMessages: 2 }))
  equal(after.told(), ["dropped 3: there was no room for it"])
})

test("too little room even for the ids is an error that says how much is needed", () => {
  const rig = inAllStates()
  throws(() => freezeSession(rig.session, new ArrayBuffer(8)), /freezeSession: 8 bytes; the ids alone take 9/)
})

test("bytes that are cut, changed or of another version are refused whole, or read without harm", () => {
  const bytes = frozen(inAllStates())
  for (let length = 0; length < bytes.length; length++) {
    const rig = new SessionRig()
    const taken = thawSession(rig.session, bytes.slice(0, length), 0)
    ok(taken < 6, `${length} bytes`)
    equal(rig.session.backlog, Math.max(0, taken))
  }
  const other = bytes.slice()
  other[0] = 2
  equal(thawSession(new SessionRig().session, other, 0), -1)
  const random = seeded(7)
  for (let i = 0; i < 2000; i++) {
    const damaged = bytes.slice()
    damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256)
    const rig = new SessionRig()
    const taken = thawSession(rig.session, damaged, 0)
    if (taken < 0) equal([rig.session.backlog, rig.session.inbound.count, rig.session.lastId], [0, 0, 0])
  }
})
