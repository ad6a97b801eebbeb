import { Action } from "../../src/session/qos.js"
import { equal, ok, test } from "../harness/harness.js"
import { SessionRig } from "../support/session-rig.js"

/** A session that has messages in each state: 1 acknowledged; PUBLISH 2 (QoS 1), PUBLISH 3 (QoS 2), PUBREL 4 unanswered; 5 to 7 not sent. */
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
  rig.told()
  return rig
}

test("with the session present, unacknowledged PUBLISH and PUBREL are sent again in the original order, before anything new [MQTT-4.4.0-1] [MQTT-4.6.0-1]", () => {
  const rig = inAllStates()
  rig.session.disconnected(false)
  rig.publish(1, "8")
  rig.connected(true)
  equal(rig.sent(), ["PUBLISH t 2 qos=1 id=2 dup", "PUBLISH t 3 qos=2 id=3 dup", "PUBREL id=4", "PUBLISH t 5", "PUBLISH t 6 qos=1 id=5"])
  rig.pubcomp(4)
  rig.puback(2)
  equal(rig.sent(), ["PUBLISH t 7 qos=2 id=6", "PUBLISH t 8 qos=1 id=7"])
  equal(rig.told(), ["delivered 5", "delivered 4", "delivered 2"])
})

test("what is sent again has DUP 1 and the id it had [MQTT-3.3.1-1] [MQTT-2.3.1-3]", () => {
  const rig = new SessionRig()
  const one = rig.sentId(1)
  const two = rig.sentId(2)
  for (let times = 0; times < 3; times++) {
    rig.session.disconnected(false)
    rig.connected(true)
    equal(rig.packets().map(({ type, id, dup }) => [type, id, dup]), [["PUBLISH", one, true], ["PUBLISH", two, true]])
  }
  rig.pubrec(two)
  for (let times = 0; times < 3; times++) {
    rig.session.disconnected(false)
    rig.connected(true)
    equal(rig.sent(), [`PUBLISH t  qos=1 id=${one} dup`, `PUBREL id=${two}`])
  }
  rig.puback(one)
  rig.pubcomp(two)
  equal(rig.told(), ["delivered 1", "delivered 2"])
})

test("with the session absent, unacknowledged messages are sent as new ones, with fresh ids and without DUP", () => {
  const rig = inAllStates()
  rig.session.disconnected(false)
  rig.connected(false)
  // Whether 4 arrived can't be found out any more: its PUBLISH must not be sent again after PUBREL.
  equal(rig.told(), ["dropped 4: the session ended while it was in flight; it may have arrived"])
  equal(rig.sent(), ["PUBLISH t 2 qos=1 id=7", "PUBLISH t 3 qos=2 id=8", "PUBLISH t 5", "PUBLISH t 6 qos=1 id=9", "PUBLISH t 7 qos=2 id=10"])
  for (const id of [2, 3, 4, 5, 6]) rig.puback(id)
  equal(rig.session.unexpectedAcks, 5)
})

test("a session that was lost after a resend is begun with DUP 0 again", () => {
  const rig = new SessionRig()
  rig.sentId(1)
  rig.session.disconnected(false)
  rig.connected(true)
  rig.session.disconnected(false)
  rig.connected(false)
  equal(rig.sent(), ["PUBLISH t  qos=1 id=2"])
  rig.session.disconnected(false)
  rig.connected(true)
  equal(rig.sent(), ["PUBLISH t  qos=1 id=2 dup"])
})

test("a fresh id is written into the packet whatever the length of its topic and header", () => {
  for (const topic of ["t", "a/b/c", "x".repeat(120), "é".repeat(150)]) {
    const rig = new SessionRig()
    rig.publish(1, "payload", topic)
    const before = rig.packets()
    rig.session.disconnected(false)
    rig.connected(false)
    const after = rig.packets()
    equal(after.map(({ id, line }) => [id, line.replace("id=2", "id=1")]), [[2, before[0]!.line]])
  }
})

