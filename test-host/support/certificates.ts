/// <reference types="node" />
import "reflect-metadata"
import { KeyObject, webcrypto } from "node:crypto"
import * as x509 from "@peculiar/x509"

export interface Identity {
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly certificate: x509.X509Certificate
  readonly keys: CryptoKeyPair
}

export interface IdentityOptions {
  /** Who signs it. Without one it signs itself. */
  issuer?: Identity
  /** May sign others. */
  authority?: boolean
  /** Host names and IP addresses that it is for. */
  names?: readonly string[]
  /** Days from now, which may be negative. Default: from yesterday to tomorrow. */
  from?: number
  until?: number
}

type CryptoKeyPair = webcrypto.CryptoKeyPair

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
const day = 86_400_000
let serial = 1

/** Makes a certificate and its key, in some milliseconds. */
export async function makeIdentity(commonName: string, options: IdentityOptions = {}): Promise<Identity> {
  const { issuer, authority = false, names = [], from = -1, until = 1 } = options
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as CryptoKeyPair
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: (serial++).toString(16).padStart(4, "0"),
    subject: `CN=${commonName}`,
    issuer: issuer ? issuer.certificate.subject : `CN=${commonName}`,
    notBefore: new Date(Date.now() + from * day),
    notAfter: new Date(Date.now() + until * day),
    signingAlgorithm: algorithm,
    // The library takes its types from the DOM, which Node has not.
    publicKey: keys.publicKey as never,
    signingKey: (issuer ?? { keys }).keys.privateKey as never,
    extensions: [
      new x509.BasicConstraintsExtension(authority, undefined, true),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: /^[\d.]+$/.test(value) ? "ip" : "dns", value })))]),
    ],
  })
  const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString()
  return { cert: certificate.toString("pem"), key, certificate, keys }
}
