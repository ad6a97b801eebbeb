/** Parts of the SDK's cryptography that no handshake of a simulated board gets to: `ec`, `pkcs1_5` and `pkcs8`. */
export default class NoCrypto {
  static parse(): never {
    throw new Error("not in the simulation")
  }
}
