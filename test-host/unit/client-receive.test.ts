import { encodeText } from "../../src/codec/text.js"
import { equal, ok, test } from "../harness/harness.js"
import { connack, puback, pubrel, publish, pubrec, suback } from "../support/client-packets.js"
import { integer, seeded } from "../support/random.js"
import { Rig } from "../support/rig.js"

function subscribed(filters: readonly string[], options: ConstructorParameters<typeof Rig>[0] = {}): Rig {
  const rig = new Rig(options)
  for (const filter of filters) rig.client.subscribe(filter, 2, (message) => rig.log.push(`${filter}: ${message.topic} ${message.text()}`))
  rig.online()
  if (filters.length > 0) rig.receive(suback(1, ...filters.map(() => 2)))
  return rig
}

test("a message goes to each handler whose filter matches", () => {
  const rig = subscribed(["home/kitchen/temperature", "home/+/temperature", "home/#", "#", "garden"])
  rig.receive(publish({ topic: "home/kitchen/temperature", payload: "21" }))
  equal(rig.told(), ["home/kitchen/temperature", "home/+/temperature", "home/#", "#"].map((filter) => `${filter}: home/kitchen/temperature 21`))
  rig.receive(publish({ topic: "garden", payload: "5" }), publish({ topic: "home", payload: "on" }))
  equal(rig.told(), ["#: garden 5", "garden: garden 5", "home/#: home on", "#: home on"])
})

test("overlapping filters call one handler once for a message", () => {
  const rig = new Rig()
  for (const filter of ["a/b", "a/+", "a/#", "+/b", "#"]) rig.client.subscribe(filter, 0, rig.note)
  rig.client.subscribe("a/b/#", 0, () => rig.log.push("another"))
  rig.online()
  rig.receive(publish({ topic: "a/b", payload: "1" }), publish({ topic: "a/b", payload: "2" }), publish({ topic: "a/c", payload: "3" }))
  equal(rig.told(), ["a/b 1", "another", "a/b 2", "another", "a/c 3"])
})

test("topics that begin with $ are not matched by filters that begin with a wildcard, but by those that begin with $ [4.7.2]", () => {
  const rig = subscribed(["#", "+/broker", "$SYS/#", "$SYS/+"])
  rig.receive(publish({ topic: "$SYS/broker", payload: "x" }), publish({ topic: "a/broker", payload: "y" }))
  equal(rig.told(), ["$SYS/#: $SYS/broker x", "$SYS/+: $SYS/broker x", "#: a/broker y", "+/broker: a/broker y"])
})

test("a message that no filter matches goes to onMessage, and is acknowledged all the same [MQTT-4.5.0-2]", () => {
  for (const filters of [[], ["a"], ["a/+"]]) {
    const rig = subscribed(filters)
    rig.receive(publish({ topic: "b", qos: 1, id: 7 }), publish({ topic: "b", qos: 2, id: 8 }), publish({ topic: "b" }))
    equal([rig.told(), rig.sent(), rig.client.statistics.unmatched], [["unmatched b", "unmatched b", "unmatched b"], ["PUBACK id=7", "PUBREC id=8"], 3])
  }
})

test("a message tells topic, payload, QoS, RETAIN and DUP as they were sent", () => {
  const rig = new Rig()
  const seen: unknown[] = []
  rig.client.subscribe("#", 2, ({ topic, payload, payloadLength, qos, retain, dup, packetId }) => seen.push([topic, [...payload], payloadLength, qos, retain, dup, packetId]))
  rig.online()
  rig.receive(publish({ topic: "é/温", payload: Uint8Array.of(0, 255) }), publish({ topic: "t", qos: 1, id: 65_535, retain: true, dup: true }), publish({ topic: "t", qos: 2, id: 1, payload: "x" }))
  equal(seen, [
    ["é/温", [0, 255], 2, 0, false, false, 0],
    ["t", [], 0, 1, true, true, 65_535],
    ["t", [120], 1, 2, false, false, 1],
  ])
})

test("a QoS 1 message is answered with PUBACK after its handler has returned; another one with the same id is a new message [MQTT-4.3.2-2] [MQTT-2.3.1-6]", () => {
  const rig = subscribed(["t"])
  rig.receive(publish({ topic: "t", payload: "1", qos: 1, id: 7 }), publish({ topic: "t", payload: "2", qos: 1, id: 7, dup: true }))
  equal([rig.told(), rig.sent()], [["t: t 1", "t: t 2"], ["PUBACK id=7", "PUBACK id=7"]])
  equal(rig.client.statistics.duplicates, 0)
})

