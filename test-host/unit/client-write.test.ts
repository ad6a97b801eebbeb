import type { QoS } from "../../src/codec/packets.js"
import { equal, ok, test } from "../harness/harness.js"
import { connack, puback, pubcomp, publish, pubrec, pubrel, suback } from "../support/client-packets.js"
import { integer, seeded } from "../support/random.js"
import { Rig } from "../support/rig.js"

/** A connected client that has sent all it had to; its socket has room for `room` more bytes. */
function withRoom(room: number, options: ConstructorParameters<typeof Rig>[0] = {}): Rig {
  const rig = new Rig(options).online()
  rig.socket.room(room)
  return rig
}

test("what one turn produces leaves in one write", () => {
  const rig = new Rig().online()
  const before = rig.socket.writes.length
  rig.client.publish("t", "1")
  rig.client.publish("t", "2", { qos: 1 })
  rig.client.publish("t", "3", { qos: 2 })
  rig.client.publish("t", "4")
  rig.client.subscribe("s", 0, () => {})
  rig.turn()
  equal([rig.socket.writes.length - before, rig.sent().length], [1, 5])
})

test("the answers to all that came at once leave in one write", () => {
  const rig = new Rig({ maxInflight: 2 })
  rig.client.subscribe("t", 2, () => void rig.client.publish("r", ""))
  rig.online()
  rig.receive(suback(1, 2))
  for (let i = 0; i < 4; i++) rig.client.publish("up", `${i}`, { qos: 1 })
  equal(rig.sent().length, 2)
  const before = rig.socket.writes.length
  rig.receive(publish({ topic: "t", qos: 1, id: 1 }), publish({ topic: "t", qos: 2, id: 2 }), puback(2), pubrel(2), puback(3))
  equal(rig.socket.writes.length - before, 1)
  equal([...rig.sent()].sort(), ["PUBACK id=1", "PUBCOMP id=2", "PUBLISH r ", "PUBLISH r ", "PUBLISH up 2 qos=1 id=4", "PUBLISH up 3 qos=1 id=5", "PUBREC id=2"])
})

test("a QoS 1 message by itself leaves in one write, however it gets to the socket", () => {
  for (const length of [0, 100, 900, 1500]) {
    const rig = new Rig({ transmitBufferSize: 1024 }).online()
    const before = rig.socket.writes.length
    rig.client.publish("t", "x".repeat(length), { qos: 1 })
    rig.turn()
    equal(rig.socket.writes.length - before, length < 1024 ? 1 : 2)
    equal(rig.packets().map(({ payload }) => payload.length), [length])
  }
})

test("where the socket has room for a part only, the rest follows when there is room again", () => {
  const rig = withRoom(10)
  rig.client.publish("t", "x".repeat(30), { qos: 1 })
  rig.client.publish("t", "y")
  equal([rig.sent(), rig.unfinished], [[], 10])
  rig.socket.room(1)
  rig.turn()
  equal([rig.sent(), rig.unfinished], [[], 11])
  rig.socket.room(27)
  equal([rig.sent(), rig.unfinished], [[`PUBLISH t ${"x".repeat(30)} qos=1 id=1`], 1])
  rig.socket.room()
  equal(rig.sent(), ["PUBLISH t y"])
})

test("a socket that takes only a few bytes at a time gets everything, byte for byte", () => {
  for (const room of [1, 2, 3, 7, 13]) {
    const rig = new Rig({ clean: false, transmitBufferSize: 128, readSize: 64 })
    rig.client.subscribe("t", 2, rig.note)
    for (let i = 0; i < 3; i++) rig.client.publish("up", `${i}`, { qos: i as QoS })
    rig.client.connect()
    rig.opened(room)
    const seen: string[] = []
    const drain = (): void => {
      for (let i = 0; i < 400; i++) {
        seen.push(...rig.sent())
        rig.socket.room(room)
      }
    }
    drain()
    equal(seen, ["CONNECT flags=00 keepalive=60 it"], `${room} bytes at a time`)
    rig.receive(connack())
    drain()
    const behind = seen.splice(1)
    equal(behind.filter((line) => line.startsWith("PUBLISH")), ["PUBLISH up 0", "PUBLISH up 1 qos=1 id=3", "PUBLISH up 2 qos=2 id=4"], `${room} bytes at a time`)
    equal(behind.filter((line) => !line.startsWith("PUBLISH")), ["SUBSCRIBE id=5 t:2"])
    rig.receive(suback(5, 2), publish({ topic: "t", payload: "a", qos: 1, id: 1 }), publish({ topic: "t", payload: "b", qos: 2, id: 2 }), puback(3), pubrec(4), pubrel(2))
    rig.client.publish("up", "after")
    drain()
    equal([...seen.splice(1)].sort(), ["PUBACK id=1", "PUBCOMP id=2", "PUBLISH up after", "PUBREC id=2", "PUBREL id=4"], `${room} bytes at a time`)
    rig.receive(pubcomp(4))
    equal(rig.client.backlog, 0)
    rig.client.end("1min")
    drain()
    equal(seen.splice(1), ["DISCONNECT"])
  }
})

