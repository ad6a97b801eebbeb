import { isSigned } from "x509-facts"

/** The SDK's `ecdsa`: the forwarder has checked the signatures. */
export default class ECDSA {
  private readonly key: Uint8Array

  constructor(key: Uint8Array) {
    this.key = key
  }

  /** `signature` is the certificate that has it. */
  verify(_hash: ArrayBuffer, signature: Uint8Array): boolean {
    return isSigned(signature, this.key)
  }
}
