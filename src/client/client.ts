import type { Platform } from "../../platforms/platform.js"
import { encodeConnect } from "../codec/connect.js"
import { PublishFlag, type QoS } from "../codec/packets.js"
import { FUNCTION, type PayloadWriter } from "../codec/publish.js"
import { encodeText } from "../codec/text.js"
import { Topic, TopicFilter } from "../codec/topic.js"
import { describeRefusal, Refusal, Session } from "../session/session.js"
import { Connection } from "./connection.js"
import { type Duration, MAX_DURATION, parseDuration, refuse } from "./duration.js"
import { Lifecycle } from "./lifecycle.js"
import { checkOptions, checkQoS, type ClientOptions, type Settings } from "./options.js"
import { Receiver } from "./receiver.js"
import { Reporter } from "./reporter.js"
import type { Statistics } from "./statistics.js"
import { type MessageHandler, type SubackHandler, Subscriptions } from "./subscriptions.js"

export interface PublishOptions {
  /** 0 by default. */
  qos?: QoS
  retain?: boolean
  /** Dropped, and reported, when it has not been sent by then. */
  timeToLive?: Duration
}

/** A constant, because XS copies a literal of a preloaded module to the heap each time it is met. */
const STRING = "string"

/** How many topics given as strings are kept encoded. */
const KEPT_TOPICS = 8

/**
 * An MQTT 3.1.1 client. Its memory is taken when it is made: publishing, acknowledgements, keep alive and received
 * messages allocate nothing afterwards.
 */
export class Client {
  /** For `freezeSession` and `thawSession`. */
  readonly session: Session
  private readonly platform: Platform
  private readonly settings: Settings
  private readonly subscriptions: Subscriptions
  protected readonly connection: Connection
  protected readonly lifecycle: Lifecycle
  private readonly reporter: Reporter
  private readonly topics: Topic[] = []

  /** Throws a RangeError that names a wrong option. Connects only when `connect` is called. */
  constructor(platform: Platform, options: ClientOptions) {
    const settings = checkOptions(platform, options)
    const reporter = new Reporter(options)
    const session = new Session(settings.session, reporter, platform.clock, platform)
    // 128 bytes that nobody looks at any more.
    delete (settings as Partial<Settings>).session
    const subscriptions = new Subscriptions(settings.maxSubscriptions, settings.filtersPerSubscribe, reporter)
    const lifecycle = new Lifecycle(platform, settings, session, subscriptions, reporter)
    const receiver = new Receiver(session, subscriptions, reporter, settings.redeliverOnError, lifecycle)
    const connection = new Connection(platform, settings, session, subscriptions, receiver, lifecycle)
    lifecycle.connection = receiver.connection = connection
    this.platform = platform
    this.settings = settings
    this.session = session
    this.subscriptions = subscriptions
    this.lifecycle = lifecycle
    this.connection = connection
    this.reporter = reporter
    if (encodeConnect(connection.transmit.bytes, 0, settings.connect) < 0) {
      throw new RangeError(`transmitBufferSize: ${settings.transmitBufferSize}; the CONNECT with this will, user name and password is longer`)
    }
  }

  /** Begins to connect, and goes on until `end`. */
  connect(): void {
    this.lifecycle.start()
  }

  /**
   * Takes a message. Returns its handle, by which `onDelivered` or `onDropped` will name it; 0 when a QoS 0 message
   * leaves with this turn, and nothing more will be told of it; a negative Refusal when it was not taken (see
   * `describeRefusal`).
   *
   * `topic`: a Topic spares encoding it each time; of strings the latest few are kept encoded. `payload`: text, bytes,
   * or a function that writes bytes into the transmit buffer and returns their number; it may be called twice.
   */
  publish(topic: Topic | string, payload: Uint8Array | PayloadWriter | string, options?: PublishOptions): number {
    const connection = this.connection
    let flags = 0
    if (options !== undefined) {
      const qos = options.qos
      if (qos !== 0 && qos !== undefined) flags = (qos === 1 || qos === 2 ? qos : checkQoS("qos", qos)) << PublishFlag.QOS_SHIFT
      if (options.retain) flags |= PublishFlag.RETAIN
    }
    const name = typeof topic === STRING ? this.topicOf(topic as string).bytes : (topic as Topic).bytes
    const bytes = typeof payload === STRING ? encodeText(payload as string) : (payload as Uint8Array | PayloadWriter)
    if (connection.idle && flags <= PublishFlag.RETAIN && connection.publish(flags, name, bytes)) return 0
    if (connection.draining) return Refusal.ENDING
    if (!connection.online && flags <= PublishFlag.RETAIN && !this.settings.queueQoSZero) return Refusal.OFFLINE
    const timeToLive = options?.timeToLive
    const expires = timeToLive === undefined ? 0 : this.expiry(timeToLive)
    const handle = this.session.publish(flags, name, bytes, expires)
    if (handle > 0) {
      if (expires !== 0) this.lifecycle.arm()
      connection.wake()
    }
    return handle
  }

