import { type ClientOptions, describeDrop, type Disconnect, type Message, type QoS } from "../../../src/index.js"
import { ConnectReturnCode, PacketType } from "../../../src/codec/packets.js"
import { Refusal } from "../../../src/session/session.js"
import type { Timer } from "../../platform.js"
import { Inbox, type InboxOwner } from "./inbox.js"
import { Link, type LinkEvents } from "./link.js"
import { binaryOf, type Bytes, bytesOf, type ControlMessage, type EcmaOptions, type Text, textOf, type WriteOptions } from "./options.js"
import { type EcmaPlatform, platformOf, type System } from "./platform.js"

const enum Size {
  /** Of a PUBLISH's header, and a little: what is left out of the room that the program is told of. */
  HEADER = 8,
  /** So many bytes of a message in parts are asked for at once. */
  PART = 2048,
  /** Defaults; an ESP32's socket takes 5,760 bytes at once, so programs may write as much. */
  OUTBOX = 6144,
  OUTBOX_MESSAGES = 16,
  SUBSCRIPTIONS = 64,
  LARGEST = 20_480,
}

/** Milliseconds in which what was written before is to arrive. */
const enum Patience {
  CLOSE = 1000,
  DISCONNECT = 5000,
}

/** What stands behind an EcmaClient: writing, the callbacks, and the end. */
export class Core implements InboxOwner, LinkEvents {
  readonly inbox: Inbox
  private readonly owner: object
  private readonly options: EcmaOptions
  private readonly platform: EcmaPlatform
  private readonly link: Link
  private readonly timer: Timer
  private readonly largest: number
  /** The latest that `write` was not given but chose. */
  private lastId = 1
  /** No callback is called any more. */
  private closed = false
  /** Nothing is taken any more. */
  private ending = false
  private ended = false
  /** Handles of messages that are not acknowledged yet, 0 where there is none, and the ids that `write` was given for them. */
  private readonly handles: Int32Array
  private readonly ids: Int32Array
  /** For `publish`, so that none need be made each time. */
  private readonly quality: { qos: QoS; retain: boolean } = { qos: 0, retain: false }
  /** A message that is written in parts: its bytes, how many of them there are, and its options. */
  private parts: Uint8Array | undefined
  private have = 0
  private about: WriteOptions | undefined
  /** The connection was lost since: the program may begin the message anew. */
  private stale = false
  /** By filter: what is to hear of its SUBACK or UNSUBACK. */
  private readonly answers = new Map<string, (granted?: number) => void>()
  /** SUBACK and UNSUBACK that the program is to be told of: in a turn of their own, since the stack is deep where they come. */
  private readonly answered: ControlMessage[] = []

  constructor(owner: object, options: EcmaOptions, system: System) {
    const { user, password, will } = options
    const largest = options.maxMessageBytes ?? Size.LARGEST
    const platform = platformOf(options, system)
    const inbox = new Inbox(largest, this, options.onReadable)
    this.owner = owner
    this.options = options
    this.inbox = inbox
    this.largest = largest
    this.platform = platform
    this.handles = new Int32Array(options.outboxMessages ?? Size.OUTBOX_MESSAGES)
    this.ids = new Int32Array(this.handles.length)
    this.timer = platform.createTimer(() => this.turn())
    const given = {
      outboxBytes: Size.OUTBOX,
      maxSubscriptions: Size.SUBSCRIPTIONS,
      ...options,
      port: Number(options.port ?? 1883),
      clientId: textOf(options.id ?? ""),
      keepalive: Math.ceil((options.keepAlive ?? options.keepalive ?? 0) / 1000),
      // The empty text stands for none.
      username: user ? textOf(user) : undefined,
      password: password ? binaryOf(password) : undefined,
      will: will && { topic: textOf(will.topic), payload: binaryOf(will.message), qos: will.QoS, retain: !!will.retain },
      endOnRefusal: true,
      onConnect: (sessionPresent: boolean) => this.connected(sessionPresent),
      onDisconnect: (reason: Disconnect) => this.disconnected(reason),
      onDelivered: (handle: number) => this.done(handle),
      onDropped: (handle: number, reason: number) => {
        this.log(`a message was lost: ${describeDrop(reason)}`)
        this.done(handle)
      },
      onMessage: inbox.take,
      onOversize: (message: Message) => this.log(`maxMessageBytes: ${largest}; a message of ${message.skipped} bytes to ${message.topic} was left out`),
      onError: (error: Error) => this.log(error.message),
    } as ClientOptions
    this.link = new Link(platform, given, largest + Size.HEADER, this)
    this.link.connect()
  }

