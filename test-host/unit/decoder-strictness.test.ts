import { Decoder } from "../../src/codec/decoder.js"
import { describeViolation, Violation } from "../../src/codec/violation.js"
import { equal, ok, test } from "../harness/harness.js"
import { bytes, concat, hex } from "../support/bytes.js"
import { feed, feedEvery } from "../support/feed.js"
import { RecordingSink } from "../support/recording-sink.js"
import { CONNACK, SERVER_PACKETS } from "../support/server-packets.js"

const sink = new RecordingSink()
const decoder = new Decoder(sink, 1024, 256)
const PINGRESP = bytes("d0 00")

/**
 * Shows that these bytes, sent behind a good CONNACK, are a violation: at once, byte by byte and in two pieces; and
 * that nothing of what follows is reported.
 */
function violates(packet: Uint8Array | string, violation: Violation, before = CONNACK.bytes): void {
  if (typeof packet === "string") packet = bytes(packet)
  const sent = concat(before, packet, PINGRESP, PINGRESP)
  const expected = [...(before.length > 0 ? [CONNACK.line] : []), `VIOLATION ${describeViolation(violation)}`]
  for (let size of [1, 2, 3, before.length + packet.length - 1, sent.length]) {
    if (size === 0) size = 1
    decoder.reset()
    feedEvery(decoder, sent, size)
    equal(sink.take(), expected, `${hex(packet)} in pieces of ${size}`)
    feed(decoder, concat(CONNACK.bytes, PINGRESP))
    equal(sink.take(), [], `after ${hex(packet)}`)
  }
}

/** The same for the first bytes of a connection. */
function violatesAtFirst(packet: string, violation: Violation): void {
  violates(packet, violation, new Uint8Array(0))
}

function accepts(packet: string, line: string): void {
  decoder.reset()
  feed(decoder, concat(CONNACK.bytes, bytes(packet), PINGRESP))
  equal(sink.take(), [CONNACK.line, line, "PINGRESP"])
}

test("reserved flag bits with any other value close the connection [MQTT-2.2.2-1] [MQTT-2.2.2-2]", () => {
  for (const good of ["40 02 00 01", "50 02 00 01", "62 02 00 01", "70 02 00 01", "90 03 00 01 00", "b0 02 00 01", "d0 00"]) {
    const packet = bytes(good)
    const first = packet[0]!
    for (let flags = 0; flags < 16; flags++) {
      packet[0] = (first & 0xf0) | flags
      if (packet[0] !== first) violates(packet, Violation.RESERVED_FLAGS)
    }
  }
})

test("a CONNACK with reserved header flags closes the connection [MQTT-2.2.2-2]", () => {
  for (let flags = 1; flags < 16; flags++) violatesAtFirst(`2${flags.toString(16)} 02 00 00`, Violation.RESERVED_FLAGS)
})

test("a PUBREL with other flags than 0010 closes the connection [MQTT-3.6.1-1]", () => {
  violates("60 02 00 01", Violation.RESERVED_FLAGS)
  violates("6a 02 00 01", Violation.RESERVED_FLAGS)
})

test("a Remaining Length of more than four bytes closes the connection [2.2.3]", () => {
  violates("30 ff ff ff ff", Violation.REMAINING_LENGTH_TOO_LONG)
  violates("30 80 80 80 80 00", Violation.REMAINING_LENGTH_TOO_LONG)
  violates("d0 80 80 80 80 01", Violation.REMAINING_LENGTH_TOO_LONG)
  violatesAtFirst("20 82 80 80 80 00", Violation.REMAINING_LENGTH_TOO_LONG)
})

