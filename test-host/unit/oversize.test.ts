import { Decoder } from "../../src/codec/decoder.js"
import { encodeHeader } from "../../src/codec/header.js"
import { Packet } from "../../src/codec/packets.js"
import { encodeText } from "../../src/codec/text.js"
import { describeViolation, Violation } from "../../src/codec/violation.js"
import { equal, test } from "../harness/harness.js"
import { bytes, concat } from "../support/bytes.js"
import { feed, feedEvery } from "../support/feed.js"
import { RecordingSink } from "../support/recording-sink.js"
import { CONNACK } from "../support/server-packets.js"

// A receive buffer so short that every way to end in it can be tried.
const CAPACITY = 24
const sink = new RecordingSink()
const decoder = new Decoder(sink, 1024, CAPACITY)
const AFTER = bytes(`d0 00  30 04 00 01 "t" 21`)
const AFTER_LINES = ["PINGRESP", "PUBLISH t qos=0 id=0 payload=21"]

function publish(first: number, topic: Uint8Array, packetId: number, payloadLength: number): Uint8Array<ArrayBuffer> {
  const id = first & 0x06 ? Uint8Array.of(packetId >> 8, packetId) : new Uint8Array(0)
  const body = concat(Uint8Array.of(topic.length >> 8, topic.length), topic, id, new Uint8Array(payloadLength).fill(0xff))
  const out = new Uint8Array(5 + body.length)
  const at = encodeHeader(out, 0, first, body.length)
  return concat(out.subarray(0, at), body)
}

/** Feeds it behind a CONNACK and before two good packets, cut at every place and byte by byte. */
function reports(packet: Uint8Array, ...expected: string[]): void {
  const all = concat(CONNACK.bytes, packet, AFTER)
  const lines = [CONNACK.line, ...expected]
  for (let cut = CONNACK.bytes.length; cut <= all.length; cut++) {
    decoder.reset()
    feed(decoder, all, cut)
    equal(sink.take(), lines, `cut at ${cut}`)
  }
  for (const size of [1, 2, 3, 7]) {
    decoder.reset()
    feedEvery(decoder, all, size)
    equal(sink.take(), lines, `in pieces of ${size}`)
  }
}

function violates(packet: Uint8Array, violation: Violation): void {
  reports(packet, `VIOLATION ${describeViolation(violation)}`)
}

test("a message longer than the receive buffer is reported once, with topic and length, and the next packet is read", () => {
  reports(publish(0x30, encodeText("a/b"), 0, 50), "OVERSIZE a/b qos=0 id=0 skipped=50", ...AFTER_LINES)
  reports(publish(0x31, encodeText("a/b"), 0, 300), "OVERSIZE a/b qos=0 retain id=0 skipped=300", ...AFTER_LINES)
})

test("a message longer than the receive buffer is reported with QoS, DUP and packet id, so that it can be acknowledged", () => {
  reports(publish(0x32, encodeText("a/b"), 0x1234, 50), "OVERSIZE a/b qos=1 id=4660 skipped=50", ...AFTER_LINES)
  reports(publish(0x3d, encodeText("a/b"), 0xff00, 50), "OVERSIZE a/b qos=2 dup retain id=65280 skipped=50", ...AFTER_LINES)
})

test("a message one byte longer than the receive buffer is passed over, one of its length is read", () => {
  reports(publish(0x30, encodeText("a/b"), 0, CAPACITY - 6), "OVERSIZE a/b qos=0 id=0 skipped=18", ...AFTER_LINES)
  reports(publish(0x30, encodeText("a/b"), 0, CAPACITY - 7), `PUBLISH a/b qos=0 id=0 payload=${"ff ".repeat(17).trim()}`, ...AFTER_LINES)
})

test("topic and packet id are found wherever the receive buffer ends, with every QoS, at every cut", () => {
  const text = "abcdefghijklmnopqrstuvwxyz0123456789"
  for (const first of [0x30, 0x32, 0x34])
    for (let length = 1; length <= text.length; length++)
      for (const packetId of [0x0001, 0x0100, 0x1234]) {
        const topic = text.slice(0, length)
        const seen = topic.slice(0, CAPACITY - 4)
        const qos = (first & 0x06) >> 1
        reports(publish(first, encodeText(topic), packetId, 30), `OVERSIZE ${seen} qos=${qos} id=${qos && packetId} skipped=30`, ...AFTER_LINES)
      }
})

test("a message whose topic alone is longer than the receive buffer may have an empty payload", () => {
  const topic = "t".repeat(60)
  reports(publish(0x30, encodeText(topic), 0, 0), `OVERSIZE ${topic.slice(0, 20)} qos=0 id=0 skipped=0`, ...AFTER_LINES)
  reports(publish(0x32, encodeText(topic), 9, 0), `OVERSIZE ${topic.slice(0, 20)} qos=1 id=9 skipped=0`, ...AFTER_LINES)
})

test("a topic longer than the receive buffer is cut between two characters", () => {
  for (const character of ["é", "温", "😀"])
    for (let before = 12; before <= 20; before++) {
      const topic = encodeText("x".repeat(before) + character + "y".repeat(20))
      // The buffer has room for 20 bytes of the topic; a character that ends just there may be missing.
      const whole = before + encodeText(character).length < 20
      const seen = whole ? "x".repeat(before) + character + "y".repeat(20 - before - encodeText(character).length) : "x".repeat(before)
      reports(publish(0x30, topic, 0, 5), `OVERSIZE ${seen} qos=0 id=0 skipped=5`, ...AFTER_LINES)
    }
})