test("a clean session ends with its connection: what was in flight is dropped, each reported, and what was not sent yet goes out on the next [MQTT-3.1.2-6]", () => {
  const rig = inAllStates()
  rig.session.disconnected(true)
  equal(rig.told(), [2, 3, 4].map((handle) => `dropped ${handle}: the session ended while it was in flight; it may have arrived`))
  rig.connected(false)
  const sent = rig.packets()
  equal(sent.map(({ payload, dup }) => [payload, dup]), [["5", false], ["6", false], ["7", false]])
  ok(new Set(sent.filter(({ qos }) => qos > 0).map(({ id }) => id)).size === 2)
})

test("the session outlives the connection: a message published before it is delivered after it [MQTT-4.1.0-1] [MQTT-4.1.0-2]", () => {
  const rig = new SessionRig()
  const handle = rig.publish(2, "kept")
  equal(rig.sent(), ["PUBLISH t kept qos=2 id=1"])
  rig.session.disconnected(false)
  rig.connected(true)
  equal(rig.sent(), ["PUBLISH t kept qos=2 id=1 dup"])
  ok(rig.pubrec(1))
  rig.session.disconnected(false)
  rig.connected(true)
  equal(rig.sent(), ["PUBREL id=1"])
  rig.pubcomp(1)
  equal(rig.told(), [`delivered ${handle}`])
})

test("the window holds for what is sent again, and releases waiting to be sent again count in it", () => {
  const rig = new SessionRig({ maxInflight: 3 })
  for (let i = 1; i <= 5; i++) rig.publish(2, `${i}`)
  rig.sent()
  for (const id of [1, 2, 3]) rig.pubrec(id)
  rig.session.disconnected(false)
  rig.connected(true)
  equal(rig.session.inflightCount, 3)
  equal(rig.sent(), ["PUBREL id=1", "PUBREL id=2", "PUBREL id=3"])
  rig.pubcomp(2)
  equal(rig.sent(), ["PUBLISH t 4 qos=2 id=4"])
  equal(rig.session.inflightCount, 3)
})

test("an answer that comes before its PUBREL was sent again is taken", () => {
  const rig = new SessionRig()
  rig.sentId(2)
  rig.sentId(2)
  rig.pubrec(1)
  rig.pubrec(2)
  rig.session.disconnected(false)
  rig.connected(true)
  ok(!rig.pubcomp(1))
  ok(!rig.pubrec(2), "its PUBREL is on its way anyway")
  equal(rig.sent(), ["PUBREL id=2"])
  rig.pubcomp(2)
  equal([rig.told(), rig.session.inflightCount, rig.session.unexpectedAcks], [["delivered 1", "delivered 2"], 0, 0])
})

test("ids of incoming QoS 2 messages are kept with the session, and forgotten without it or when it was clean [MQTT-3.1.2-4]", () => {
  for (const [clean, sessionPresent, action] of [
    [false, true, Action.DUPLICATE],
    [false, false, Action.DELIVER_PUBREC],
    [true, false, Action.DELIVER_PUBREC],
  ] as const) {
    const rig = new SessionRig()
    equal(rig.session.receive(2, 9), Action.DELIVER_PUBREC)
    rig.session.inbound.add(9)
    equal(rig.session.receive(2, 9), Action.DUPLICATE)
    rig.session.disconnected(clean)
    rig.connected(sessionPresent)
    equal(rig.session.receive(2, 9), action)
  }
})

test("incoming messages of QoS 0 and 1 are never taken for duplicates, whatever their ids [MQTT-4.3.2-2]", () => {
  const rig = new SessionRig()
  rig.session.inbound.add(9)
  equal([rig.session.receive(0, 0), rig.session.receive(1, 9), rig.session.receive(1, 9)], [Action.DELIVER, Action.DELIVER_PUBACK, Action.DELIVER_PUBACK])
})

test("incoming ids are found and forgotten in any order, up to the limit", () => {
  const { inbound } = new SessionRig({ maxInbound: 4 }).session
  for (const id of [1, 256, 65_535, 300]) {
    ok(!inbound.full)
    inbound.add(id)
  }
  ok(inbound.full)
  inbound.delete(256)
  inbound.delete(4)
  inbound.delete(256)
  equal([1, 256, 300, 65_535].map((id) => inbound.has(id)), [true, false, true, true])
  equal(inbound.count, 3)
  inbound.delete(300)
  inbound.delete(1)
  inbound.delete(65_535)
  equal([inbound.count, inbound.has(65_535)], [0, false])
})
