import { EcmaClient } from "../../platforms/esp32/ecma419/client.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { PINGRESP, connack, puback, pubcomp, publish, pubrec, pubrel, suback, unsuback } from "../support/client-packets.js"
import { bufferOf, EcmaRig, textOf } from "../support/ecma-rig.js"

test("the constructor looks the name up and connects, with the options' own classes and all that stands beside them", () => {
  const rig = new EcmaRig({ port: "1884" })
  rig.opened()
  equal(rig.platform.lookups, ["broker.test"])
  equal(rig.made[0]!.servers, ["192.0.2.53"])
  const { address, host, port, own } = rig.socket.options as unknown as Record<string, unknown>
  equal([address, host, port, own], ["192.0.2.1", "broker.test", 1884, 1])
})

test("CONNECT has the id, the will, the user, the password and the keep alive in seconds", () => {
  const rig = new EcmaRig({
    id: "me",
    user: "u",
    password: bufferOf("p"),
    keepalive: 60_000,
    clean: false,
    will: { topic: "w", message: bufferOf("gone"), QoS: 1, retain: 1 },
  })
  rig.opened()
  equal(rig.sent(), ["CONNECT flags=ec keepalive=60 me w gone u p"])
  equal(new EcmaRig({ keepAlive: 1500 }).opened().sent(), ["CONNECT flags=02 keepalive=2 it"])
  equal(new EcmaRig().opened().sent(), ["CONNECT flags=02 keepalive=0 it"])
})

test("a wrong option is refused at once, by name", () => {
  throws(() => new EcmaRig({ host: "" }), /host/)
  throws(() => new EcmaRig({ format: "number" as "buffer" }), /format: number/)
  throws(() => new EcmaRig({ will: { topic: "a/+", message: "x" } }), /will.topic/)
})

test("it has the packet types as statics, the format, the target, and room for the program's own properties", () => {
  equal([EcmaClient.CONNECT, EcmaClient.CONNACK, EcmaClient.PUBLISH, EcmaClient.SUBACK, EcmaClient.DISCONNECT].join(" "), "1 2 3 9 14")
  const { client } = new EcmaRig({ target: 7 })
  equal(client.target, 7)
  equal(client.format, "buffer")
  client.format = "buffer"
  equal(Object.keys(client), ["target"])
})

test("onControl gets CONNACK, then onWritable is called with the room there is", () => {
  const rig = new EcmaRig()
  const counts: number[] = []
  rig.onWritable = (_client, count) => counts.push(count)
  rig.opened().receive(connack()).turn()
  equal(rig.told(), ["CONNACK"])
  equal(counts, [6136])
})

test("SUBSCRIBE and UNSUBSCRIBE in the CONNACK's turn: answered each with the id that write was given", () => {
  const rig = new EcmaRig()
  rig.onControl = (client, { operation }) => {
    if (operation !== EcmaClient.CONNACK) return
    client.write(null, { operation: EcmaClient.SUBSCRIBE, id: 50, items: [{ topic: "a/+", QoS: 2 }, { topic: bufferOf("b") }] })
    client.write(null, { operation: EcmaClient.UNSUBSCRIBE, id: 60, items: [{ topic: "c" }, { topic: "d" }] })
  }
  rig.opened()
  rig.sent()
  rig.receive(connack())
  const [unsubscribe, subscribe] = rig.packets()
  equal(subscribe!.line, `SUBSCRIBE id=${subscribe!.id} a/+:2 b:0`)
  equal(unsubscribe!.line, `UNSUBSCRIBE id=${unsubscribe!.id} c d`)
  rig.receive(unsuback(unsubscribe!.id), suback(subscribe!.id, 1, 128))
  equal(rig.told(), ["CONNACK", "UNSUBACK 60", "SUBACK 50 [1 128]"])
})

