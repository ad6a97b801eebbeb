import { encodeConnect, type Connect } from "../../src/codec/connect.js"
import { encodeString, prefixLength } from "../../src/codec/text.js"
import { equal, test } from "../harness/harness.js"
import { bytes, concat, hex } from "../support/bytes.js"
import { encodesTo } from "../support/fit.js"

const clientId = encodeString("clientId", "c1")

function shows(connect: Connect, expected: string): void {
  encodesTo((out, at) => encodeConnect(out, at, connect), bytes(expected))
}

test("a CONNECT begins with protocol name MQTT and level 4, and has the client id first in its payload [MQTT-3.1.2-1] [MQTT-3.1.2-2] [MQTT-3.1.3-3]", () => {
  shows({ clientId, clean: true, keepalive: 60 }, `10 0e  00 04 "MQTT" 04  02  00 3c  00 02 "c1"`)
})

test("a CONNECT has all its fields in the order of the specification [MQTT-3.1.3-1] [MQTT-3.1.2-9] [MQTT-3.1.2-19] [MQTT-3.1.2-21]", () => {
  shows(
    {
      clientId,
      clean: true,
      keepalive: 0x1234,
      will: { topic: encodeString("will.topic", "w/t"), payload: prefixLength(bytes(`"off"`)), qos: 2, retain: true },
      username: encodeString("username", "user"),
      password: prefixLength(bytes("00 ff 80")),
    },
    `10 23  00 04 "MQTT" 04  f6  12 34  00 02 "c1"  00 03 "w/t"  00 03 "off"  00 04 "user"  00 03 00 ff 80`,
  )
})

test("without a will the will flag, its QoS and retain are 0 and the payload has no will [MQTT-3.1.2-11] [MQTT-3.1.2-13] [MQTT-3.1.2-15]", () => {
  shows({ clientId, clean: false, keepalive: 0 }, `10 0e  00 04 "MQTT" 04  00  00 00  00 02 "c1"`)
})

test("a will's QoS, 0 to 2, stands in bits 3 and 4 of the connect flags", () => {
  const flags = ([0, 1, 2] as const).map((qos) => connectFlags({ clientId, clean: false, keepalive: 0, will: { topic: encodeString("will.topic", "t"), payload: prefixLength(bytes("")), qos, retain: false } }))
  equal(flags, [0x04, 0x0c, 0x14])
})

test("a will's retain flag is bit 5 of the connect flags", () => {
  equal(connectFlags({ clientId, clean: false, keepalive: 0, will: { topic: encodeString("will.topic", "t"), payload: prefixLength(bytes("")), qos: 0, retain: true } }), 0x24)
})

test("a will with an empty payload is legal: its length is sent as 0", () => {
  shows(
    { clientId, clean: true, keepalive: 0, will: { topic: encodeString("will.topic", "t"), payload: prefixLength(bytes("")), qos: 0, retain: false } },
    `10 13  00 04 "MQTT" 04  06  00 00  00 02 "c1"  00 01 "t"  00 00`,
  )
})

test("without a user name its flag is 0 and the payload has none [MQTT-3.1.2-18] [MQTT-3.1.2-20]", () => {
  equal(connectFlags({ clientId, clean: false, keepalive: 0 }) & 0xc0, 0)
})

test("a user name may come without a password [MQTT-3.1.2-20]", () => {
  shows({ clientId, clean: true, keepalive: 0, username: encodeString("username", "u") }, `10 11  00 04 "MQTT" 04  82  00 00  00 02 "c1"  00 01 "u"`)
})

test("a password never comes without a user name [MQTT-3.1.2-22]", () => {
  shows({ clientId, clean: true, keepalive: 0, password: prefixLength(bytes(`"p"`)) }, `10 0e  00 04 "MQTT" 04  02  00 00  00 02 "c1"`)
})

test("the reserved connect flag is 0, whatever is set [MQTT-3.1.2-3]", () => {
  for (const clean of [false, true])
    for (const retain of [false, true])
      for (const qos of [0, 1, 2] as const)
        for (const username of [undefined, encodeString("username", "")])
          for (const password of [undefined, prefixLength(bytes(""))]) {
            const will = { topic: encodeString("will.topic", "t"), payload: prefixLength(bytes("")), qos, retain }
            equal(connectFlags({ clientId, clean, keepalive: 1, will, username, password }) & 0x01, 0)
          }
})

test("an empty client id is sent as an empty string [MQTT-3.1.3-3]", () => {
  shows({ clientId: encodeString("clientId", ""), clean: true, keepalive: 0 }, `10 0c  00 04 "MQTT" 04  02  00 00  00 00`)
})

test("client id, will topic and user name are UTF-8 strings [MQTT-3.1.3-4] [MQTT-3.1.3-10] [MQTT-3.1.3-11]", () => {
  shows(
    {
      clientId: encodeString("clientId", "é"),
      clean: true,
      keepalive: 0,
      will: { topic: encodeString("will.topic", "温"), payload: prefixLength(bytes("")), qos: 0, retain: false },
      username: encodeString("username", "😀"),
    },
    `10 1b  00 04 "MQTT" 04  86  00 00  00 02 c3 a9  00 03 e6 b8 a9  00 00  00 04 f0 9f 98 80`,
  )
})

test("keepalive is sent in seconds, 0 to 65,535, high byte first", () => {
  for (const [keepalive, expected] of [[0, "00 00"], [255, "00 ff"], [256, "01 00"], [65_535, "ff ff"]] as const) {
    const out = new Uint8Array(16)
    encodeConnect(out, 0, { clientId, clean: true, keepalive })
    equal(hex(out, 10, 12), expected)
  }
})

test("a CONNECT of more than 127 bytes takes two bytes of Remaining Length", () => {
  const long = new Uint8Array(200).fill(0x78)
  encodesTo(
    (out, at) => encodeConnect(out, at, { clientId, clean: true, keepalive: 0, username: prefixLength(bytes(`"u"`)), password: prefixLength(long) }),
    concat(bytes(`10 db 01  00 04 "MQTT" 04  c2  00 00  00 02 "c1"  00 01 "u"  00 c8`), long),
  )
})

function connectFlags(connect: Connect): number {
  const out = new Uint8Array(64)
  encodeConnect(out, 0, connect)
  return out[9]!
}
