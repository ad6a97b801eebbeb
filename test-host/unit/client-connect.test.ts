import { Backoff } from "../../src/client/backoff.js"
import { equal, ok, test } from "../harness/harness.js"
import { bytes } from "../support/bytes.js"
import { connack, puback, pubcomp, publish, pubrec, pubrel, suback, unsuback } from "../support/client-packets.js"
import { Rig } from "../support/rig.js"
import { VirtualPlatform } from "../support/virtual-platform.js"

test("CONNECT is the first packet, sent when the connection is made, and it is sent only once [MQTT-3.1.0-1] [MQTT-3.1.0-2]", () => {
  const rig = new Rig()
  rig.client.publish("t", "early", { qos: 1 })
  rig.client.subscribe("s", 0, rig.note)
  rig.client.connect()
  rig.client.connect()
  rig.turn().turn()
  equal(rig.platform.sockets.length, 1)
  equal(rig.socket.writes.length, 0)
  rig.opened()
  equal(rig.sent(), ["CONNECT flags=02 keepalive=60 it"])
  rig.advance(5000)
  equal(rig.sent(), [], "nothing before the CONNACK")
  rig.client.connect()
  rig.receive(connack())
  equal(rig.sent(), ["PUBLISH t early qos=1 id=2", "SUBSCRIBE id=3 s:0"])
  equal(rig.told(), ["connected false"])
  rig.client.connect()
  rig.advance(1000)
  equal([rig.sent(), rig.platform.sockets.length], [[], 1])
})

test("the transport is a TCP or TLS socket, an ordered and lossless stream; it gets the address that was looked up, the name, the port and what TLS needs [MQTT-7.1.2-1]", () => {
  const secure = { ca: "certificate" }
  const rig = new Rig({ servers: [{ host: "plain.test" }, { host: "tls.test", protocol: "mqtts", secure }, { host: "other.test", port: 1 }], reconnectPeriod: 10 })
  rig.client.connect()
  for (let i = 0; i < 3; i++) {
    rig.opened()
    rig.socket.fail()
    rig.advance(1000)
  }
  const seen = rig.platform.sockets.slice(0, 3).map(({ options: { address, host, port, secure, nodelay }, ...socket }) => [socket.secure, address, host, port, secure, nodelay])
  equal(seen, [
    [false, "192.0.2.1", "plain.test", 1883, undefined, true],
    [true, "192.0.2.1", "tls.test", 8883, secure, true],
    [false, "192.0.2.1", "other.test", 1, undefined, true],
  ])
})

test("the CONNECT is the same on every connection, and has the session's name in it [MQTT-3.1.3-2]", () => {
  const rig = new Rig({ clientId: "sensor-7", clean: false, username: "u", password: "p", keepalive: 5, will: { topic: "w", payload: "gone", qos: 2, retain: true } })
  rig.client.connect()
  const first = rig.opened().sent()
  equal(first, ["CONNECT flags=f4 keepalive=5 sensor-7 w gone u p"])
  rig.socket.fail()
  rig.advance(2000)
  rig.opened()
  equal(rig.sent(), first)
})

test("servers are tried in turn, whatever they fail of", () => {
  const platform = new VirtualPlatform()
  platform.unknownHosts.add("b")
  const rig = new Rig({ servers: [{ host: "a" }, { host: "b" }, { host: "c" }], reconnectPeriod: 10 }, platform)
  rig.client.connect()
  rig.opened()
  rig.socket.fail(new Error("refused"))
  ok(/\ba\b.*refused/.test(rig.reason), rig.reason)
  rig.advance(30)
  ok(/\bb\b.*no such host/.test(rig.reason), rig.reason)
  rig.advance(100)
  rig.opened().receive(connack())
  rig.socket.fail()
  rig.advance(1000)
  equal(platform.lookups, ["a", "b", "c", "a"])
  equal(rig.told(), ["transport", "transport", "connected false", "transport"])
})

