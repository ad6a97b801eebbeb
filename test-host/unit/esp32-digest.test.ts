import { digestOf } from "../../platforms/esp32/digest-of.js"
import type { DigestAlgorithm } from "../../platforms/platform.js"
import { equal, test } from "../harness/harness.js"

/** No hash at all: its "digest" of x is [100, ...x, 200], so that one sees what went in. Blocks of 4 bytes. */
class Transparent {
  readonly blockSize = 4
  private readonly bytes: number[] = [100]
  private open = true

  constructor(algorithm: DigestAlgorithm) {
    equal(algorithm, "MD5")
  }

  write(data: ArrayBuffer): void {
    equal(this.open, true)
    this.bytes.push(...new Uint8Array(data))
  }

  close(): ArrayBuffer {
    equal(this.open, true)
    this.open = false
    return new Uint8Array([...this.bytes, 200]).buffer
  }
}

const { digest, hmac } = digestOf(Transparent)
const bytes = (...values: number[]): ArrayBuffer => new Uint8Array(values).buffer
const list = (buffer: ArrayBuffer): number[] => [...new Uint8Array(buffer)]

test("a digest is of the data, and of an empty buffer too", () => {
  equal(list(digest("MD5", bytes(1, 2, 3))), [100, 1, 2, 3, 200])
  equal(list(digest("MD5", bytes())), [100, 200])
})

test("HMAC hashes the data after the key with 0x36, then that after the key with 0x5c (RFC 2104)", () => {
  const inner = [100, 0x36 ^ 1, 0x36 ^ 2, 0x36, 0x36, 9, 8, 200]
  equal(list(hmac("MD5", bytes(1, 2), bytes(9, 8))), [100, 0x5c ^ 1, 0x5c ^ 2, 0x5c, 0x5c, ...inner, 200])
})

test("HMAC takes a key of a whole block as it is, and an empty one", () => {
  equal(list(hmac("MD5", bytes(1, 2, 3, 4), bytes())).slice(1, 5), [0x5c ^ 1, 0x5c ^ 2, 0x5c ^ 3, 0x5c ^ 4])
  equal(list(hmac("MD5", bytes(), bytes())).slice(1, 5), [0x5c, 0x5c, 0x5c, 0x5c])
})

test("HMAC does not change the key", () => {
  const key = bytes(1, 2)
  hmac("MD5", key, bytes(3))
  equal(list(key), [1, 2])
})
