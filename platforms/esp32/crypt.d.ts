declare module "crypt" {
  export class Digest {
    /** MD5, SHA1, SHA256 and more; throws for a name that it does not know. */
    constructor(algorithm: string)
    write(data: ArrayBuffer): void
    /** Returns the digest; then all is over. */
    close(): ArrayBuffer
    /** Bytes that the algorithm takes at a time. */
    readonly blockSize: number
  }
}
