import type { Clock } from "../../platforms/platform.js"
import { Acknowledge, AcknowledgeLength, encodeAcknowledge } from "../codec/acknowledge.js"
import { copyBytes, type Memory, type PacketBuffer } from "../codec/buffer.js"
import { PacketType, PublishFlag } from "../codec/packets.js"
import type { PayloadWriter } from "../codec/publish.js"
import { InboundIds } from "./inbound.js"
import { Field, Outbox } from "./outbox.js"
import { Action, actionOf, Entry, Event, nextOf, State, TABLE } from "./qos.js"

/** Why a message was not taken. */
export const enum Refusal {
  /** The outbox is full: try again after a delivery, or choose an outbox policy. */
  OUTBOX_FULL = -1,
  /** Longer than the whole outbox. */
  TOO_LARGE = -2,
  /** `end` has been called. */
  ENDING = -3,
  /** Not connected, QoS 0, and `queueQoSZero` is false. */
  OFFLINE = -4,
}

/** Why a message that had been taken was not delivered. */
export const enum Drop {
  /** Its time to live ran out before it could be sent. */
  EXPIRED = 1,
  /** It made room for a newer one: policy drop-oldest. */
  OLDEST,
  /** There was no room for it: policy drop-newest. */
  NEWEST,
  /** A newer message to the same topic took its place: policy latest-per-topic. */
  REPLACED,
  /** The session ended while it was in flight: whether it arrived can't be known. */
  SESSION_LOST,
  /** QoS 0, and the connection ended before it had left. */
  CONNECTION_LOST,
}

export function describeRefusal(refusal: Refusal): string {
  return "|the outbox is full|the message is longer than the outbox|the client is ending|there is no connection".split("|")[-refusal]!
}

const DROPS =
  "|its time to live has run out" +
  "|it made room for a newer message" +
  "|there was no room for it" +
  "|a newer message to the same topic took its place" +
  "|the session ended while it was in flight; it may have arrived" +
  "|the connection ended before it had left"

export function describeDrop(reason: Drop): string {
  return DROPS.split("|")[reason]!
}

export const enum OutboxPolicy {
  REFUSE,
  DROP_OLDEST,
  DROP_NEWEST,
  LATEST_PER_TOPIC,
}

export interface SessionOptions {
  /** Bytes of encoded packets that may wait or be in flight. */
  outboxBytes: number
  /** Messages that may wait or be in flight. */
  outboxMessages: number
  outboxPolicy: OutboxPolicy
  /** QoS 1 and 2 messages sent and not yet acknowledged, at most. */
  maxInflight: number
  /** QoS 2 messages received and not yet released, at most. */
  maxInbound: number
}

export interface SessionEvents {
  onDelivered(handle: number): void
  onDropped(handle: number, reason: Drop): void
}

/**
 * What outlives a connection: messages on their way out, their packet ids and QoS states, and the ids of QoS 2
 * messages on their way in. Knows no socket: packets are put into a transmit buffer when there is one.
 */
export class Session {
  readonly outbox: Outbox
  readonly inbound: InboundIds
  /** Messages taken. */
  published = 0
  /** Answers to nothing that is in flight. */
  unexpectedAcks = 0
  readonly clock: Clock
  /** The packet id that was taken last. */
  lastId = 0
  private readonly events: SessionEvents
  private readonly policy: OutboxPolicy
  private readonly maxInflight: number
  /** The first record that has not been sent on this connection; those before it are in flight. */
  private next = 0
  private inflight = 0
  /** Bytes of that record which are already in the transmit buffer, when it did not fit whole. */
  partly = 0
  /** Ids of SUBSCRIBE and UNSUBSCRIBE packets that wait for their answers. */
  private requestIds: number[] = []
  private lastHandle = 0