  close(): void {
    this.closed = true
    this.finish(Patience.CLOSE)
  }

  write(data: Bytes | null, options: WriteOptions | null | undefined): number {
    if (this.ending) throw new Error("closed")
    if (!options) {
      this.append(bytesOf(data!))
    } else {
      const operation = options.operation ?? PacketType.PUBLISH
      const id = options.id ?? (this.lastId = (this.lastId % 65_535) + 1)
      if (operation === PacketType.PUBLISH) {
        const bytes = bytesOf(data!)
        if (this.isWhole(bytes, options)) {
          if (!this.publish(bytes, options, id)) throw new Error("overflow")
        } else this.begin(bytes, options, id)
      }
      else if (operation === PacketType.SUBSCRIBE || operation === PacketType.UNSUBSCRIBE) this.request(operation, options.items!, id)
      else if (operation === PacketType.PINGREQ) this.link.ping()
      else if (operation === PacketType.DISCONNECT) this.finish(Patience.DISCONNECT)
      // Acknowledgements are ours to send.
      else if (operation < PacketType.PUBACK || operation > PacketType.PUBCOMP) throw new Error(`operation: ${operation}; that is nothing to write`)
    }
    if (this.options.onWritable !== undefined) this.wake()
    return this.room()
  }

  /** Whether this is a message's only part. Throws where no message can be begun. */
  private isWhole(data: Uint8Array, options: WriteOptions): boolean {
    const { largest, parts } = this
    const have = data.length
    const length = options.byteLength ?? have
    if (have > length) throw new Error(`byteLength: ${length}; there are ${have} bytes already`)
    if (length > largest) throw new RangeError(`maxMessageBytes: ${largest}; this message has ${length} bytes`)
    if (parts !== undefined && !this.stale) throw new Error(this.have === parts.length ? "overflow" : "the message begun before is not complete")
    this.parts = undefined
    return have === length
  }

  private begin(data: Uint8Array, options: WriteOptions, id: number): void {
    this.about = { ...options, id }
    this.parts = new Uint8Array(options.byteLength!)
    this.have = 0
    this.append(data)
  }

  private append(data: Uint8Array): void {
    const { parts, have } = this
    if (parts === undefined || have + data.length > parts.length) throw new Error("no message was begun that this could be a part of")
    parts.set(data, have)
    this.have = have + data.length
    this.stale = false
    this.complete()
  }

  /** Sends the message in parts, once it is complete and there is room. */
  private complete(): void {
    const { parts, about } = this
    if (parts !== undefined && this.have === parts.length && this.publish(parts, about!, about!.id!)) this.parts = undefined
  }

  /** False when there is no room. */
  private publish(data: Uint8Array, options: WriteOptions, id: number): boolean {
    const { quality, link } = this
    const topic = textOf(options.topic!)
    quality.qos = (options.QoS ?? 0) as QoS
    quality.retain = !!options.retain
    let handle = link.publish(topic, data, quality)
    // A topic has three bytes for a character at most.
    if (handle === Refusal.TOO_LARGE && link.enlarge(data.length + topic.length * 3 + Size.HEADER)) handle = link.publish(topic, data, quality)
    if (handle > 0 && quality.qos !== 0) {
      const free = this.handles.indexOf(0)
      this.handles[free] = handle
      this.ids[free] = id
    }
    return handle >= 0
  }