test("a QoS 2 message is answered with PUBREC, handed over once until its PUBREL, which is answered with PUBCOMP; then its id is new [MQTT-4.3.3-2] [MQTT-3.3.4-1]", () => {
  const rig = subscribed(["t"], { clean: false })
  const message = { topic: "t", payload: "x", qos: 2, id: 7 }
  rig.receive(publish(message))
  equal([rig.told(), rig.sent()], [["t: t x"], ["PUBREC id=7"]])
  rig.receive(publish({ ...message, dup: true }))
  rig.reconnect(true)
  rig.told()
  rig.receive(publish({ ...message, dup: true }))
  equal([rig.told(), rig.sent()], [[], ["PUBREC id=7"]])
  rig.receive(pubrel(7))
  equal(rig.sent(), ["PUBCOMP id=7"])
  rig.receive(publish(message))
  equal([rig.told(), rig.sent()], [["t: t x"], ["PUBREC id=7"]])
  equal([rig.client.statistics.duplicates, rig.client.statistics.received], [2, 2])
})

test("a PUBREL of an unknown id is answered with PUBCOMP, or the server would ask for ever", () => {
  const rig = subscribed(["t"])
  rig.receive(pubrel(99), pubrel(99))
  equal([rig.sent(), rig.told()], [["PUBCOMP id=99", "PUBCOMP id=99"], []])
})

test("PUBACKs and PUBRECs leave in the order in which the messages came [MQTT-4.6.0-2] [MQTT-4.6.0-3] [MQTT-4.5.0-2]", () => {
  const rig = subscribed(["t"])
  const ids = [5, 1, 9, 3, 2, 8]
  rig.receive(...ids.map((id) => publish({ topic: "t", qos: id % 2 ? 1 : 2, id })))
  equal(rig.sent(), ids.map((id) => `${id % 2 ? "PUBACK" : "PUBREC"} id=${id}`))
})

test("PUBRELs leave in the order in which the PUBRECs came, not in that of the messages [MQTT-4.6.0-4]", () => {
  const rig = new Rig().online()
  for (let i = 0; i < 4; i++) rig.client.publish("t", "", { qos: 2 })
  equal(rig.sent().length, 4)
  rig.receive(pubrec(3), pubrec(1), pubrec(4))
  rig.receive(pubrec(2))
  equal(rig.sent(), ["PUBREL id=3", "PUBREL id=1", "PUBREL id=4", "PUBREL id=2"])
})

test("a handler that throws is reported; the message is acknowledged, and the other handlers are called", () => {
  const rig = new Rig()
  rig.client.subscribe("t", 2, () => {
    throw new Error("handler")
  })
  rig.client.subscribe("#", 2, rig.note)
  rig.online()
  for (const qos of [0, 1, 2]) rig.receive(publish({ topic: "t", payload: "x", qos, id: 7 }))
  equal([rig.told(), rig.sent()], [["error: handler", "t x", "error: handler", "t x", "error: handler", "t x"], ["PUBACK id=7", "PUBREC id=7"]])
  ok(rig.client.connected)
  equal(rig.client.statistics.handlerErrors, 3)
})

test("redeliverOnError: a message whose handler throws is not acknowledged but asked for again over a new connection [MQTT-4.8.0-2]", () => {
  for (const qos of [1, 2]) {
    let fails = true
    const rig = new Rig({ clean: false, redeliverOnError: true })
    rig.client.subscribe("t", 2, (message) => {
      rig.note(message)
      if (fails) throw "not now"
    })
    rig.online()
    rig.receive(suback(1, 2))
    rig.receive(publish({ topic: "t", payload: "x", qos, id: 7 }), publish({ topic: "t", payload: "behind", qos, id: 8 }))
    equal(rig.told(), ["t x", "error: not now", "application: a handler threw: the message is asked for again"])
    equal([rig.socket.sent(), rig.socket.closed], [[], true])
    fails = false
    rig.again(true)
    rig.told()
    rig.receive(publish({ topic: "t", payload: "x", qos, id: 7, dup: true }))
    equal([rig.told(), rig.sent()], [["t x"], [qos === 1 ? "PUBACK id=7" : "PUBREC id=7"]])
  }
})

