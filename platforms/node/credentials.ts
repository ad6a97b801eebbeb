/// <reference types="node" />
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto"

/** The certificates as PEM text, of which `value` may hold several. `option` names it in errors. */
export function certificatesOf(value: string | ArrayBuffer, option: string): string {
  const content = contentOf(value)
  try {
    const first = new X509Certificate(content)
    return isPem(content) ? content.toString() : first.toString()
  } catch (cause) {
    throw new Error(`${option}: ${content.length} bytes that are no certificate: PEM ("-----BEGIN CERTIFICATE-----") or DER is needed`, { cause })
  }
}

/** The private key as PEM text. Errors never show any of it. */
export function privateKeyOf(value: string | ArrayBuffer, option: string): string {
  const content = contentOf(value)
  if (content.includes("ENCRYPTED")) throw new Error(`${option}: is encrypted: give it without a passphrase (openssl pkey -in old.pem -out new.pem)`)
  let code: string | undefined
  for (const parse of isPem(content) ? [pem] : [der("pkcs8"), der("sec1"), der("pkcs1")]) {
    try {
      return parse(content).export({ type: "pkcs8", format: "pem" }).toString()
    } catch (error) {
      code = (error as NodeJS.ErrnoException).code
    }
  }
  throw new Error(`${option}: no private key: PEM ("-----BEGIN PRIVATE KEY-----") or DER is needed (${code ?? "no reason given"})`)
}

const pem = (content: Buffer): KeyObject => createPrivateKey(content)
const der = (type: "pkcs8" | "sec1" | "pkcs1") => (content: Buffer): KeyObject => createPrivateKey({ key: content, format: "der", type })

function contentOf(value: string | ArrayBuffer): Buffer {
  return typeof value === "string" ? Buffer.from(value) : Buffer.from(new Uint8Array(value))
}

function isPem(content: Buffer): boolean {
  return content.includes("-----BEGIN ")
}
