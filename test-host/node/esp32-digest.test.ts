/// <reference types="node" />
import assert from "node:assert/strict"
import { createHash, createHmac, randomBytes } from "node:crypto"
import { describe, it } from "node:test"
import { digestOf, type Hash } from "../../platforms/esp32/digest-of.js"
import type { DigestAlgorithm } from "../../platforms/platform.js"
import { bufferOf } from "../support/socket-probe.js"

/** Node's hash functions as the SDK's. */
class NodeHash implements Hash {
  readonly blockSize = 64
  private readonly hash: ReturnType<typeof createHash>

  constructor(algorithm: DigestAlgorithm) {
    this.hash = createHash(algorithm)
  }

  write(data: ArrayBuffer): void {
    this.hash.update(new Uint8Array(data))
  }

  close(): ArrayBuffer {
    return new Uint8Array(this.hash.digest()).buffer
  }
}

const { digest, hmac } = digestOf(NodeHash)
const hex = (buffer: ArrayBuffer): string => Buffer.from(buffer).toString("hex")
const exact = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer

describe("digests of the ESP32's platform", () => {
  // From RFC 2202 and RFC 4231: a short key, and one longer than a block.
  const vectors: [DigestAlgorithm, string, number, string, string][] = [
    ["MD5", "750c783e6ab0b503eaa86e310a5db738", 80, "Test Using Larger Than Block-Size Key - Hash Key First", "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd"],
    ["SHA1", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79", 80, "Test Using Larger Than Block-Size Key - Hash Key First", "aa4ae5e15272d00e95705637ce8a3b55ed402112"],
    ["SHA256", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843", 131, "Test Using Larger Than Block-Size Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"],
  ]
  for (const [algorithm, short, length, text, long] of vectors) {
    it(`agree with the published HMACs of ${algorithm}`, () => {
      assert.equal(hex(hmac(algorithm, bufferOf("Jefe"), bufferOf("what do ya want for nothing?"))), short)
      assert.equal(hex(hmac(algorithm, exact(new Uint8Array(length).fill(0xaa)), bufferOf(text))), long)
    })

    it(`agree with Node's ${algorithm} for keys and data of all lengths about a block's`, () => {
      for (const length of [0, 1, 63, 64, 65, 127, 128, 129]) {
        const key = randomBytes(length)
        for (const size of [0, 1, 55, 56, 64, 1000]) {
          const data = randomBytes(size)
          assert.equal(hex(digest(algorithm, exact(data))), createHash(algorithm).update(data).digest("hex"))
          assert.equal(hex(hmac(algorithm, exact(key), exact(data))), createHmac(algorithm, key).update(data).digest("hex"))
        }
      }
    })
  }

  it("take a resizable buffer at the length that it has", () => {
    const key = new ArrayBuffer(8, { maxByteLength: 8 })
    new Uint8Array(key).set(Buffer.from("Jefexxxx"))
    key.resize(4)
    assert.equal(hex(hmac("MD5", key, bufferOf("what do ya want for nothing?"))), vectors[0]![1])
  })
})
