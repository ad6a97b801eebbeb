import type { PacketBuffer } from "../codec/buffer.js"
import type { KnownTopics } from "../codec/decoder.js"
import type { Message } from "../codec/message.js"
import { type QoS, Packet } from "../codec/packets.js"
import { encodeSubscribe, encodeUnsubscribe, type SubscribeRequest } from "../codec/subscribe.js"
import type { TopicFilter } from "../codec/topic.js"
import type { Session } from "../session/session.js"

/** Called with a message; the message is valid until it returns. */
export type MessageHandler = (message: Message) => void
/** Called with the granted QoS, or 0x80 when the server refuses the filter. */
export type SubackHandler = (granted: number, filter: string) => void

const enum Standing {
  TO_SUBSCRIBE,
  SUBSCRIBING,
  ACTIVE,
  /** Refused by the server, or lost with its session and not to be restored. */
  INACTIVE,
  TO_UNSUBSCRIBE,
  UNSUBSCRIBING,
}

class Subscription implements SubscribeRequest {
  readonly filter: TopicFilter
  readonly bytes: Uint8Array
  qos: QoS
  handler: MessageHandler
  onSuback: SubackHandler | undefined
  onUnsuback: (() => void) | undefined
  standing = Standing.TO_SUBSCRIBE
  /** The application still wants it. */
  wanted = true
  /** Of the request that waits for its answer. */
  packetId = 0
  /** The QoS in that request; the application may have asked for another since. */
  asked: QoS = 0
  /** Matches the message that is being delivered. */
  matched = false

  constructor(filter: TopicFilter, qos: QoS, handler: MessageHandler, onSuback: SubackHandler | undefined) {
    this.filter = filter
    this.bytes = filter.bytes
    this.qos = qos
    this.handler = handler
    this.onSuback = onSuback
  }
}

export interface SubscriptionsEvents {
  /** A message that nobody has subscribed to. */
  onUnmatched(message: Message): void
  onHandlerError(error: unknown): void
  onSuback(filter: string, granted: number, handler: SubackHandler | undefined): void
}

/** The subscriptions of a client: asked for, restored, and given their messages. */
export class Subscriptions implements KnownTopics {
  /** Subscriptions that wait to be sent in a SUBSCRIBE or UNSUBSCRIBE. */
  toRequest = 0
  private readonly list: Subscription[] = []
  /** Those of the list whose filter has no wildcards, and the number of the others. */
  private readonly exact: Subscription[] = []
  private wildcards = 0
  /** The subscription without wildcards that the message being read belongs to. */
  private known: Subscription | undefined
  private readonly limit: number
  private readonly perPacket: number
  private readonly events: SubscriptionsEvents

  constructor(limit: number, perPacket: number, events: SubscriptionsEvents) {
    this.limit = limit
    this.perPacket = perPacket
    this.events = events
  }

  add(filter: TopicFilter, qos: QoS, handler: MessageHandler, onSuback: SubackHandler | undefined): void {
    let subscription = this.find(filter.filter)
    if (subscription) {
      subscription.qos = qos
      subscription.handler = handler
      subscription.onSuback = onSuback
      subscription.wanted = true
      if (!isAsking(subscription.standing)) subscription.standing = Standing.TO_SUBSCRIBE
    } else {
      if (this.list.length >= this.limit) throw new RangeError(`maxSubscriptions: ${this.limit} are taken; unsubscribe from one, or set it higher`)
      subscription = new Subscription(filter, qos, handler, onSuback)
      this.list.push(subscription)
      if (filter.exact) this.exact.push(subscription)
      else this.wildcards++
    }
    this.count()
  }

  /** False when there is no such subscription. */
  remove(filter: string, onUnsuback?: () => void): boolean {
    const subscription = this.find(filter)
    if (!subscription?.wanted) return false
    subscription.wanted = false
    subscription.onUnsuback = onUnsuback
    if (subscription.standing <= Standing.INACTIVE && subscription.standing !== Standing.SUBSCRIBING) subscription.standing = Standing.TO_UNSUBSCRIBE
    this.count()
    return true
  }

  /** Finds the subscriptions that the topic belongs to. */
  knowsTopic(topic: DataView, start: number, end: number): boolean {
    const exact = this.exact
    let i = exact.length
    let known: Subscription | undefined
    while (i !== 0) {
      const subscription = exact[--i]!
      const filter = subscription.filter
      if (filter.length === end - start && filter.equals(topic, start, end)) {
        known = subscription
        break
      }
    }
    this.known = known
    if (this.wildcards === 0) return known !== undefined
    return this.matchWildcards(topic, start, end) || known !== undefined
  }

  /** Marks the subscriptions with wildcards that match. True when that shows the topic to be well-formed. */
  private matchWildcards(topic: DataView, start: number, end: number): boolean {
    const list = this.list
    let i = list.length
    let plain = false
    while (i !== 0) {
      const subscription = list[--i]!
      const filter = subscription.filter
      if (filter.exact) subscription.matched = subscription === this.known
      else if ((subscription.matched = filter.matches(topic, start, end)) && filter.plain) plain = true
    }
    return plain
  }

  /** Calls each handler whose filter matches, once. Needs `knowsTopic` to have been asked first. False when one threw. */
  deliver(message: Message): boolean {
    const known = this.known
    if (this.wildcards !== 0) return this.deliverToAll(message)
    if (known !== undefined && known.wanted) {
      // As `call` does it; most messages come this way.
      try {
        known.handler(message)
        return true
      } catch (error) {
        this.events.onHandlerError(error)
        return false
      }
    }
    this.events.onUnmatched(message)
    return true
  }

