import { PacketBuffer } from "../../src/codec/buffer.js"
import { PacketType, PublishFlag } from "../../src/codec/packets.js"
import type { PayloadWriter } from "../../src/codec/publish.js"
import { encodeText } from "../../src/codec/text.js"
import { Topic } from "../../src/codec/topic.js"
import { describeDrop, type Drop, OutboxPolicy, Session, type SessionOptions } from "../../src/session/session.js"
import { type ClientPacket, ClientPackets } from "./client-packets.js"

/** A session by itself: what it reports is written down, what it stages is taken apart. */
export class SessionRig {
  readonly session: Session
  log: string[] = []
  /** Ticks of the session's clock. */
  now = 1000
  /** Called with each drop, after it was written down. */
  onDropped: ((handle: number, reason: Drop) => void) | undefined
  onDelivered: ((handle: number) => void) | undefined
  private readonly out: PacketBuffer
  private parser = new ClientPackets()

  constructor(options: Partial<SessionOptions> = {}, transmitBufferSize = 1024) {
    this.out = new PacketBuffer(transmitBufferSize)
    this.session = new Session(
      { outboxBytes: 2048, outboxMessages: 16, outboxPolicy: OutboxPolicy.REFUSE, maxInflight: 8, maxInbound: 8, ...options },
      {
        onDelivered: (handle) => {
          this.log.push(`delivered ${handle}`)
          this.onDelivered?.(handle)
        },
        onDropped: (handle, reason) => {
          this.log.push(`dropped ${handle}: ${describeDrop(reason)}`)
          this.onDropped?.(handle, reason)
        },
      },
      { ticks: () => this.now | 0, now: () => undefined },
    )
  }

  /** A new connection; what was on its way over the old one is gone. */
  connected(sessionPresent: boolean): void {
    this.parser = new ClientPackets()
    this.session.connected(sessionPresent)
  }

  publish(qos: number, payload: string | PayloadWriter = "", topic = "t", expires = 0): number {
    return this.session.publish(qos << PublishFlag.QOS_SHIFT, new Topic(topic).bytes, typeof payload === "string" ? encodeText(payload) : payload, expires)
  }

  /** Publishes, and takes it for granted that the message is sent. Returns its packet id. */
  sentId(qos: number): number {
    this.publish(qos)
    const packets = this.packets()
    return packets[packets.length - 1]!.id
  }

  /** Stages until nothing more comes, writing out `room` bytes at a time. */
  packets(room = this.out.capacity): ClientPacket[] {
    const packets: ClientPacket[] = []
    for (;;) {
      const written = this.write(room)
      if (!written) return packets
      packets.push(...written)
    }
  }

  sent(room?: number): string[] {
    return this.packets(room).map(({ line }) => line)
  }

  /** One write of at most `room` bytes; undefined when there is nothing to write. */
  write(room: number): ClientPacket[] | undefined {
    const { out, session } = this
    const direct = session.stage(out, Math.min(room, out.capacity))
    const source = direct > 0 ? session.outbox.arena : out
    const length = direct > 0 ? direct : out.length
    if (length === 0) return undefined
    if (length > room) throw new Error(`${length} bytes staged where ${room} have room`)
    const bytes = [...source.bytes.subarray(0, length)]
    out.length = 0
    return this.parser.feed(bytes)
  }

  /** True when the answer is to be PUBREL. */
  puback(id: number): boolean {
    return this.session.acknowledge(PacketType.PUBACK, id)
  }

  pubrec(id: number): boolean {
    return this.session.acknowledge(PacketType.PUBREC, id)
  }

  pubcomp(id: number): boolean {
    return this.session.acknowledge(PacketType.PUBCOMP, id)
  }

  told(): string[] {
    const log = this.log
    this.log = []
    return log
  }
}
