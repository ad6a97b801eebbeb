import { Client, type ClientOptions, PacketBuffer, type PacketSink } from "../../../src/index.js"
import { PacketType } from "../../../src/codec/packets.js"
import { Field } from "../../../src/session/outbox.js"
import type { Platform } from "../../platform.js"

export interface LinkEvents {
  /** The id that the program has given to the message with this handle. */
  idOf(handle: number): number
  /** An acknowledgement of such a message has come, or a PUBREL, which has the server's id, or a PINGRESP, which has 0. */
  onControl(type: PacketType, id: number): void
}

/**
 * A Client that tells of acknowledgements too, and of the room that it has, and that takes memory for messages longer
 * than its buffers while they are there.
 */
export class Link extends Client {
  private readonly ownArena: PacketBuffer

  /** `largest`: bytes of the longest packet that is received. */
  constructor(platform: Platform, options: ClientOptions, largest: number, events: LinkEvents) {
    super(platform, options)
    const decoder = this.connection.decoder
    const outbox = this.session.outbox
    const sink = decoder.sink
    decoder.largest = largest
    this.lifecycle.republish = true
    this.ownArena = outbox.arena
    // The same sink but for two methods. Not by assignment: in flash its prototype is frozen.
    decoder.sink = Object.create(sink, {
      onAcknowledge: {
        value: (type: PacketType, packetId: number) => {
          let id = packetId
          if (type !== PacketType.PUBREL) {
            // Before the session hears of it, and forgets the message.
            const record = outbox.find(packetId)
            id = record < 0 ? 0 : events.idOf(outbox.records[record + Field.HANDLE]!)
          }
          sink.onAcknowledge(type, packetId)
          if (id !== 0) events.onControl(type, id)
        },
      },
      onPingresp: {
        value: () => {
          sink.onPingresp()
          events.onControl(PacketType.PINGRESP, 0)
        },
      },
    }) as PacketSink
  }

  /** Bytes of a packet for which there is room now. */
  get room(): number {
    const { records, end } = this.session.outbox
    let room = end === records.length ? 0 : this.ownArena.capacity
    for (let at = Field.LENGTH as number; at < end; at += Field.COUNT) room -= records[at]!
    return room
  }

  /** Takes memory for a packet longer than the outbox. False while another such packet is there. */
  enlarge(bytes: number): boolean {
    const { session, ownArena } = this
    if (session.outbox.arena !== ownArena) return false
    const arena = new PacketBuffer(session.isEmpty ? bytes : ownArena.capacity + bytes)
    if (!session.isEmpty) arena.bytes.set(ownArena.bytes)
    session.outbox.arena = arena
    return true
  }

  /** Gives back what `enlarge` has taken, once the outbox is empty. */
  shrink(): void {
    if (this.session.isEmpty) this.session.outbox.arena = this.ownArena
  }

  /** Sends PINGREQ. */
  ping(): void {
    this.connection.gather(encodePingreq)
  }
}

function encodePingreq(out: Uint8Array, at: number): number {
  out[at] = PacketType.PINGREQ << 4
  out[at + 1] = 0
  return at + 2 > out.length ? -1 : at + 2
}
