/** What the SDK's TLS (8.2.3) offers, and what its handshake asks of `ssl/cert`, as far as it is used here. */

declare module "embedded:io/socket/tcp/tls" {
  /**
   * TLS 1.2 in JavaScript, over a TCP class that it is given. What is wrong in a handshake it throws, out of that
   * socket's callback. Verifies by `ssl/cert`.
   */
  export default class TLSSocket {
    constructor(options: {
      address: string
      port: number
      /** Asked for by name, and the certificate's, where `secure.serverName` is not given. */
      host?: string
      nodelay?: boolean
      TCP: { io: unknown }
      /** Goes to `ssl/session`. */
      secure?: object
      /** So many bytes of one record wait. Not called again before all of them have been read. */
      onReadable?(count: number): void
      /** Called first when the handshake is done, or when the server has closed in the middle of it. */
      onWritable?(count: number): void
      onError?(error?: unknown): void
    })
    /** Fills as much of it as there is, and returns that many. An ArrayBuffer is not taken, against the standard. */
    read(view: Uint8Array): number | undefined
    /** Returns the room that is left, without what TLS adds beyond 32 bytes; NaN when the connection is gone. */
    write(buffer: ArrayBuffer): number
    close(): void
  }
}

declare module "Resource" {
  /** Bytes in flash, by the name of their file. Throws where there are none of that name. */
  export default class Resource {
    constructor(name: string)
    static exists(name: string): boolean
    readonly byteLength: number
    /** A copy. */
    slice(begin: number, end?: number): ArrayBuffer
  }
}

declare module "x509" {
  export interface PublicKey {
    /** RSA. */
    modulus?: bigint
    exponent?: bigint
    /** ECDSA. */
    curve?: { ec: import("ec").default; readonly orderSize: number }
    pub?: unknown
  }
  /** Takes DER. Throws for what is none, and for keys on other curves than P-256 and P-384. */
  const X509: {
    decode(certificate: Uint8Array): { tbs: Uint8Array; algo: Uint32Array; sig: Uint8Array; spki: PublicKey }
    decodeTBS(tbs: Uint8Array): { validity: { from: number; to: number }; issuer: Uint8Array; subject: Uint8Array }
    /** Of subjectAltName; 2: a DNS name, 7: an address, as an ArrayBuffer. */
    decodeSAN(certificate: Uint8Array): { tag: number; value: string | ArrayBuffer }[] | undefined
    decodeAKI(certificate: Uint8Array): Uint8Array | undefined
    /** What the extension's OCTET STRING holds. */
    decodeExtension(certificate: Uint8Array, id: readonly number[]): ArrayBuffer | undefined
  }
  export default X509
}

declare module "pkcs1_5" {
  import type { PublicKey } from "x509"
  export default class PKCS1_5 {
    /** `oid` of []: any hash. */
    constructor(key: PublicKey, isPrivate: boolean, oid: readonly number[])
    verify(hash: ArrayBuffer, signature: Uint8Array): boolean
  }
}

declare module "ecdsa" {
  export default class ECDSA {
    constructor(key: unknown, curve: unknown)
    verify(hash: ArrayBuffer, signature: Uint8Array, asn1: true): boolean
  }
}

declare module "ec" {
  export default class EC {
    constructor(a: bigint, b: bigint, m: bigint)
    readonly a: bigint
    readonly b: bigint
    readonly m: bigint
    mul2(a1: unknown, k1: bigint, a2: unknown, k2: bigint): { isZero(): boolean }
  }
}

declare module "pkcs8" {
  export default class PKCS8 {
    /** RSA only. */
    static parse(key: Uint8Array): object
  }
}

declare module "bin" {
  const Bin: {
    /** 0: equal. */
    comp(a: ArrayBuffer | Uint8Array, b: ArrayBuffer | Uint8Array): number
  }
  export default Bin
}
