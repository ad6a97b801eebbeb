import { copyBytes, PacketBuffer } from "../../src/codec/buffer.js"
import { equal, test } from "../harness/harness.js"
import { hex } from "../support/bytes.js"

test("a packet buffer has its memory and views from the beginning", () => {
  const buffer = new PacketBuffer(10)
  equal([buffer.capacity, buffer.buffer.byteLength, buffer.bytes.length, buffer.view.byteLength], [10, 10, 10, 10])
})

test("a packet buffer that is made shorter for a socket and long again keeps its bytes and its views", () => {
  const buffer = new PacketBuffer(8)
  buffer.bytes.set([1, 2, 3, 4, 5, 6, 7, 8])
  buffer.buffer.resize(3)
  equal([buffer.bytes.length, buffer.view.byteLength], [3, 3])
  buffer.buffer.resize(8)
  equal([buffer.bytes.length, buffer.view.byteLength], [8, 8])
  equal(hex(buffer.bytes, 0, 3), "01 02 03")
  equal(buffer.view.getUint16(1), 0x0203)
})

test("bytes of any number are copied from any offset to any offset, and none beside them", () => {
  const from = new PacketBuffer(24)
  for (let i = 0; i < 24; i++) from.bytes[i] = 0x80 + i
  for (let length = 0; length <= 13; length++)
    for (let at = 0; at < 5; at++)
      for (let start = 0; start < 5; start++) {
        const to = new PacketBuffer(24)
        copyBytes(from.view, at, at + length, to.view, start)
        const expected = new Uint8Array(24)
        expected.set(from.bytes.subarray(at, at + length), start)
        equal(hex(to.bytes), hex(expected))
      }
})
