/// <reference types="node" />
import type { Socket } from "node:net"
import { Duplex } from "node:stream"

const HANDSHAKE = 22
const CERTIFICATE = 11

/** A stream over `raw` that notes the certificates a TLS 1.2 server sends, which it does in clear: DER, its own first. */
export function notingCertificates(raw: Socket): { stream: Duplex; certificates: Buffer[] } {
  const certificates: Buffer[] = []
  let records = Buffer.alloc(0)
  let messages = Buffer.alloc(0)

  function look(chunk: Buffer): void {
    if (certificates.length > 0) return
    records = Buffer.concat([records, chunk])
    while (records.length >= 5 && records[0] === HANDSHAKE && records.length >= 5 + records.readUInt16BE(3)) {
      const end = 5 + records.readUInt16BE(3)
      messages = Buffer.concat([messages, records.subarray(5, end)])
      records = records.subarray(end)
    }
    while (messages.length >= 4 && messages.length >= 4 + messages.readUIntBE(1, 3)) {
      const end = 4 + messages.readUIntBE(1, 3)
      for (let at = 7; messages[0] === CERTIFICATE && at < end; ) {
        const size = messages.readUIntBE(at, 3)
        certificates.push(messages.subarray(at + 3, at + 3 + size))
        at += 3 + size
      }
      messages = messages.subarray(end)
    }
  }

  const stream = new Duplex({
    read: () => raw.resume(),
    write: (chunk: Buffer, _encoding, callback) => raw.write(chunk, callback),
    final: (callback) => raw.end(callback),
    destroy(error, callback) {
      raw.destroy()
      callback(error)
    },
  })
  raw.on("data", (chunk: Buffer) => {
    look(chunk)
    if (!stream.push(chunk)) raw.pause()
  })
  raw.on("end", () => stream.push(null))
  raw.on("close", () => stream.destroy())
  return { stream, certificates }
}