  /** Resolves when the message is delivered; rejects when it was not taken, or was dropped. */
  publishAsync(topic: Topic | string, payload: Uint8Array | PayloadWriter | string, options?: PublishOptions): Promise<void> {
    const handle = this.publish(topic, payload, options)
    if (handle < 0) return Promise.reject(new Error(`not published: ${describeRefusal(handle)}`))
    if (handle === 0) return Promise.resolve()
    // The policy, or its time to live, may have dropped it at once, before anyone waited for it.
    if (!this.session.handles().includes(handle)) return Promise.reject(new Error(`message ${handle} was dropped at once`))
    return this.reporter.promise(handle)
  }

  /**
   * Calls `handler` with each message whose topic matches `filter`. `onSuback` is told the granted QoS, or 0x80 when
   * the server refuses; without it a refusal goes to `onError`. A filter that is subscribed already gets the new QoS
   * and handlers. Throws a RangeError when the filter is none.
   */
  subscribe(filter: string, qos: QoS, handler: MessageHandler, onSuback?: SubackHandler): void {
    const parsed = new TopicFilter(filter)
    if (typeof handler !== FUNCTION) refuse("handler", handler, "a function")
    if (parsed.bytes.length + 8 > this.settings.transmitBufferSize) throw new RangeError(`transmitBufferSize: ${this.settings.transmitBufferSize}; a SUBSCRIBE to this filter of ${parsed.bytes.length - 2} bytes is longer`)
    this.subscriptions.add(parsed, checkQoS("qos", qos), handler, onSuback)
    this.connection.wake()
  }

  /**
   * Ends a subscription: its handler is not called again. False when there is none. `onUnsuback` is called once it has
   * ended on the server too.
   */
  unsubscribe(filter: string, onUnsuback?: () => void): boolean {
    const removed = this.subscriptions.remove(filter, onUnsuback)
    this.connection.wake()
    return removed
  }

  /**
   * Takes no more messages, waits until those it has are delivered or the deadline has come, sends DISCONNECT and
   * closes. `onEnd` gets the handles of what was not delivered. After it, `connect` may begin anew.
   */
  end(deadline: Duration, onEnd?: (undelivered: number[]) => void): void {
    this.lifecycle.end(parseDuration("deadline", deadline), onEnd ?? (() => {}))
  }

  /** The same; resolves with the handles of what was not delivered. */
  endAsync(deadline: Duration): Promise<number[]> {
    return new Promise((resolve) => this.end(deadline, resolve))
  }

  /** The server has accepted the connection. */
  get connected(): boolean {
    return this.connection.online
  }

  get clientId(): string {
    return this.settings.clientId
  }

  /** Messages that wait or are in flight. */
  get backlog(): number {
    return this.session.backlog
  }

  /** QoS 1 and 2 messages sent and not yet acknowledged. */
  get inflight(): number {
    return this.session.inflightCount
  }

  get statistics(): Statistics {
    const { statistics } = this.reporter
    statistics.published = this.connection.takenQoSZero + this.session.published
    statistics.unexpectedAcks = this.session.unexpectedAcks
    return statistics
  }

  private expiry(timeToLive: Duration): number {
    const ticks = this.platform.clock.ticks() + (typeof timeToLive === "number" && timeToLive >= 0 && timeToLive <= MAX_DURATION ? timeToLive : parseDuration("timeToLive", timeToLive))
    return ticks | 0 || 1
  }

  private topicOf(name: string): Topic {
    const topics = this.topics
    for (let i = 0; i < topics.length; i++) if (topics[i]!.name === name) return topics[i]!
    const topic = new Topic(name)
    if (topics.length === KEPT_TOPICS) topics.shift()
    topics.push(topic)
    return topic
  }
}
