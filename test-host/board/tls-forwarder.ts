/// <reference types="node" />
import { X509Certificate } from "node:crypto"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import { connect as connectTls, type TLSSocket } from "node:tls"
import { notingCertificates } from "./certificates-sent.js"
import type { CertificateFacts, TlsRequest } from "./modules/tls.js"

/** The suites of Moddable SDK 8.2.3, which speaks TLS 1.2. */
const SUITES = ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256",
  "DHE-RSA-AES256-SHA256", "DHE-RSA-AES128-SHA256", "AES256-SHA256", "AES128-SHA256", "AES256-SHA", "AES128-SHA"]

/** Alerts of RFC 5246 by what OpenSSL calls them. */
const ALERTS: Record<string, number> = {
  HANDSHAKE_FAILURE: 40, BAD_CERTIFICATE: 42, CERTIFICATE_EXPIRED: 45, CERTIFICATE_UNKNOWN: 46, UNKNOWN_CA: 48, PROTOCOL_VERSION: 70,
  UNRECOGNIZED_NAME: 112, CERTIFICATE_REQUIRED: 116,
}

const enum Type { CIPHERS = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 }

/** GCM's, before and after what a record holds. */
const NONCE = 8
const TAG = 16
/** What a record holds at most, here. */
const PIECE = 1024

/**
 * Speaks TLS for simulated boards, each connection of theirs to a server of its own. Between a board and this there are
 * TLS's records in TLS's order, but in clear. It trusts whoever the board trusts: judging the certificates is the board's.
 */
export class TlsForwarder {
  private readonly server: Server
  private readonly sockets = new Set<Socket>()

  private constructor(server: Server) {
    this.server = server
    server.on("connection", (socket) => {
      this.keep(socket)
      this.serve(socket)
    })
  }

  static async start(): Promise<TlsForwarder> {
    const server = createServer().listen(0, "127.0.0.1")
    await once(server, "listening")
    return new TlsForwarder(server)
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    this.server.close()
    await once(this.server, "close")
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket)
    // Whatever happens to it, it is closed then.
    socket.on("error", () => {})
    socket.on("close", () => this.sockets.delete(socket))
  }

  private serve(board: Socket): void {
    let raw: Socket | undefined
    let tls: TLSSocket | undefined
    onRecords(board, (type, body) => {
      if (type === Type.DATA) tls?.write(body.subarray(NONCE, -TAG))
      else if (type === Type.CIPHERS) board.write(Buffer.concat([record(Type.CIPHERS, Buffer.of(1)), record(Type.HANDSHAKE, Buffer.alloc(40))]))
      else if (type === Type.HANDSHAKE && !raw) {
        // The ClientHello: where the request is.
        const request = JSON.parse(readFileSync(String(body.subarray(4)), "utf8")) as TlsRequest
        raw = connect({ host: request.address, port: request.port })
        this.keep(raw)
        raw.on("close", () => board.end())
        raw.once("connect", () => {
          tls = handshake(board, raw!, request)
        })
      }
    })
    board.on("close", () => raw?.destroy())
  }
}

function handshake(board: Socket, raw: Socket, request: TlsRequest): TLSSocket {
  const { serverName, alpn, authorities, certificates, key } = request
  const noting = notingCertificates(raw)
  const tls = connectTls({
    socket: noting.stream, servername: /^[\d.]+$/.test(serverName) ? "" : serverName, rejectUnauthorized: false,
    minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: SUITES.join(":"),
    ...(alpn.length > 0 && { ALPNProtocols: alpn }),
    ...(certificates.length > 0 && { cert: certificates.map((each) => pem("CERTIFICATE", each)).join("") }),
    ...(key && { key: pem("PRIVATE KEY", key) }),
  })
  let open = false
  tls.on("error", (error: NodeJS.ErrnoException) => {
    const code = error.code ?? ""
    if (open || !code.startsWith("ERR_SSL")) board.destroy()
    else if (code.includes("ALERT")) board.end(record(Type.ALERT, Buffer.of(2, ALERTS[Object.keys(ALERTS).find((name) => code.endsWith(name)) ?? ""] ?? 80)))
    // It speaks something else: HTTP, let us say.
    else board.end("HTTP/1.1 400 Bad Request\r\n\r\n")
  })
  tls.once("secureConnect", () => {
    open = true
    board.write(serverHello(noting.certificates, authorities))
    tls.on("data", (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += PIECE) {
        board.write(record(Type.DATA, Buffer.concat([Buffer.alloc(NONCE), chunk.subarray(at, at + PIECE), Buffer.alloc(TAG)])))
      }
    })
    tls.on("close", () => board.end())
  })
  return tls
}

/** ServerHello, Certificate, ServerKeyExchange and ServerHelloDone. The first holds what the board can't find out itself. */
function serverHello(chain: readonly Buffer[], authorities: readonly string[]): Buffer {
  const facts = factsOf([...chain, ...authorities.map((each) => Buffer.from(each, "hex"))])
  const list = Buffer.concat(chain.map((der) => Buffer.concat([number24(der.length), der])))
  // A named curve, no point, SHA-256 with ECDSA, a signature of one byte.
  const exchange = Buffer.of(3, 0, 23, 0, 4, 3, 0, 1, 0)
  return Buffer.concat([
    record(Type.HANDSHAKE, message(2, Buffer.from(JSON.stringify(facts)))),
    record(Type.HANDSHAKE, message(11, Buffer.concat([number24(list.length), list]))),
    record(Type.HANDSHAKE, message(12, exchange)),
    record(Type.HANDSHAKE, message(14, Buffer.alloc(0))),
  ])
}

function factsOf(all: readonly Buffer[]): CertificateFacts[] {
  const parsed = all.map((der) => new X509Certificate(der))
  return parsed.map((one) => ({
    names: (one.subjectAltName ?? "").split(", ").filter(Boolean).map((name) => name.replace(/^(DNS|IP Address):/, "")),
    from: Date.parse(one.validFrom), to: Date.parse(one.validTo), authority: one.ca, subject: one.subject, issuer: one.issuer,
    signers: parsed.flatMap((other, i) => (one.verify(other.publicKey) ? [i] : [])),
  }))
}

function onRecords(socket: Socket, take: (type: number, body: Buffer) => void): void {
  let rest = Buffer.alloc(0)
  socket.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt16BE(3)) {
      const end = 5 + rest.readUInt16BE(3)
      take(rest[0]!, rest.subarray(5, end))
      rest = rest.subarray(end)
    }
  })
}

function record(type: Type, body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type, 3, 3, body.length >> 8, body.length & 255), body])
}

function message(type: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type), number24(body.length), body])
}

function number24(value: number): Buffer {
  return Buffer.of(value >> 16, (value >> 8) & 255, value & 255)
}

function pem(label: string, hex: string): string {
  const lines = Buffer.from(hex, "hex").toString("base64").match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`
}
