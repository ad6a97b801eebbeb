import type { Platform } from "../../platforms/platform.js"
import type { Connect } from "../codec/connect.js"
import type { Message } from "../codec/message.js"
import type { QoS } from "../codec/packets.js"
import { encodeString, encodeText, prefixLength } from "../codec/text.js"
import { Topic } from "../codec/topic.js"
import { type Drop, type OutboxPolicy, type SessionOptions } from "../session/session.js"
import { type Duration, parseDuration, refuse } from "./duration.js"
import type { Disconnect } from "./disconnect.js"
import { checkServer, type Server } from "./server.js"

/** Names are those of MQTT.js where the meaning is the same. */
export interface ClientOptions extends Partial<Server>, ClientCallbacks {
  /** Several brokers, tried in turn; instead of `host`. */
  servers?: readonly Server[]
  /** By default "xs-" and the platform's device id, at most 23 characters in all. */
  clientId?: string
  /** True by default: the server forgets the session at each disconnect. False: it keeps it, and so do we. */
  clean?: boolean
  /** Seconds, 60 by default, or text such as "5min"; 0: none. */
  keepalive?: Duration
  username?: string
  password?: string | Uint8Array
  will?: Will
  /** False: subscriptions are not made again when the server has lost the session. True by default. */
  resubscribe?: boolean
  /** False: QoS 0 messages are refused while there is no connection. True by default. */
  queueQoSZero?: boolean

  /** Longest first wait before connecting again; doubles with each attempt. 1 s by default. */
  reconnectPeriod?: Duration
  /** What that wait grows to at most. 120 s by default. */
  maxReconnectPeriod?: Duration
  /** How long a connection must last before the waits start small again. 30 s by default. */
  stableAfter?: Duration
  /** For name lookup, connection and CONNACK together. 30 s by default. */
  connectTimeout?: Duration
  /** How long an answer to a PINGREQ may take. 10 s by default. */
  pingTimeout?: Duration
  /** True: a refusal that can't get better by waiting ends the client. False by default: tried again at the longest interval. */
  endOnRefusal?: boolean

  /** Bytes of packets that wait or are in flight. 2,048 by default. */
  outboxBytes?: number
  /** Messages that wait or are in flight. 16 by default. */
  outboxMessages?: number
  /** What to do with a message that has no room. "refuse" by default. */
  outboxPolicy?: "refuse" | "drop-oldest" | "drop-newest" | "latest-per-topic"
  /** QoS 1 and 2 messages sent and not yet acknowledged. 8 by default. */
  maxInflight?: number
  /** QoS 2 messages received and not yet released by the server. 32 by default. */
  maxInbound?: number
  /** Longest packet that is received whole, bytes. 1,024 by default. */
  receiveBufferSize?: number
  /** Most that is read from the socket at once, bytes. 512 by default. */
  readSize?: number
  /** Most that is written to the socket at once, bytes. 768 by default, at most 5,760, what an ESP32's socket takes. */
  transmitBufferSize?: number
  /** 16 by default. */
  maxSubscriptions?: number
  /** Filters in one SUBSCRIBE; 1 for clouds that take no more. 8 by default. */
  filtersPerSubscribe?: number
  /** True: a message whose handler throws is not acknowledged but asked for again, over a new connection. Needs `clean: false`. */
  redeliverOnError?: boolean
}

export interface ClientCallbacks {
  /** Connected; what waited is sent next. */
  onConnect?: (sessionPresent: boolean) => void
  /** The connection, or the attempt to make one, has ended. */
  onDisconnect?: (reason: Disconnect) => void
  /** A QoS 1 or 2 message was acknowledged, or a QoS 0 message that had waited was sent. */
  onDelivered?: (handle: number) => void
  /** A message will not be delivered. Handle 0: QoS 0 messages that had none. See `describeDrop`. */
  onDropped?: (handle: number, reason: Drop) => void
  /** A message that no subscription's handler takes. */
  onMessage?: (message: Message) => void
  /** A message longer than `receiveBufferSize` was passed over; `message.skipped` is its payload's length. */
  onOversize?: (message: Message) => void
  /** Something failed that is not the connection: a handler threw, a filter was refused. */
  onError?: (error: Error) => void
}

/** Published by the server when this client's connection ends without DISCONNECT. */
export interface Will {
  topic: string
  payload: string | Uint8Array
  qos?: QoS
  retain?: boolean
}

/** Options, checked, with defaults filled in and texts encoded. Times in milliseconds. */
export interface Settings {
  servers: readonly Server[]
  connect: Connect
  clientId: string
  keepalive: number
  resubscribe: boolean
  queueQoSZero: boolean
  reconnectPeriod: number
  maxReconnectPeriod: number
  stableAfter: number
  connectTimeout: number
  pingTimeout: number
  endOnRefusal: boolean
  session: SessionOptions
  receiveBufferSize: number
  readSize: number
  transmitBufferSize: number
  maxSubscriptions: number
  filtersPerSubscribe: number
  redeliverOnError: boolean
}

const CALLBACKS = ["onConnect", "onDisconnect", "onDelivered", "onDropped", "onMessage", "onOversize", "onError"] as const

const POLICIES = ["refuse", "drop-oldest", "drop-newest", "latest-per-topic"]

