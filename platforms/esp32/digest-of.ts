import type { Digest, DigestAlgorithm } from "../platform.js"

/** A hash function that is fed bit by bit, as the SDK's. */
export interface Hash {
  /** Bytes that the algorithm takes at a time. */
  readonly blockSize: number
  write(data: ArrayBuffer): void
  close(): ArrayBuffer
}

/** Digests, and HMAC by RFC 2104, over `Hash`; the SDK's own HMAC would take three times the flash. */
export function digestOf(Hash: new (algorithm: DigestAlgorithm) => Hash): Digest {
  /** Of `data`, after a block that is `key` with all bits of `mask` turned over. */
  const digest = (algorithm: DigestAlgorithm, data: ArrayBuffer, key?: ArrayBuffer, mask = 0): ArrayBuffer => {
    const hash = new Hash(algorithm)
    if (key) {
      const block = new Uint8Array(hash.blockSize).fill(mask)
      const bytes = new Uint8Array(key.byteLength > block.length ? digest(algorithm, key) : key)
      for (let i = 0; i < bytes.length; i++) block[i]! ^= bytes[i]!
      hash.write(block.buffer)
    }
    hash.write(data)
    return hash.close()
  }
  return {
    digest: (algorithm, data) => digest(algorithm, data),
    hmac: (algorithm, key, data) => digest(algorithm, digest(algorithm, data, key, 0x36), key, 0x5c),
  }
}