test("a filter that is unsubscribed before it was subscribed is never asked for, and both are answered", () => {
  const rig = new EcmaRig().online()
  rig.client.write(null, { operation: EcmaClient.SUBSCRIBE, id: 5, items: [{ topic: "a", QoS: 1 }] })
  rig.client.write(null, { operation: EcmaClient.UNSUBSCRIBE, id: 6, items: [{ topic: "a" }] })
  const packets = rig.packets()
  equal(packets.map(({ type }) => type), ["UNSUBSCRIBE"])
  rig.receive(unsuback(packets[0]!.id))
  equal(rig.told(), ["SUBACK 5 [1]", "UNSUBACK 6"])
})

test("an item that is overtaken before its SUBACK counts once", () => {
  const rig = new EcmaRig().online()
  rig.client.write(null, { operation: EcmaClient.SUBSCRIBE, id: 5, items: [{ topic: "a", QoS: 1 }, { topic: "b", QoS: 1 }] })
  const [subscribe] = rig.packets()
  rig.client.write(null, { operation: EcmaClient.UNSUBSCRIBE, id: 6, items: [{ topic: "a" }] })
  rig.receive(suback(subscribe!.id, 0, 0))
  equal(rig.told(), ["SUBACK 5 [1 0]"])
  const [unsubscribe] = rig.packets()
  rig.receive(unsuback(unsubscribe!.id))
  equal(rig.told(), ["UNSUBACK 6"])
})

test("more items than go into one packet are answered as one", () => {
  const rig = new EcmaRig({ filtersPerSubscribe: 2 }).online()
  rig.client.write(null, { operation: EcmaClient.SUBSCRIBE, id: 9, items: [{ topic: "a" }, { topic: "b", QoS: 1 }, { topic: "c", QoS: 2 }] })
  const [first, second] = rig.packets()
  rig.receive(suback(first!.id, 0, 1))
  equal(rig.told(), [])
  rig.receive(suback(second!.id, 2))
  equal(rig.told(), ["SUBACK 9 [0 1 2]"])
})

test("write publishes ArrayBuffers and views at each QoS, and PUBACK, PUBREC and PUBCOMP have the id that it was given", () => {
  const rig = new EcmaRig().online()
  const bytes = new Uint8Array(bufferOf("xonex"))
  rig.client.write(bufferOf("zero"), { topic: "t", retain: true })
  rig.client.write(new DataView(bytes.buffer, 1, 3), { topic: bufferOf("t"), QoS: 1, id: 1234 })
  rig.client.write(bytes.subarray(1, 4), { topic: "t", QoS: 2, id: 99, duplicate: true })
  rig.client.write(new ArrayBuffer(0), { topic: "t" })
  const packets = rig.packets()
  equal(packets.map(({ line }) => line), ["PUBLISH t zero retain", `PUBLISH t one qos=1 id=${packets[1]!.id}`, `PUBLISH t one qos=2 id=${packets[2]!.id}`, "PUBLISH t "])
  rig.receive(puback(packets[1]!.id), pubrec(packets[2]!.id))
  equal(rig.sent(), [`PUBREL id=${packets[2]!.id}`])
  rig.receive(pubcomp(packets[2]!.id), puback(777))
  equal(rig.told(), ["PUBACK 1234", "PUBREC 99", "PUBCOMP 99"])
})

test("without an id each write has another, and it is told with the answer", () => {
  const rig = new EcmaRig().online()
  rig.client.write(bufferOf("a"), { topic: "t", QoS: 1 })
  rig.client.write(bufferOf("b"), { topic: "t", QoS: 1 })
  for (const { id } of rig.packets()) rig.receive(puback(id))
  const [first, second] = rig.told()
  ok(first !== second && first!.startsWith("PUBACK ") && second!.startsWith("PUBACK "))
})

test("PINGREQ is sent, and PINGRESP told", () => {
  const rig = new EcmaRig().online()
  rig.client.write(null, { operation: EcmaClient.PINGREQ })
  equal(rig.sent(), ["PINGREQ"])
  rig.receive(PINGRESP)
  equal(rig.told(), ["PINGRESP"])
})