  private deliverToAll(message: Message): boolean {
    const list = this.list
    let found = false
    let good = true
    let at = 0
    while (at < list.length) {
      const subscription = list[at]!
      if (subscription.matched) {
        if (!subscription.wanted) subscription.matched = false
        else if (!(found && this.wasCalled(subscription.handler, at))) {
          found = true
          good = this.call(subscription, message) && good
        }
      }
      ++at
    }
    if (!found) this.events.onUnmatched(message)
    return good
  }

  private call(subscription: Subscription, message: Message): boolean {
    try {
      subscription.handler(message)
      return true
    } catch (error) {
      this.events.onHandlerError(error)
      return false
    }
  }

  /** Whether the handler was called for a filter before the one at `at`. */
  private wasCalled(handler: MessageHandler, at: number): boolean {
    while (--at >= 0) if (this.list[at]!.matched && this.list[at]!.handler === handler) return true
    return false
  }

  /** Puts SUBSCRIBE and UNSUBSCRIBE packets into `out`, as many as have room. */
  request(out: PacketBuffer, session: Session): void {
    while (this.toRequest > 0) {
      const standing = this.list.some((subscription) => subscription.standing === Standing.TO_UNSUBSCRIBE) ? Standing.TO_UNSUBSCRIBE : Standing.TO_SUBSCRIBE
      const batch = this.list.filter((subscription) => subscription.standing === standing).slice(0, this.perPacket)
      const encode = standing === Standing.TO_SUBSCRIBE ? encodeSubscribe : encodeUnsubscribe
      const packetId = session.takeRequestId()
      let end = encode(out.bytes, out.length, packetId, batch)
      while (end < 0 && batch.length > 1) {
        batch.pop()
        end = encode(out.bytes, out.length, packetId, batch)
      }
      if (end < 0) {
        session.releaseRequestId(packetId)
        return
      }
      out.length = end
      batch.forEach((subscription) => {
        subscription.packetId = packetId
        subscription.asked = subscription.qos
        subscription.standing++
      })
      this.toRequest -= batch.length
    }
  }

  /** A SUBACK has come. False when it does not answer each filter. */
  onSuback(packetId: number, codes: DataView, start: number, end: number): boolean {
    const asked = this.asked(packetId, Standing.SUBSCRIBING)
    if (asked.length !== end - start) return false
    asked.forEach((subscription) => {
      const code = codes.getUint8(start++)
      subscription.packetId = 0
      if (subscription.wanted && subscription.asked !== subscription.qos) {
        subscription.standing = Standing.TO_SUBSCRIBE
        return
      }
      if (code !== Packet.SUBSCRIBE_FAILURE) subscription.standing = subscription.wanted ? Standing.ACTIVE : Standing.TO_UNSUBSCRIBE
      else if (subscription.wanted) subscription.standing = Standing.INACTIVE
      else this.forget(subscription)
      this.events.onSuback(subscription.filter.filter, code, subscription.onSuback)
    })
    this.count()
    return true
  }

  /** An UNSUBACK has come. False when it answers no UNSUBSCRIBE. */
  onUnsuback(packetId: number): boolean {
    const asked = this.asked(packetId, Standing.UNSUBSCRIBING)
    asked.forEach((subscription) => {
      subscription.packetId = 0
      if (subscription.wanted) subscription.standing = Standing.TO_SUBSCRIBE
      else this.forget(subscription)
    })
    this.count()
    return asked.length !== 0
  }

  /** The server has accepted a connection; `sessionPresent`: with our subscriptions. */
  connected(sessionPresent: boolean, resubscribe: boolean): void {
    if (sessionPresent) return
    this.list.slice().forEach((subscription) => {
      if (!subscription.wanted) this.forget(subscription)
      else if (subscription.standing === Standing.ACTIVE) subscription.standing = resubscribe ? Standing.TO_SUBSCRIBE : Standing.INACTIVE
    })
    this.count()
  }

  /** Requests that were not answered are to be sent again. */
  disconnected(): void {
    this.list.forEach((subscription) => {
      subscription.packetId = 0
      if (isAsking(subscription.standing)) subscription.standing--
    })
    this.count()
  }

  private find(filter: string): Subscription | undefined {
    return this.list.find((subscription) => subscription.filter.filter === filter)
  }

  private asked(packetId: number, standing: Standing): Subscription[] {
    return this.list.filter((subscription) => subscription.packetId === packetId && subscription.standing === standing)
  }

  private forget(subscription: Subscription): void {
    this.list.splice(this.list.indexOf(subscription), 1)
    if (subscription.filter.exact) this.exact.splice(this.exact.indexOf(subscription), 1)
    else this.wildcards--
    this.events.onSuback(subscription.filter.filter, 0, subscription.onUnsuback)
  }

  private count(): void {
    this.toRequest = this.list.filter(({ standing }) => standing === Standing.TO_SUBSCRIBE || standing === Standing.TO_UNSUBSCRIBE).length
  }
}

/** Its request is on its way, and its answer is not there yet. */
function isAsking(standing: Standing): boolean {
  return standing === Standing.SUBSCRIBING || standing === Standing.UNSUBSCRIBING
}
