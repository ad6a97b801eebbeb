import { encodeDisconnect, encodePingreq } from "../../src/codec/bare.js"
import { test } from "../harness/harness.js"
import { bytes } from "../support/bytes.js"
import { encodesTo } from "../support/fit.js"

test("a PINGREQ is two bytes, with the flags 0000 [MQTT-2.2.2-1]", () => {
  encodesTo(encodePingreq, bytes("c0 00"))
})

test("a DISCONNECT is two bytes, with the flags 0000 [MQTT-3.14.1-1] [MQTT-2.2.2-1]", () => {
  encodesTo(encodeDisconnect, bytes("e0 00"))
})
