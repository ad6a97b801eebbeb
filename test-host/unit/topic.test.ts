import { encodeText, checkText } from "../../src/codec/text.js"
import { Topic, TopicFilter } from "../../src/codec/topic.js"
import { Violation } from "../../src/codec/violation.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { bytes, hexadecimal } from "../support/bytes.js"
import { integer, seeded } from "../support/random.js"
import vectors from "../vectors/topics-utf8-vectors.json" with { type: "json" }

function matches(filter: string, topic: string): boolean {
  return matchesBytes(new TopicFilter(filter), encodeText(topic))
}

/** Compares where the topic stands in the middle of other bytes. */
function matchesBytes(filter: TopicFilter, topic: Uint8Array): boolean {
  const around = new Uint8Array(topic.length + 12).fill(0x2f)
  around.set(topic, 5)
  return filter.matches(new DataView(around.buffer), 5, 5 + topic.length)
}

/** Whether the topic is the filter; both ways to compare have to agree where both are open. */
function isSame(filter: TopicFilter, topic: Uint8Array): boolean {
  const result = matchesBytes(filter, topic)
  const around = new Uint8Array(topic.length + 20).fill(0x2f)
  around.set(topic, 9)
  if (filter.exact) equal(filter.equals(new DataView(around.buffer), 9, 9 + topic.length), result)
  return result
}

test("a topic is encoded once, with its length in front", () => {
  const topic = new Topic("a/é")
  equal(topic.name, "a/é")
  equal(topic.bytes, bytes(`00 04 "a/" c3 a9`))
})

test("a topic name has at least one character [MQTT-4.7.3-1]", () => {
  throws(() => new Topic(""), /RangeError: topic: is empty/)
  equal(new Topic(" ").bytes, bytes("00 01 20"))
  equal(new Topic("/").bytes, bytes("00 01 2f"))
})

test("a topic name has no wildcard [MQTT-3.3.2-2] [MQTT-4.7.1-1]", () => {
  for (const name of ["+", "#", "a/+", "a/#", "a+", "a#b", "sensors/+/temperature"]) throws(() => new Topic(name), /RangeError: topic: ".*" has a wildcard/)
})

test("neither a topic name nor a filter has U+0000 [MQTT-4.7.3-2]", () => {
  throws(() => new Topic("a\0"), /RangeError: topic: has U\+0000/)
  throws(() => new TopicFilter("a\0"), /RangeError: filter: has U\+0000/)
})

test("neither a topic name nor a filter has more than 65,535 bytes [MQTT-4.7.3-3]", () => {
  equal(new Topic("t".repeat(65_535)).bytes.length, 65_537)
  equal(new TopicFilter("t".repeat(65_535)).bytes.length, 65_537)
  throws(() => new Topic("t".repeat(65_536)), /RangeError: topic: 65536 bytes/)
  throws(() => new TopicFilter("t".repeat(65_536)), /RangeError: filter: 65536 bytes/)
})

test("a topic that is refused is named by its option", () => {
  throws(() => new Topic("", "will.topic"), /RangeError: will\.topic: is empty/)
})

test("a filter has at least one character [MQTT-4.7.3-1]", () => {
  throws(() => new TopicFilter(""), /RangeError: filter: "" is empty/)
})