  constructor(options: SessionOptions, events: SessionEvents, clock: Clock, memory?: Memory) {
    this.outbox = new Outbox(options.outboxBytes, options.outboxMessages, memory)
    this.inbound = new InboundIds(options.maxInbound)
    this.policy = options.outboxPolicy
    this.maxInflight = options.maxInflight
    this.events = events
    this.clock = clock
  }

  /** Something waits to be sent. */
  get hasUnsent(): boolean {
    return this.next < this.outbox.end
  }

  /** A packet has been put into the transmit buffer in part: nothing else may be put there now. */
  get midPacket(): boolean {
    return this.partly !== 0
  }

  get isEmpty(): boolean {
    return this.outbox.end === 0
  }

  /** Messages that wait or are in flight. */
  get backlog(): number {
    return this.outbox.backlog
  }

  get inflightCount(): number {
    return this.inflight
  }

  /**
   * Takes a message. Returns its handle, or a Refusal. `flags`: QoS and RETAIN bits of a PUBLISH. `expires`: tick at
   * which it is dropped if it has not been sent; 0: never.
   */
  publish(flags: number, topic: Uint8Array, payload: Uint8Array | PayloadWriter, expires: number): number {
    const outbox = this.outbox
    const qos = flags >> PublishFlag.QOS_SHIFT
    const packetId = qos === 0 ? 0 : this.takePacketId()
    let record = outbox.add(flags, topic, packetId, payload)
    if (record < 0) {
      if (outbox.isTooLarge(flags, topic, payload)) return Refusal.TOO_LARGE
      this.dropExpired()
      // So often at most, because `onDropped` may publish something into the room that was made.
      let drops = outbox.backlog
      while ((record = outbox.add(flags, topic, packetId, payload)) < 0) {
        if (outbox.end === 0) return Refusal.TOO_LARGE
        if (--drops >= 0 && this.makeRoom(topic)) continue
        if (this.policy !== OutboxPolicy.DROP_NEWEST) return Refusal.OUTBOX_FULL
        const dropped = (this.lastHandle & 0x3fffffff) + 1
        this.lastHandle = dropped
        this.published++
        this.events.onDropped(dropped, Drop.NEWEST)
        return dropped
      }
    }
    const records = outbox.records
    const handle = (this.lastHandle & 0x3fffffff) + 1
    records[record] = State.SEND0 + qos
    records[record + Field.HANDLE] = handle
    records[record + Field.EXPIRES] = expires
    this.lastHandle = handle
    this.published++
    if (this.policy === OutboxPolicy.LATEST_PER_TOPIC) this.dropSameTopic(topic, record)
    return handle
  }

  /**
   * Moves what may be sent now behind what `out` holds, until it holds `room` bytes. When `out` is empty and the
   * outbox holds a single message, that is not moved: its length is returned, to be sent straight from the arena. (Not
   * with others behind it: cutting the arena to its length for the socket would fill theirs with zeros.)
   */
  stage(out: PacketBuffer, room: number): number {
    const outbox = this.outbox
    const records = outbox.records
    let record
    while ((record = this.next) < outbox.end) {
      const state = records[record]! as State
      let direct = 0
      if (state === State.SEND_PUBREL) {
        if (out.length + AcknowledgeLength.BYTES > room) break
        out.length = encodeAcknowledge(out.bytes, out.length, Acknowledge.PUBREL, records[record + Field.PACKET_ID]!)
      } else {
        const length = records[record + Field.LENGTH]!
        if (state !== State.SEND0) {
          if (this.inflight >= this.maxInflight) break
          if (outbox.end === Field.COUNT && out.length === 0 && records[Field.OFFSET] === 0 && this.partly === 0 && length <= room) direct = length
        }
        if (direct === 0 && !this.copy(record, length, out, room)) break
        if (state !== State.SEND0) this.inflight++
      }
      this.next = record + Field.COUNT
      if (state === State.SEND0) this.apply(record, state, Event.SENT)
      else records[record] = TABLE[state * Event.COUNT + Event.SENT]! & Entry.NEXT_MASK
      if (direct !== 0) return direct
    }
    return 0
  }