test("nothing is written while the socket has no room, and nothing is lost of what waits", () => {
  const rig = withRoom(0)
  for (let i = 0; i < 5; i++) rig.client.publish("t", `${i}`, { qos: (i % 3) as QoS })
  rig.client.subscribe("s", 0, () => {})
  rig.turn()
  equal(rig.socket.sent(), [])
  rig.socket.room()
  equal(rig.sent().length, 6)
})

test("QoS 0 messages that have no more room in the transmit buffer wait in the outbox, in order", () => {
  const rig = withRoom(0, { transmitBufferSize: 128 })
  const handles = [...Array(12).keys()].map((i) => rig.client.publish("t", `${i} ${"x".repeat(20)}`))
  ok(handles[0] === 0 && handles[11]! > 0)
  rig.socket.room()
  equal(rig.packets().map(({ payload }) => parseInt(payload, 10)), [...Array(12).keys()])
  equal(rig.told().length, handles.filter((handle) => handle > 0).length)
})

test("reading stops while acknowledgements would have no room, and goes on when there is some", () => {
  const rig = new Rig({ transmitBufferSize: 128, readSize: 64 })
  rig.client.subscribe("t", 1, rig.note)
  rig.online()
  rig.receive(suback(1, 1))
  rig.socket.room(0)
  const messages = [...Array(100).keys()].map((i) => publish({ topic: "t", payload: `${i}`, qos: 1, id: i + 1 }))
  rig.receive(...messages)
  ok(rig.socket.unread > 300, `${rig.socket.unread} bytes are left unread`)
  equal(rig.socket.sent(), [])
  // Room for a little, then for all.
  for (let i = 0; i < 100 && rig.socket.unread > 0; i++) rig.socket.room(40)
  rig.socket.room()
  equal(rig.socket.unread, 0)
  equal(rig.told(), [...Array(100).keys()].map((i) => `t ${i}`))
  equal(rig.sent(), [...Array(100).keys()].map((i) => `PUBACK id=${i + 1}`))
})

test("more than the transmit buffer can acknowledge comes at once: all is read in that turn when the socket takes the answers", () => {
  for (const transmitBufferSize of [128, 129, 130, 131, 200, 1024]) {
    const rig = new Rig({ transmitBufferSize })
    rig.online()
    const ids = [...Array(600).keys()].map((i) => i + 1)
    rig.receive(...ids.map((id) => pubrel(id)))
    equal(rig.socket.unread, 0, `transmit buffer of ${transmitBufferSize}`)
    equal(rig.sent().length, 600, `transmit buffer of ${transmitBufferSize}`)
  }
})

test("answers always have room, wherever the bytes of a packet are cut and however large the transmit buffer is", () => {
  for (let transmitBufferSize = 128; transmitBufferSize < 136; transmitBufferSize++) {
    for (let cut = 0; cut < 8; cut++) {
      const rig = new Rig({ transmitBufferSize, readSize: 300 })
      rig.client.subscribe("t", 2, rig.note)
      rig.online()
      rig.receive(suback(1, 2))
      const message = publish({ topic: "t", payload: "x", qos: 1, id: 500 })
      rig.socket.receive(message.slice(0, cut))
      rig.receive(message.slice(cut), ...[...Array(80).keys()].map((i) => pubrel(i + 1)))
      equal(rig.sent(), ["PUBACK id=500", ...[...Array(80).keys()].map((i) => `PUBCOMP id=${i + 1}`)], `transmit buffer of ${transmitBufferSize}, cut at ${cut}`)
    }
  }
})

test("with a full outbox and no room in the socket, acknowledgements still leave first when there is room", () => {
  const rig = withRoom(0, { outboxMessages: 2, transmitBufferSize: 128 })
  for (let i = 0; i < 9; i++) rig.client.publish("t", `${i}`, { qos: 1 })
  rig.receive(publish({ topic: "x", qos: 1, id: 7 }), publish({ topic: "x", qos: 2, id: 8 }))
  rig.socket.room()
  equal(rig.sent(), ["PUBACK id=7", "PUBREC id=8", "PUBLISH t 0 qos=1 id=1", "PUBLISH t 1 qos=1 id=2"])
})