/** Throws a RangeError that names the first wrong option, its value and what is allowed. */
export function checkOptions(platform: Platform, options: ClientOptions): Settings {
  const clean = flag(options, "clean", true)
  for (const name of CALLBACKS) if (typeof (options[name] ?? checkOptions) !== "function") refuse(name, options[name], "a function")
  const clientId = options.clientId ?? `xs-${platform.deviceId}`.slice(0, 23)
  if (clientId === "" && !clean) throw new RangeError('clientId: is empty; with clean: false the server must know the session by its name [MQTT-3.1.3-7]')
  const redeliverOnError = flag(options, "redeliverOnError", false)
  if (redeliverOnError && clean) throw new RangeError("redeliverOnError: true; needs clean: false, or the server forgets the message with the connection")
  const keepalive = Math.ceil(parseDuration("keepalive", options.keepalive ?? 60, 0, 1000) / 1000)
  if (keepalive > 65_535) throw new RangeError(`keepalive: ${keepalive} s; at most 65535 s is possible`)
  const reconnectPeriod = parseDuration("reconnectPeriod", options.reconnectPeriod ?? 1000, 1)
  const policy = POLICIES.indexOf(options.outboxPolicy ?? "refuse")
  if (policy < 0) refuse("outboxPolicy", options.outboxPolicy, `one of ${POLICIES.join(", ")}`)
  const outboxMessages = integer(options, "outboxMessages", 16, 1, 1000)
  return {
    servers: servers(platform, options),
    clientId,
    connect: connect(options, clientId, clean, keepalive),
    keepalive: keepalive * 1000,
    resubscribe: flag(options, "resubscribe", true),
    queueQoSZero: flag(options, "queueQoSZero", true),
    reconnectPeriod,
    maxReconnectPeriod: parseDuration("maxReconnectPeriod", options.maxReconnectPeriod ?? Math.max(120_000, reconnectPeriod), reconnectPeriod),
    stableAfter: parseDuration("stableAfter", options.stableAfter ?? 30_000),
    connectTimeout: parseDuration("connectTimeout", options.connectTimeout ?? 30_000, 1),
    pingTimeout: parseDuration("pingTimeout", options.pingTimeout ?? 10_000, 1),
    endOnRefusal: flag(options, "endOnRefusal", false),
    session: {
      outboxBytes: integer(options, "outboxBytes", 2048, 64, 0x7fffffff),
      outboxMessages,
      outboxPolicy: policy as OutboxPolicy,
      maxInflight: integer(options, "maxInflight", Math.min(8, outboxMessages), 1, outboxMessages),
      maxInbound: integer(options, "maxInbound", 32, 1, 65_535),
    },
    receiveBufferSize: integer(options, "receiveBufferSize", 1024, 64, 268_435_460),
    readSize: integer(options, "readSize", 512, 64, 65_536),
    transmitBufferSize: integer(options, "transmitBufferSize", 768, 128, 5760),
    maxSubscriptions: integer(options, "maxSubscriptions", 16, 0, 1000),
    filtersPerSubscribe: integer(options, "filtersPerSubscribe", 8, 1, 1000),
    redeliverOnError,
  }
}

function connect(options: ClientOptions, clientId: string, clean: boolean, keepalive: number): Connect {
  const { username, password, will } = options
  if (will !== undefined && typeof will !== "object") refuse("will", will, "an object with topic and payload")
  if (password !== undefined && username === undefined) throw new RangeError("password: is given without a username; MQTT 3.1.1 allows only both [MQTT-3.1.2-22]")
  return {
    clientId: encodeString("clientId", textOf("clientId", clientId)),
    clean,
    keepalive,
    username: username === undefined ? undefined : encodeString("username", textOf("username", username)),
    password: password === undefined ? undefined : binary("password", password),
    will: will && {
      topic: new Topic(textOf("will.topic", will.topic), "will.topic").bytes,
      payload: binary("will.payload", will.payload),
      qos: checkQoS("will.qos", will.qos ?? 0),
      retain: flag(will, "retain", false, "will.retain"),
    },
  }
}

function servers(platform: Platform, options: ClientOptions): readonly Server[] {
  const { servers, host, port, protocol, secure } = options
  if ((servers === undefined) === (host === undefined)) throw new RangeError("host, servers: one of the two is needed")
  const list = servers ?? [{ host, port, protocol, secure } as Server]
  if (!Array.isArray(list)) refuse("servers", list, "a list")
  if (list.length === 0) throw new RangeError("servers: is empty; at least one is needed")
  for (const server of list) {
    checkServer(servers ? "servers" : "options", server)
    if (server.protocol === "mqtts" && !platform.TLS) throw new RangeError(`protocol: "mqtts"; this platform has no TLS`)
  }
  return list
}

export function checkQoS(option: string, qos: QoS): QoS {
  if (qos !== 0 && qos !== 1 && qos !== 2) refuse(option, qos, "0, 1 or 2")
  return qos
}

function textOf(option: string, value: string): string {
  if (typeof value !== "string") refuse(option, value, "text")
  return value
}

function binary(option: string, value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === "string" ? encodeText(value) : value
  if (!(bytes instanceof Uint8Array)) throw new RangeError(`${option}: a string or a Uint8Array is needed`)
  if (bytes.length > 65_535) throw new RangeError(`${option}: ${bytes.length} bytes; at most 65535 are possible`)
  return prefixLength(bytes)
}

function flag<O extends object>(options: O, name: keyof O & string, otherwise: boolean, option: string = name): boolean {
  const value: unknown = options[name] ?? otherwise
  if (typeof value !== "boolean") refuse(option, value, "true or false")
  return value
}

function integer(options: ClientOptions, name: keyof ClientOptions, otherwise: number, least: number, most: number): number {
  const value: unknown = options[name] ?? otherwise
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    refuse(name, value, `a whole number from ${least} to ${most}`)
  }
  return value as number
}
