import { checkText, decodeText, encodeString, encodeText, prefixLength } from "../../src/codec/text.js"
import { Violation } from "../../src/codec/violation.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { bytes, hex, hexadecimal } from "../support/bytes.js"
import vectors from "../vectors/topics-utf8-vectors.json" with { type: "json" }

/** Checks the text at every offset of a word, with bytes around it that must not be looked at. */
function check(text: Uint8Array, topicName = false): Violation {
  const results = [0, 1, 2, 3, 4].map((start) => {
    const around = new Uint8Array(start + text.length + 5).fill(0xff)
    around.set(text, start)
    return checkText(new DataView(around.buffer), start, start + text.length, topicName)
  })
  for (const result of results) equal(result, results[0], `of ${hex(text)} at another offset`)
  return results[0]!
}

test("a string has two bytes of length and its UTF-8 [MQTT-1.5.3-1]", () => {
  equal(encodeString("x", ""), bytes("00 00"))
  equal(encodeString("x", "A"), bytes("00 01 41"))
  equal(encodeString("x", "é"), bytes("00 02 c3 a9"))
  equal(encodeString("x", "温度"), bytes("00 06 e6 b8 a9 e5 ba a6"))
  equal(encodeString("x", "A\u{2A6D4}"), bytes("00 05 41 f0 aa 9b 94"), "the example of figure 1.2")
  equal(encodeString("x", "\u007f\u0080\u07ff\u0800\ufffd\u{10000}\u{10ffff}"), bytes("00 13 7f c2 80 df bf e0 a0 80 ef bf bd f0 90 80 80 f4 8f bf bf"))
})

test("U+FEFF is kept wherever it stands, to be sent and when received [MQTT-1.5.3-3]", () => {
  equal(encodeString("x", "\ufeffa\ufeff"), bytes("00 07 ef bb bf 61 ef bb bf"))
  equal(decodeText(bytes("ef bb bf 61 ef bb bf"), 0, 7), "\ufeffa\ufeff")
  equal(check(bytes("ef bb bf 61")), Violation.NONE)
})

test("a string to be sent can't have U+0000, and the error names the option [MQTT-1.5.3-2]", () => {
  throws(() => encodeString("clientId", "a\0b"), /RangeError: clientId: has U\+0000/)
  throws(() => encodeString("username", "\0"), /RangeError: username: /)
})

test("a string to be sent can't have half of a surrogate pair [MQTT-1.5.3-1]", () => {
  for (const text of ["\ud800", "a\udfff", "\udc00\ud800", "\ud83d!"]) throws(() => encodeString("topic", text), /RangeError: topic: has half of a surrogate pair/)
})

test("a string to be sent has at most 65,535 bytes [MQTT-4.7.3-3]", () => {
  const longest = encodeString("topic", "x".repeat(65_535))
  equal([longest.length, longest[0], longest[1]], [65_537, 255, 255])
  throws(() => encodeString("topic", "x".repeat(65_536)), /RangeError: topic: 65536 bytes; at most 65535/)
  throws(() => encodeString("topic", "é".repeat(32_768)), /RangeError: topic: 65536 bytes; at most 65535/)
})

test("bytes get their length in front", () => {
  equal(prefixLength(bytes("")), bytes("00 00"))
  equal(prefixLength(bytes("00 ff")), bytes("00 02 00 ff"))
  equal(hex(prefixLength(new Uint8Array(0x1234)), 0, 3), "12 34 00")
})

test("text that was encoded is the same when decoded, out of the middle of a buffer too", () => {
  for (const text of ["", "a", "sensors/温度/é😀", "\u007f\u0080\u07ff\u0800\uffff\u{10000}\u{10ffff}"]) {
    const encoded = encodeText(text)
    const around = new Uint8Array(encoded.length + 4).fill(0x21)
    around.set(encoded, 3)
    equal(decodeText(around, 3, 3 + encoded.length), text)
  }
})

