/// <reference types="node" />
import { generate, type Packet, parser as makeParser } from "mqtt-packet"
import { nodePlatform } from "../../platforms/node/platform.js"
import { PacketBuffer } from "../../src/codec/buffer.js"
import { Decoder, type PacketSink } from "../../src/codec/decoder.js"
import { PublishFlag } from "../../src/codec/packets.js"
import { encodePublish } from "../../src/codec/publish.js"
import { Topic } from "../../src/codec/topic.js"
import { seeded } from "../support/random.js"
import { median, type Row } from "./report.js"

const ROUNDS = 9
const SEGMENT = 1460

/** The codec against mqtt-packet, in turns in this process. Packets per second of both, medians of several rounds. */
export function codecRows(): Row[] {
  return [encoding("encode PUBLISH QoS 1", 1), encoding("encode PUBLISH QoS 0", 0), decoding()]
}

/** A PUBLISH with a topic of 32 bytes and a payload of 64: ours into a caller's buffer, theirs by `generate`. */
function encoding(name: string, qos: 0 | 1): Row {
  const topic = new Topic("site/hall-4/device-0123/humidity")
  const payload = new Uint8Array(64).fill(0x78)
  const buffer = new PacketBuffer(1024, nodePlatform())
  const out = buffer.bytes
  const flags = qos << PublishFlag.QOS_SHIFT
  const packet: Packet = { cmd: "publish", topic: topic.name, payload: Buffer.from(payload), qos, retain: false, dup: false, messageId: 1, length: 0 }
  const same = Buffer.from(out.slice(0, encodePublish(out, 0, flags, topic.bytes, 1, payload)))
  if (!same.equals(generate(packet))) throw new Error("the two encoders do not agree")
  let sum = 0
  const ours = (): void => {
    for (let i = 1; i <= 200_000; i++) sum += encodePublish(out, 0, flags, topic.bytes, i & 0xffff, payload)
  }
  const peer = (): void => {
    for (let i = 1; i <= 20_000; i++) {
      packet.messageId = (i & 0x7fff) + 1
      sum += generate(packet).length
    }
  }
  const row = compare(name, ours, 200_000, peer, 20_000)
  if (sum === 0) throw new Error("nothing was encoded")
  return row
}

/**
 * What a busy client receives, cut into TCP segments: PUBLISH of all QoS and sizes from 0 to 300 bytes, and answers
 * to its own. Our sink knows no topic, so that each is looked at as UTF-8.
 */
function decoding(): Row {
  const { bytes, packets } = mixedStream(4000)
  const segments: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += SEGMENT) segments.push(bytes.subarray(at, at + SEGMENT))

  const sink = new CountingSink()
  const decoder = new Decoder(sink, SEGMENT, 1024, undefined, nodePlatform())
  const ours = (): void => {
    sink.count = 0
    decoder.reset()
    for (const segment of segments) {
      decoder.input.bytes.set(segment)
      decoder.feed(segment.length)
    }
    if (sink.count !== packets) throw new Error(`decoded ${sink.count} of ${packets} packets`)
  }
  const peer = (): void => {
    let count = 0
    const parser = makeParser({ protocolVersion: 4 })
    parser.on("packet", () => count++)
    for (const segment of segments) parser.parse(segment as Buffer)
    if (count !== packets) throw new Error(`mqtt-packet decoded ${count} of ${packets} packets`)
  }
  return compare("decode a mixed stream", repeat(ours, 10), packets * 10, peer, packets)
}

function mixedStream(count: number): { bytes: Buffer; packets: number } {
  const random = seeded(1)
  const topics = ["site/hall-4/device-0123/humidity", "a/b", "工厂/温度", "$SYS/broker/load/messages/received/1min", "home/kitchen/temperature"]
  const parts: Buffer[] = [generate({ cmd: "connack", returnCode: 0, sessionPresent: false })]
  for (let i = 1; i < count; i++) {
    const messageId = 1 + Math.floor(random() * 65_535)
    const kind = random()
    if (kind < 0.6) {
      const qos = Math.floor(random() * 3) as 0 | 1 | 2
      const payload = Buffer.alloc(Math.floor(random() * 300), "payload ")
      const topic = topics[Math.floor(random() * topics.length)]!
      parts.push(generate({ cmd: "publish", topic, payload, qos, retain: random() < 0.1, dup: false, messageId }))
    } else if (kind < 0.75) parts.push(generate({ cmd: "puback", messageId }))
    else if (kind < 0.82) parts.push(generate({ cmd: "pubrec", messageId }))
    else if (kind < 0.89) parts.push(generate({ cmd: "pubcomp", messageId }))
    else if (kind < 0.96) parts.push(generate({ cmd: "pubrel", messageId }))
    else if (kind < 0.97) parts.push(generate({ cmd: "suback", messageId, granted: [0, 1, 2, 128] }))
    else if (kind < 0.98) parts.push(generate({ cmd: "unsuback", messageId, granted: [] }))
    else parts.push(generate({ cmd: "pingresp" }))
  }
  return { bytes: Buffer.concat(parts), packets: count }
}

class CountingSink implements PacketSink {
  count = 0
  onConnack(): void {
    this.count++
  }
  onPublish(): void {
    this.count++
  }
  onOversize(): void {
    throw new Error("no packet of this stream is longer than the buffer")
  }
  onAcknowledge(): void {
    this.count++
  }
  onSuback(): void {
    this.count++
  }
  onUnsuback(): void {
    this.count++
  }
  onPingresp(): void {
    this.count++
  }
  onViolation(violation: number): void {
    throw new Error(`violation ${violation}`)
  }
}

function repeat(action: () => void, times: number): () => void {
  return () => {
    for (let i = 0; i < times; i++) action()
  }
}

/** Runs both in turns; each action handles that many packets. */
function compare(name: string, ours: () => void, oursPackets: number, peer: () => void, peerPackets: number): Row {
  const rates: [number[], number[]] = [[], []]
  // The first rounds let the engine compile.
  for (let round = -2; round < ROUNDS; round++) {
    const a = rate(ours, oursPackets)
    const b = rate(peer, peerPackets)
    if (round < 0) continue
    rates[0].push(a)
    rates[1].push(b)
  }
  const [a, b] = [median(rates[0]), median(rates[1])]
  return { suite: "codec", case: name, ours: a, peer: b, ratio: a / b, unit: "packets/s" }
}

function rate(action: () => void, packets: number): number {
  const start = process.hrtime.bigint()
  action()
  return (packets * 1e9) / Number(process.hrtime.bigint() - start)
}