test("a message of the greatest length there is is passed over to its last byte", () => {
  const header = bytes(`32 ff ff ff 7f 00 03 "a/b" 00 07`)
  const wide = new Decoder(sink, 65_536, CAPACITY)
  feed(wide, concat(CONNACK.bytes, header))
  let left = Packet.MAX_REMAINING_LENGTH - 7
  for (; left > 65_536; left -= 65_536) wide.feed(65_536)
  wide.feed(left - 1)
  equal(sink.take(), [CONNACK.line])
  wide.feed(1)
  equal(sink.take(), [`OVERSIZE a/b qos=1 id=7 skipped=${Packet.MAX_REMAINING_LENGTH - 7}`])
  feed(wide, AFTER)
  equal(sink.take(), AFTER_LINES)
})

test("several messages longer than the receive buffer are each reported", () => {
  const one = publish(0x32, encodeText("a"), 1, 100)
  const two = publish(0x34, encodeText("t".repeat(40)), 2, 3)
  reports(concat(one, two, one), "OVERSIZE a qos=1 id=1 skipped=100", `OVERSIZE ${"t".repeat(20)} qos=2 id=2 skipped=3`, "OVERSIZE a qos=1 id=1 skipped=100", ...AFTER_LINES)
})

test("a message longer than the receive buffer is held to the same rules", () => {
  violates(publish(0x30, encodeText("a/+"), 0, 50), Violation.WILDCARD_IN_TOPIC)
  violates(publish(0x30, bytes("61 00"), 0, 50), Violation.NULL_IN_TEXT)
  violates(publish(0x30, bytes("61 c0 80"), 0, 50), Violation.ILL_FORMED_UTF8)
  violates(publish(0x30, bytes(""), 0, 50), Violation.EMPTY_TOPIC)
  violates(publish(0x32, encodeText("a/b"), 0, 50), Violation.PACKET_ID_0)
  violates(publish(0x36, encodeText("a/b"), 1, 50), Violation.QOS_3)
  violates(publish(0x38, encodeText("a/b"), 1, 50), Violation.DUP_AT_QOS_0)
})

test("so is one whose topic is longer than the receive buffer, as far as the buffer reaches", () => {
  const long = "t".repeat(40)
  violates(publish(0x30, encodeText("#" + long), 0, 50), Violation.WILDCARD_IN_TOPIC)
  violates(publish(0x30, concat(bytes("00"), encodeText(long)), 0, 50), Violation.NULL_IN_TEXT)
  violates(publish(0x30, concat(bytes("ff"), encodeText(long)), 0, 50), Violation.ILL_FORMED_UTF8)
  violates(publish(0x30, new Uint8Array(40).fill(0x80), 0, 50), Violation.ILL_FORMED_UTF8)
  violates(publish(0x34, encodeText(long), 0, 50), Violation.PACKET_ID_0)
  // Topic lengths of 18 to 20 end in the buffer with the packet id behind its end.
  for (let length = 17; length <= 22; length++) violates(publish(0x32, encodeText("u".repeat(length)), 0, 50), Violation.PACKET_ID_0)
})

test("a message longer than the receive buffer whose topic is longer than itself closes the connection [2.2.3]", () => {
  violates(concat(bytes("30 64 ff ff"), new Uint8Array(98).fill(0x61)), Violation.WRONG_LENGTH)
  violates(concat(bytes("30 64 00 63"), new Uint8Array(98).fill(0x61)), Violation.WRONG_LENGTH)
  violates(concat(bytes("32 64 00 61"), new Uint8Array(98).fill(0x61)), Violation.WRONG_LENGTH)
  reports(concat(bytes("30 64 00 62"), new Uint8Array(98).fill(0x61)), `OVERSIZE ${"a".repeat(20)} qos=0 id=0 skipped=0`, ...AFTER_LINES)
})

test("a connection that is lost while a message is passed over leaves nothing to the next one", () => {
  for (let end = 1; end < 60; end++) {
    decoder.reset()
    feed(decoder, concat(CONNACK.bytes, publish(0x32, encodeText("t".repeat(30)), 7, 50)).subarray(0, end))
    decoder.reset()
    sink.take()
    feed(decoder, concat(CONNACK.bytes, AFTER, publish(0x30, encodeText("a/b"), 0, 50)))
    equal(sink.take(), [CONNACK.line, ...AFTER_LINES, "OVERSIZE a/b qos=0 id=0 skipped=50"])
  }
})

test("up to `largest`, memory is taken for a message longer than the receive buffer, and it is read whole", () => {
  decoder.largest = 64
  try {
    const payload = (length: number): string => "ff ".repeat(length).trim()
    reports(publish(0x32, encodeText("a/b"), 0x1234, 55), `PUBLISH a/b qos=1 id=4660 payload=${payload(55)}`, ...AFTER_LINES)
    reports(publish(0x30, encodeText("t".repeat(40)), 0, 20), `PUBLISH ${"t".repeat(40)} qos=0 id=0 payload=${payload(20)}`, ...AFTER_LINES)
    reports(publish(0x32, encodeText("a/b"), 0x1234, 56), "OVERSIZE a/b qos=1 id=4660 skipped=56", ...AFTER_LINES)
    violates(publish(0x30, encodeText("a/+"), 0, 50), Violation.WILDCARD_IN_TOPIC)
  } finally {
    decoder.largest = undefined
  }
})

test("a connection that is lost within such a message leaves nothing to the next one", () => {
  decoder.largest = 64
  for (let end = 1; end < 60; end++) {
    decoder.reset()
    feed(decoder, concat(CONNACK.bytes, publish(0x32, encodeText("a/b"), 7, 50)).subarray(0, end))
    decoder.reset()
    sink.take()
    feed(decoder, concat(CONNACK.bytes, AFTER))
    equal(sink.take(), [CONNACK.line, ...AFTER_LINES])
  }
  decoder.largest = undefined
})
