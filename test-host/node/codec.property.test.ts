/// <reference types="node" />
// Properties of the codec over generated input, with mqtt-packet as an independent oracle. A failure prints the seed
// and the smallest input that shows it.
import assert from "node:assert/strict"
import { test } from "node:test"
import { TextDecoder } from "node:util"
import fc from "fast-check"
import { generate, parser, type Packet } from "mqtt-packet"
import { Acknowledge, encodeAcknowledge } from "../../src/codec/acknowledge.js"
import { encodeDisconnect, encodePingreq } from "../../src/codec/bare.js"
import { encodeConnect } from "../../src/codec/connect.js"
import { Decoder } from "../../src/codec/decoder.js"
import { PublishFlag, type QoS } from "../../src/codec/packets.js"
import { encodePublish, encodePublishWith } from "../../src/codec/publish.js"
import { encodeSubscribe, encodeUnsubscribe } from "../../src/codec/subscribe.js"
import { checkText, encodeString, prefixLength } from "../../src/codec/text.js"
import { Topic, TopicFilter } from "../../src/codec/topic.js"
import { Violation } from "../../src/codec/violation.js"
import { hex } from "../support/bytes.js"
import { feed } from "../support/feed.js"
import { RecordingSink } from "../support/recording-sink.js"
import { CONNACK } from "../support/server-packets.js"

const text = fc.string({ unit: "binary", maxLength: 40 }).map((it) => it.replaceAll("\0", "0"))
const topicName = fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).map((it) => it.replace(/[\0+#]/g, "/"))
const level = fc.oneof(fc.constant("+"), topicName.map((it) => it.replaceAll("/", "-")))
const filter = fc.tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean()).map(([levels, rest]) => [...levels, ...(rest ? ["#"] : [])].join("/"))
const payload = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ maxLength: 300 }))
const packetId = fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.constantFrom(1, 255, 256, 65_535))
const qos = fc.constantFrom<QoS[]>(0, 1, 2)
const pieces = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 })
const RUNS = { numRuns: 500 }

/** What an encoder makes, in a buffer that is just long enough. */
function encoded(encode: (out: Uint8Array, at: number) => number): Buffer {
  const out = new Uint8Array(4096)
  const end = encode(out, 0)
  const exact = new Uint8Array(end)
  assert.equal(encode(exact, 0), end)
  assert.equal(encode(new Uint8Array(end - 1), 0), -1)
  return Buffer.from(exact)
}

/** The packet is, byte for byte, what mqtt-packet makes of the same fields, and its parser reads these fields in it. */
function agree(bytes: Buffer, fields: Packet): void {
  assert.equal(hex(bytes), hex(generate(fields)))
  const packets: Packet[] = []
  const oracle = parser({ protocolVersion: 4 })
  oracle.on("packet", (packet: Packet) => packets.push(packet))
  oracle.on("error", (error: unknown) => {
    throw error
  })
  oracle.parse(bytes)
  assert.equal(packets.length, 1)
  for (const [name, value] of Object.entries(fields)) assert.deepEqual(plain(packets[0]![name as keyof Packet]), plain(value), name)
}

