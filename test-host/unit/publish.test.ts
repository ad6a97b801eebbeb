import { Packet, PublishFlag } from "../../src/codec/packets.js"
import { encodePublish, encodePublishWith } from "../../src/codec/publish.js"
import { Topic } from "../../src/codec/topic.js"
import { equal, test, throws } from "../harness/harness.js"
import { bytes, concat, hex } from "../support/bytes.js"
import { encodesTo, writesNothing } from "../support/fit.js"

const QOS_1 = 1 << PublishFlag.QOS_SHIFT
const QOS_2 = 2 << PublishFlag.QOS_SHIFT

const topic = new Topic("a/b").bytes
const payload = bytes(`"hi"`)

/** Both ways to encode give the same bytes. */
function shows(flags: number, packetId: number, body: Uint8Array, expected: Uint8Array): void {
  encodesTo((out, at) => encodePublish(out, at, flags, topic, packetId, body), expected)
  for (const room of [0, 1, 7]) {
    const out = new Uint8Array(2 + expected.length + room)
    equal(encodePublishWith(out, 2, flags, topic, packetId, writer(body)), 2 + expected.length)
    equal(hex(out, 2, 2 + expected.length), hex(expected), `with ${room} bytes to spare`)
  }
  equal(encodePublishWith(new Uint8Array(expected.length - 1), 0, flags, topic, packetId, writer(body)), Packet.DOES_NOT_FIT)
}

function writer(body: Uint8Array) {
  return (out: Uint8Array, start: number, end: number) => {
    if (end - start < body.length) return -1
    out.set(body, start)
    return body.length
  }
}

test("a PUBLISH has the topic name first, as a UTF-8 string [MQTT-3.3.2-1]", () => {
  shows(0, 0, payload, bytes(`30 07  00 03 "a/b"  "hi"`))
})

test("a PUBLISH with QoS 0 has no packet id, whichever is given [MQTT-2.3.1-5]", () => {
  shows(0, 0x1234, payload, bytes(`30 07  00 03 "a/b"  "hi"`))
})

test("a PUBLISH with QoS 1 or 2 has its packet id behind the topic [MQTT-2.3.1-1]", () => {
  shows(QOS_1, 0x1234, payload, bytes(`32 09  00 03 "a/b"  12 34  "hi"`))
  shows(QOS_2, 1, payload, bytes(`34 09  00 03 "a/b"  00 01  "hi"`))
  shows(QOS_2, 65_535, payload, bytes(`34 09  00 03 "a/b"  ff ff  "hi"`))
})

test("DUP is bit 3 and RETAIN bit 0 of a PUBLISH's first byte", () => {
  shows(PublishFlag.RETAIN, 0, payload, bytes(`31 07  00 03 "a/b"  "hi"`))
  shows(PublishFlag.DUP | QOS_1, 9, payload, bytes(`3a 09  00 03 "a/b"  00 09  "hi"`))
  shows(PublishFlag.DUP | QOS_2 | PublishFlag.RETAIN, 9, payload, bytes(`3d 09  00 03 "a/b"  00 09  "hi"`))
})

test("a PUBLISH with an empty payload is legal", () => {
  shows(0, 0, bytes(""), bytes(`30 05  00 03 "a/b"`))
  shows(QOS_1, 7, bytes(""), bytes(`32 07  00 03 "a/b"  00 07`))
})

test("a PUBLISH grows a byte of Remaining Length at 128 and at 16,384", () => {
  for (const [remaining, length] of [[127, "7f"], [128, "80 01"], [129, "81 01"], [16_383, "ff 7f"], [16_384, "80 80 01"], [16_385, "81 80 01"]] as const) {
    const body = new Uint8Array(remaining - 7).fill(0x2e)
    shows(QOS_1, 3, body, concat(bytes(`32 ${length}  00 03 "a/b"  00 03`), body))
  }
})

test("a PUBLISH of 127 bytes behind the header fits exactly with QoS 0 too", () => {
  const body = new Uint8Array(122).fill(0x2e)
  shows(0, 0, body, concat(bytes(`30 7f  00 03 "a/b"`), body))
})

test("a payload's function is told where it may write, the whole rest of the buffer", () => {
  const out = new Uint8Array(40)
  let range: number[] = []
  const end = encodePublishWith(out, 10, QOS_1, topic, 5, (into, start, limit) => {
    range = [start, limit]
    into[start] = 0x21
    return 1
  })
  equal(range, [19, 40])
  equal(hex(out, 10, end), hex(bytes(`32 08  00 03 "a/b"  00 05  "!"`)))
})

test("a payload's function that says it does not fit is believed", () => {
  equal(encodePublishWith(new Uint8Array(40), 0, 0, topic, 0, () => -1), Packet.DOES_NOT_FIT)
})

test("a payload's function is not called when not even the topic fits", () => {
  let calls = 0
  const write = (): number => {
    calls++
    return 0
  }
  for (let size = 0; size < 7; size++) writesNothing((out, at) => encodePublishWith(out, at, 0, topic, 0, write), size, 0)
  equal(calls, 0)
})

test("a payload's function that returns more than its room, or no whole number, throws a RangeError that says so", () => {
  throws(() => encodePublishWith(new Uint8Array(10), 0, 0, topic, 0, () => 4), /RangeError: payload: the function returned 4; it had room for 3 bytes/)
  throws(() => encodePublishWith(new Uint8Array(10), 0, 0, topic, 0, (() => undefined) as unknown as () => number), /RangeError: payload: the function returned undefined/)
  throws(() => encodePublishWith(new Uint8Array(10), 0, 0, topic, 0, () => 1.5), /RangeError: payload: the function returned 1.5/)
  throws(() => encodePublishWith(new Uint8Array(10), 0, 0, topic, 0, () => NaN), /RangeError: payload: the function returned NaN/)
})
