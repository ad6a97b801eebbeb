/// <reference types="node" />
import { createHash, createHmac } from "node:crypto"
import type { Digest, DigestAlgorithm } from "../platform.js"

export const digest: Digest = {
  digest: (algorithm, data) => exact(createHash(nameOf(algorithm)).update(new Uint8Array(data)).digest()),
  hmac: (algorithm, key, data) => exact(createHmac(nameOf(algorithm), new Uint8Array(key)).update(new Uint8Array(data)).digest()),
}

const names: Readonly<Record<DigestAlgorithm, string>> = { MD5: "md5", SHA1: "sha1", SHA256: "sha256" }

function nameOf(algorithm: DigestAlgorithm): string {
  const name = names[algorithm]
  if (name === undefined) throw new Error(`unknown digest: ${String(algorithm)}: ${Object.keys(names).join(", ")} are known`)
  return name
}

/** The bytes in a buffer of their own, which a Buffer may share with others. */
function exact(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer
}