test("handlers that publish with every message do not take the room of the acknowledgements", () => {
  const rig = new Rig({ transmitBufferSize: 128, outboxMessages: 200, outboxBytes: 4096 })
  rig.client.subscribe("t", 1, () => void rig.client.publish("r", "x".repeat(20)))
  rig.online()
  rig.receive(suback(1, 1))
  rig.receive(...[...Array(40).keys()].map((i) => publish({ topic: "t", qos: 1, id: i + 1 })))
  const sent = rig.sent()
  equal(sent.filter((line) => line.startsWith("PUBACK")), [...Array(40).keys()].map((i) => `PUBACK id=${i + 1}`))
  equal(sent.filter((line) => line.startsWith("PUBLISH")).length, 40)
})

test("a message larger than the transmit buffer leaves in parts, and what comes meanwhile is answered behind it", () => {
  const rig = withRoom(100, { transmitBufferSize: 128, outboxBytes: 2048 })
  rig.client.publish("t", "x".repeat(500), { qos: 2 })
  rig.turn()
  rig.receive(publish({ topic: "u", qos: 1, id: 5 }))
  ok(rig.socket.unread > 0, "left unread, since its answer can't stand inside the message")
  rig.advance(1)
  for (let i = 0; i < 10; i++) rig.socket.room(100)
  equal(rig.packets().map(({ type, payload }) => [type, payload.length]), [["PUBLISH", 500], ["PUBACK", 0]])
  equal(rig.socket.unread, 0)
})

test("a socket whose write throws is given up when it says why", () => {
  const rig = new Rig().online()
  rig.socket.write = () => {
    throw new Error("closed")
  }
  rig.client.publish("t", "1", { qos: 1 })
  rig.turn()
  rig.client.publish("t", "2")
  rig.turn()
  rig.socket.fail(new Error("reset"))
  ok(rig.told().includes("transport"))
  rig.again(false)
  rig.client.publish("t", "3", { qos: 1 })
  equal(rig.packets().map(({ payload }) => payload).slice(-1), ["3"])
})

test("whatever the sizes of buffers, reads and writes, both sides get everything in order", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seeded(seed)
    const rig = new Rig({ transmitBufferSize: integer(random, 128, 260), readSize: integer(random, 64, 200), receiveBufferSize: integer(random, 64, 200), outboxBytes: 700, outboxMessages: 6, maxInflight: 3, keepalive: 0 })
    rig.client.subscribe("d", 2, rig.note)
    rig.online()
    rig.receive(suback(1, 2))
    rig.told()
    const answers: (readonly number[])[] = []
    const up: string[] = []
    const ups: string[] = []
    const acks: string[] = []
    const downs: string[] = []
    const expected: string[] = []
    let id = 0
    for (let step = 0; step < 150 || (step < 2000 && (ups.length < up.length || rig.socket.unread > 0 || answers.length > 0 || rig.client.backlog > 0)); step++) {
      if (step < 150 && random() < 0.5) {
        const payload = `${up.length}:${"x".repeat(integer(random, 0, 200))}`
        if (rig.client.publish("u", payload, { qos: integer(random, 0, 2) as QoS }) >= 0) up.push(payload)
      }
      const bytes: number[] = []
      if (step < 150 && random() < 0.6) {
        const qos = integer(random, 0, 2)
        const payload = `${downs.length}`
        downs.push(`d ${payload}`)
        if (qos > 0) expected.push(`${qos === 1 ? "PUBACK" : "PUBREC"} id=${++id}`)
        if (qos === 2) expected.push(`PUBCOMP id=${id}`)
        bytes.push(...publish({ topic: "d", payload, qos, id }), ...(qos === 2 ? pubrel(id) : []))
      }
      if (random() < 0.7) bytes.push(...answers.splice(0).flat())
      if (bytes.length > 0) rig.socket.receive(bytes)
      rig.socket.room(random() < 0.3 ? 0 : integer(random, 1, 300))
      for (const packet of rig.packets()) {
        if (packet.type === "PUBLISH") {
          ups.push(packet.payload)
          if (packet.qos === 1) answers.push(puback(packet.id))
          if (packet.qos === 2) answers.push(pubrec(packet.id))
        } else if (packet.type === "PUBREL") answers.push(pubcomp(packet.id))
        else acks.push(packet.line)
      }
    }
    equal(ups, up, `seed ${seed}: what it sent`)
    equal(rig.log.filter((line) => line.startsWith("d ")), downs, `seed ${seed}: what it got`)
    equal(acks, expected, `seed ${seed}: its acknowledgements`)
    equal([rig.client.backlog, rig.client.statistics.unexpectedAcks, rig.client.connected], [0, 0, true], `seed ${seed}`)
  }
})