  /** Puts a packet, or what is left of it, behind what `out` holds. False when a part is still left. */
  private copy(record: number, length: number, out: PacketBuffer, room: number): boolean {
    const outbox = this.outbox
    const from = outbox.records[record + Field.OFFSET]! + this.partly
    const left = length - this.partly
    const take = left < room - out.length ? left : room - out.length
    if (take <= 0) return false
    copyBytes(outbox.arena.view, from, from + take, out.view, out.length)
    out.length += take
    this.partly = take === left ? 0 : this.partly + take
    return take === left
  }

  /** A PUBACK, PUBREC or PUBCOMP has come. True when it is to be answered with PUBREL. */
  acknowledge(type: PacketType, packetId: number): boolean {
    const outbox = this.outbox
    const records = outbox.records
    // The oldest is the most likely one.
    const record = records[Field.PACKET_ID] === packetId && outbox.end !== 0 ? 0 : outbox.find(packetId)
    const state = record < 0 ? State.NONE : (records[record]! as State)
    const event = (type === PacketType.PUBCOMP ? Event.PUBCOMP : type - PacketType.PUBACK + Event.PUBACK) as Event
    return this.apply(record, state, event) === Action.PUBREL
  }

  /** What to do with a PUBLISH that has come. */
  receive(qos: number, packetId: number): Action {
    const state = qos === 2 && this.inbound.has(packetId) ? State.PUBREL : State.FREE
    return actionOf(state, (Event.PUBLISH0 + qos) as Event)
  }

  /** The server has kept the session, or has lost it. Everything unacknowledged is to be sent again, in the original order [MQTT-4.6.0-1]. */
  connected(sessionPresent: boolean): void {
    this.next = this.partly = this.inflight = 0
    this.applyToAll(sessionPresent ? Event.RESUME : Event.RESTART)
  }

  /** The connection has ended. A clean session ends with it [MQTT-3.1.2-6]. */
  disconnected(clean: boolean): void {
    this.partly = 0
    this.requestIds.length = 0
    if (clean) {
      this.inflight = 0
      this.applyToAll(Event.CLEAN)
    }
    this.next = 0
  }

  /** Drops what was not sent in time. Returns the ticks until the next one is due; 0: none has a time to live. */
  dropExpired(): number {
    const now = this.clock.ticks()
    const records = this.outbox.records
    let record = this.next
    let soonest = 0
    while (record < this.outbox.end) {
      const expires = records[record + Field.EXPIRES]!
      if (expires !== 0 && this.isDroppable(record)) {
        const left = (expires - now) | 0
        if (left <= 0) {
          this.drop(record, Drop.EXPIRED)
          continue
        }
        if (soonest === 0 || left < soonest) soonest = left
      }
      record += Field.COUNT
    }
    return soonest
  }

  /** The handles of what has not been delivered, in order. */
  handles(): number[] {
    const handles: number[] = []
    for (let record = 0; record < this.outbox.end; record += Field.COUNT) handles.push(this.outbox.records[record + Field.HANDLE]!)
    return handles
  }

  /** 1 to 65,535, not in use [MQTT-2.3.1-2]. */
  private takePacketId(): number {
    let id = this.lastId
    do id = id === 65_535 ? 1 : id + 1
    while ((this.outbox.end !== 0 && this.outbox.find(id) >= 0) || (this.requestIds.length !== 0 && this.requestIds.includes(id)))
    this.lastId = id
    return id
  }

  /** An id for a SUBSCRIBE or UNSUBSCRIBE, in use until its answer comes or the connection ends. */
  takeRequestId(): number {
    const id = this.takePacketId()
    this.requestIds.push(id)
    return id
  }

