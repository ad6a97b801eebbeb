import { Decoder } from "../../src/codec/decoder.js"
import { Violation, describeViolation } from "../../src/codec/violation.js"
import { equal, ok, test } from "../harness/harness.js"
import { bytes, concat } from "../support/bytes.js"
import { feed, feedEvery } from "../support/feed.js"
import { integer, seeded } from "../support/random.js"
import { RecordingSink } from "../support/recording-sink.js"
import { CONNACK, lines, SERVER_PACKETS, stream, type ServerPacket } from "../support/server-packets.js"

const ALL = [CONNACK, ...SERVER_PACKETS]
const ALL_BYTES = stream(...ALL)
const ALL_LINES = lines(...ALL)

/** One of each kind, short, so that every pair of cuts can be tried. */
const SHORT = [CONNACK, ...SERVER_PACKETS.filter((packet) => packet.bytes.length < 100)]

function setUp(inputSize = 512, packetSize = 256) {
  const sink = new RecordingSink()
  return { sink, decoder: new Decoder(sink, inputSize, packetSize, sink) }
}

test("each packet of a server is reported with its fields", () => {
  const { sink, decoder } = setUp()
  for (const packet of ALL) {
    feed(decoder, packet.bytes)
    equal(sink.take(), [packet.line])
  }
})

test("a CONNACK is reported with session present and each return code", () => {
  const { sink, decoder } = setUp()
  for (const [text, line] of [["01 00", "session=1 code=0"], ["00 01", "session=0 code=1"], ["00 02", "session=0 code=2"], ["00 03", "session=0 code=3"], ["00 04", "session=0 code=4"], ["00 05", "session=0 code=5"]]) {
    decoder.reset()
    feed(decoder, bytes(`20 02 ${text}`))
    equal(sink.take(), [`CONNACK ${line}`])
  }
})

test("many packets in one piece are reported in their order", () => {
  const { sink, decoder } = setUp()
  feed(decoder, ALL_BYTES)
  equal(sink.take(), ALL_LINES)
})

test("packets that come one byte at a time are reported as if in one piece", () => {
  const { sink, decoder } = setUp()
  feedEvery(decoder, ALL_BYTES, 1)
  equal(sink.take(), ALL_LINES)
})

test("each packet that comes one byte at a time is reported with its last byte", () => {
  const { sink, decoder } = setUp()
  for (const packet of ALL) {
    feedEvery(decoder, packet.bytes.subarray(0, packet.bytes.length - 1), 1)
    equal(sink.take(), [])
    feed(decoder, packet.bytes.subarray(packet.bytes.length - 1))
    equal(sink.take(), [packet.line])
  }
})

test("packets in pieces of any size are reported as if in one piece", () => {
  const { sink, decoder } = setUp()
  for (let size = 2; size < ALL_BYTES.length; size++) {
    decoder.reset()
    feedEvery(decoder, ALL_BYTES, size)
    equal(sink.take(), ALL_LINES, `in pieces of ${size}`)
  }
})

test("packets that are cut anywhere are reported as if in one piece", () => {
  const { sink, decoder } = setUp()
  for (let cut = 0; cut <= ALL_BYTES.length; cut++) {
    decoder.reset()
    feed(decoder, ALL_BYTES, cut)
    equal(sink.take(), ALL_LINES, `cut at ${cut}`)
  }
})

test("packets that are cut in any two places are reported as if in one piece", () => {
  const { sink, decoder } = setUp()
  const whole = stream(...SHORT)
  const expected = lines(...SHORT)
  for (let first = 0; first <= whole.length; first++)
    for (let second = first; second <= whole.length; second++) {
      decoder.reset()
      feed(decoder, whole, first, second)
      equal(sink.take(), expected, `cut at ${first} and ${second}`)
    }
})

test("the input may be shorter than a packet, down to a single byte", () => {
  for (const inputSize of [1, 2, 3, 5, 16]) {
    const { sink, decoder } = setUp(inputSize)
    feedEvery(decoder, ALL_BYTES, inputSize)
    equal(sink.take(), ALL_LINES)
  }
})

test("a packet exactly as long as the receive buffer is read whole, at every cut", () => {
  const packet = bytes(`32 1e  00 03 "a/b" 00 07 "01234567890123456789abc"`)
  equal(packet.length, 32)
  const { sink, decoder } = setUp(64, 32)
  for (let cut = 0; cut <= 36; cut++) {
    decoder.reset()
    feed(decoder, concat(CONNACK.bytes, packet), cut)
    equal(sink.take(), [CONNACK.line, "PUBLISH a/b qos=1 id=7 payload=30 31 32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37 38 39 61 62 63"])
  }
})

test("a packet with three bytes of Remaining Length is read whole, cut anywhere about its header", () => {
  const payload = new Uint8Array(16_384 - 5).fill(0x2e)
  const packet = concat(bytes(`30 80 80 01  00 03 "a/b"`), payload)
  const { sink, decoder } = setUp(20_000, 20_000)
  const expected = (() => {
    feed(decoder, CONNACK.bytes)
    feed(decoder, packet)
    return sink.take()
  })()
  ok(expected[1]!.startsWith("PUBLISH a/b qos=0 id=0 payload=2e 2e 2e"))
  for (const cut of [1, 2, 3, 4, 5, 6, 9, 10, 5000, packet.length - 1]) {
    decoder.reset()
    feed(decoder, CONNACK.bytes)
    feed(decoder, packet, cut)
    ok(sink.take()[1] === expected[1], `cut at ${cut}`)
  }
})