test("acknowledgements are not the program's to send, and an operation that there is not is refused", () => {
  const rig = new EcmaRig().online()
  for (const operation of [EcmaClient.PUBACK, EcmaClient.PUBREC, EcmaClient.PUBREL, EcmaClient.PUBCOMP]) rig.client.write(null, { operation, id: 1 })
  equal(rig.sent(), [])
  throws(() => rig.client.write(null, { operation: 15 }), /operation: 15/)
})

test("a message in parts leaves whole with its last part", () => {
  const rig = new EcmaRig().online()
  rig.client.write(bufferOf("SM"), { topic: "t", byteLength: 6, QoS: 2 })
  equal(rig.sent(), [])
  equal(rig.client.write(bufferOf("A")), 3)
  rig.client.write(bufferOf("LL\n"))
  equal(rig.packets()[0]!.payload, "SMALL\n")
  throws(() => rig.client.write(bufferOf("more")), /no message was begun/)
})

test("parts that do not add up are refused", () => {
  const rig = new EcmaRig().online()
  throws(() => rig.client.write(bufferOf("four"), { topic: "t", byteLength: 3 }), /byteLength: 3/)
  rig.client.write(bufferOf("a"), { topic: "t", byteLength: 3 })
  throws(() => rig.client.write(bufferOf("bcd")), /no message was begun/)
  throws(() => rig.client.write(bufferOf("x"), { topic: "t" }), /not complete/)
  rig.client.write(bufferOf("bc"))
  equal(rig.sent(), ["PUBLISH t abc"])
})

test("a message longer than the outbox, written as onWritable asks for it, arrives and is acknowledged by its id", () => {
  const rig = new EcmaRig().online()
  let left = 16 * 1024
  rig.onWritable = (client, count) => {
    if (left === 0) return
    const part = Math.min(left, count)
    left -= part
    client.write(new Uint8Array(part).fill(64 + (left % 26)))
  }
  rig.client.write(bufferOf("XXL"), { topic: "t/xxl", byteLength: 3 + left, QoS: 1, id: 1234 })
  for (let turns = 0; turns < 40; turns++) rig.turn().socket.room()
  const [packet] = rig.packets()
  equal([packet!.payload.length, packet!.payload.slice(0, 3), packet!.qos], [16_387, "XXL", 1])
  rig.receive(puback(packet!.id))
  equal(rig.told(), ["PUBACK 1234"])
  rig.client.write(bufferOf("small"), { topic: "t" })
  equal(rig.sent(), ["PUBLISH t small"])
})

test("a message longer than maxMessageBytes is refused for good, by the option's name", () => {
  const rig = new EcmaRig({ maxMessageBytes: 8000 }).online()
  throws(() => rig.client.write(new ArrayBuffer(8001), { topic: "t" }), /maxMessageBytes: 8000/)
  throws(() => rig.client.write(bufferOf("a"), { topic: "t", byteLength: 8001 }), /maxMessageBytes: 8000/)
})

test("write throws overflow when there is no room, and onWritable is called when there is some again", () => {
  const rig = new EcmaRig({ outboxBytes: 200 }).online()
  const counts: number[] = []
  rig.onWritable = (_client, count) => counts.push(count)
  const ids: number[] = []
  equal(rig.client.write(new ArrayBuffer(150), { topic: "t", QoS: 1, id: 1 }), 34)
  throws(() => rig.client.write(new ArrayBuffer(150), { topic: "t", QoS: 1, id: 2 }), /overflow/)
  for (const { id } of rig.packets()) ids.push(id)
  counts.length = 0
  rig.receive(puback(ids[0]!))
  equal(counts, [192])
})

test("a message in parts whose end finds no room waits for some", () => {
  const rig = new EcmaRig({ outboxBytes: 200 }).online()
  rig.client.write(new ArrayBuffer(150), { topic: "t", QoS: 1 })
  rig.client.write(new ArrayBuffer(100), { topic: "u", byteLength: 101, QoS: 1, id: 7 })
  equal(rig.client.write(new ArrayBuffer(1)), 0)
  throws(() => rig.client.write(bufferOf("x"), { topic: "t", QoS: 1 }), /overflow/)
  const [first] = rig.packets()
  rig.receive(puback(first!.id))
  const [second] = rig.packets()
  equal([second!.topic, second!.payload.length], ["u", 101])
})

