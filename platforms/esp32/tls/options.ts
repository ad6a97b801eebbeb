import type { SecureOptions } from "../../platform.js"

/** What the SDK's TLS takes as `secure`. Certificates and keys are DER. */
export interface SdkSecureOptions {
  /** The certificate must be for it; also sent to the server. */
  serverName: string
  /** Default: true. */
  verify?: false
  /** A CA's certificate, for the SDK's own verification, which takes one. */
  certificate?: ArrayBuffer
  /** All of them, for ours. */
  authorities?: ArrayBuffer[]
  clientCertificates?: ArrayBuffer[]
  /** PKCS #8, RSA. */
  clientKey?: ArrayBuffer
  applicationLayerProtocolNegotiation?: readonly string[]
  /** Sessions are not resumed: nothing of the handshake may be left out. */
  cache: false
}

/** Brings our options into the SDK's form. `load` gives what a text stands for. Throws for what the SDK can't use. */
export function secureOf(host: string, secure: SecureOptions, load: (value: string | ArrayBuffer, option: string) => ArrayBuffer): SdkSecureOptions {
  const ca = secure.ca
  const cert = secure.cert
  const key = secure.key
  const result: SdkSecureOptions = { serverName: secure.servername ?? host, cache: false }
  if (secure.dangerouslyAcceptAnyServer === true) result.verify = false
  if (secure.ALPNProtocols) result.applicationLayerProtocolNegotiation = secure.ALPNProtocols
  if (ca !== undefined) {
    const authorities = ([] as (string | ArrayBuffer)[]).concat(ca as string).flatMap((one) => derOf(load(one, "ca"), "ca"))
    result.authorities = authorities
    result.certificate = authorities[0]!
  }
  if ((cert === undefined) !== (key === undefined)) throw new Error("cert and key: one is given without the other")
  if (cert !== undefined && key !== undefined) {
    result.clientCertificates = derOf(load(cert, "cert"), "cert")
    result.clientKey = derOf(load(key, "key"), "key")[0]!
    if (!isRsaPkcs8(new Uint8Array(result.clientKey))) throw new Error("key: an RSA key is needed, as PKCS #8 and without a passphrase: openssl pkcs8 -topk8 -nocrypt -in old.pem -out key.pem")
  }
  return result
}

/** What PEM text holds, each part as DER; or DER as it is. */
export function derOf(data: ArrayBuffer, option: string): ArrayBuffer[] {
  const text = new Uint8Array(data)
  if (text[0] === 0x30) return [data]
  const out = new Uint8Array(text.length)
  const parts: ArrayBuffer[] = []
  let inside = false
  let length = 0
  let bits = 0
  let held = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if (c === 0x2d) {
      // A line of dashes begins or ends a part.
      while (i < text.length && text[i] !== 0x0a) i++
      if (inside) parts.push(out.buffer.slice(0, length))
      inside = !inside
      length = bits = held = 0
    } else if (inside) {
      const value = c >= 97 ? c - 71 : c >= 65 ? c - 65 : c >= 48 ? c + 4 : c === 43 ? 62 : c === 47 ? 63 : 64
      if (value < 64) {
        held = (held << 6) | value
        bits += 6
        if (bits > 7) {
          bits -= 8
          out[length++] = held >> bits
        }
      }
    }
  }
  if (parts.length === 0) throw new Error(`${option}: neither PEM ("-----BEGIN ...") nor DER`)
  return parts
}

/** SEQUENCE { INTEGER 0, SEQUENCE { OBJECT IDENTIFIER of 9 bytes: rsaEncryption. */
function isRsaPkcs8(der: Uint8Array): boolean {
  const at = der[1]! > 0x80 ? (der[1]! & 0x7f) + 2 : 2
  return der[at] === 2 && der[at + 3] === 0x30 && der[at + 6] === 9
}
