import Bin from "bin"
import { Digest } from "crypt"
import EC from "ec"
import ECDSA from "ecdsa"
import PKCS1_5 from "pkcs1_5"
import PKCS8 from "pkcs8"
import Resource from "Resource"
import X509, { type PublicKey } from "x509"
import { checkChain, type Certificate } from "./chain.js"
import type { SdkSecureOptions } from "./options.js"

/**
 * Takes the place of the SDK's module `ssl/cert` (8.2.3), which accepts a server whose own certificate nobody has
 * signed, if only the one after it in the chain is real; takes any certificate for a CA's; and refuses a server that
 * shows no more than its own.
 *
 * Whom it trusts: `ca`; without that the CAs of the SDK's list (resource "ca.ski") whose certificates the manifest has
 * among its resources ("$(MODULES)/crypt/data/ca109").
 */
export default class CertificateManager {
  private readonly options: Partial<SdkSecureOptions>

  constructor(options: Partial<SdkSecureOptions>) {
    this.options = options
  }

  /** Throws for a chain that is not to be trusted. `session`: its options. */
  verify(chain: readonly Uint8Array[], session: { tls_server_name: string }): boolean {
    const options = this.options
    if (options.verify === false) return true
    const authorities = options.authorities ?? (options.certificate && [options.certificate])
    checkChain(
      chain.map((der) => new Parsed(der)),
      session.tls_server_name,
      Date.now(),
      (one) => (authorities ? givenAuthority(one as Parsed, authorities) : knownAuthority(one as Parsed)),
    )
    return true
  }

  /** The server's public key, or our private one, by its certificate. */
  getKey(certificate: ArrayBuffer): object {
    const own = this.options.clientCertificates
    if (own && Bin.comp(own[0]!, certificate) === 0) return PKCS8.parse(new Uint8Array(this.options.clientKey!))
    return keyOf(new Uint8Array(certificate))
  }

  findPreferredCert(): ArrayBuffer[] {
    return this.options.clientCertificates ?? []
  }

  /** The session keeps the server's certificate here, when it has been verified. */
  register(): void {}
}

class Parsed implements Certificate {
  readonly names: string[] = []
  readonly from: number
  readonly to: number
  readonly isAuthority: boolean
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly der: Uint8Array

  constructor(der: Uint8Array) {
    const tbs = X509.decodeTBS(X509.decode(der).tbs)
    const constraints = X509.decodeExtension(der, [2, 5, 29, 19])
    // SEQUENCE { BOOLEAN true, ...
    const bytes = constraints && new Uint8Array(constraints)
    this.isAuthority = bytes?.[2] === 1 && bytes[4] !== 0
    this.from = tbs.validity.from
    this.to = tbs.validity.to
    this.issuer = tbs.issuer
    this.subject = tbs.subject
    this.der = der
    const names = X509.decodeSAN(der) ?? []
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!
      if (name.tag === 2) this.names.push(name.value as string)
      else if (name.tag === 7) this.names.push(new Uint8Array(name.value as ArrayBuffer).join("."))
    }
  }

  isSignedBy(other: Parsed): boolean {
    const own = X509.decode(this.der)
    const key = keyOf(other.der)
    const algo = own.algo
    // 1.2.840.113549.1.1.11 to 13: RSA; 1.2.840.10045.4.3.2 to 4: ECDSA; nothing older than SHA-256.
    const elliptic = algo[3] === 10045
    const hash = ["SHA256", "SHA384", "SHA512"][algo[6]! - (elliptic ? 2 : 11)]
    if (!hash || algo[4] !== (elliptic ? 4 : 1)) return false
    const digest = new Digest(hash)
    digest.write(own.tbs as unknown as ArrayBuffer)
    const result = digest.close()
    if (!elliptic) return key.modulus !== undefined && new PKCS1_5(key, false, []).verify(result, own.sig)
    return key.curve !== undefined && new ECDSA(key.pub, key.curve).verify(result.slice(0, key.curve.orderSize), own.sig, true)
  }
}

function keyOf(certificate: Uint8Array): PublicKey {
  const key = X509.decode(certificate).spki
  // The SDK does not look at all of a signature's padding: with a small exponent it could be forged.
  if (key.exponent !== undefined && key.exponent < 65537n) throw new Error("a certificate's key is too weak (RSA exponent below 65537): renew it")
  if (key.curve) key.curve.ec = new StrictEC(key.curve.ec.a, key.curve.ec.b, key.curve.ec.m)
  return key
}

/** Without the point at infinity, with which a signature of zeros would be as good as any. */
class StrictEC extends EC {
  override mul2(a1: unknown, k1: bigint, a2: unknown, k2: bigint): { isZero(): boolean } {
    const point = super.mul2(a1, k1, a2, k2)
    if (point.isZero()) throw new Error("a signature of zeros: is someone in between?")
    return point
  }
}

function givenAuthority(one: Parsed, authorities: readonly ArrayBuffer[]): Parsed | undefined {
  for (let i = 0; i < authorities.length; i++) {
    const authority = signer(one, authorities[i]!)
    if (authority) return authority
  }
  return undefined
}

/** The CA whose certificate `der` is, if it has signed this one, or is it. */
function signer(one: Parsed, der: ArrayBuffer): Parsed | undefined {
  if (Bin.comp(der, one.der) === 0) return one
  const authority = new Parsed(new Uint8Array(der))
  return Bin.comp(authority.subject, one.issuer) === 0 && one.isSignedBy(authority) ? authority : undefined
}

/** The SDK's list has 20 bytes a CA: which key identifier its certificate, "ca0.der" and so on, is for. */
function knownAuthority(one: Parsed): Parsed | undefined {
  const id = X509.decodeAKI(one.der)
  if (!id || !Resource.exists("ca.ski")) return undefined
  const list = new Resource("ca.ski")
  for (let at = 0; at < list.byteLength; at += 20) {
    if (Bin.comp(list.slice(at, at + 20), id) !== 0) continue
    const name = `ca${at / 20}`
    if (Resource.exists(name + ".der")) return signer(one, new Resource(name + ".der").slice(0))
    throw new Error(`the server's CA is known, but not in the firmware: add "$(MODULES)/crypt/data/${name}" to the resources in manifest.json`)
  }
  return undefined
}
