import { Acknowledge, encodeAcknowledge } from "../../src/codec/acknowledge.js"
import { test } from "../harness/harness.js"
import { bytes } from "../support/bytes.js"
import { encodesTo } from "../support/fit.js"

function shows(first: Acknowledge, packetId: number, expected: string): void {
  encodesTo((out, at) => encodeAcknowledge(out, at, first, packetId), bytes(expected))
}

test("a PUBACK is four bytes that repeat the packet id [MQTT-2.3.1-6]", () => {
  shows(Acknowledge.PUBACK, 1, "40 02 00 01")
  shows(Acknowledge.PUBACK, 255, "40 02 00 ff")
  shows(Acknowledge.PUBACK, 256, "40 02 01 00")
  shows(Acknowledge.PUBACK, 65_535, "40 02 ff ff")
})

test("a PUBREC is four bytes that repeat the packet id [MQTT-2.3.1-6]", () => {
  shows(Acknowledge.PUBREC, 0x1234, "50 02 12 34")
})

test("a PUBREL has the flags 0010 [MQTT-3.6.1-1] [MQTT-2.2.2-1]", () => {
  shows(Acknowledge.PUBREL, 0x1234, "62 02 12 34")
})

test("a PUBCOMP is four bytes that repeat the packet id", () => {
  shows(Acknowledge.PUBCOMP, 0x1234, "70 02 12 34")
})