test("a socket that can't even be made is a failed attempt like any other", () => {
  const platform = new VirtualPlatform()
  const fails = Object.create(platform, {
    TCP: {
      value: class {
        constructor() {
          throw new Error("out of sockets")
        }
      },
    },
  }) as VirtualPlatform
  const rig = new Rig({}, fails)
  rig.client.connect()
  platform.turn()
  platform.turn()
  ok(/broker\.test.*out of sockets/.test(rig.reason), rig.reason)
  platform.advance(1000)
  platform.turn()
  equal(rig.told(), ["transport", "transport"])
})

test("connectTimeout covers the look-up, the connection and the CONNACK together", () => {
  for (const phase of ["look-up", "connection", "connack"]) {
    const platform = new VirtualPlatform()
    platform.resolves = phase !== "look-up"
    const rig = new Rig({ connectTimeout: "3s" }, platform)
    rig.client.connect()
    rig.turn()
    rig.advance(2000)
    if (phase === "connack") rig.socket.open()
    rig.advance(999)
    equal(rig.told(), [], phase)
    rig.advance(1)
    equal([rig.told(), rig.reason], [["transport"], "no CONNACK within connectTimeout, 3000 ms: is this the port of an MQTT server?"], phase)
    if (phase !== "look-up") ok(rig.socket.closed, phase)
    equal(platform.pending, 1, `${phase}: the next attempt alone`)
  }
})

test("the wait before the next attempt is drawn from all that lies below a bound that doubles up to the longest", () => {
  let chance = 0.999_999
  const backoff = new Backoff(1000, 120_000, { random: () => chance })
  const waits = [...Array(10)].map(() => backoff.next())
  equal(waits, [999, 1999, 3999, 7999, 15_999, 31_999, 63_999, 119_999, 119_999, 119_999])
  chance = 0
  equal(backoff.next(), 0)
  chance = 0.5
  equal(backoff.next(), 60_000)
  for (let i = 0; i < 2000; i++) ok(backoff.next() === 60_000, "after any number of attempts")
  backoff.reset()
  equal([backoff.next(), backoff.next()], [500, 1000])
  chance = 0.999_999
  equal(backoff.longest(), 60_000)
  chance = 0
  equal(backoff.longest(), 120_000)
})

test("the client waits so between its attempts", () => {
  const rig = new Rig({ reconnectPeriod: 1000, maxReconnectPeriod: 5000 })
  rig.platform.chance = 0.5
  rig.client.connect()
  const waits: number[] = []
  for (let i = 0; i < 5; i++) {
    rig.opened()
    rig.socket.fail()
    const before = rig.platform.sockets.length
    let waited = 0
    while (rig.platform.sockets.length === before) {
      rig.advance(100)
      waited += 100
    }
    waits.push(waited)
  }
  equal(waits, [500, 1000, 2000, 2500, 2500])
})

test("a broker that accepts and then kicks meets the backoff too; it begins anew only after a connection that was stable", () => {
  const rig = new Rig({ reconnectPeriod: 1000, stableAfter: "10s" })
  rig.platform.chance = 0.5
  const waitAfter = (online: number): number => {
    rig.advance(online)
    rig.socket.fail()
    const before = rig.platform.sockets.length
    let waited = 0
    while (rig.platform.sockets.length === before) {
      rig.advance(50)
      waited += 50
    }
    rig.opened().receive(connack())
    return waited
  }
  rig.online()
  equal([waitAfter(0), waitAfter(9999), waitAfter(100), waitAfter(5000)], [500, 1000, 2000, 4000])
  equal(waitAfter(10_000), 500)
  equal(waitAfter(1), 1000)
  equal(rig.client.statistics.connections, 7)
  equal(rig.client.statistics.failures, 6)
})

test("each refusal of CONNACK is told with its code and in words, and the connection is closed", () => {
  const words = ["does not speak MQTT 3.1.1", "does not take this client id", "not available at present", "user name and password", "does not allow"]
  for (let code = 1; code <= 5; code++) {
    let returnCode
    const rig = new Rig({ onDisconnect: (reason) => void (returnCode = reason.kind + reason.returnCode + reason.message) })
    rig.client.connect()
    rig.opened().receive(connack(false, code))
    equal(String(returnCode).slice(0, 8), `refused${code}`)
    ok(String(returnCode).includes(words[code - 1]!), String(returnCode))
    ok(rig.socket.closed)
    ok(!rig.client.connected)
  }
})