test("a Remaining Length that contradicts the packet's type closes the connection [2.2.3]", () => {
  for (const type of ["40", "50", "62", "70", "b0"]) {
    for (const rest of ["00", "01 00", "03 00 01 00", "80 01", "80 80 80 01"]) violates(`${type} ${rest}`, Violation.WRONG_LENGTH)
  }
  for (const rest of ["01 00", "02 00 01", "ff ff ff 7f"]) violates(`d0 ${rest}`, Violation.WRONG_LENGTH)
  for (const rest of ["00", "01 00", "03 00 00 00"]) violatesAtFirst(`20 ${rest}`, Violation.WRONG_LENGTH)
})

test("a SUBACK without a return code closes the connection [3.9.3]", () => {
  for (const rest of ["00", "01 00", "02 00 01"]) violates(`90 ${rest}`, Violation.WRONG_LENGTH)
})

test("a PUBLISH that ends before its topic or its packet id closes the connection [2.2.3]", () => {
  for (const publish of ["30 00", "30 01 00", "30 02 00 01", `30 03 00 02 "t"`, "30 02 ff ff", `32 03 00 01 "t"`, `32 04 00 01 "t" 00`, `34 04 00 01 "t" 00`, "32 02 00 00"]) violates(publish, Violation.WRONG_LENGTH)
})

test("a packet other than PUBLISH that is longer than the receive buffer closes the connection", () => {
  violates(concat(bytes("90 80 02 00 01"), new Uint8Array(254)), Violation.WRONG_LENGTH)
})

test("a PUBLISH with QoS 3 closes the connection [MQTT-3.3.1-4]", () => {
  for (const first of ["36", "37", "3e", "3f"]) violates(`${first} 05 00 01 "t" 00 01`, Violation.QOS_3)
})

test("a PUBLISH with QoS 0 and DUP closes the connection [MQTT-3.3.1-2]", () => {
  violates(`38 03 00 01 "t"`, Violation.DUP_AT_QOS_0)
  violates(`39 03 00 01 "t"`, Violation.DUP_AT_QOS_0)
})

test("packet id 0 closes the connection, in every packet that has one [MQTT-2.3.1-1]", () => {
  for (const packet of [`32 05 00 01 "t" 00 00`, `34 06 00 01 "t" 00 00 21`, "40 02 00 00", "50 02 00 00", "62 02 00 00", "70 02 00 00", "90 03 00 00 00", "b0 02 00 00"]) violates(packet, Violation.PACKET_ID_0)
})

test("an empty topic name closes the connection [MQTT-4.7.3-1]", () => {
  violates("30 02 00 00", Violation.EMPTY_TOPIC)
  violates("30 03 00 00 21", Violation.EMPTY_TOPIC)
  violates("32 04 00 00 00 01", Violation.EMPTY_TOPIC)
})

test("a wildcard in a topic name closes the connection [MQTT-3.3.2-2] [MQTT-4.7.1-1]", () => {
  for (const topic of ["00 01 2b", "00 01 23", `00 03 "a/" 2b`, `00 03 "a/" 23`, `00 05 "abcd" 23`, `00 05 23 "abcd"`]) violates(`30 ${hex(Uint8Array.of(bytes(topic).length))} ${topic}`, Violation.WILDCARD_IN_TOPIC)
})

test("U+0000 in a topic name closes the connection [MQTT-1.5.3-2] [MQTT-4.7.3-2]", () => {
  violates("30 03 00 01 00", Violation.NULL_IN_TEXT)
  violates(`30 06 00 04 "abc" 00`, Violation.NULL_IN_TEXT)
})

test("ill-formed UTF-8 in a topic name closes the connection: overlong, surrogate, cut off [MQTT-1.5.3-1]", () => {
  violates("30 04 00 02 c0 af", Violation.ILL_FORMED_UTF8)
  violates("30 05 00 03 ed a0 80", Violation.ILL_FORMED_UTF8)
  violates("30 04 00 02 e6 b8", Violation.ILL_FORMED_UTF8)
  // The character is completed by the payload's first byte, which does not belong to it.
  violates("30 05 00 02 e6 b8 a9", Violation.ILL_FORMED_UTF8)
})

