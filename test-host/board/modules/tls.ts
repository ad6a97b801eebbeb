import { importNow, writeFile } from "host/board"
import { state } from "board-simulation"
import Timer, { type Handle } from "timer"
import { learn } from "x509-facts"

type Bytes = ArrayBuffer | Uint8Array

/** What the forwarder gets, in a file that the ClientHello names. Certificates and keys: DER in hex. */
export interface TlsRequest {
  address: string
  port: number
  serverName: string
  alpn: string[]
  /** Whom the board trusts. */
  authorities: string[]
  certificates: string[]
  key: string
}

/** Of a certificate of the server, or of an authority: those of the server first, its own at the start. */
export interface CertificateFacts {
  names: string[]
  from: number
  to: number
  authority: boolean
  subject: string
  issuer: string
  /** Whose keys have signed it, as indices. */
  signers: number[]
}

interface Wire {
  readable: number
  writable: number
  read(view: Uint8Array): unknown
  write(bytes: Uint8Array): number | undefined
  close(): void
}

interface Secure {
  serverName?: string
  /** Of a CA. */
  certificate?: Bytes
  /** What our own `ssl/cert` takes in its place. */
  authorities?: Bytes[]
  clientCertificates?: Bytes[]
  clientKey?: Bytes
  applicationLayerProtocolNegotiation?: string | string[]
  verify?: boolean
}

interface Options {
  address: string
  host?: string
  port: number
  /** `io`: the class of TCP sockets. */
  TCP: { io: new (options: object) => Wire }
  secure?: Secure
  onReadable?(count: number): void
  onWritable?(count: number): void
  onError?(): void
}

interface CertificateManager {
  verify(chain: Uint8Array[], options: object): boolean
}

const CIPHERS = 20
const ALERT = 21
const HANDSHAKE = 22
const DATA = 23
/** What TLS adds to a write, as the SDK's class estimates it. */
const OVERHEAD = 96
const NONCE = 8
const TAG = 16

/** Of the SDK's `ssl/error`. */
class TLSError extends Error {
  override readonly name = "TLS"
}

/** For the names of files. */
const counter = { requests: 0 }

/**
 * As the SDK's TLSSocket, with its ways: what is wrong with a handshake is thrown out of the TCP socket's callback; the
 * certificates are judged by the module `ssl/cert`; an early close counts as the end of the handshake; one record is
 * given to the user at a time; `read` takes views only. On the wire there are TLS's records in their order, but in
 * clear: TLS itself is spoken by a forwarder on the PC.
 */
export default class TLSSocket {
  #socket: Wire | undefined
  #options: Options
  #manager: CertificateManager
  #name: string
  #ready = false
  #greeted = false
  #ciphers = false
  #chain: Uint8Array[] = []
  #header = new Uint8Array(5)
  #body: Uint8Array | undefined
  /** Bytes that have come of the header, or of the body. */
  #filled = 0
  #data: Uint8Array | undefined
  #position = 0
  #later: Handle | undefined