test("redeliverOnError leaves QoS 0 alone, which can't be asked for again", () => {
  const rig = new Rig({ clean: false, redeliverOnError: true })
  rig.client.subscribe("t", 2, () => {
    throw new Error("handler")
  })
  rig.online()
  rig.receive(publish({ topic: "t" }))
  ok(rig.client.connected)
})

test("a message longer than the receive buffer is told with its topic and length, acknowledged by its QoS, and the connection lives on", () => {
  const rig = subscribed(["t", "#"], { receiveBufferSize: 64 })
  const payload = "x".repeat(1500)
  rig.receive(publish({ topic: "t", payload }), publish({ topic: "t", payload, qos: 1, id: 3 }), publish({ topic: "t", payload, qos: 2, id: 4 }), publish({ topic: "t", payload: "y" }))
  equal(rig.told(), ["oversize t 1500", "oversize t 1500", "oversize t 1500", "t: t y", "#: t y"])
  equal(rig.sent(), ["PUBACK id=3", "PUBREC id=4"])
  rig.receive(publish({ topic: "t", payload, qos: 2, id: 4, dup: true }), pubrel(4))
  equal([rig.told(), rig.sent(), rig.client.statistics.oversize], [[], ["PUBREC id=4", "PUBCOMP id=4"], 3])
})

test("more QoS 2 messages open than maxInbound are left to the server, which sends them again: none is lost, none comes twice, in order", () => {
  const rig = subscribed(["t"], { clean: false, maxInbound: 2 })
  const message = (id: number, dup = false): ReturnType<typeof publish> => publish({ topic: "t", payload: `${id}`, qos: 2, id, dup })
  rig.receive(message(1), message(2), message(3))
  equal([rig.told(), rig.sent()], [["t: t 1", "t: t 2"], ["PUBREC id=1", "PUBREC id=2"]])
  rig.receive(pubrel(1), message(4), message(2, true))
  equal([rig.told(), rig.sent()], [[], ["PUBCOMP id=1", "PUBREC id=2"]], "4 must not overtake 3")
  rig.receive(pubrel(2))
  const [told] = rig.told()
  ok(told!.startsWith("peer: ") && told!.includes("maxInbound"), told)
  rig.again(true)
  rig.told()
  rig.receive(pubrel(2), message(3, true), message(4, true))
  equal([rig.told(), rig.sent()], [["t: t 3", "t: t 4"], ["PUBCOMP id=2", "PUBREC id=3", "PUBREC id=4"]])
  rig.receive(pubrel(3), pubrel(4))
  ok(rig.client.connected)
})

test("every kind of violation closes the connection, is counted once and told by name [MQTT-4.8.0-1] [MQTT-2.2.2-2]", () => {
  const violations: [number[], RegExp][] = [
    [[0x41, 2, 0, 1], /reserved flag bits/],
    [[0x60, 2, 0, 1], /reserved flag bits/],
    [[0x30, 0x80, 0x80, 0x80, 0x80, 1], /Remaining Length takes more/],
    [[0x40, 3, 0, 1, 0], /Remaining Length contradicts/],
    [[0x36, 5, 0, 1, 0x74, 0, 1], /QoS 3/],
    [[0x38, 3, 0, 1, 0x74], /DUP at QoS 0/],
    [[0x32, 5, 0, 1, 0x74, 0, 0], /packet identifier 0/],
    [[0x30, 2, 0, 0], /empty topic name/],
    [[0x30, 3, 0, 1, 0x23], /wildcard/],
    [[0x30, 3, 0, 1, 0], /U\+0000/],
    [[0x30, 3, 0, 1, 0xff], /ill-formed UTF-8/],
    [[0x90, 3, 0, 1, 3], /SUBACK with a reserved return code/],
    [[0x10, 0], /server must not send/],
    [[0x82, 2, 0, 1], /server must not send/],
    [[0xe0, 0], /server must not send/],
    [[0xc0, 0], /server must not send/],
    [[0xf0, 0], /server must not send/],
    [[0, 0], /server must not send/],
  ]
  for (const [packet, pattern] of violations) {
    const rig = subscribed(["t"])
    rig.receive(packet)
    const told = rig.told()
    equal(told.length, 1, pattern.source)
    ok(told[0]!.startsWith("peer: ") && pattern.test(told[0]!), told[0])
    equal([rig.client.statistics.protocolErrors, rig.socket.closed, rig.platform.pending], [1, true, 1], pattern.source)
  }
})