test("a SUBACK with a reserved return code closes the connection, at whichever filter [3.9.3]", () => {
  for (const code of ["03", "04", "7f", "81", "ff"]) {
    violates(`90 03 00 01 ${code}`, Violation.SUBACK_CODE)
    violates(`90 06 00 01 00 01 02 ${code}`, Violation.SUBACK_CODE)
    violates(`90 06 00 01 ${code} 80 80 80`, Violation.SUBACK_CODE)
  }
})

test("a CONNACK with reserved acknowledge flags closes the connection [3.2.2.1]", () => {
  for (const flags of ["02", "03", "04", "80", "ff"]) violatesAtFirst(`20 02 ${flags} 00`, Violation.CONNACK_FLAGS)
})

test("a CONNACK with a reserved return code closes the connection [3.2.2.3]", () => {
  for (const code of ["06", "07", "80", "ff"]) violatesAtFirst(`20 02 00 ${code}`, Violation.CONNACK_CODE)
})

test("a CONNACK with session present and a refusal closes the connection [3.2.2.2]", () => {
  for (let code = 1; code <= 5; code++) violatesAtFirst(`20 02 01 0${code}`, Violation.SESSION_PRESENT_WITH_REFUSAL)
})

test("a packet that only a client may send, or of a reserved type, closes the connection [2.2.1]", () => {
  for (const packet of [`10 0e 00 04 "MQTT" 04 02 00 3c 00 02 "c1"`, `82 06 00 01 00 01 "t" 00`, `a2 05 00 01 00 01 "t"`, "c0 00", "e0 00"]) {
    violates(packet, Violation.CLIENT_PACKET)
    violatesAtFirst(packet, Violation.CLIENT_PACKET)
  }
  for (const type of [0x00, 0x10, 0x80, 0xa0, 0xc0, 0xe0, 0xf0])
    for (let flags = 0; flags < 16; flags++)
      for (const rest of ["00", "01 00", "02 00 01", "04 00 01 00 01"]) violates(concat(Uint8Array.of(type | flags), bytes(rest)), Violation.CLIENT_PACKET)
})

test("any packet before the CONNACK closes the connection [3.2]", () => {
  for (const packet of SERVER_PACKETS) violatesAtFirst(hex(packet.bytes), Violation.FIRST_PACKET_NOT_CONNACK)
})

test("a PUBLISH before the CONNACK closes the connection at its header when it is longer than the receive buffer [3.2]", () => {
  violatesAtFirst("30 80 80 04", Violation.FIRST_PACKET_NOT_CONNACK)
})

test("a second CONNACK closes the connection [3.2]", () => {
  violates("20 02 00 00", Violation.SECOND_CONNACK)
  violates("20 02 00 05", Violation.SECOND_CONNACK)
})

test("what is unusual but legal is accepted", () => {
  accepts(`30 03 00 01 "/"`, "PUBLISH / qos=0 id=0 payload=")
  accepts(`30 03 00 01 "$"`, "PUBLISH $ qos=0 id=0 payload=")
  accepts("30 03 00 01 20", "PUBLISH   qos=0 id=0 payload=")
  accepts("30 06 00 04 ef bb bf 61", "PUBLISH \ufeffa qos=0 id=0 payload=")
  accepts(`33 06 00 01 "t" 00 01 00`, "PUBLISH t qos=1 retain id=1 payload=00")
  accepts("90 03 00 01 80", "SUBACK id=1 codes=80")
})

test("every violation has a text of its own that says what it is", () => {
  const texts = new Set<string>()
  for (let violation = Violation.NONE; violation <= Violation.SESSION_PRESENT_AFTER_CLEAN; violation++) texts.add(describeViolation(violation))
  equal(texts.size, Violation.SESSION_PRESENT_AFTER_CLEAN + 1)
  ok(!texts.has(undefined as unknown as string))
})