/** Without what tells a Buffer from a Uint8Array, or fields that stand for the default. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null))
}

test("CONNECT agrees with mqtt-packet", () => {
  const will = fc.option(fc.record({ topic: topicName, payload, qos, retain: fc.boolean() }), { nil: undefined })
  const login = fc.option(fc.record({ username: text.filter((it) => it !== ""), password: fc.option(payload.filter((it) => it.length > 0), { nil: undefined }) }), { nil: undefined })
  fc.assert(
    fc.property(text.filter((it) => it !== ""), fc.boolean(), fc.integer({ min: 0, max: 65_535 }), will, login, (clientId, clean, keepalive, will, login) => {
      const bytes = encoded((out, at) =>
        encodeConnect(out, at, {
          clientId: encodeString("clientId", clientId),
          clean,
          keepalive,
          will: will && { ...will, topic: encodeString("will.topic", will.topic), payload: prefixLength(will.payload) },
          username: login && encodeString("username", login.username),
          password: login?.password && prefixLength(login.password),
        }),
      )
      agree(bytes, {
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 4,
        clientId,
        clean,
        keepalive,
        ...(will ? { will: { ...will, payload: Buffer.from(will.payload) } } : {}),
        ...(login ? { username: login.username } : {}),
        ...(login?.password ? { password: Buffer.from(login.password) } : {}),
      })
    }),
    RUNS,
  )
})

test("PUBLISH agrees with mqtt-packet, with its payload given and with its payload written in place", () => {
  fc.assert(
    fc.property(topicName, payload, qos, fc.boolean(), fc.boolean(), packetId, (topic, payload, qos, resent, retain, messageId) => {
      const dup = resent && qos > 0
      const flags = (dup ? PublishFlag.DUP : 0) | (qos << PublishFlag.QOS_SHIFT) | (retain ? PublishFlag.RETAIN : 0)
      const fields: Packet = { cmd: "publish", topic, payload: Buffer.from(payload), qos, dup, retain, ...(qos > 0 ? { messageId } : {}) }
      agree(encoded((out, at) => encodePublish(out, at, flags, new Topic(topic).bytes, messageId, payload)), fields)
      const write = (out: Uint8Array, start: number, end: number): number => {
        if (payload.length > end - start) return -1
        out.set(payload, start)
        return payload.length
      }
      agree(encoded((out, at) => encodePublishWith(out, at, flags, new Topic(topic).bytes, messageId, write)), fields)
    }),
    RUNS,
  )
})

test("PUBACK, PUBREC, PUBREL and PUBCOMP agree with mqtt-packet", () => {
  fc.assert(
    fc.property(packetId, (messageId) => {
      agree(encoded((out, at) => encodeAcknowledge(out, at, Acknowledge.PUBACK, messageId)), { cmd: "puback", messageId })
      agree(encoded((out, at) => encodeAcknowledge(out, at, Acknowledge.PUBREC, messageId)), { cmd: "pubrec", messageId })
      agree(encoded((out, at) => encodeAcknowledge(out, at, Acknowledge.PUBREL, messageId)), { cmd: "pubrel", messageId })
      agree(encoded((out, at) => encodeAcknowledge(out, at, Acknowledge.PUBCOMP, messageId)), { cmd: "pubcomp", messageId })
    }),
    RUNS,
  )
})

test("SUBSCRIBE and UNSUBSCRIBE agree with mqtt-packet", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ topic: filter, qos }), { minLength: 1, maxLength: 8 }), packetId, (subscriptions, messageId) => {
      const requests = subscriptions.map(({ topic, qos }) => ({ bytes: new TopicFilter(topic).bytes, qos }))
      agree(encoded((out, at) => encodeSubscribe(out, at, messageId, requests)), { cmd: "subscribe", messageId, subscriptions })
      agree(encoded((out, at) => encodeUnsubscribe(out, at, messageId, requests)), { cmd: "unsubscribe", messageId, unsubscriptions: subscriptions.map((it) => it.topic) })
    }),
    RUNS,
  )
})

test("PINGREQ and DISCONNECT agree with mqtt-packet", () => {
  agree(encoded(encodePingreq), { cmd: "pingreq" })
  agree(encoded(encodeDisconnect), { cmd: "disconnect" })
})

/** A packet of a server as mqtt-packet has it, and what a RecordingSink writes down for it. */
type Case = readonly [Packet, string]

const publishCase = fc.tuple(topicName, payload, qos, fc.boolean(), fc.boolean(), packetId).map(([topic, payload, qos, resent, retain, messageId]): Case => {
  const dup = resent && qos > 0
  const id = qos > 0 ? messageId : 0
  return [
    { cmd: "publish", topic, payload: Buffer.from(payload), qos, dup, retain, ...(qos > 0 ? { messageId } : {}) },
    `${topic} qos=${qos}${dup ? " dup" : ""}${retain ? " retain" : ""} id=${id}`,
  ]
})

const otherCase = fc.oneof(
  fc.tuple(fc.constantFrom("puback", "pubrec", "pubrel", "pubcomp", "unsuback"), packetId).map(([cmd, messageId]): Case => [{ cmd, messageId } as Packet, `${cmd.toUpperCase()} id=${messageId}`]),
  fc.tuple(packetId, fc.array(fc.constantFrom(0, 1, 2, 0x80), { minLength: 1, maxLength: 20 })).map(([messageId, granted]): Case => [{ cmd: "suback", messageId, granted }, `SUBACK id=${messageId} codes=${hex(Uint8Array.from(granted))}`]),
  fc.constant<Case>([{ cmd: "pingresp" }, "PINGRESP"]),
)