  constructor(options: Options) {
    const { host, secure = {} } = options
    this.#options = options
    this.#name = secure.serverName ?? host ?? ""
    const Manager = importNow("ssl/cert") as new (options: object) => CertificateManager
    this.#manager = new Manager({ tls_server_name: this.#name, ...secure })
    this.#socket = new options.TCP.io({
      ...options,
      address: "127.0.0.1",
      port: state.settings.tlsPort,
      onReadable: (count: number) => this.#onReadable(count),
      onWritable: (count: number) => this.#onWritable(count),
      onError: () => this.#options.onError?.(),
    })
    this.#socket.readable = this.#socket.writable = 0
  }

  close(): void {
    this.#socket?.close()
    Timer.clear(this.#later)
    this.#socket = this.#later = undefined
  }

  read(wanted?: number | Bytes | DataView): number | ArrayBuffer | undefined {
    const data = this.#data
    if (!data) return undefined
    // What the SDK's does with an ArrayBuffer.
    if (wanted instanceof ArrayBuffer) throw new RangeError("invalid offset")
    const available = data.length - this.#position
    const own = typeof wanted !== "object"
    const size = own ? (wanted ?? available) : Math.min(wanted.byteLength, available)
    if (size > available) throw new Error("invalid")
    const target = own ? new Uint8Array(size) : new Uint8Array(wanted.buffer as ArrayBuffer, wanted.byteOffset, size)
    target.set(data.subarray(this.#position, this.#position + size))
    this.#position += size
    if (this.#position === data.length) this.#data = undefined
    if (!this.#data && this.#socket!.readable > 0) this.#later ??= Timer.set(() => this.#goOn())
    return own ? target.buffer : size
  }

  /** Returns the room that is left, less 32; NaN when the connection is gone. */
  write(buffer: Bytes): number {
    const bytes = buffer instanceof ArrayBuffer ? new Uint8Array(buffer) : buffer
    if (bytes.length > 16_384) throw new Error("too large")
    const body = new Uint8Array(NONCE + bytes.length + TAG)
    body.set(bytes, NONCE)
    this.#send(DATA, body)
    return Math.max(0, this.#socket!.writable - 32)
  }

  get format(): string {
    return "buffer"
  }

  #send(type: number, body: Uint8Array): void {
    const bytes = new Uint8Array(5 + body.length)
    bytes.set([type, 3, 3, body.length >> 8, body.length & 255])
    bytes.set(body, 5)
    this.#socket!.writable = this.#socket!.write(bytes)!
  }

  #sayHello(): void {
    const { address, port, secure = {} } = this.#options
    const { clientCertificates = [], clientKey, applicationLayerProtocolNegotiation: alpn = [] } = secure
    const request: TlsRequest = {
      address, port, serverName: this.#name, alpn: typeof alpn === "string" ? [alpn] : alpn, authorities: this.#authorities().map(hex),
      certificates: clientCertificates.map(hex), key: clientKey ? hex(clientKey) : "",
    }
    const path = `${state.settings.folder}/tls-${counter.requests++ % 8}.json`
    writeFile(path, ArrayBuffer.fromString!(JSON.stringify(request)))
    const name = new Uint8Array(ArrayBuffer.fromString!(path))
    const hello = new Uint8Array(4 + name.length)
    hello.set([1, 0, name.length >> 8, name.length & 255])
    hello.set(name, 4)
    this.#send(HANDSHAKE, hello)
  }

  #authorities(): Bytes[] {
    const { certificate, authorities } = this.#options.secure ?? {}
    return authorities ?? (certificate ? [certificate] : [])
  }

  #onWritable(count: number): void {
    this.#socket!.writable = count
    if (!this.#greeted) {
      this.#greeted = true
      this.#sayHello()
    } else if (this.#ready && count > OVERHEAD) this.#options.onWritable?.(count - OVERHEAD)
  }

  #onReadable(count: number): void {
    this.#socket!.readable = count
    if (!this.#data) this.#pump()
  }

  #goOn(): void {
    this.#later = undefined
    if (!this.#data) this.#pump()
  }

  /** Reads records up to the next with data. */
  #pump(): void {
    while (this.#socket && this.#socket.readable > 0 && !this.#data) {
      const target: Uint8Array = this.#body ?? this.#header
      const size = Math.min(target.length - this.#filled, this.#socket.readable)
      this.#socket.read(target.subarray(this.#filled, this.#filled + size))
      this.#socket.readable -= size
      this.#filled += size
      if (this.#filled < target.length) continue
      this.#filled = 0
      if (!this.#body) this.#body = new Uint8Array(this.#header[3]! * 256 + this.#header[4]!)
      else {
        this.#body = undefined
        this.#take(this.#header[0]!, target)
      }
    }
  }

  #take(type: number, body: Uint8Array): void {
    if (type === DATA) {
      this.#position = 0
      this.#data = body.subarray(NONCE, body.length - TAG)
      this.#options.onReadable?.(this.#data.length)
    } else if (type === ALERT) this.#alert(body[1]!)
    else if (type === CIPHERS) this.#ciphers = true
    else if (type !== HANDSHAKE) throw new TLSError("recordProtocol: bad data")
    else if (this.#ciphers) this.#finish()
    else this.#shake(body)
  }

  #alert(description: number): void {
    if (description !== 0) throw new TLSError(`alert: 2, ${description}`)
    if (this.#ready) this.#options.onError?.()
    else this.#finish()
  }

  #finish(): void {
    this.#ready = true
    this.#onWritable(this.#socket!.writable)
  }

  /** A message of the server: each is in a record of its own here. */
  #shake(message: Uint8Array): void {
    const type = message[0]
    const body = message.slice(4)
    if (type === 2) this.#facts = JSON.parse(String.fromArrayBuffer!(body.buffer)) as CertificateFacts[]
    else if (type === 11) this.#chain = split(body)
    else if (type === 14) {
      learn([...this.#chain, ...this.#authorities().map((each) => new Uint8Array(each))], this.#facts)
      if (!this.#manager.verify(this.#chain, { ...this.#options.secure, tls_server_name: this.#name })) throw new TLSError("certificate: auth err")
      this.#send(HANDSHAKE, new Uint8Array([16, 0, 0, 0]))
      this.#send(CIPHERS, new Uint8Array([1]))
      this.#send(HANDSHAKE, new Uint8Array(40))
    }
  }

  #facts: CertificateFacts[] = []
}

/** The certificates of a Certificate message. */
function split(body: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = 3; at < body.length; ) {
    const size = body[at]! * 65_536 + body[at + 1]! * 256 + body[at + 2]!
    parts.push(body.slice(at + 3, at + 3 + size))
    at += 3 + size
  }
  return parts
}

function hex(buffer: Bytes): string {
  // Whatever has bytes: a resource is neither an ArrayBuffer nor a view.
  const bytes = new Uint8Array(buffer)
  let text = ""
  for (let i = 0; i < bytes.length; i++) text += bytes[i]!.toString(16).padStart(2, "0")
  return text
}
