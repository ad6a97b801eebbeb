import { encodeSubscribe, encodeUnsubscribe, type SubscribeRequest } from "../../src/codec/subscribe.js"
import { TopicFilter } from "../../src/codec/topic.js"
import type { QoS } from "../../src/codec/packets.js"
import { test, throws } from "../harness/harness.js"
import { bytes, concat } from "../support/bytes.js"
import { encodesTo } from "../support/fit.js"

function request(filter: string, qos: QoS): SubscribeRequest {
  return { bytes: new TopicFilter(filter).bytes, qos }
}

test("a SUBSCRIBE has the flags 0010, a packet id, and a filter with its QoS [MQTT-3.8.1-1] [MQTT-2.2.2-1] [MQTT-2.3.1-1] [MQTT-3.8.3-4]", () => {
  encodesTo((out, at) => encodeSubscribe(out, at, 0x1234, [request("a/+", 1)]), bytes(`82 08  12 34  00 03 "a/+" 01`))
})

test("a SUBSCRIBE has each filter followed by its QoS, 0 to 2 with the other bits 0 [MQTT-3.8.3-4]", () => {
  encodesTo(
    (out, at) => encodeSubscribe(out, at, 1, [request("a", 0), request("b/#", 2), request("#", 1)]),
    bytes(`82 10  00 01  00 01 "a" 00  00 03 "b/#" 02  00 01 "#" 01`),
  )
})

test("the filters of SUBSCRIBE and UNSUBSCRIBE are UTF-8 strings [MQTT-3.8.3-1] [MQTT-3.10.3-1]", () => {
  encodesTo((out, at) => encodeSubscribe(out, at, 1, [request("温/é", 0)]), bytes(`82 0b  00 01  00 06 e6 b8 a9 "/" c3 a9  00`))
  encodesTo((out, at) => encodeUnsubscribe(out, at, 1, [request("温/é", 0)]), bytes(`a2 0a  00 01  00 06 e6 b8 a9 "/" c3 a9`))
})

test("an UNSUBSCRIBE has the flags 0010, a packet id, and filters without QoS [MQTT-3.10.1-1] [MQTT-2.2.2-1] [MQTT-2.3.1-1]", () => {
  encodesTo((out, at) => encodeUnsubscribe(out, at, 0xffff, [request("a/+", 1)]), bytes(`a2 07  ff ff  00 03 "a/+"`))
  encodesTo((out, at) => encodeUnsubscribe(out, at, 1, [request("a", 2), request("b/#", 2)]), bytes(`a2 0a  00 01  00 01 "a"  00 03 "b/#"`))
})

test("a SUBSCRIBE of more than 127 bytes takes two bytes of Remaining Length", () => {
  const level = "x".repeat(62)
  const requests = [request(level, 0), request(level, 1)]
  const text = bytes(`00 3e "${level}"`)
  encodesTo((out, at) => encodeSubscribe(out, at, 2, requests), concat(bytes("82 84 01  00 02"), text, bytes("00"), text, bytes("01")))
})

test("neither SUBSCRIBE nor UNSUBSCRIBE can be made without a filter [MQTT-3.8.3-3] [MQTT-3.10.3-2]", () => {
  throws(() => encodeSubscribe(new Uint8Array(10), 0, 1, []), /RangeError: filters: there are none/)
  throws(() => encodeUnsubscribe(new Uint8Array(10), 0, 1, []), /RangeError: filters: there are none/)
})
