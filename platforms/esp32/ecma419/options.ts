import { type ClientOptions, decodeText } from "../../../src/index.js"

/** Text as this class takes it: a string, or its UTF-8. */
export type Text = string | ArrayBuffer
export type Bytes = ArrayBuffer | ArrayBufferView

/** Sizes and times that are this class's own have the names and units of mqtt-xs's Client. */
type OwnOptions = Pick<
  ClientOptions,
  "reconnectPeriod" | "maxReconnectPeriod" | "stableAfter" | "connectTimeout" | "pingTimeout" | "outboxBytes" | "outboxMessages" | "maxInflight" | "maxInbound" | "receiveBufferSize" | "readSize" | "transmitBufferSize" | "maxSubscriptions" | "filtersPerSubscribe"
>

export interface EcmaOptions extends OwnOptions {
  host: string
  /** 1883 by default, with TLS too. Text that says a number is taken as well. */
  port?: number | string
  /** Client id; empty by default: the server chooses one. */
  id?: string
  user?: Text
  password?: Text
  /** True by default. False, with an `id`: QoS 1 and 2 also outlive a lost connection on the server's side. */
  clean?: boolean
  /** Milliseconds; 0, the default: none. */
  keepalive?: number
  keepAlive?: number
  will?: { topic: Text; message: Text; QoS?: number; retain?: boolean | number }
  /** `io`: class of the name resolver; it is given this object. */
  dns: { io: ResolverConstructor; [option: string]: unknown }
  /** `io`: class of the socket; it is given this object's members. With `TCP`, `io` is taken for the SDK's TLS class. */
  socket: { io: EcmaSocketConstructor; TCP?: unknown; [option: string]: unknown }
  format?: "buffer"
  target?: unknown
  /** False: the first error ends the client, as it does the SDK's. True by default: it connects again. */
  reconnect?: boolean
  /** Longest message, bytes, that is sent or received; for one beyond the buffers, memory is taken while it is there. 20,480 by default. */
  maxMessageBytes?: number
  /** A message of `count` bytes has come. */
  onReadable?: (count: number, options: ReadableOptions) => void
  /** So many bytes can be written. */
  onWritable?: (count: number) => void
  onControl?: (message: ControlMessage) => void
  /** The connection has ended after a DISCONNECT that the program wrote. */
  onClose?: () => void
  /** The client has ended for good. */
  onError?: (error: Error) => void
}

/** All but `more` come with the first piece of a message only. */
export interface ReadableOptions {
  /** Another piece of the same message follows. */
  more: boolean
  topic?: string
  /** Of the whole message. */
  byteLength?: number
  QoS?: number
  retain?: boolean
  duplicate?: boolean
}

export interface ControlMessage {
  operation: number
  /** Of what it answers: the `id` that `write` was given. */
  id?: number
  /** With CONNACK. */
  returnCode?: number
  sessionPresent?: boolean
  /** With SUBACK: of each item the granted QoS, or 0x80. */
  payload?: number[]
}

/** Without it: the next part of a message that was begun with `byteLength`. */
export interface WriteOptions {
  /** PUBLISH by default. */
  operation?: number
  id?: number
  topic?: Text
  QoS?: number
  retain?: boolean | number
  /** Taken for the sake of programs that set it; DUP is set where it belongs. */
  duplicate?: boolean
  /** Of the whole message; the rest follows in further writes. */
  byteLength?: number
  /** With SUBSCRIBE and UNSUBSCRIBE. */
  items?: readonly { topic: Text; QoS?: number }[]
}

export interface ResolverConstructor {
  new (options: object): {
    resolve(options: { host: string; onResolved(host: string, address: string): void; onError(error?: unknown): void }): void
    close?(): void
  }
}

export interface EcmaSocketConstructor {
  // The SDK's classes differ in what they declare, not in what they take.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  new (options: any): { read(buffer: any): unknown; write(buffer: any): number | undefined; close(): void }
}

// Constants, because XS copies a literal of a preloaded module to the heap each time it is met.
const STRING = "string"
export const NUMBER = "number"

export function textOf(text: Text): string {
  if (typeof text === STRING) return text as string
  return decodeText(new Uint8Array(text as ArrayBuffer), 0, (text as ArrayBuffer).byteLength)
}

/** The bytes themselves, not a copy. */
export function bytesOf(data: Bytes): Uint8Array {
  if (data instanceof Uint8Array) return data
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
}

export function binaryOf(value: Text): string | Uint8Array {
  return typeof value === STRING ? (value as string) : bytesOf(value as ArrayBuffer)
}