test("# stands alone in the last level of a filter [MQTT-4.7.1-2]", () => {
  for (const filter of ["#", "/#", "a/#", "a/b/#", "+/#", "a/+/#"]) new TopicFilter(filter)
  for (const filter of ["a#", "#a", "a/#b", "a/b#", "#/", "#/a", "a/#/b", "##", "#/#", "+#", "#+"]) throws(() => new TopicFilter(filter), /RangeError: filter: ".*" has a # that is not alone/)
})

test("+ fills its level of a filter, wherever that is [MQTT-4.7.1-3]", () => {
  for (const filter of ["+", "/+", "+/", "+/+", "a/+", "+/a", "a/+/b", "//+"]) new TopicFilter(filter)
  for (const filter of ["a+", "+a", "a/b+", "a/+b", "++", "a/++/b", "+a/b"]) throws(() => new TopicFilter(filter), /RangeError: filter: ".*" has a \+ that does not fill/)
})

test("the examples of section 4.7.1 match as they say", () => {
  for (const topic of ["sport/tennis/player1", "sport/tennis/player1/ranking", "sport/tennis/player1/score/wimbledon"]) ok(matches("sport/tennis/player1/#", topic), topic)
  ok(matches("sport/#", "sport"))
  ok(matches("sport/tennis/+", "sport/tennis/player1"))
  ok(matches("sport/tennis/+", "sport/tennis/player2"))
  ok(!matches("sport/tennis/+", "sport/tennis/player1/ranking"))
  ok(!matches("sport/+", "sport"))
  ok(matches("sport/+", "sport/"))
  ok(matches("+/+", "/finance"))
  ok(matches("/+", "/finance"))
  ok(!matches("+", "/finance"))
})

test("a leading wildcard does not match a topic that begins with $ [4.7.2]", () => {
  ok(!matches("#", "$SYS/monitor/Clients"))
  ok(!matches("+/monitor/Clients", "$SYS/monitor/Clients"))
  ok(matches("$SYS/#", "$SYS/monitor/Clients"))
  ok(matches("$SYS/monitor/+", "$SYS/monitor/Clients"))
  ok(matches("a/+", "a/$b"))
  ok(matches("a/#", "a/$b"))
})

test("topics are compared byte for byte: case counts, and nothing is normalised", () => {
  ok(!matches("ACCOUNTS", "Accounts"))
  ok(!matches("\u00e9", "e\u0301"))
  ok(matches("é/温/😀", "é/温/😀"))
  ok(matches("é/+/😀", "é/温/😀"))
  ok(!matches("/a", "a"))
  ok(!matches("a/", "a"))
})

test("a filter of eight bytes or more without wildcards is exact: it can be compared as a whole", () => {
  equal(["a/b/c/d/e", "12345678", "$SYS/a/b", "温度/温度"].map((filter) => new TopicFilter(filter).exact), [true, true, true, true])
  equal(["a", "1234567", "+", "a/b/c/d/+", "a/b/c/d/#", "+/b/c/d/e"].map((filter) => new TopicFilter(filter).exact), [false, false, false, false, false, false])
})

test("a filter sees a difference in any one byte, at any length, compared level by level and as a whole", () => {
  const text = "0123456789abcdefghijklmnopqrstuvwxyz"
  for (let length = 1; length <= text.length; length++) {
    const filter = new TopicFilter(text.slice(0, length))
    const topic = encodeText(text.slice(0, length))
    ok(isSame(filter, topic))
    for (let at = 0; at < length; at++)
      for (const bit of [0x01, 0x80]) {
        const other = topic.slice()
        other[at]! ^= bit
        ok(!isSame(filter, other), `byte ${at} of ${length}`)
      }
    ok(!isSame(filter, topic.subarray(0, length - 1)))
    ok(!isSame(filter, encodeText(text.slice(0, length) + "!")))
  }
})

test("a filter whose bytes are no number when read as one (NaN) is compared all the same", () => {
  for (const text of ["\u007f\u{1f600}abcd", "\u007f\u{1f600}abc/12345678", "12345678/\u007f\u{1f600}abc"]) {
    const filter = new TopicFilter(text)
    ok(isSame(filter, encodeText(text)), text)
    ok(!isSame(filter, encodeText(text.slice(0, -1) + "_")), text)
  }
})

test("a topic of nothing but zeros, or that is -0 when read as a number, is no filter's", () => {
  for (const length of [8, 16]) {
    const filter = new TopicFilter("x".repeat(length))
    ok(!isSame(filter, new Uint8Array(length)))
    ok(!isSame(filter, bytes("80 00 00 00 00 00 00 00 ".repeat(length / 8))))
  }
})

test("a filter matches where its levels do, compared with a plain definition over random topics", () => {
  const random = seeded(1)
  const levels = ["", "a", "b", "ab", "abcd", "abcde", "$a"]
  const pick = (from: readonly string[]): string => from[integer(random, 0, from.length - 1)]!
  let matching = 0
  for (let i = 0; i < 1500; i++) {
    const topic = Array.from({ length: integer(random, 1, 4) }, () => pick(levels))
    const filter = topic.map((level) => (random() < 0.3 ? "+" : random() < 0.15 ? pick(levels) : level))
    if (random() < 0.4) filter.length = integer(random, 1, filter.length)
    if (random() < 0.4) filter.push("#")
    if (topic.join("/") === "" || filter.join("/") === "") continue
    const expected = plainMatch(filter, topic)
    if (expected) matching++
    equal(matches(filter.join("/"), topic.join("/")), expected, `${filter.join("/")} and ${topic.join("/")}`)
  }
  ok(matching > 300, `${matching} of them match`)
})

test("the filters of mosquitto's unit tests match as there", () => {
  equal(vectors.match.length, 64)
  for (const vector of vectors.match) {
    const topic = Uint8Array.from(hexadecimal(vector.topic))
    // libmosquitto's function also says no where the filter or the topic is not a legal one; here others see to that.
    const legal = isFilter(vector.filterText) && isTopic(topic)
    equal(legal && matchesBytes(new TopicFilter(vector.filterText), topic), vector.match, `${vector.filterText} and ${vector.topicText}`)
  }
})

test("the filters of mosquitto's unit tests are legal or not as there [MQTT-4.7.1-2] [MQTT-4.7.1-3]", () => {
  equal(vectors.filter.length, 22)
  for (const vector of vectors.filter) {
    if (isTooDeepForMosquitto(vector.filter)) continue
    equal(isFilter(vector.filterText!), vector.rc === 0, vector.filterText)
  }
})

test("the topic names of mosquitto's unit tests are legal or not as there, to send and when received [MQTT-4.7.1-1]", () => {
  equal(vectors.topic.length, 15)
  for (const vector of vectors.topic) {
    if (isTooDeepForMosquitto(vector.topic)) continue
    equal(isTopic(Uint8Array.from(hexadecimal(vector.topic))), vector.rc === 0, vector.topicText)
    let sent = true
    try {
      new Topic(vector.topicText!)
    } catch {
      sent = false
    }
    equal(sent, vector.rc === 0, vector.topicText)
  }
})

test("more levels than mosquitto takes (200) are legal", () => {
  const deep = vectors.topic.filter((vector) => isTooDeepForMosquitto(vector.topic))
  equal(deep.length, 1)
  ok(isTopic(Uint8Array.from(hexadecimal(deep[0]!.topic))))
  ok(isFilter("/".repeat(203)))
})

function plainMatch(filter: readonly string[], topic: readonly string[]): boolean {
  if ((filter[0] === "+" || filter[0] === "#") && topic[0]!.startsWith("$")) return false
  for (let i = 0; i < filter.length; i++) {
    if (filter[i] === "#") return true
    if (i >= topic.length || (filter[i] !== "+" && filter[i] !== topic[i])) return false
  }
  return filter.length === topic.length
}

function isFilter(filter: string): boolean {
  try {
    new TopicFilter(filter)
    return true
  } catch {
    return false
  }
}

function isTopic(name: Uint8Array): boolean {
  return name.length > 0 && checkText(new DataView(name.buffer), 0, name.length, true) === Violation.NONE
}

/** Two vectors of 203 slashes, which mosquitto refuses for its own limit of 200 levels. */
function isTooDeepForMosquitto(digits: string): boolean {
  return hexadecimal(digits).filter((byte) => byte === 0x2f).length > 200
}
