import { equal } from "x509-facts"

/** The part of the SDK's `bin` that compares. */
export default {
  comp(a: ArrayBuffer | Uint8Array, b: ArrayBuffer | Uint8Array): number {
    return equal(new Uint8Array(a), new Uint8Array(b)) ? 0 : 1
  },
}