test("onReadable tells topic, length and QoS, and read takes the message in pieces or into a buffer", () => {
  const rig = new EcmaRig().online()
  rig.reads = false
  const seen: unknown[] = []
  rig.onReadable = (client, count) => {
    seen.push(count, textOf(client.read(3)))
    const buffer = new Uint8Array(6).fill(45)
    seen.push(client.read(buffer.subarray(2)), textOf(buffer.buffer).slice(2), client.read(), client.read(4))
    throws(() => client.read(new Uint16Array(2)), /invalid buffer|undefined/)
  }
  rig.receive(publish({ topic: "a/b", payload: "sixsix!", retain: true }))
  equal(seen, [7, "six", 4, "six!", undefined, undefined])
  equal(rig.told(), ["message a/b 7/7 QoS=0 retain"])
})

test("read without a count returns the rest, and more than the rest is the rest", () => {
  const rig = new EcmaRig().online()
  rig.reads = false
  const seen: string[] = []
  rig.onReadable = (client) => seen.push(textOf(client.read(2)), textOf(client.read(100)))
  rig.receive(publish({ topic: "a", payload: "hello" }))
  rig.onReadable = (client) => seen.push(textOf(client.read()))
  rig.receive(publish({ topic: "a", payload: "world" }))
  equal(seen, ["he", "llo", "world"])
})

test("an empty message is told, with a count of 0", () => {
  const rig = new EcmaRig().online()
  rig.receive(publish({ topic: "a" }))
  equal(rig.told(), ["message a  0/0 QoS=0"])
})

test("what is not read within onReadable can be read later, and the messages behind it wait", () => {
  const rig = new EcmaRig().online()
  rig.reads = false
  rig.receive(publish({ topic: "a", payload: "first" }), publish({ topic: "b", payload: "second" }), publish({ topic: "c", payload: "third" }))
  equal(rig.told(), ["message a 5/5 QoS=0"])
  equal(textOf(rig.client.read(2)), "fi")
  rig.turn()
  equal(rig.told(), [])
  equal(textOf(rig.client.read()), "rst")
  rig.turn()
  equal(rig.told(), ["message b 6/6 QoS=0"])
  rig.reads = true
  equal(textOf(rig.client.read()), "second")
  rig.turn()
  equal(rig.told(), ["message c third 5/5 QoS=0"])
})

test("messages that are not read take no more memory than maxMessageBytes, and what is left out is logged", () => {
  const rig = new EcmaRig({ maxMessageBytes: 1000 }).online()
  rig.reads = false
  for (let i = 0; i < 5; i++) rig.receive(publish({ topic: "a", payload: "x".repeat(400) }))
  equal(rig.platform.lines.length, 2)
})

test("a message longer than the receive buffer comes in pieces, one longer than maxMessageBytes is left out and logged", () => {
  const rig = new EcmaRig({ maxMessageBytes: 9000 }).online()
  rig.reads = false
  const seen: string[] = []
  rig.onReadable = (client, count, { topic, byteLength, more }) => {
    const text = textOf(client.read(count))
    seen.push([topic, byteLength, count, more].join(" "))
    ok(text === "y".repeat(count))
  }
  rig.receive(publish({ topic: "a", payload: "y".repeat(8500), qos: 1, id: 3 }))
  rig.receive(publish({ topic: "a", payload: "y".repeat(9100), qos: 1, id: 4 }))
  rig.receive(publish({ topic: "a", payload: "y".repeat(10) }))
  equal(seen, ["a 8500 4096 true", "  4096 true", "  308 false", "a 10 10 false"])
  equal(rig.sent(), ["PUBACK id=3", "PUBACK id=4"])
  ok(rig.platform.lines[0]!.includes("9100 bytes"))
})