test("random bytes behind a CONNACK never throw out of the socket's callback, and leave a client that connects again", () => {
  const random = seeded(4)
  for (let round = 0; round < 150; round++) {
    const rig = subscribed(["t", "#"], { receiveBufferSize: 64, readSize: 64 })
    for (let i = 0; i < 20 && !rig.socket.closed; i++) {
      const packet = [...publish({ topic: "t", qos: integer(random, 0, 2), id: integer(random, 1, 3), payload: "x".repeat(integer(random, 0, 90)) })]
      if (random() < 0.5) packet[integer(random, 0, packet.length - 1)] = integer(random, 0, 255)
      rig.receive(packet)
    }
    rig.socket.fail()
    rig.again(false)
    ok(rig.client.connected)
  }
})

test("a handler may publish at any QoS; it leaves behind the acknowledgements, in the same turn", () => {
  const rig = new Rig()
  rig.client.subscribe("t", 2, () => {
    rig.client.publish("r", "0")
    rig.client.publish("r", "1", { qos: 1 })
  })
  rig.online()
  rig.receive(publish({ topic: "t", qos: 1, id: 7 }))
  equal([...rig.sent()].sort(), ["PUBACK id=7", "PUBLISH r 0", "PUBLISH r 1 qos=1 id=2"])
  rig.receive(puback(2))
  equal(rig.told(), ["delivered 1"])
})

test("a handler may subscribe and unsubscribe; who subscribes now gets the next message, who unsubscribes not even this one", () => {
  const rig = new Rig()
  rig.client.subscribe("t", 0, () => {
    rig.log.push("first")
    rig.client.unsubscribe("+")
    rig.client.subscribe("#", 0, () => rig.log.push("new"))
  })
  rig.client.subscribe("+", 0, () => rig.log.push("second"))
  rig.online()
  rig.receive(suback(1, 0, 0))
  rig.receive(publish({ topic: "t" }))
  equal([rig.told(), rig.sent()], [["first"], ["UNSUBSCRIBE id=2 +", "SUBSCRIBE id=3 #:0"]])
  rig.receive(publish({ topic: "t" }))
  equal(rig.told(), ["first", "new"])
})

test("a handler that ends its own subscription and one handler of two filters is still called once", () => {
  const rig = new Rig()
  const handler = (): void => {
    rig.log.push("called")
    rig.client.unsubscribe("t")
  }
  rig.client.subscribe("t", 0, handler)
  rig.client.subscribe("#", 0, handler)
  rig.online()
  rig.receive(publish({ topic: "t" }))
  equal(rig.told(), ["called"])
})

test("a handler may end the client: its message is acknowledged first, and those behind it as well", () => {
  const rig = new Rig()
  rig.client.subscribe("t", 2, () => {
    rig.log.push("message")
    if (rig.log.length === 1) rig.client.end(1000, (undelivered) => rig.log.push(`ended ${undelivered.length}`))
  })
  rig.online()
  rig.receive(publish({ topic: "t", qos: 1, id: 7 }), publish({ topic: "t", qos: 2, id: 8 }))
  equal(rig.sent(), ["PUBACK id=7", "PUBREC id=8", "DISCONNECT"])
  equal(rig.told(), ["message", "message", "ended: end was called", "ended 0"])
})

test("messages that come in the same bytes as the CONNACK are taken", () => {
  const rig = new Rig({ clean: false })
  rig.client.subscribe("t", 1, rig.note)
  rig.client.connect()
  rig.opened()
  rig.receive(connack(true), publish({ topic: "t", payload: "kept", qos: 1, id: 1 }))
  equal([rig.told(), rig.sent()], [["connected true", "t kept"], ["CONNECT flags=00 keepalive=60 it", "PUBACK id=1", "SUBSCRIBE id=1 t:1"]])
})

test("a stream is taken the same in whatever pieces it comes", () => {
  const stream = [publish({ topic: "a/b", payload: "1" }), publish({ topic: "a/b", payload: "2", qos: 1, id: 1 }), publish({ topic: "a/b", payload: "3".repeat(100), qos: 2, id: 2 }), pubrel(2), publish({ topic: "é".repeat(40), payload: encodeText("4") })].flat()
  let expected: unknown
  for (const size of [stream.length, 1, 2, 3, 5, 8, 64]) {
    const rig = subscribed(["a/b", "#"], { readSize: 64 })
    for (let at = 0; at < stream.length; at += size) rig.receive(stream.slice(at, at + size))
    const result = [rig.told(), rig.sent()]
    expected ??= result
    equal(result, expected, `in pieces of ${size}`)
  }
})