test("a received text with U+0000 is refused wherever it stands [MQTT-1.5.3-2]", () => {
  for (let length = 1; length <= 9; length++)
    for (let at = 0; at < length; at++) {
      const text = new Uint8Array(length).fill(0x61)
      text[at] = 0
      equal(check(text), Violation.NULL_IN_TEXT)
      equal(check(text, true), Violation.NULL_IN_TEXT)
    }
})

test("a received topic name with + or # is refused wherever it stands, other texts are not [MQTT-3.3.2-2] [MQTT-4.7.1-1]", () => {
  for (const wildcard of [0x2b, 0x23])
    for (let length = 1; length <= 9; length++)
      for (let at = 0; at < length; at++) {
        const text = new Uint8Array(length).fill(0x61)
        text[at] = wildcard
        equal(check(text, true), Violation.WILDCARD_IN_TOPIC)
        equal(check(text), Violation.NONE)
      }
})

test("every other ASCII character is accepted in a topic name, in every place", () => {
  for (let character = 1; character < 128; character++) {
    if (character === 0x2b || character === 0x23) continue
    for (let at = 0; at < 6; at++) {
      const text = new Uint8Array(6).fill(0x61)
      text[at] = character
      equal(check(text, true), Violation.NONE)
    }
    equal(check(new Uint8Array(8).fill(character), true), Violation.NONE)
  }
})

test("the limits of well-formed UTF-8 (Unicode table 3-7) are kept exactly [MQTT-1.5.3-1]", () => {
  const good = ["7f", "c2 80", "df bf", "e0 a0 80", "e0 bf bf", "e1 80 80", "ec bf bf", "ed 80 80", "ed 9f bf", "ee 80 80", "ef bf bf", "f0 90 80 80", "f0 bf bf bf", "f1 80 80 80", "f3 bf bf bf", "f4 80 80 80", "f4 8f bf bf"]
  const bad = [
    ...["80", "bf", "c0 80", "c0 af", "c1 bf", "f5 80 80 80", "f8 88 80 80 80", "fe", "ff"], // never in UTF-8
    ...["e0 80 80", "e0 9f bf", "f0 80 80 80", "f0 8f bf bf"], // overlong
    ...["ed a0 80", "ed ad bf", "ed bf bf", "ed a0 80 ed b0 80"], // surrogates
    ...["f4 90 80 80", "f7 bf bf bf"], // above U+10FFFF
    ...["c2", "e1 80", "e0 a0", "f1 80 80", "f0 90 80", "f0 90", "f0"], // cut off
    ...["c2 7f", "c2 c0", "e1 7f 80", "e1 80 7f", "e1 c0 80", "e1 80 c0", "f1 7f 80 80", "f1 80 7f 80", "f1 80 80 7f", "f1 80 80 c0"], // no continuation
  ]
  for (const before of ["", "61", "61 62 63", "61 62 63 64"])
    for (const after of ["", "61", "61 62 63 64"]) {
      for (const text of good) equal(check(bytes(`${before} ${text} ${after}`), true), Violation.NONE, text)
      for (const text of bad) equal(check(bytes(`${before} ${text} ${after}`), true), Violation.ILL_FORMED_UTF8, text)
    }
})

test("an empty text is well-formed", () => {
  equal(check(bytes("")), Violation.NONE)
})

test("the UTF-8 strings of mosquitto's unit tests are judged as there [MQTT-1.5.3-1] [MQTT-1.5.3-2]", () => {
  equal(vectors.utf8.length, 331)
  for (const vector of vectors.utf8) {
    if (vector.either) continue
    const fault = check(Uint8Array.from(hexadecimal(vector.bytes)))
    ok((fault === Violation.NONE) === vector.valid, `${vector.bytes} (${vector.test}): ${fault}`)
  }
})

test("control characters and non-characters, which the standard leaves to the receiver, are accepted and kept", () => {
  let seen = 0
  for (const vector of vectors.utf8) {
    if (!vector.either) continue
    seen++
    equal(check(Uint8Array.from(hexadecimal(vector.bytes))), Violation.NONE, vector.bytes)
  }
  equal(seen, 134)
})
