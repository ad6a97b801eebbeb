import { fileExists, OutsideMemory, writeFile } from "host/board"
import { readText } from "host"
import { onCommand, say, state } from "board-simulation"

/** One end of a connection, as the broker sees it. */
export interface Connection {
  feed(bytes: Uint8Array): void
  /** It is gone. */
  lost(): void
}

interface Peer {
  send(bytes: readonly number[]): void
  close(): void
  denied: boolean
}

interface Message {
  topic: string
  payload: string
  qos: number
  retain?: boolean
}

interface Outgoing extends Message {
  id: number
  released: boolean
}

interface Session {
  filters: Record<string, number>
  /** Ids of QoS 2 messages whose PUBREL has not come. */
  inbound: number[]
  outgoing: Outgoing[]
  lastId: number
}

/** What outlives connections, and restarts of the board: it is kept in a file. */
interface Memory {
  sessions: Record<string, Session>
  retained: Record<string, string>
}

const LARGEST = 4096
const online: Link[] = []
const kept = { memory: undefined as Memory | undefined }

function path(): string {
  return `${state.settings.folder}/broker.json`
}

function recall(): Memory {
  kept.memory ??= fileExists(path()) ? (JSON.parse(readText(path())) as Memory) : { sessions: {}, retained: {} }
  return kept.memory
}

function save(): void {
  writeFile(path(), ArrayBuffer.fromString!(JSON.stringify(kept.memory)))
}

/** A message for whoever has subscribed to it. */
function distribute(message: Message): void {
  const { sessions, retained } = recall()
  const { topic, payload, qos } = message
  if (message.retain) retained[topic] = payload
  const ids = Object.keys(sessions)
  for (let i = 0; i < ids.length; i++) {
    const session = sessions[ids[i]!]!
    const granted = grantedFor(session, topic)
    const link = online.find((each) => each.id === ids[i])
    if (granted >= 0) deliver(session, link, { topic, payload, qos: Math.min(qos, granted) })
  }
}

function deliver(session: Session, link: Link | undefined, message: Message): void {
  if (message.qos === 0) return link?.publish(message, 0, false)
  session.lastId = (session.lastId % 65_535) + 1
  session.outgoing.push({ ...message, id: session.lastId, released: false })
  link?.publish(message, session.lastId, false)
  save()
}

function grantedFor(session: Session, topic: string): number {
  const filters = Object.keys(session.filters)
  let granted = -1
  for (let i = 0; i < filters.length; i++) if (matches(filters[i]!, topic)) granted = Math.max(granted, session.filters[filters[i]!]!)
  return granted
}

function matches(filter: string, topic: string): boolean {
  const wanted = filter.split("/")
  const levels = topic.split("/")
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === "#") return true
    if (levels[i] === undefined || (wanted[i] !== "+" && wanted[i] !== levels[i])) return false
  }
  return wanted.length === levels.length
}

onCommand("publish", (message: Message) => distribute(message))

export function connect(peer: Peer): Connection {
  return new Link(peer)
}

/** One connection of one client, MQTT 3.1.1. Tells each message that comes: { message: ... }. */
class Link implements Connection {
  id = ""
  private readonly peer: Peer
  private session: Session | undefined
  private will: Message | undefined
  private readonly buffer = new Uint8Array(new OutsideMemory(LARGEST) as ArrayBuffer)
  private length = 0
  private at = 0

  constructor(peer: Peer) {
    this.peer = peer
  }