test("pieces that are not read at once are told one after another", () => {
  const rig = new EcmaRig().online()
  rig.reads = false
  const counts: number[] = []
  rig.onReadable = (_client, count) => counts.push(count)
  rig.receive(publish({ topic: "a", payload: "z".repeat(8500) }))
  equal(counts, [4096])
  for (const length of [4096, 4096, 308]) {
    equal(textOf(rig.client.read()).length, length)
    rig.turn()
  }
  equal(counts, [4096, 4096, 308])
})

test("a QoS 2 message is told once, though it comes twice, and PUBREL is told with the server's id", () => {
  const rig = new EcmaRig({ clean: false }).online()
  rig.receive(publish({ topic: "a", payload: "once", qos: 2, id: 7 }))
  rig.reconnect(true)
  rig.receive(publish({ topic: "a", payload: "once", qos: 2, id: 7, dup: true }), pubrel(7))
  equal(rig.told(), ["message a once 4/4 QoS=2", "CONNACK present", "PUBREL 7"])
})

test("the connection is lost: it comes again by itself, CONNACK is told again, and what was in flight is sent again", () => {
  for (const clean of [true, false]) {
    const rig = new EcmaRig({ clean }).online()
    rig.client.write(bufferOf("kept"), { topic: "t", QoS: 1, id: 41 })
    equal(rig.packets().length, 1)
    rig.reconnect(!clean)
    const [packet] = rig.packets()
    equal([packet!.payload, packet!.dup], ["kept", !clean])
    rig.receive(puback(packet!.id))
    equal(rig.told(), [clean ? "CONNACK" : "CONNACK present", "PUBACK 41"])
    equal(rig.errors, [])
    equal(rig.platform.lines.length, 1)
  }
})

test("in a clean session QoS 2 is sent anew until its PUBREC has come; after that what is lost with the session is logged", () => {
  const rig = new EcmaRig().online()
  rig.client.write(bufferOf("one"), { topic: "t", QoS: 2, id: 1 })
  rig.client.write(bufferOf("two"), { topic: "t", QoS: 2, id: 2 })
  rig.receive(pubrec(rig.packets()[0]!.id))
  rig.reconnect(false)
  equal(rig.packets().map(({ payload, dup }) => `${payload} ${dup}`), ["two false"])
  ok(rig.platform.lines[1]!.includes("a message was lost: the session ended"))
})

test("subscriptions are made again without the program, and once when the program makes them too", () => {
  for (const again of [false, true]) {
    const rig = new EcmaRig()
    const subscribe = (): number => rig.client.write(null, { operation: EcmaClient.SUBSCRIBE, id: 8, items: [{ topic: "a", QoS: 1 }] })
    rig.onControl = (_client, { operation }) => operation === EcmaClient.CONNACK && again && subscribe()
    rig.online()
    if (!again) subscribe()
    rig.turn()
    rig.reconnect()
    equal(rig.packets().map(({ filters }) => filters.map(({ filter }) => filter).join()), ["a"])
  }
})

test("what is written while there is no connection waits for the next one", () => {
  const rig = new EcmaRig().online()
  rig.socket.fail()
  rig.client.write(bufferOf("later"), { topic: "t" })
  rig.client.write(bufferOf("and this"), { topic: "t", QoS: 1, id: 2 })
  rig.reconnect()
  equal(rig.packets().map(({ payload }) => payload), ["later", "and this"])
})

test("a message in parts goes on after a reconnect, or is begun anew", () => {
  for (const anew of [false, true]) {
    const rig = new EcmaRig().online()
    rig.client.write(bufferOf("ab"), { topic: "t", byteLength: 4 })
    rig.reconnect()
    if (anew) rig.client.write(bufferOf("AB"), { topic: "t", byteLength: 4 })
    rig.client.write(bufferOf("cd"))
    equal(rig.sent(), [anew ? "PUBLISH t ABcd" : "PUBLISH t abcd"])
  }
})

