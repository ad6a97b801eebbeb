import { PacketBuffer } from "../../src/codec/buffer.js"
import { Message } from "../../src/codec/message.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { bytes, hex } from "../support/bytes.js"

function messageOf(first: number, topic: string, payload: Uint8Array): Message {
  const source = new PacketBuffer(64)
  const message = new Message()
  const text = bytes(topic)
  source.bytes.set(text, 4)
  source.bytes.set(payload, 4 + text.length)
  message.source = source
  message.first = first
  message.topicStart = 4
  message.topicEnd = message.payloadStart = 4 + text.length
  message.payloadEnd = message.payloadStart + payload.length
  return message
}

test("a message tells QoS, DUP and RETAIN from its first byte", () => {
  const seen = [0x30, 0x31, 0x32, 0x34, 0x3a, 0x3d].map((first) => {
    const { qos, dup, retain } = messageOf(first, "", bytes(""))
    return `${qos}${dup ? " dup" : ""}${retain ? " retain" : ""}`
  })
  equal(seen, ["0", "0 retain", "1", "2", "1 dup", "2 dup retain"])
})

test("a message gives its topic as a string", () => {
  equal(messageOf(0x30, `"a/" c3 a9`, bytes(`"hi"`)).topic, "a/é")
})

test("a message gives its payload as a range, and as a copy that stays valid", () => {
  const message = messageOf(0x30, `"a/b"`, bytes("00 01 ff"))
  equal(message.payloadLength, 3)
  equal(hex(message.bytes, message.payloadStart, message.payloadEnd), "00 01 ff")
  const copy = message.payload
  message.bytes.fill(0)
  equal(copy, bytes("00 01 ff"))
})

test("a message gives its payload as text and as JSON", () => {
  equal(messageOf(0x30, `"a"`, bytes(`"t=" e6 b8 a9`)).text(), "t=温")
  equal(messageOf(0x30, `"a"`, bytes("7b 22 74 22 3a 20 32 31 2e 35 7d")).json(), { t: 21.5 })
})

test("an empty payload is an empty copy and an empty text", () => {
  const message = messageOf(0x30, `"a"`, bytes(""))
  equal([message.payloadLength, message.payload.length, message.text()], [0, 0, ""])
})

test("a payload that is no JSON throws a SyntaxError to who asks for it", () => {
  throws(() => messageOf(0x30, `"a"`, bytes(`"{"`)).json(), /SyntaxError/)
})

test("a payload that is no UTF-8 is still there as bytes", () => {
  const message = messageOf(0x30, `"a"`, bytes("ff fe"))
  ok(message.payload.length === 2)
})