test("after a refusal that waiting does not mend the longest interval is waited; after a busy server the usual one", () => {
  for (const [code, wait] of [[1, 60_000], [2, 60_000], [3, 500], [4, 60_000], [5, 60_000]] as const) {
    const rig = new Rig()
    rig.platform.chance = code === 3 ? 0.5 : 0.999_999
    rig.client.connect()
    rig.opened().receive(connack(false, code))
    rig.advance(wait - 1)
    equal(rig.platform.lookups.length, 1, `code ${code}`)
    rig.advance(1)
    equal(rig.platform.lookups.length, 2, `code ${code}`)
  }
})

test("endOnRefusal: a refusal that waiting does not mend ends the attempts, and leaves no timer", () => {
  const rig = new Rig({ endOnRefusal: true })
  rig.client.connect()
  rig.opened().receive(connack(false, 3))
  equal(rig.platform.pending, 1)
  rig.advance(1000)
  rig.opened().receive(connack(false, 5))
  equal(rig.platform.pending, 0)
  rig.advance(1e6)
  equal(rig.platform.sockets.length, 2)
  // And it may be begun anew, with a message that was kept.
  rig.client.publish("t", "kept", { qos: 1 })
  rig.client.connect()
  rig.opened().receive(connack())
  equal(rig.sent(), ["CONNECT flags=02 keepalive=60 it", "PUBLISH t kept qos=1 id=2"])
})

test("session present after a clean session, a second CONNACK and a first packet that is none close the connection [MQTT-4.8.0-1]", () => {
  const cases: [number[][], RegExp][] = [
    [[[0x20, 2, 1, 0]], /^peer: CONNACK with session present after Clean Session 1 \[MQTT-3.2.2-1\]$/],
    [[[0x20, 2, 0, 0], [0x20, 2, 0, 0]], /^peer: second CONNACK/],
    [[[0xd0, 0]], /^peer: first packet is not CONNACK/],
    [[[0x20, 2, 2, 0]], /^peer: CONNACK with reserved flags/],
    [[[0x20, 2, 0, 6]], /^peer: CONNACK with a reserved return code/],
    [[[0x20, 2, 1, 5]], /^peer: CONNACK with session present and a refusal/],
  ]
  for (const [packets, pattern] of cases) {
    const rig = new Rig()
    rig.client.connect()
    rig.opened()
    rig.receive(...packets)
    const told = rig.told()
    ok(pattern.test(told[told.length - 1]!), told.join())
    ok(rig.socket.closed)
    equal([rig.client.statistics.protocolErrors, rig.client.statistics.failures], [1, 1])
    rig.advance(1000)
    equal(rig.platform.lookups.length, 2, "and it is tried again")
  }
})

test("what the server sends behind a violation is not looked at any more [MQTT-4.8.0-1]", () => {
  const rig = new Rig()
  rig.client.subscribe("t", 1, rig.note)
  rig.online()
  rig.receive(publish({ topic: "t", payload: "1" }), [0x36, 3, 0, 1, 0x74], publish({ topic: "t", payload: "2", qos: 1, id: 1 }))
  equal(rig.told(), ["t 1", "peer: PUBLISH with QoS 3 [MQTT-3.3.1-4]"])
  equal(rig.socket.sent(), [])
})

test("a connection that breaks is told with its cause, and a message in flight is sent again on the next [MQTT-3.1.2-4]", () => {
  const rig = new Rig({ clean: false }).online()
  rig.client.publish("t", "x", { qos: 1 })
  equal(rig.sent(), ["PUBLISH t x qos=1 id=1"])
  rig.socket.fail(new Error("cable cut"))
  equal(rig.told(), ["transport"])
  ok(/broker\.test.*cable cut/.test(rig.reason), rig.reason)
  ok(!rig.client.connected)
  rig.again(true)
  equal(rig.sent(), ["PUBLISH t x qos=1 id=1 dup"])
  rig.receive(puback(1))
  equal(rig.told(), ["connected true", "delivered 1"])
})