  /** The answer to a SUBSCRIBE or UNSUBSCRIBE has come. False when there was no such request. */
  releaseRequestId(id: number): boolean {
    const at = this.requestIds.indexOf(id)
    if (at < 0) this.unexpectedAcks++
    else this.requestIds.splice(at, 1)
    return at >= 0
  }

  private apply(record: number, state: State, event: Event): Action {
    const outbox = this.outbox
    const entry = TABLE[state * Event.COUNT + event]!
    const action = (entry >> Entry.NEXT_BITS) as Action
    if (action === Action.DELIVERED) {
      const handle = outbox.records[record + Field.HANDLE]!
      this.remove(record, state)
      this.events.onDelivered(handle)
      return action
    }
    if ((entry & Entry.NEXT_MASK) !== State.NONE) outbox.records[record] = entry & Entry.NEXT_MASK
    if (action === Action.LOST) {
      this.drop(record, Drop.SESSION_LOST)
    } else if (action === Action.PUBREL) {
      outbox.forgetPacket(record)
    } else if (action === Action.RESEND) {
      outbox.setDup(record)
    } else if (action === Action.RENEW) {
      outbox.renew(record, this.takePacketId())
    } else if (action === Action.UNEXPECTED) {
      this.unexpectedAcks++
    }
    return action
  }

  /** Completes the record of a message from before a sleep; a negative one had no room in the outbox. */
  restore(record: number, state: State, expires: number): void {
    const handle = (this.lastHandle & 0x3fffffff) + 1
    this.lastHandle = handle
    if (record < 0) {
      this.events.onDropped(handle, Drop.NEWEST)
      return
    }
    const records = this.outbox.records
    records[record] = state
    records[record + Field.HANDLE] = handle
    records[record + Field.EXPIRES] = expires
  }

  private applyToAll(event: Event): void {
    const outbox = this.outbox
    let record = 0
    while (record < outbox.end) {
      const state = outbox.records[record]! as State
      this.apply(record, state, event)
      if (nextOf(state, event) !== State.NONE) record += Field.COUNT
      if (nextOf(state, event) === State.SEND_PUBREL) this.inflight++
    }
    if (nextOf(State.PUBREL, event) === State.FREE) this.inbound.clear()
  }

  /** Gives a message up, and reports it. */
  drop(record: number, reason: Drop): void {
    const handle = this.outbox.records[record + Field.HANDLE]!
    this.remove(record, this.outbox.records[record]! as State)
    this.events.onDropped(handle, reason)
  }

  private remove(record: number, state: State): void {
    if (state >= State.PUBACK && this.inflight > 0) this.inflight--
    if (record < this.next) this.next -= Field.COUNT
    this.outbox.remove(record)
  }

  /** Drops what the policy gives up for a message to `topic`. False when there is nothing. */
  private makeRoom(topic: Uint8Array): boolean {
    if (this.policy === OutboxPolicy.LATEST_PER_TOPIC) return this.dropSameTopic(topic, this.outbox.end)
    return this.policy === OutboxPolicy.DROP_OLDEST && this.dropOldest()
  }

  private dropOldest(): boolean {
    for (let record = this.next; record < this.outbox.end; record += Field.COUNT) {
      if (!this.isDroppable(record)) continue
      this.drop(record, Drop.OLDEST)
      return true
    }
    return false
  }

  /** Drops a message to this topic that stands before the record `end`. */
  private dropSameTopic(topic: Uint8Array, end: number): boolean {
    for (let record = this.next; record < end; record += Field.COUNT) {
      if (!this.isDroppable(record) || !this.outbox.hasTopic(record, topic)) continue
      this.drop(record, Drop.REPLACED)
      return true
    }
    return false
  }

  /** Not sent on any connection yet, not even in part. */
  private isDroppable(record: number): boolean {
    if (record < this.next || (record === this.next && this.partly !== 0)) return false
    const state = this.outbox.records[record]! as State
    return state === State.SEND0 || ((state === State.SEND1 || state === State.SEND2) && !this.outbox.isDup(record))
  }
}
