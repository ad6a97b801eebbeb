import { equal, ok, test } from "../harness/harness.js"
import { SessionRig } from "../support/session-rig.js"

test("packet ids go from 1 to 65,535 and begin again at 1; none is 0 [MQTT-2.3.1-1]", () => {
  const rig = new SessionRig()
  for (let id = 1; id <= 65_535; id++) {
    const taken = rig.session.takeRequestId()
    if (taken !== id) equal(taken, id)
    rig.session.releaseRequestId(taken)
  }
  equal(rig.sentId(1), 1)
  equal(rig.session.unexpectedAcks, 0)
})

test("a new message never gets the id of one that is unacknowledged, even after 65,535 others [MQTT-2.3.1-2]", () => {
  const rig = new SessionRig()
  const first = rig.sentId(1)
  const second = rig.sentId(2)
  const third = rig.sentId(2)
  rig.pubrec(third)
  const request = rig.session.takeRequestId()
  equal([first, second, third, request], [1, 2, 3, 4])
  for (let round = 0; round < 2; round++) {
    for (let id = 5; id <= 65_535; id++) {
      const taken = rig.session.takeRequestId()
      if (taken !== id) equal(taken, id)
      rig.session.releaseRequestId(taken)
    }
  }
  // Each id becomes free with the answer that ends its use.
  rig.pubrec(second)
  equal(rig.session.takeRequestId(), 5)
  rig.session.releaseRequestId(5)
  rig.puback(first)
  rig.pubcomp(third)
  rig.session.releaseRequestId(request)
  for (let id = 6; id <= 65_535; id++) rig.session.releaseRequestId(rig.session.takeRequestId())
  equal([rig.sentId(1), rig.sentId(1), rig.sentId(1)], [1, 3, 4])
})

test("messages that wait have their ids already, and a SUBSCRIBE does not get one of them [MQTT-2.3.1-2]", () => {
  const rig = new SessionRig()
  rig.publish(1)
  rig.publish(0)
  rig.publish(2)
  equal(rig.session.takeRequestId(), 3)
  equal(rig.sent(), ["PUBLISH t  qos=1 id=1", "PUBLISH t ", "PUBLISH t  qos=2 id=2"])
})

test("a QoS 0 PUBLISH has no packet id, and takes none away [MQTT-2.3.1-5]", () => {
  const rig = new SessionRig()
  for (let i = 0; i < 3; i++) rig.publish(0, "x")
  equal(rig.sent(), ["PUBLISH t x", "PUBLISH t x", "PUBLISH t x"])
  equal(rig.sentId(1), 1)
})

test("the ids of SUBSCRIBE and UNSUBSCRIBE are free again when the connection ends, since no answer can come", () => {
  const rig = new SessionRig()
  equal([rig.session.takeRequestId(), rig.session.takeRequestId()], [1, 2])
  rig.session.disconnected(false)
  rig.connected(true)
  ok(!rig.session.releaseRequestId(1))
  equal(rig.session.unexpectedAcks, 1)
})

test("an answer to no SUBSCRIBE is counted, also when a message has its id", () => {
  const rig = new SessionRig()
  const id = rig.sentId(1)
  ok(!rig.session.releaseRequestId(id))
  ok(!rig.session.releaseRequestId(77))
  equal(rig.session.unexpectedAcks, 2)
  const request = rig.session.takeRequestId()
  ok(!rig.puback(request))
  equal(rig.session.unexpectedAcks, 3)
  equal(rig.session.inflightCount, 1)
})