test("a Remaining Length in more bytes than it needs, which MQTT 3.1.1 does not forbid, is read", () => {
  const padded: ServerPacket[] = [
    { bytes: bytes("d0 80 00"), line: "PINGRESP" },
    { bytes: bytes("40 82 80 80 00 00 07"), line: "PUBACK id=7" },
    { bytes: bytes(`30 84 80 00 00 01 "t" 21`), line: "PUBLISH t qos=0 id=0 payload=21" },
  ]
  const all = [CONNACK, ...padded, ...padded]
  const { sink, decoder } = setUp()
  for (let cut = 0; cut <= stream(...all).length; cut++) {
    decoder.reset()
    feed(decoder, stream(...all), cut)
    equal(sink.take(), lines(...all))
  }
})

test("random packets in random pieces are reported as they were sent", () => {
  const random = seeded(2)
  const { sink, decoder } = setUp(100, 256)
  for (let round = 0; round < 100; round++) {
    const packets = [CONNACK, ...Array.from({ length: 20 }, () => SERVER_PACKETS[integer(random, 0, SERVER_PACKETS.length - 1)]!)]
    const whole = stream(...packets)
    const cuts = [0]
    while (cuts.at(-1)! < whole.length - 100) cuts.push(cuts.at(-1)! + integer(random, 0, random() < 0.5 ? 5 : 100))
    decoder.reset()
    feed(decoder, whole, ...cuts)
    equal(sink.take(), lines(...packets))
  }
})

test("random bytes in random pieces neither throw nor hang, and report at most one violation, as the last thing", () => {
  const random = seeded(3)
  const { sink, decoder } = setUp(64, 64)
  const starts = [0x20, 0x30, 0x32, 0x34, 0x40, 0x50, 0x62, 0x70, 0x90, 0xb0, 0xd0, 0x00]
  for (let round = 0; round < 3000; round++) {
    decoder.reset()
    if (round % 3 !== 0) feed(decoder, CONNACK.bytes)
    for (let piece = 0; piece < 4; piece++) {
      const garbage = new Uint8Array(integer(random, 1, 64))
      for (let i = 0; i < garbage.length; i++) garbage[i] = random() < 0.3 ? starts[integer(random, 0, 11)]! : random() < 0.5 ? integer(random, 0, 9) : integer(random, 0, 255)
      feed(decoder, garbage)
    }
    const log = sink.take()
    const at = log.findIndex((line) => line.startsWith("VIOLATION"))
    ok(at === -1 || at === log.length - 1, log.join("\n"))
  }
})

test("a stream with one wrong byte is judged alike in one piece, byte by byte, and cut in the middle", () => {
  const random = seeded(4)
  const { sink, decoder } = setUp(512, 64)
  const inPieces = setUp(512, 64)
  for (let at = 0; at < ALL_BYTES.length; at++)
    for (let variant = 0; variant < 6; variant++) {
      const broken = ALL_BYTES.slice()
      broken[at] = variant < 4 ? broken[at]! ^ (1 << integer(random, 0, 7)) : integer(random, 0, 255)
      decoder.reset()
      feed(decoder, broken)
      const expected = sink.take()
      inPieces.decoder.reset()
      if (variant % 2 === 0) feedEvery(inPieces.decoder, broken, 1)
      else feed(inPieces.decoder, broken, integer(random, 0, broken.length))
      equal(inPieces.sink.take(), expected, `byte ${at} is ${broken[at]}`)
    }
})

test("a sink that stops the decoder hears of nothing more, not of what was fed together, nor of what is fed later", () => {
  for (const size of [1, 3, 512]) {
    const { sink, decoder } = setUp()
    sink.onUnsuback = () => decoder.stop()
    feedEvery(decoder, ALL_BYTES, size)
    equal(sink.take(), ALL_LINES.slice(0, ALL_LINES.indexOf("UNSUBACK id=4")))
    feed(decoder, ALL_BYTES)
    equal(sink.take(), [])
  }
})

test("a decoder that was reset anywhere begins anew with a CONNACK", () => {
  const { sink, decoder } = setUp(512, 64)
  for (let cut = 0; cut <= ALL_BYTES.length; cut++) {
    decoder.reset()
    feed(decoder, ALL_BYTES.subarray(0, cut))
    decoder.reset()
    sink.take()
    feed(decoder, stream(...SHORT))
    equal(sink.take(), lines(...SHORT), `reset after ${cut} bytes`)
  }
})

test("a topic that the sink knows is not looked at again, any other is checked", () => {
  const { sink, decoder } = setUp()
  const asked: string[] = []
  sink.knowsTopic = (view, start, end) => {
    const topic = view.getUint8(start)
    asked.push(`${end - start} bytes from ${topic}`)
    return topic === 0x2b
  }
  feed(decoder, concat(CONNACK.bytes, bytes(`30 03 00 01 2b  30 04 00 02 "ab"  30 03 00 01 23`)))
  equal(asked, ["1 bytes from 43", "2 bytes from 97", "1 bytes from 35"])
  equal(sink.take().slice(2), ["PUBLISH ab qos=0 id=0 payload=", `VIOLATION ${describeViolation(Violation.WILDCARD_IN_TOPIC)}`])
})

test("a packet that came whole is reported where it stands in the input, one that was cut from the decoder's own buffer", () => {
  const { sink, decoder } = setUp()
  const sources: boolean[] = []
  sink.onPublish = (message) => {
    sources.push(message.source === decoder.input)
  }
  const publish = bytes(`30 04 00 01 "t" 21`)
  feed(decoder, concat(CONNACK.bytes, publish, publish), 8)
  equal(sources, [false, true])
})
