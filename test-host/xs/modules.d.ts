/** The XS host's own module. It gives Moddable's too: platforms/esp32/modules.d.ts declares those. */

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
