/** Modules that the XS host gives to what runs in it. */

declare module "embedded:io/socket/tcp" {
  /**
   * ECMA-419 TCP socket with the ESP32's limits: 5,760 bytes of send buffer, whose room comes back in a later turn
   * (onWritable), and as many of receive buffer. Open sockets are never collected.
   */
  export default class TCP {
    constructor(options: {
      /** Numeric IPv4 or IPv6 address; any other throws "invalid address". */
      address: string
      port: number
      nodelay?: boolean
      format?: "buffer" | "number"
      target?: unknown
      /** `count` bytes wait in all. Called again when more have come. */
      onReadable?(this: TCP, count: number): void
      /** Connected, or room again after a write: `count` bytes can be written. */
      onWritable?(this: TCP, count: number): void
      /** Failed, or closed by the other end; called once, after all that came before has been read. */
      onError?(this: TCP): void
    })
    readonly target: unknown
    format: "buffer" | "number"
    /** All that waits, in a new buffer; undefined when nothing does. */
    read(): ArrayBuffer | undefined
    /** Exactly `count` bytes; throws "invalid" for 0 or for more than wait. */
    read(count: number): ArrayBuffer | undefined
    /** Fills the buffer; throws "invalid" when it is empty or longer than what waits. Returns its length. */
    read(buffer: ArrayBuffer | ArrayBufferView): number | undefined
    /**
     * Sends all of `buffer`, and returns how many bytes can still be written. Throws "would block" when it is longer
     * than that, "not ready" before onWritable and after the machine has learned of an error; returns undefined where
     * the connection is gone and the machine has yet to be told.
     */
    write(buffer: ArrayBuffer | ArrayBufferView): number | undefined
    /** After it nothing is called. What was written is still sent. May be called twice; other methods then throw. */
    close(): void
  }
}

declare module "timer" {
  type Handle = { readonly __timer: unique symbol }
  /** Timers with the rules of the ESP32's. Times are in milliseconds. */
  export default class Timer {
    /** Calls back after `delay`, then every `repeat` unless that is 0. */
    static set(callback: (timer: Handle) => void, delay?: number, repeat?: number): Handle
    static repeat(callback: (timer: Handle) => void, delay: number): Handle
    /**
     * Without `delay`: keeps the timer, unscheduled. Takes no memory. Where `repeat` is 0 when the callback returns,
     * the timer is gone: also when the callback has scheduled it again without one.
     */
    static schedule(timer: Handle, delay?: number, repeat?: number): void
    static clear(timer?: Handle | null): void
    static delay(milliseconds: number): void
  }
}

declare module "time" {
  export default class Time {
    /** Milliseconds since the start; an integer of 32 bits that wraps. */
    static readonly ticks: number
    static delta(start: number, end?: number): number
    /** Sets the calendar: seconds since 1970. */
    static set(seconds: number): void
  }
}

declare module "embedded:network/dns/resolver/udp" {
  export default class Resolver {
    constructor(options?: { servers?: readonly string[] })
    /** Calls one of the two back, in a later turn. */
    resolve(options: {
      host: string
      onResolved?(host: string, address: string): void
      onError?(error: Error): void
    }): void
    /** Forgets what has not been answered. */
    close(): void
  }
}

declare module "host" {
  export interface Counters {
    /** Since the start, as are chunkBytesAllocated, codes and collections. */
    slotsAllocated: number
    chunkBytesAllocated: number
    codes: number
    collections: number
    /** As of the last collection, and all taken since. */
    slotsInUse: number
    chunkBytesInUse: number
    slotsPeak: number
    chunkBytesPeak: number
    stackPeak: number
    slotsTotal: number
    chunkBytesTotal: number
    largestTurnCodes: number
  }
  export function counters(): Counters
  /** The same values in the same order, into 12 elements, without allocation. A call costs 6 codes itself. */
  export function readCounters(values: Float64Array): void
  /**
   * What `count` calls of `f` take in all, with the promise jobs they leave, less as many calls of an empty function.
   */
  export function measure(f: () => unknown, count?: number): { slots: number, chunkBytes: number, codes: number, collections: number }
  export function collect(): void
  /** Writes a line to standard output, at once. */
  export function print(text: string): void
  export function exit(code?: number): never
  export const args: string[]
  /** Calls back with each line of standard input, then with undefined. Keeps the run alive until then. */
  export function receive(callback: (line: string | undefined) => void): void
  /** SIGINT or SIGTERM, in place of ending the run. */
  export function onSignal(callback: (name: "SIGINT" | "SIGTERM") => void): void
  /** Moves the virtual clock; timers that become due on the way run in order, each at its own time. */
  export function advance(milliseconds: number): void
  /** From getrandom(2), or repeatable under a virtual clock or with a seed. */
  export function random32(): number
  export function readText(path: string): string
  /** Names in a folder, sorted. */
  export function listDirectory(path: string): string[]
  /** A file that is read again and again without allocation. */
  export class File {
    constructor(path: string)
    /** From the start of the file, as much as fits; returns how many bytes that was. */
    read(buffer: ArrayBuffer | ArrayBufferView): number
    close(): void
  }
}
