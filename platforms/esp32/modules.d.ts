/** What Moddable's modules offer, as far as this platform uses it. */

declare module "embedded:io/socket/tcp" {
  /**
   * ECMA-419 TCP. It sends from a buffer of some 5,760 bytes, whose room comes back in a later turn. An open socket is
   * never collected.
   */
  export default class TCP {
    constructor(options: {
      /** Numeric; any other throws "invalid address". */
      address: string
      port: number
      nodelay?: boolean
      format?: "buffer" | "number"
      target?: unknown
      /** `count` bytes wait in all. Called again when more have come. */
      onReadable?(this: TCP, count: number): void
      /** Connected, or room again after a write: `count` bytes can be written. */
      onWritable?(this: TCP, count: number): void
      /** Failed, or closed by the other end; called once all that came before has been read. */
      onError?(this: TCP): void
    })
    readonly target: unknown
    format: "buffer" | "number"
    /** All that waits, in a new buffer; undefined when nothing does. */
    read(): ArrayBuffer | undefined
    /** So many bytes, in a new buffer; throws "invalid" for 0 or for more than wait. */
    read(count: number): ArrayBuffer | undefined
    /** Fills the buffer and returns its length; throws "invalid" when it is empty or longer than what waits. */
    read(buffer: ArrayBuffer | ArrayBufferView): number | undefined
    /**
     * Sends all of `buffer`, and returns how many bytes can still be written. Throws "would block" when it is longer
     * than that, "not ready" before onWritable and once the machine knows of an error, even while what came before
     * waits to be read. Returns undefined when the connection is gone and the machine has yet to be told.
     */
    write(buffer: ArrayBuffer | ArrayBufferView): number | undefined
    /** After it nothing is called. What was written is still sent. Other methods then throw. */
    close(): void
  }
}

declare module "timer" {
  /** Stands for a timer: has no members. */
  export type Handle = { readonly __timer: unique symbol }
  /** Times are in milliseconds. */
  export default class Timer {
    /** Calls back after `delay`, then every `repeat` unless that is 0. */
    static set(callback: (timer: Handle) => void, delay?: number, repeat?: number): Handle
    static repeat(callback: (timer: Handle) => void, repeat: number): Handle
    /**
     * Without `delay`: keeps the timer, unscheduled. Allocates nothing. Where `repeat` is 0 when the callback returns,
     * the timer is gone, even if the callback has scheduled it again.
     */
    static schedule(timer: Handle, delay?: number, repeat?: number): void
    static clear(timer?: Handle | null): void
    static delay(milliseconds: number): void
  }
}

declare module "time" {
  export default class Time {
    /** Milliseconds from some moment; on boards an integer of 32 bits that wraps. */
    static readonly ticks: number
    static delta(start: number, end?: number): number
    /** Sets the calendar: seconds since 1970. */
    static set(seconds: number): void
  }
}

declare module "embedded:network/dns/resolver/udp" {
  export interface ResolverOptions {
    /** Addresses of DNS servers. */
    servers?: readonly string[]
    /** `io`: the class of `embedded:io/socket/udp`. */
    socket?: { io: unknown }
  }
  export default class Resolver {
    /** On boards both options are needed. */
    constructor(options: ResolverOptions)
    /** Calls one of the two back, in a later turn. */
    resolve(options: {
      host: string
      onResolved?(host: string, address: string): void
      /** On boards the argument is the host. */
      onError?(error: unknown): void
    }): void
    /** Forgets what has not been answered. */
    close(): void
  }
}

/** Writes to the debugger's console; nothing in a release build. */
declare function trace(...texts: unknown[]): void