test("a refusal for good ends the client with onError, one for now does not", () => {
  const rig = new EcmaRig().opened().receive(connack(false, 5)).turn()
  equal(rig.told(), ["error"])
  ok(rig.errors[0]!.includes("CONNACK 5"))
  throws(() => rig.client.write(bufferOf("x"), { topic: "t" }), /closed/)
  rig.platform.advance(600_000)
  equal([rig.platform.sockets.length, rig.platform.pending, rig.closedResolvers], [1, 0, 1])

  const patient = new EcmaRig().opened().receive(connack(false, 3))
  patient.platform.advance(5000)
  equal([patient.told().length, patient.platform.sockets.length > 1], [0, true])
})

test("reconnect: false ends the client at the first error, as the SDK's does", () => {
  const rig = new EcmaRig({ reconnect: false }).online()
  rig.client.write(bufferOf("x"), { topic: "t", QoS: 1 })
  rig.socket.fail()
  equal(rig.told(), ["error"])
  rig.platform.advance(600_000)
  equal([rig.platform.sockets.length, rig.platform.pending], [1, 0])
  rig.client.close()
})

test("close lets what was written go, says DISCONNECT, and then nothing is told any more", () => {
  const rig = new EcmaRig().online()
  rig.client.write(bufferOf("last"), { topic: "t" })
  rig.client.close()
  rig.client.close()
  equal(rig.sent(), ["PUBLISH t last", "DISCONNECT"])
  ok(rig.socket.closed)
  rig.platform.advance(10_000)
  equal([rig.told().length, rig.platform.pending, rig.closedResolvers], [0, 0, 1])
  throws(() => rig.client.write(bufferOf("x"), { topic: "t" }), /closed/)
})

test("close within a callback is the last that the program hears", () => {
  const rig = new EcmaRig()
  rig.onControl = (client) => client.close()
  rig.opened().receive(connack(), publish({ topic: "a", payload: "x" }))
  rig.platform.advance(2000)
  equal(rig.told(), ["CONNACK"])
})

test("a DISCONNECT waits for what was written to be acknowledged, and ends with onClose", () => {
  const rig = new EcmaRig().online()
  rig.client.write(bufferOf("x"), { topic: "t", QoS: 1, id: 3 })
  rig.client.write(null, { operation: EcmaClient.DISCONNECT })
  const packets = rig.packets()
  equal(packets.map(({ type }) => type), ["PUBLISH"])
  rig.receive(puback(packets[0]!.id))
  equal(rig.sent(), ["DISCONNECT"])
  equal(rig.told(), ["PUBACK 3", "close"])
  rig.platform.advance(10_000)
  equal(rig.platform.pending, 0)
})

test("a callback that throws is logged, and the client goes on", () => {
  const rig = new EcmaRig().online()
  rig.onReadable = () => {
    throw new Error("oh")
  }
  rig.receive(publish({ topic: "a", payload: "x" }), publish({ topic: "a", payload: "y" }))
  equal(rig.told().length, 2)
  equal(rig.platform.lines.map((line) => line.includes("oh")), [true, true])
})

test("over the SDK's TLS class it reads into views and leaves the records their room", () => {
  const platform = new EcmaRig().platform
  const calls: string[] = []
  let options: { onWritable(count: number): void; onReadable(count: number): void; secure?: unknown } | undefined
  class TlsSocket {
    constructor(given: NonNullable<typeof options>) {
      options = given
    }
    read(view: Uint8Array): void {
      view.set(connack())
      calls.push(`read ${view instanceof Uint8Array} ${view.length}`)
    }
    write(view: Uint8Array): number {
      calls.push(`write ${view instanceof Uint8Array} ${view.length}`)
      return 1000 - view.length
    }
    close(): void {}
  }
  const rig = new EcmaRig({ socket: { io: TlsSocket, TCP: { io: platform.TCP }, secure: { verify: true } } })
  rig.turn().turn()
  options!.onWritable(1000)
  rig.turn()
  options!.onReadable(4)
  equal(calls, ["write true 16", "read true 4"])
  equal(rig.told(), ["CONNACK"])
  equal(options!.secure, { verify: true })
})
