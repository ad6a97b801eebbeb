import { encodeHeader } from "./header.js"
import { PacketType, type QoS } from "./packets.js"
import { encodeString } from "./text.js"

/** The fields of a CONNECT. Texts are two bytes of length and UTF-8, as `encodeString` makes them. */
export interface Connect {
  clientId: Uint8Array
  clean: boolean
  /** Seconds, 0 to 65,535; 0 switches keep alive off. */
  keepalive: number
  will?: ConnectWill | undefined
  username?: Uint8Array | undefined
  /** Only with a user name [MQTT-3.1.2-22]. */
  password?: Uint8Array | undefined
}

export interface ConnectWill {
  topic: Uint8Array
  /** Two bytes of length, then the payload. */
  payload: Uint8Array
  qos: QoS
  retain: boolean
}

const enum ConnectFlag {
  CLEAN = 0x02,
  WILL = 0x04,
  WILL_QOS_SHIFT = 3,
  WILL_RETAIN = 0x20,
  PASSWORD = 0x40,
  USER_NAME = 0x80,
}

const enum Start {
  /** Protocol name, level, flags and keep alive. */
  BYTES = 10,
  /** Of MQTT 3.1.1 [MQTT-3.1.2-2]. */
  LEVEL = 4,
}

export function encodeConnect(out: Uint8Array, at: number, connect: Connect): number {
  const { clientId, will, username, password } = connect
  let flags = connect.clean ? ConnectFlag.CLEAN : 0
  let remaining = Start.BYTES + clientId.length
  if (will) {
    flags |= ConnectFlag.WILL | (will.qos << ConnectFlag.WILL_QOS_SHIFT)
    if (will.retain) flags |= ConnectFlag.WILL_RETAIN
    remaining += will.topic.length + will.payload.length
  }
  if (username) {
    flags |= ConnectFlag.USER_NAME
    remaining += username.length
    if (password) {
      flags |= ConnectFlag.PASSWORD
      remaining += password.length
    }
  }
  at = encodeHeader(out, at, PacketType.CONNECT << 4, remaining)
  if (at < 0) return at
  out.set(encodeString("protocol", "MQTT"), at) // [MQTT-3.1.2-1]
  out[at + 6] = Start.LEVEL
  out[at + 7] = flags
  out[at + 8] = connect.keepalive >> 8
  out[at + 9] = connect.keepalive
  at += Start.BYTES
  // In this order [MQTT-3.1.3-1].
  at = append(out, at, clientId)
  if (will) at = append(out, append(out, at, will.topic), will.payload)
  if (username) at = append(out, at, username)
  if (username && password) at = append(out, at, password)
  return at
}

function append(out: Uint8Array, at: number, bytes: Uint8Array): number {
  out.set(bytes, at)
  return at + bytes.length
}
