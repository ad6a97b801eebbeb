import { isAddress } from "simulated-names"
import { find } from "x509-facts"

/** The SDK's `x509`, for certificates that the forwarder knows. */
export default {
  /** A certificate stands for its own signature and its own key. */
  decode(der: Uint8Array): object {
    find(der)
    return { tbs: der, algo: [1, 2, 840, 10045, 4, 3, 2], sig: der, spki: { curve: { ec: { a: 0n, b: 0n, m: 0n }, orderSize: 32 }, pub: der } }
  },

  decodeTBS(der: Uint8Array): object {
    const { from, to, issuer, subject } = find(der).facts
    return { validity: { from, to }, issuer: bytesOf(issuer), subject: bytesOf(subject) }
  },

  decodeSAN(der: Uint8Array): object[] {
    return find(der).facts.names.map((name) => (isAddress(name) ? { tag: 7, value: new Uint8Array(name.split(".").map(Number)).buffer } : { tag: 2, value: name }))
  },

  decodeAKI(): undefined {
    return undefined
  },

  /** basicConstraints is all that is asked for. */
  decodeExtension(der: Uint8Array): ArrayBuffer {
    return new Uint8Array(find(der).facts.authority ? [0x30, 3, 1, 1, 0xff] : [0x30, 0]).buffer
  },

  decodeSPKI(der: Uint8Array): Uint8Array {
    return der
  },
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(ArrayBuffer.fromString!(text))
}
