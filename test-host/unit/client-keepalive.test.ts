import { equal, ok, test } from "../harness/harness.js"
import { PINGRESP, puback, publish } from "../support/client-packets.js"
import { Rig } from "../support/rig.js"

test("PINGREQ is sent when nothing was sent for the keep alive time, and again after each answer [MQTT-3.1.2-23]", () => {
  const rig = new Rig({ keepalive: 10 }).online()
  for (let i = 0; i < 3; i++) {
    rig.advance(9999)
    equal(rig.sent(), [])
    rig.advance(1)
    equal(rig.sent(), ["PINGREQ"])
    rig.receive(PINGRESP)
  }
  equal(rig.told(), [])
})

test("whatever is sent and answered puts the PINGREQ off [MQTT-3.1.2-23]", () => {
  const rig = new Rig({ keepalive: 10 }).online()
  for (let id = 1; id < 8; id++) {
    rig.advance(7000)
    rig.client.publish("t", "", { qos: 1 })
    equal(rig.sent(), [`PUBLISH t  qos=1 id=${id}`])
    rig.receive(puback(id))
  }
  rig.advance(9999)
  equal(rig.sent(), [])
  rig.advance(1)
  equal(rig.sent(), ["PINGREQ"])
})

test("one who only publishes at QoS 0 asks too, when nothing was received for so long", () => {
  const rig = new Rig({ keepalive: 10, pingTimeout: "4s" }).online()
  for (let i = 0; i < 9; i++) {
    rig.advance(1000)
    rig.client.publish("t", `${i}`)
    equal(rig.sent(), [`PUBLISH t ${i}`])
  }
  rig.advance(1000)
  equal(rig.sent(), ["PINGREQ"])
  for (let i = 0; i < 3; i++) {
    rig.advance(1000)
    rig.client.publish("t", "x")
    equal(rig.sent(), ["PUBLISH t x"])
  }
  equal(rig.told(), [])
  rig.advance(1000)
  equal([rig.told(), rig.reason, rig.socket.closed], [["transport"], "no answer to PINGREQ within pingTimeout, 4000 ms", true])
})

test("one who only receives says something within each keep alive time [MQTT-3.1.2-23]", () => {
  const rig = new Rig({ keepalive: 10 })
  rig.client.subscribe("t", 0, () => {})
  rig.online()
  let pings = 0
  for (let i = 0; i < 100; i++) {
    rig.advance(1000)
    rig.receive(publish({ topic: "t" }))
    pings += rig.sent().length
  }
  equal(pings, 10)
  equal(rig.told(), [])
})

test("the link is dead when no answer to PINGREQ has come within pingTimeout", () => {
  const rig = new Rig({ keepalive: 10, pingTimeout: "3s" }).online()
  rig.advance(12_999)
  equal([rig.sent(), rig.told()], [["PINGREQ"], []])
  rig.advance(1)
  equal([rig.told(), rig.socket.closed, rig.client.connected], [["transport"], true, false])
  equal(rig.platform.pending, 1, "the next attempt")
})

test("anything received shows that the link lives, not PINGRESP alone", () => {
  const rig = new Rig({ keepalive: 10, pingTimeout: "3s" })
  rig.client.subscribe("t", 0, () => {})
  rig.online()
  rig.advance(12_000)
  equal(rig.sent(), ["PINGREQ"])
  rig.receive(publish({ topic: "t" }))
  rig.advance(7999)
  equal([rig.sent(), rig.told()], [[], []])
  rig.advance(1)
  equal(rig.sent(), ["PINGREQ"], "ten seconds after the last one")
})

test("a keep alive shorter than pingTimeout still finds the link dead at pingTimeout", () => {
  const rig = new Rig({ keepalive: 2, pingTimeout: "7s" }).online()
  rig.advance(8999)
  equal(rig.sent(), ["PINGREQ", "PINGREQ", "PINGREQ", "PINGREQ"])
  equal(rig.told(), [])
  rig.advance(1)
  equal(rig.told(), ["transport"])
})

test("keepalive 0 sends no PINGREQ and sets no timer for one", () => {
  const rig = new Rig({ keepalive: 0 }).online()
  rig.advance(1e9)
  equal([rig.sent(), rig.told(), rig.platform.pending], [[], [], 0])
})

test("a link on which nothing can be written any more is found dead as well", () => {
  const rig = new Rig({ keepalive: 10, pingTimeout: "3s" })
  rig.client.connect()
  rig.opened(16)
  equal(rig.sent(), ["CONNECT flags=02 keepalive=10 it"])
  rig.receive([0x20, 2, 0, 0])
  rig.client.publish("t", "x", { qos: 1 })
  rig.advance(13_000)
  equal([rig.socket.sent(), rig.reason], [[], "no answer to PINGREQ within pingTimeout, 3000 ms"])
})

test("a long message on a slow link is no dead link, though nothing is received meanwhile and no PINGREQ can stand inside it", () => {
  const rig = new Rig({ keepalive: 10, pingTimeout: "5s", outboxBytes: 4096 }).online()
  rig.socket.room(0)
  rig.client.publish("t", "x".repeat(3000), { qos: 1 })
  for (let i = 0; i < 31; i++) {
    rig.advance(4000)
    rig.socket.room(100)
  }
  equal([rig.told(), rig.packets().map(({ payload }) => payload.length)[0]], [[], 3000])
})

test("a long message on a link that takes nothing more is one", () => {
  const rig = new Rig({ keepalive: 10, pingTimeout: "5s", outboxBytes: 4096 }).online()
  rig.socket.room(100)
  rig.client.publish("t", "x".repeat(3000), { qos: 1 })
  rig.advance(14_999)
  ok(rig.client.connected)
  rig.advance(1)
  ok(!rig.client.connected)
})

test("keep alive goes on where the tick counter wraps, and on every new connection", () => {
  const rig = new Rig({ keepalive: 3600 })
  let now = 0
  rig.online()
  // 25 days, over which a 32-bit counter of milliseconds changes its sign.
  for (let i = 0; i < 25 * 24; i++) {
    rig.advance(3_600_000)
    now += rig.sent().length
    rig.receive(PINGRESP)
  }
  equal([now, rig.told()], [600, []])
  rig.reconnect(false)
  rig.told()
  rig.advance(3_600_000)
  equal(rig.sent(), ["PINGREQ"])
})

test("an answer to the PINGREQ of an earlier connection is not waited for on the next", () => {
  const rig = new Rig({ keepalive: 10, pingTimeout: "9s" }).online()
  rig.advance(12_000)
  equal(rig.sent(), ["PINGREQ"])
  rig.reconnect(false)
  rig.told()
  rig.advance(9_900)
  equal(rig.told(), [])
  ok(rig.client.connected)
})

test("an unasked PINGRESP does no harm", () => {
  const rig = new Rig({ keepalive: 10 }).online()
  rig.receive(PINGRESP, PINGRESP)
  equal([rig.told(), rig.sent()], [[], []])
  ok(rig.client.connected)
})
