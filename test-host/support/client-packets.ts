import { encodeText } from "../../src/codec/text.js"
import { concat, hex } from "./bytes.js"

/** A packet that a client has sent, taken apart by code that shares nothing with the library's. */
export interface ClientPacket {
  type: "CONNECT" | "PUBLISH" | "PUBACK" | "PUBREC" | "PUBREL" | "PUBCOMP" | "SUBSCRIBE" | "UNSUBSCRIBE" | "PINGREQ" | "DISCONNECT"
  /** 0 where it has none. */
  id: number
  /** Of a PUBLISH. */
  topic: string
  payload: string
  qos: number
  dup: boolean
  retain: boolean
  /** Of SUBSCRIBE and UNSUBSCRIBE: filters, with the QoS they are asked for. */
  filters: { filter: string; qos: number }[]
  /** Of a CONNECT: flags and keep alive. */
  flags: number
  keepalive: number
  /** The texts of a CONNECT, in their order. */
  fields: string[]
  /** As text, for tests to compare. */
  line: string
}

const TYPES = ["", "CONNECT", "", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP", "SUBSCRIBE", "", "UNSUBSCRIBE", "", "PINGREQ", "", "DISCONNECT"] as const
/** The flags that each packet type must have; those of PUBLISH vary. */
const FLAGS = [-1, 0, -1, 0, 0, 0, 2, 0, 2, -1, 2, -1, 0, -1, 0]

/** Puts packets together from the pieces in which a client writes them. Fails on anything that a client must not send. */
export class ClientPackets {
  private rest: number[] = []

  /** The packets that these bytes complete. */
  feed(bytes: readonly number[]): ClientPacket[] {
    for (const byte of bytes) this.rest.push(byte)
    const packets: ClientPacket[] = []
    for (;;) {
      const rest = this.rest
      let remaining = 0
      let at = 1
      for (let shift = 0; at < rest.length; shift += 7) {
        const byte = rest[at++]!
        remaining += (byte & 127) << shift
        if (byte < 128) break
        if (at === rest.length) return packets
      }
      if (at === 1 || rest.length < at + remaining) return packets
      packets.push(parse(rest[0]!, rest.slice(at, at + remaining)))
      this.rest = rest.slice(at + remaining)
    }
  }

  /** Bytes of a packet that is not complete yet. */
  get unfinished(): number {
    return this.rest.length
  }
}

function parse(first: number, body: readonly number[]): ClientPacket {
  const type = TYPES[first >> 4]
  if (!type) throw new Error(`a client must not send packet type ${first >> 4}`)
  if (type !== "PUBLISH" && (first & 15) !== FLAGS[first >> 4]) throw new Error(`${type} with flags ${first & 15}`)
  const packet: ClientPacket = { type, id: 0, topic: "", payload: "", qos: 0, dup: false, retain: false, filters: [], flags: 0, keepalive: 0, fields: [], line: type }
  let at = 0
  const number16 = (): number => {
    if (at + 2 > body.length) throw new Error(`${type} is cut short`)
    at += 2
    return body[at - 2]! * 256 + body[at - 1]!
  }
  const field = (): string => {
    const length = number16()
    if (at + length > body.length) throw new Error(`${type} is cut short`)
    at += length
    return textOf(body.slice(at - length, at))
  }
  if (type === "CONNECT") {
    const protocol = field()
    const level = body[at++]
    if (protocol !== "MQTT" || level !== 4) throw new Error(`CONNECT of ${protocol} ${level}`)
    packet.flags = body[at++]!
    packet.keepalive = number16()
    while (at < body.length) packet.fields.push(field())
    packet.line = `CONNECT flags=${hex(Uint8Array.of(packet.flags))} keepalive=${packet.keepalive} ${packet.fields.join(" ")}`
  } else if (type === "PUBLISH") {
    packet.qos = (first >> 1) & 3
    packet.dup = (first & 8) !== 0
    packet.retain = (first & 1) !== 0
    packet.topic = field()
    if (packet.qos > 0) packet.id = number16()
    packet.payload = textOf(body.slice(at))
    at = body.length
    packet.line = `PUBLISH ${packet.topic} ${packet.payload}${packet.qos > 0 ? ` qos=${packet.qos} id=${packet.id}` : ""}${packet.dup ? " dup" : ""}${packet.retain ? " retain" : ""}`
    if (packet.qos > 2 || (packet.qos === 0 && packet.dup)) throw new Error(`bad flags: ${packet.line}`)
  } else if (type === "SUBSCRIBE" || type === "UNSUBSCRIBE") {
    packet.id = number16()
    while (at < body.length) packet.filters.push({ filter: field(), qos: type === "SUBSCRIBE" ? body[at++]! : 0 })
    if (packet.filters.length === 0 || packet.filters.some(({ qos }) => qos > 2)) throw new Error(`bad ${type}`)
    packet.line = `${type} id=${packet.id} ${packet.filters.map(({ filter, qos }) => (type === "SUBSCRIBE" ? `${filter}:${qos}` : filter)).join(" ")}`
  } else if (type !== "PINGREQ" && type !== "DISCONNECT") {
    packet.id = number16()
    packet.line = `${type} id=${packet.id}`
  }
  if (at !== body.length) throw new Error(`${type} has ${body.length - at} bytes too many`)
  const hasId = packet.qos > 0 || !["CONNECT", "PUBLISH", "PINGREQ", "DISCONNECT"].includes(type)
  if (hasId && packet.id === 0) throw new Error(`${type} with packet id 0`)
  return packet
}

function textOf(bytes: readonly number[]): string {
  let text = ""
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

// What a server answers.

export type Bytes = readonly number[]

export function connack(sessionPresent = false, code = 0): Bytes {
  return [0x20, 2, sessionPresent ? 1 : 0, code]
}

export interface ServerPublish {
  topic: string
  payload?: string | Uint8Array
  qos?: number
  id?: number
  dup?: boolean
  retain?: boolean
}

export function publish({ topic, payload = "", qos = 0, id = 0, dup = false, retain = false }: ServerPublish): Bytes {
  const name = encodeText(topic)
  const bytes = typeof payload === "string" ? encodeText(payload) : payload
  const body = concat(Uint8Array.of(name.length >> 8, name.length), name, qos > 0 ? Uint8Array.of(id >> 8, id) : new Uint8Array(0), bytes)
  const length: number[] = []
  let rest = body.length
  do {
    length.push(rest > 127 ? (rest & 127) | 128 : rest)
    rest >>= 7
  } while (rest > 0)
  return [0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0), ...length, ...body]
}

export const puback = (id: number): Bytes => [0x40, 2, id >> 8, id & 255]
export const pubrec = (id: number): Bytes => [0x50, 2, id >> 8, id & 255]
export const pubrel = (id: number): Bytes => [0x62, 2, id >> 8, id & 255]
export const pubcomp = (id: number): Bytes => [0x70, 2, id >> 8, id & 255]
export const suback = (id: number, ...codes: number[]): Bytes => [0x90, 2 + codes.length, id >> 8, id & 255, ...codes]
export const unsuback = (id: number): Bytes => [0xb0, 2, id >> 8, id & 255]
export const PINGRESP: Bytes = [0xd0, 0]