  /** SUBSCRIBE or UNSUBSCRIBE: its answer is told when all of its items have theirs. */
  private request(operation: number, items: readonly { topic: Text; QoS?: number }[], id: number): void {
    const link = this.link
    const take = this.inbox.take
    const message: ControlMessage = operation === PacketType.SUBSCRIBE ? { operation: PacketType.SUBACK, id, payload: new Array<number>(items.length) } : { operation: PacketType.UNSUBACK, id }
    const request = { message, left: items.length }
    for (let i = 0; i < items.length; i++) {
      const qos = (items[i]!.QoS ?? 0) as QoS
      const filter = textOf(items[i]!.topic)
      const answer = this.answerTo(request, i, filter, qos)
      if (operation === PacketType.SUBSCRIBE || !link.unsubscribe(filter, answer)) link.subscribe(filter, qos, take, answer)
      // A filter that is not known here may be known to the server, from before a restart.
      if (operation === PacketType.UNSUBSCRIBE) link.unsubscribe(filter, answer)
    }
  }

  /** What is to be called when an item of a request is answered. One that is overtaken before that is answered now. */
  private answerTo(request: { message: ControlMessage; left: number }, index: number, filter: string, qos: number): (granted?: number) => void {
    const answers = this.answers
    let open = true
    const answer = (granted = qos): void => {
      // Its own answer may still come after it was overtaken.
      if (!open) return
      open = false
      if (answers.get(filter) === answer) answers.delete(filter)
      if (request.message.payload !== undefined) request.message.payload[index] = granted
      if (--request.left !== 0) return
      this.answered.push(request.message)
      this.wake()
    }
    answers.get(filter)?.()
    answers.set(filter, answer)
    return answer
  }

  private connected(sessionPresent: boolean): void {
    // One that is complete and waits for room is the client's to send.
    this.stale = this.parts !== undefined && this.have !== this.parts.length
    this.call(this.options.onControl, { operation: PacketType.CONNACK, returnCode: 0, sessionPresent })
    this.wake()
  }

  private disconnected({ kind, message, returnCode }: Disconnect): void {
    if (this.ending) return
    this.log(message)
    if (this.options.reconnect !== false && (kind !== "refused" || returnCode === ConnectReturnCode.SERVER_UNAVAILABLE)) return
    this.finish(0)
    this.call(this.options.onError, new Error(message))
    this.closed = true
  }

  private finish(deadline: number): void {
    if (this.ending) return
    this.ending = true
    this.link.end(deadline, () => {
      this.call(this.options.onClose)
      this.closed = this.ended = true
      // Not now: whoever has called this may still need a timer.
      this.wake()
    })
  }

  /** A message was delivered, or dropped. */
  private done(handle: number): void {
    const at = this.handles.indexOf(handle)
    if (at >= 0) this.handles[at] = 0
    this.link.shrink()
    if (this.options.onWritable !== undefined || this.parts !== undefined) this.wake()
  }

  /** What is not done within the event that asks for it. */
  private turn(): void {
    if (this.ended) this.platform.close()
    while (this.answered.length !== 0) this.call(this.options.onControl, this.answered.shift())
    if (this.closed) return
    this.inbox.next()
    this.complete()
    const room = this.room()
    if (room > 0 && this.link.connected) this.call(this.options.onWritable, room)
  }

  /** Bytes that can be written now. */
  private room(): number {
    const parts = this.parts
    const room = parts === undefined ? this.link.room - Size.HEADER : Math.min(Size.PART, parts.length - this.have)
    return room > 0 ? room : 0
  }

  idOf(handle: number): number {
    return this.ids[this.handles.indexOf(handle)] ?? 0
  }

  onControl(operation: number, id: number): void {
    this.call(this.options.onControl, id === 0 ? { operation } : { operation, id })
  }

  wake(): void {
    this.timer.schedule(0)
  }

  /** False when it throws, which is written to the log. */
  call<A, B>(callback: ((a: A, b: B) => void) | undefined, a?: A, b?: B): boolean {
    if (callback === undefined || this.closed) return true
    try {
      callback.call(this.owner, a!, b!)
      return true
    } catch (error) {
      this.log(`a callback threw ${String(error)}`)
      return false
    }
  }

  log(text: string): void {
    this.platform.log("MQTT: " + text)
  }
}
