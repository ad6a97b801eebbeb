/// <reference types="node" />
import { nodePlatform } from "../../platforms/node/platform.js"
import { Client, type PublishOptions } from "../../src/client/client.js"
import type { Disconnect } from "../../src/client/disconnect.js"
import type { ClientOptions } from "../../src/client/options.js"
import type { MessageHandler } from "../../src/client/subscriptions.js"
import type { Message } from "../../src/codec/message.js"
import type { QoS } from "../../src/codec/packets.js"
import { describeDrop } from "../../src/session/session.js"
import { Events } from "./events.js"

/** A message as it came, copied. */
export interface Received {
  topic: string
  text: string
  qos: QoS
  retain: boolean
}

/** A Client over real sockets that writes down all that it tells, and that tests can wait on. */
export class Probe {
  readonly client: Client
  readonly events = new Events()
  readonly messages: Received[] = []
  /** Those that no handler took. */
  readonly unmatched: Received[] = []
  readonly oversize: { topic: string; skipped: number; qos: QoS }[] = []
  /** Session present, of each CONNACK. */
  readonly sessions: boolean[] = []
  readonly disconnects: Disconnect[] = []
  readonly delivered: number[] = []
  readonly drops: string[] = []
  readonly errors: Error[] = []
  /** Takes each message in place of `messages`. */
  onReceived: ((received: Received) => void) | undefined

  constructor(port: number, options: Omit<ClientOptions, "host" | "port"> & { clientId: string }) {
    this.client = new Client(nodePlatform(), {
      host: "127.0.0.1",
      port,
      reconnectPeriod: 20,
      maxReconnectPeriod: 200,
      onConnect: (sessionPresent) => this.note(this.sessions, sessionPresent),
      onDisconnect: (reason) => this.note(this.disconnects, reason),
      onDelivered: (handle) => this.note(this.delivered, handle),
      onDropped: (_handle, reason) => this.note(this.drops, describeDrop(reason)),
      onMessage: (message) => this.note(this.unmatched, copy(message)),
      onOversize: (message) => this.note(this.oversize, { topic: message.topic, skipped: message.skipped, qos: message.qos }),
      onError: (error) => this.note(this.errors, error),
      ...options,
    })
  }

  /** Connects, and waits for the CONNACK. */
  async connect(): Promise<this> {
    this.client.connect()
    await this.until(() => this.client.connected, "CONNACK")
    return this
  }

  /** Resolves with the granted QoS. */
  async subscribe(filter: string, qos: QoS, handler: MessageHandler = this.handler): Promise<number> {
    let granted: number | undefined
    this.client.subscribe(filter, qos, handler, (code) => {
      granted = code
      this.events.changed()
    })
    await this.until(() => granted !== undefined, "SUBACK")
    return granted!
  }

  readonly handler: MessageHandler = (message) => {
    const received = copy(message)
    if (this.onReceived) this.onReceived(received)
    else this.messages.push(received)
    this.events.changed()
  }

  /** Publishes, and waits for the acknowledgement. */
  publish(topic: string, payload: string | Uint8Array, options: PublishOptions = {}): Promise<void> {
    return this.client.publishAsync(topic, payload, options)
  }

  /** Publishes `count` messages, as fast as the outbox takes them. */
  async publishAll(count: number, topic: string, qos: QoS, payload: (number: number) => string): Promise<void> {
    let next = 0
    await this.until(() => {
      while (next < count && this.client.publish(topic, payload(next), { qos }) >= 0) next++
      return next === count && this.client.backlog === 0
    }, () => `${count} messages to be delivered; ${next} were taken, ${this.client.backlog} wait`)
  }

  until(condition: () => boolean, what: string | (() => string), deadline?: number): Promise<void> {
    return this.events.until(condition, what, deadline)
  }

  /** The next `count` messages, or those already there. */
  async received(count: number): Promise<Received[]> {
    await this.until(() => this.messages.length >= count, () => `${count} messages; ${this.messages.length} came: ${JSON.stringify(this.messages)}`)
    return this.messages
  }

  /** Ends; resolves with the number of messages that were not delivered. */
  async end(deadline = 5000): Promise<number> {
    return (await this.client.endAsync(deadline)).length
  }

  private note<T>(list: T[], item: T): void {
    list.push(item)
    this.events.changed()
  }
}

function copy(message: Message): Received {
  return { topic: message.topic, text: message.text(), qos: message.qos, retain: message.retain }
}
