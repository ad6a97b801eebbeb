import { PacketType } from "../codec/packets.js"
import { Field } from "./outbox.js"
import { State } from "./qos.js"
import { Drop, type Session } from "./session.js"

/** The first byte; another number is another layout. */
const VERSION = 1

/**
 * Big-endian: version, last packet id (2), number of inbound ids (2), those (2 each); then, of each message that waits
 * or is in flight, in order: these fields, and its packet.
 */
const enum Frozen {
  LAST_ID = 1,
  INBOUND = 3,
  HEAD = 5,

  STATE = 0,
  PACKET_ID = 1,
  LENGTH = 3,
  /** Milliseconds until it expires; 0: never. */
  TIME_LEFT = 5,
  MESSAGE = 9,
}

/**
 * Writes what a session must remember while the device sleeps: packet ids, and the messages not yet delivered. To be
 * called when the client has ended. What has no room is dropped, and reported. Returns how many bytes it takes; throws
 * a RangeError when not even the ids have room.
 */
export function freezeSession(session: Session, out: ArrayBuffer): number {
  const { outbox, inbound } = session
  const { records, arena } = outbox
  const now = session.clock.ticks()
  const view = new DataView(out)
  const room = out.byteLength
  let at = Frozen.HEAD + 2 * inbound.count
  if (at > room) throw new RangeError(`freezeSession: ${room} bytes; the ids alone take ${at}`)
  view.setUint8(0, VERSION)
  view.setUint16(Frozen.LAST_ID, session.lastId)
  view.setUint16(Frozen.INBOUND, inbound.count)
  for (let i = 0; i < inbound.count; i++) view.setUint16(Frozen.HEAD + 2 * i, inbound.ids[i]!)
  session.dropExpired()
  let record = 0
  while (record < outbox.end) {
    const length = records[record + Field.LENGTH]!
    const end = at + Frozen.MESSAGE + length
    if (end > room) {
      session.drop(record, Drop.NEWEST)
      continue
    }
    const expires = records[record + Field.EXPIRES]!
    view.setUint8(at + Frozen.STATE, records[record]!)
    view.setUint16(at + Frozen.PACKET_ID, records[record + Field.PACKET_ID]!)
    view.setUint16(at + Frozen.LENGTH, length)
    view.setUint32(at + Frozen.TIME_LEFT, expires === 0 ? 0 : Math.max(1, (expires - now) | 0))
    const from = records[record + Field.OFFSET]!
    new Uint8Array(out).set(arena.bytes.subarray(from, from + length), at + Frozen.MESSAGE)
    at = end
    record += Field.COUNT
  }
  return at
}

/**
 * Takes back what `freezeSession` wrote, `elapsed` milliseconds ago, into a session that is new. Returns how many
 * messages there were, or -1 when the bytes are not such, and then changes nothing. What there is no room for is
 * dropped, and reported.
 */
export function thawSession(session: Session, bytes: Uint8Array, elapsed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const first = checked(view)
  if (first < 0) return -1
  const now = session.clock.ticks()
  session.lastId = view.getUint16(Frozen.LAST_ID)
  const { inbound, outbox } = session
  for (let at = Frozen.HEAD; at < first && !inbound.full; at += 2) inbound.add(view.getUint16(at))
  let messages = 0
  let at = first
  while (at < bytes.length) {
    const start = at + Frozen.MESSAGE
    const left = view.getUint32(at + Frozen.TIME_LEFT)
    const state = view.getUint8(at + Frozen.STATE)
    const packetId = view.getUint16(at + Frozen.PACKET_ID)
    at = start + view.getUint16(at + Frozen.LENGTH)
    messages++
    session.restore(outbox.append(bytes.subarray(start, at), packetId), state, left === 0 ? 0 : (now + left - elapsed) | 0 || 1)
  }
  session.dropExpired()
  return messages
}

/** Where the messages begin, when all is as it should be; -1 otherwise. */
function checked(view: DataView): number {
  const end = view.byteLength
  if (end < Frozen.HEAD || view.getUint8(0) !== VERSION) return -1
  const first = Frozen.HEAD + 2 * view.getUint16(Frozen.INBOUND)
  let at = first
  while (at < end) {
    const start = at + Frozen.MESSAGE
    if (start > end) return -1
    const state = view.getUint8(at) as State
    const length = view.getUint16(at + Frozen.LENGTH)
    // Only a message of which nothing but PUBREL is left has no packet.
    const released = state === State.PUBCOMP || state === State.SEND_PUBREL
    if (state === State.NONE || state > State.SEND_PUBREL || (length === 0) !== released) return -1
    if (!released && start < end && view.getUint8(start) >> 4 !== PacketType.PUBLISH) return -1
    if (state !== State.SEND0 && view.getUint16(at + Frozen.PACKET_ID) === 0) return -1
    at = start + length
  }
  return at === end ? first : -1
}
