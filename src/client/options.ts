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

// As texts, because they take a third of the bytecode that a call for each option would.

/** Name, and what holds where it is not given. */
const FLAGS = "resubscribe true|queueQoSZero true|endOnRefusal false|redeliverOnError false"

/** Name, default and least milliseconds. */
const TIMES = "reconnectPeriod 1s 1|stableAfter 30s 0|connectTimeout 30s 1|pingTimeout 10s 1"

/** Name, default, least and most. */
const SIZES = "receiveBufferSize 1024 64 268435460|readSize 512 64 65536|transmitBufferSize 768 128 5760|maxSubscriptions 16 0 1000|filtersPerSubscribe 8 1 1000"

const SESSION_SIZES = "outboxBytes 2048 64 2147483647|outboxMessages 16 1 1000|maxInbound 32 1 65535"

/** Throws a RangeError that names the first wrong option, its value and what is allowed. */
export function checkOptions(platform: Platform, options: ClientOptions): Settings {
  const settings = {} as Settings
  const session = {} as SessionOptions
  const given = options as Record<string, unknown>
  const clean = flag(given, "clean", true)
  eachOf(FLAGS, (name, otherwise) => (settings[name as "resubscribe"] = flag(given, name!, otherwise === "true")))
  eachOf(TIMES, (name, otherwise, least) => (settings[name as "pingTimeout"] = parseDuration(name!, (given[name!] ?? otherwise) as Duration, Number(least))))
  const sizesInto = (into: object) => (name?: string, otherwise?: string, least?: string, most?: string): void => {
    (into as Record<string, number>)[name!] = integer(given, name!, Number(otherwise), Number(least), Number(most))
  }
  eachOf(SIZES, sizesInto(settings))
  eachOf(SESSION_SIZES, sizesInto(session))
  CALLBACKS.forEach((name) => {
    if (typeof (options[name] ?? checkOptions) !== "function") refuse(name, options[name], "a function")
  })
  const clientId = options.clientId ?? `xs-${platform.deviceId}`.slice(0, 23)
  if (clientId === "" && !clean) throw new RangeError('clientId: is empty; with clean: false a session needs a name [MQTT-3.1.3-7]')
  if (settings.redeliverOnError && clean) throw new RangeError("redeliverOnError: true; needs clean: false")
  const keepalive = Math.ceil(parseDuration("keepalive", options.keepalive ?? 60, 0, 1000) / 1000)
  if (keepalive > 65_535) throw new RangeError(`keepalive: ${keepalive} s; at most 65535 s is possible`)
  settings.keepalive = keepalive * 1000
  const least = settings.reconnectPeriod
  settings.maxReconnectPeriod = parseDuration("maxReconnectPeriod", options.maxReconnectPeriod ?? Math.max(120_000, least), least)
  const policy = POLICIES.indexOf(options.outboxPolicy ?? "refuse")
  if (policy < 0) refuse("outboxPolicy", options.outboxPolicy, `one of ${POLICIES.join(", ")}`)
  session.outboxPolicy = policy as OutboxPolicy
  const most = session.outboxMessages
  session.maxInflight = integer(given, "maxInflight", Math.min(8, most), 1, most)
  settings.session = session
  settings.servers = servers(platform, options)
  settings.clientId = clientId
  settings.connect = connect(options, clientId, clean, keepalive)
  return settings
}

function eachOf(table: string, check: (...words: string[]) => void): void {
  table.split("|").forEach((row) => check(...row.split(" ")))
}

function connect(options: ClientOptions, clientId: string, clean: boolean, keepalive: number): Connect {
  const { username, password, will } = options
  if (will !== undefined && typeof will !== "object") refuse("will", will, "an object with topic and payload")
  if (password !== undefined && username === undefined) throw new RangeError("password: is given without a username [MQTT-3.1.2-22]")
  const packet: Connect = { clientId: encodeString("clientId", clientId), clean, keepalive }
  if (username !== undefined) packet.username = encodeString("username", username)
  if (password !== undefined) packet.password = binary("password", password)
  if (will) {
    packet.will = {
      topic: new Topic(will.topic, "will.topic").bytes,
      payload: binary("will.payload", will.payload),
      qos: checkQoS("will.qos", will.qos ?? 0),
      retain: flag(will as object as Record<string, unknown>, "retain", false, "will.retain"),
    }
  }
  return packet
}

function servers(platform: Platform, options: ClientOptions): readonly Server[] {
  const servers = options.servers
  if ((servers === undefined) === (options.host === undefined)) throw new RangeError("host, servers: one of the two is needed")
  // The options have the names of a server.
  const list = servers ?? [options as Server]
  if (!Array.isArray(list)) refuse("servers", list, "a list")
  if (list.length === 0) throw new RangeError("servers: is empty; at least one is needed")
  list.forEach((server) => {
    checkServer(servers ? "servers" : "options", server)
    if (server.protocol === "mqtts" && !platform.TLS) throw new RangeError(`protocol: "mqtts"; this platform has no TLS`)
  })
  return list
}

export function checkQoS(option: string, qos: QoS): QoS {
  if (qos !== 0 && qos !== 1 && qos !== 2) refuse(option, qos, "0, 1 or 2")
  return qos
}

function binary(option: string, value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === "string" ? encodeText(value) : value
  if (!(bytes instanceof Uint8Array)) throw new RangeError(`${option}: a string or a Uint8Array is needed`)
  return prefixLength(bytes, option)
}

function flag(options: Record<string, unknown>, name: string, otherwise: boolean, option = name): boolean {
  const value = options[name] ?? otherwise
  if (typeof value !== "boolean") refuse(option, value, "true or false")
  return value
}

function integer(options: Record<string, unknown>, name: string, otherwise: number, least: number, most: number): number {
  const value = (options[name] ?? otherwise) as number
  if (!Number.isInteger(value) || value < least || value > most) refuse(name, value, `a whole number from ${least} to ${most}`)
  return value
}
