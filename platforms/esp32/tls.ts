import TCP from "embedded:io/socket/tcp"
import TLSSocket from "embedded:io/socket/tcp/tls"
import Resource from "Resource"
import type { Socket, SocketOptions } from "../platform.js"
import { secureOf } from "./tls/options.js"
import { Records, type RecordsOwner } from "./tls/records.js"

/** XS's own. */
declare interface XsArrayBuffer extends ArrayBufferConstructor {
  fromString(text: string): ArrayBuffer
}

/**
 * The SDK's TLS 1.2, in the platform's pattern. `ca`, `cert` and `key` are names of the firmware's resources, or PEM
 * text, or PEM or DER in an ArrayBuffer. The server must show a certificate for `secure.servername`, else `host`, from
 * `ca`, else from the SDK's CAs that are among the resources, unless `dangerouslyAcceptAnyServer` is set; else `onError`
 * says why not, and nothing has been sent. Throws for certificates and keys that can't be used.
 */
export class TLS implements Socket, RecordsOwner {
  records: Records | undefined
  private readonly options: SocketOptions
  private readonly socket: TLSSocket
  private closed = false
  private ready = false
  private buffer: ArrayBuffer | undefined
  private view: Uint8Array | undefined

  constructor(options: SocketOptions) {
    this.options = options
    const params = {
      address: options.address,
      port: options.port,
      host: options.host,
      nodelay: options.nodelay ?? false,
      secure: secureOf(options.host, options.secure ?? {}, load),
      TCP: { io: Records },
      // For Records.
      wire: TCP,
      owner: this,
      onReadable: (count: number) => {
        if (!this.closed) options.onReadable.call(this, count)
      },
      onWritable: (count: number) => this.onWritable(count),
      onError: (error?: unknown) => this.fail(error),
    }
    this.socket = new TLSSocket(params)
  }

  read(buffer: ArrayBuffer): void {
    if (buffer !== this.buffer) {
      this.buffer = buffer
      this.view = new Uint8Array(buffer)
    }
    if (buffer.byteLength === 0 || this.socket.read(this.view!) !== buffer.byteLength) throw new Error("invalid")
  }

  write(buffer: ArrayBuffer): number | undefined {
    const room = this.socket.write(buffer)
    // With CBC a record takes up to 90 bytes more than it holds, of which the SDK leaves 32.
    return room > 64 ? room - 64 : room >= 0 ? 0 : undefined
  }

  close(): void {
    this.closed = true
    this.socket.close()
  }

  /** Ends the connection, if it has not been ended. */
  fail(error: unknown): void {
    if (this.closed) return
    this.close()
    this.options.onError.call(this, error ?? (this.ready ? undefined : new Error("the connection was closed in the TLS handshake: is this the server's port for TLS (commonly 8883)?")))
  }

  private onWritable(count: number): void {
    if (this.closed) return
    if (!this.records?.encrypted) return this.fail(undefined)
    this.ready = true
    this.options.onWritable.call(this, count)
  }
}

function load(value: string | ArrayBuffer, option: string): ArrayBuffer {
  if (typeof value !== "string") return value
  if (value.startsWith("-----BEGIN")) return (ArrayBuffer as XsArrayBuffer).fromString(value)
  if (!Resource.exists(value)) throw new Error(`${option}: the firmware has no resource "${value}": add its file to the resources in manifest.json`)
  return new Resource(value).slice(0)
}