  feed(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) this.buffer[this.length++] = bytes[i]!
    for (;;) {
      const end = this.packetEnd()
      if (end === 0) return
      this.take(this.buffer[0]!, end)
      this.buffer.copyWithin(0, end, this.length)
      this.length -= end
    }
  }

  lost(): void {
    const i = online.indexOf(this)
    if (i >= 0) online.splice(i, 1)
    const { will } = this
    this.will = undefined
    if (!will) return
    say({ message: { ...will, will: true } })
    distribute(will)
  }

  publish({ topic, payload, qos }: Message, id: number, dup: boolean, retain = false): void {
    const name = bytesOf(topic)
    const body = [name.length >> 8, name.length & 255, ...name, ...(qos > 0 ? [id >> 8, id & 255] : []), ...bytesOf(payload)]
    const size = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]
    this.peer.send([0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0), ...size, ...body])
  }

  /** Of the first packet; 0 where it is not complete. `at` is where its body begins. */
  private packetEnd(): number {
    let size = 0
    for (let at = 1, shift = 0; at < this.length; at++, shift += 7) {
      size += (this.buffer[at]! & 127) << shift
      if (this.buffer[at]! >= 128) continue
      this.at = at + 1
      return this.length >= this.at + size ? this.at + size : 0
    }
    return 0
  }

  private take(first: number, end: number): void {
    const type = first >> 4
    if (type === 1) this.connected()
    else if (type === 3) this.published(first, end)
    else if (type === 4 || type === 7) this.acknowledged(this.number())
    else if (type === 5) this.received(this.number())
    else if (type === 6) this.release(this.number())
    else if (type === 8) this.subscribe(end)
    else if (type === 12) this.peer.send([0xd0, 0])
    else if (type === 14) this.will = undefined
  }

  private connected(): void {
    this.at += 7
    const flags = this.buffer[this.at++]!
    this.at += 2
    this.id = this.text()
    if (flags & 4) this.will = { topic: this.text(), payload: this.text(), qos: (flags >> 3) & 3, retain: (flags & 32) !== 0 }
    if (this.peer.denied) {
      this.will = undefined
      this.peer.send([0x20, 2, 0, 5])
      return this.peer.close()
    }
    const { sessions } = recall()
    const clean = (flags & 2) !== 0
    const present = !clean && sessions[this.id] !== undefined
    if (!present) sessions[this.id] = { filters: {}, inbound: [], outgoing: [], lastId: 0 }
    this.session = sessions[this.id]!
    save()
    online.push(this)
    say({ connect: this.id, clean, present })
    this.peer.send([0x20, 2, present ? 1 : 0, 0])
    const { outgoing } = this.session
    for (let i = 0; i < outgoing.length; i++) {
      const each = outgoing[i]!
      if (each.released) this.acknowledge(0x62, each.id)
      else this.publish(each, each.id, true)
    }
  }

  private published(first: number, end: number): void {
    const qos = (first >> 1) & 3
    const topic = this.text()
    const id = qos > 0 ? this.number() : 0
    const payload = String.fromArrayBuffer!(this.buffer.slice(this.at, end).buffer)
    const { inbound } = this.session!
    if (qos < 2 || !inbound.includes(id)) {
      const message = { topic, payload, qos, retain: (first & 1) !== 0 }
      say({ message: { ...message, dup: (first & 8) !== 0 } })
      distribute(message)
    }
    if (qos === 1) this.acknowledge(0x40, id)
    if (qos < 2) return
    if (!inbound.includes(id)) inbound.push(id)
    save()
    this.acknowledge(0x50, id)
  }

  private release(id: number): void {
    const { inbound } = this.session!
    const i = inbound.indexOf(id)
    if (i >= 0) inbound.splice(i, 1)
    save()
    this.acknowledge(0x70, id)
  }

  /** PUBACK or PUBCOMP. */
  private acknowledged(id: number): void {
    const { outgoing } = this.session!
    const i = outgoing.findIndex((each) => each.id === id)
    if (i >= 0) outgoing.splice(i, 1)
    save()
  }

  private received(id: number): void {
    const message = this.session!.outgoing.find((each) => each.id === id)
    if (message) message.released = true
    this.acknowledge(0x62, id)
  }

  private subscribe(end: number): void {
    const id = this.number()
    const { filters } = this.session!
    const codes: number[] = []
    const names: string[] = []
    while (this.at < end) {
      const filter = this.text()
      const qos = this.buffer[this.at++]!
      filters[filter] = qos
      codes.push(qos)
      names.push(filter)
    }
    save()
    this.peer.send([0x90, 2 + codes.length, id >> 8, id & 255, ...codes])
    const { retained } = recall()
    const topics = Object.keys(retained)
    for (let i = 0; i < topics.length; i++) {
      const topic = topics[i]!
      if (retained[topic] !== "" && names.some((name) => matches(name, topic))) this.publish({ topic, payload: retained[topic]!, qos: 0 }, 0, false, true)
    }
  }

  private acknowledge(first: number, id: number): void {
    this.peer.send([first, 2, id >> 8, id & 255])
  }

  private number(): number {
    this.at += 2
    return this.buffer[this.at - 2]! * 256 + this.buffer[this.at - 1]!
  }

  private text(): string {
    const length = this.number()
    this.at += length
    return String.fromArrayBuffer!(this.buffer.slice(this.at - length, this.at).buffer)
  }
}

function bytesOf(text: string): number[] {
  return Array.from(new Uint8Array(ArrayBuffer.fromString!(text)))
}
