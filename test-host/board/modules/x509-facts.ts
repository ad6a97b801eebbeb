import type { CertificateFacts } from "./tls.js"

type Key = Uint8Array

/** Certificates of the handshakes so far, with what the forwarder says of them: this is no X.509 parser. */
const known: { der: Uint8Array; facts: CertificateFacts; all: Uint8Array[] }[] = []
/** Handshakes come again and again, with the same certificates or not. */
const MOST = 24

export function learn(certificates: Uint8Array[], facts: CertificateFacts[]): void {
  for (let i = 0; i < certificates.length; i++) known.unshift({ der: certificates[i]!, facts: facts[i]!, all: certificates })
  if (known.length > MOST) known.length = MOST
}

export function find(der: Uint8Array): (typeof known)[number] {
  const found = known.find((each) => equal(each.der, der))
  if (!found) throw new Error("bad certificate")
  return found
}

/** Whether the key of `signer` has signed `certificate`. */
export function isSigned(certificate: Uint8Array, signer: Key): boolean {
  const { facts, all } = find(certificate)
  return facts.signers.some((i) => equal(all[i]!, signer))
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  let i = a.length === b.length ? a.length : -1
  while (i > 0 && a[i - 1] === b[i - 1]) i--
  return i === 0
}