test("a clean session drops what was in flight, and tells it before the next connection [MQTT-3.1.2-6]", () => {
  const rig = new Rig().online()
  rig.client.publish("t", "x", { qos: 1 })
  rig.client.publish("t", "y", { qos: 2 })
  rig.turn()
  rig.socket.fail()
  equal(rig.told(), [
    "dropped 1: the session ended while it was in flight; it may have arrived",
    "dropped 2: the session ended while it was in flight; it may have arrived",
    "transport",
  ])
  equal([rig.client.backlog, rig.client.statistics.dropped], [0, 2])
})

test("callbacks that throw are told to onError and stop nothing", () => {
  const errors: string[] = []
  const fail = (): never => {
    throw new Error("callback")
  }
  const rig = new Rig({ onConnect: fail, onDisconnect: fail, onDelivered: fail, onDropped: fail, onMessage: fail, onOversize: fail, onError: (error) => errors.push(error.message) })
  rig.online()
  equal(errors.length, 1, "onConnect")
  rig.client.publish("t", "", { qos: 1 })
  rig.turn()
  rig.receive(puback(1))
  equal(errors.length, 2, "onDelivered")
  rig.receive(publish({ topic: "none" }))
  equal(errors.length, 3, "onMessage")
  rig.receive(publish({ topic: "none", payload: "x".repeat(2000), qos: 1, id: 3 }))
  equal([errors.length, rig.sent()], [4, ["PUBLISH t  qos=1 id=1", "PUBACK id=3"]])
  rig.client.publish("t", "", { qos: 1 })
  rig.turn()
  rig.socket.fail()
  equal(errors.length, 6, "onDropped, onDisconnect")
  rig.again(false)
  equal([errors.length, rig.client.connected, rig.client.statistics.handlerErrors], [7, true, 7])
})

test("an onError that throws itself is only counted", () => {
  const rig = new Rig({
    onConnect: () => {
      throw new Error("first")
    },
    onError: () => {
      throw new Error("second")
    },
  }).online()
  ok(rig.client.connected)
  equal(rig.client.statistics.handlerErrors, 2)
})

test("the CONNECT's bytes are those of the specification", () => {
  const rig = new Rig({ clientId: "c", keepalive: 10 })
  rig.client.connect()
  equal(rig.opened().socket.sent(), [...bytes(`10 0d 00 04 "MQTT" 04 02 00 0a 00 01 "c"`)])
})

test("with nothing but the host given, all that goes out is plain MQTT 3.1.1 [MQTT-7.0.0-2]", () => {
  const rig = new Rig()
  rig.client.subscribe("t", 2, () => {})
  rig.client.connect()
  rig.opened().receive(connack())
  for (const qos of [0, 1, 2] as const) rig.client.publish("t", "x", { qos })
  rig.turn()
  rig.receive(suback(1, 2), puback(2), pubrec(3), pubcomp(3), publish({ topic: "t", qos: 2, id: 1 }), pubrel(1), publish({ topic: "t", qos: 1, id: 1 }))
  rig.client.unsubscribe("t")
  rig.advance(60_000)
  rig.receive(unsuback(4))
  rig.client.end(0)
  // Taking the packets apart fails on all that the specification does not allow.
  const types = rig.packets().map(({ type }) => type)
  equal(new Set(types).size, 10)
  equal([types[0], types[types.length - 1], rig.unfinished], ["CONNECT", "DISCONNECT", 0])
})

test("ticks that wrap while a connection is up are no time at all", () => {
  const platform = new VirtualPlatform(2 ** 31 - 5000)
  const rig = new Rig({ stableAfter: "10s", keepalive: 0, reconnectPeriod: 1000 }, platform).online()
  platform.chance = 0.5
  for (let i = 0; i < 40 && platform.pending > 0; i++) rig.advance(1000)
  equal(platform.pending, 0, "stable, and nothing else to wait for")
  rig.socket.fail()
  equal(platform.pending, 1)
  rig.advance(500)
  equal(platform.lookups.length, 2, "the backoff begins anew after a stable connection")
})
