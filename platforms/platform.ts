/**
 * All that the core asks of the machine it runs on. A platform is one folder beside this file that exports an
 * object of this type; nothing in src/ knows more of it than these lines.
 *
 * Callbacks are called from the platform's event loop, never from inside the call that set them up.
 */
export interface Platform {
  /** Plain TCP, in the ECMA-419 pattern. */
  readonly TCP: SocketConstructor
  /** TLS in the same pattern; absent where the platform has none. Verifies the server unless told otherwise. */
  readonly TLS?: SocketConstructor
  /** Looks a host name up. Exactly one of the callbacks is called, unless the look-up is closed first. */
  resolve(host: string, onResolved: (address: string) => void, onError: (error: Error) => void): Closable
  /** Makes a timer that is not running. Taken once, then scheduled any number of times without allocation. */
  createTimer(callback: () => void): Timer
  readonly clock: Clock
  /** Absent where it is not known whether there is a network; the client then takes it to be there. */
  readonly network?: Network
  /**
   * Makes memory for packets, where there is better than a resizable ArrayBuffer: `capacity` bytes, whose `resize` only
   * says how many of them, from the first on, a socket is to fill or send.
   */
  createBuffer?(capacity: number): ArrayBuffer
  /** A number in [0, 1), different on every device and after every start. */
  random(): number
  readonly storage: Storage
  readonly digest: Digest
  /** One line, without its end. */
  log(line: string): void
  /** Identifies this device for good: letters and digits, 1 to 16 of them (a MAC address in hex, for example). */
  readonly deviceId: string
}

export interface Closable {
  close(): void
}

/** ECMA-419 TCP: https://419.ecma-international.org/#-15-io-classes-tcp-socket */
export interface SocketConstructor {
  /** Starts to connect. Throws where that can't even be started. */
  new (options: SocketOptions): Socket
}

export interface SocketOptions extends SocketCallbacks {
  /** Numeric IP address, as `resolve` gave it. */
  address: string
  /** The name that was looked up; TLS checks the certificate against it unless `secure.servername` says otherwise. */
  host: string
  port: number
  /** Send at once, without waiting to fill a segment. */
  nodelay?: boolean
  secure?: SecureOptions
}

/** Called with `this` being the socket. */
export interface SocketCallbacks {
  /** `count` bytes wait to be read. Called again when more have come. */
  onReadable(count: number): void
  /** Connected, or room again: `count` bytes can be written now. */
  onWritable(count: number): void
  /** The connection failed or was closed by the other end. The last callback of this socket. */
  onError(error?: unknown): void
}

/** Certificates and keys: PEM text, or PEM or DER in an ArrayBuffer. */
export interface SecureOptions {
  ca?: string | ArrayBuffer | readonly (string | ArrayBuffer)[]
  cert?: string | ArrayBuffer
  key?: string | ArrayBuffer
  servername?: string
  ALPNProtocols?: readonly string[]
  /** Accepts any server, so that anyone on the way can read and change everything. Only for trials. */
  dangerouslyAcceptAnyServer?: boolean
}

export interface Socket {
  /** Fills all of `buffer`. Throws when it is empty or longer than what waits. */
  read(buffer: ArrayBuffer): void
  /**
   * Sends all of `buffer`; returns how many bytes can still be written. Throws when it is longer than that, and
   * when the connection is gone; returns undefined when it is gone and that was not noticed before. `onError` follows.
   */
  write(buffer: ArrayBuffer): number | undefined
  /** After it no callback comes. Safe to call twice. */
  close(): void
}

export interface Timer {
  /**
   * Calls back after `milliseconds` (0: in the next turn; at most 2^30, twelve days). Replaces what was scheduled. A
   * callback must not mind being called once more twelve days later: that spares the ESP32 a call a turn.
   */
  schedule(milliseconds: number): void
  /** Forgets what was scheduled; the timer stays usable. */
  stop(): void
  /** Releases the timer for good. */
  close(): void
}

export interface Clock {
  /** Milliseconds from some moment in the past; never set back, wraps after 2^32. */
  ticks(): number
  /** Milliseconds since 1970, or undefined until the clock has been set. */
  now(): number | undefined
  /** Sets it, to milliseconds since 1970; absent where that is not ours to do. */
  set?(milliseconds: number): void
}

/** What stands between the board and any server: Wi-Fi, for example. */
export interface Network {
  /** A connection may be tried. */
  readonly up: boolean
  /** Calls back whenever `up` has changed. */
  watch(callback: () => void): Closable
}

/** Small values that outlive a restart. A write is all or nothing. Throws where the medium fails or is full. */
export interface Storage {
  /** Keys: 1 to 15 of A-Z a-z 0-9 - _ (the least any platform takes). */
  read(key: string): ArrayBuffer | undefined
  write(key: string, value: ArrayBuffer): void
  delete(key: string): void
}

export type DigestAlgorithm = "MD5" | "SHA1" | "SHA256"

export interface Digest {
  digest(algorithm: DigestAlgorithm, data: ArrayBuffer): ArrayBuffer
  hmac(algorithm: DigestAlgorithm, key: ArrayBuffer, data: ArrayBuffer): ArrayBuffer
}