test("what mqtt-packet makes is read in random pieces with the same fields, and passed over where it is too long", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(publishCase, otherCase), { maxLength: 12 }), pieces, fc.constantFrom(256, 300, 1024), (cases, pieces, capacity) => {
      const sink = new RecordingSink()
      const decoder = new Decoder(sink, 8192, capacity)
      const packets = cases.map(([fields]) => generate(fields))
      feed(decoder, Buffer.concat([CONNACK.bytes, ...packets]), ...cutsOf(pieces, Buffer.concat(packets).length))
      const expected = cases.map(([fields, line], i) => {
        if (fields.cmd !== "publish") return line
        return packets[i]!.length > capacity ? `OVERSIZE ${line} skipped=${fields.payload.length}` : `PUBLISH ${line} payload=${hex(fields.payload as Buffer)}`
      })
      assert.deepEqual(sink.take(), [CONNACK.line, ...expected])
    }),
    RUNS,
  )
})

test("every CONNACK that mqtt-packet makes is read", () => {
  fc.assert(
    fc.property(fc.boolean(), fc.integer({ min: 0, max: 5 }), pieces, (present, returnCode, pieces) => {
      const sink = new RecordingSink()
      const sessionPresent = present && returnCode === 0
      feed(new Decoder(sink, 16, 16), generate({ cmd: "connack", returnCode, sessionPresent }), ...cutsOf(pieces, 4))
      assert.deepEqual(sink.take(), [`CONNACK session=${sessionPresent ? 1 : 0} code=${returnCode}`])
    }),
  )
})

test("random bytes, and good packets with random bytes among them, are judged alike in any pieces", () => {
  const part = fc.oneof(fc.uint8Array({ maxLength: 8 }), publishCase.map(([fields]) => generate(fields)), otherCase.map(([fields]) => generate(fields)))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), pieces, fc.constantFrom(16, 17, 30, 64, 512), (parts, pieces, capacity) => {
      const bytes = Buffer.concat([CONNACK.bytes, ...parts])
      const together = new RecordingSink()
      const apart = new RecordingSink()
      feed(new Decoder(together, 8192, capacity), bytes)
      feed(new Decoder(apart, 8192, capacity), bytes, ...cutsOf(pieces, bytes.length))
      assert.deepEqual(apart.log, together.log)
      const violation = together.log.findIndex((line) => line.startsWith("VIOLATION"))
      assert.ok(violation === -1 || violation === together.log.length - 1)
    }),
    { numRuns: 2000 },
  )
})

test("text is well-formed exactly where Node's decoder finds it so", () => {
  const strict = new TextDecoder("utf-8", { fatal: true })
  const nearly = fc.tuple(fc.string({ unit: "binary", maxLength: 12 }), fc.uint8Array({ maxLength: 4 }), fc.nat(40)).map(([text, change, at]) => {
    const bytes = Buffer.from(text)
    bytes.set(change.subarray(0, Math.max(0, bytes.length - at)), Math.min(at, bytes.length))
    return new Uint8Array(bytes)
  })
  fc.assert(
    fc.property(fc.oneof(nearly, fc.uint8Array({ maxLength: 8 })), fc.nat(3), (bytes, offset) => {
      const around = new Uint8Array(offset + bytes.length + 4)
      around.set(bytes, offset)
      const fault = checkText(new DataView(around.buffer), offset, offset + bytes.length, false)
      assert.equal(fault === Violation.NONE, !bytes.includes(0) && decodes(strict, bytes))
    }),
    { numRuns: 5000 },
  )
})

function decodes(decoder: TextDecoder, bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes)
    return true
  } catch {
    return false
  }
}

/** Ascending offsets into `length` bytes from distances between them. */
function cutsOf(pieces: readonly number[], length: number): number[] {
  const cuts: number[] = []
  let at = 0
  for (const piece of pieces) {
    at += piece
    if (at > length) break
    cuts.push(at)
  }
  return cuts
}
