import { collect, readCounters } from "host"
import { Counter } from "../xs/counter.js"
import type { XsFigures } from "./messages.js"
import type { Meter } from "./operate.js"

/**
 * The counters of the XS machine, without the reports that a board would not make.
 *
 * `pause` reads the counters before the first allocation of a report, into an array that is there already; `resume`
 * reads them again after its last. The difference of all that only counts up is what the report took, and is left
 * out of what later figures say. (What is left in them is the turn of the report's timer, 40 codes or so, and nothing
 * of the heap.) `resume` collects, too, so that a report's garbage is never in use when the next begins; and the peak
 * is that of the moments at which a report began, unless the firmware itself brought a collection about meanwhile.
 */
export class XsMeter implements Meter {
  private readonly before = new Float64Array(Counter.COUNT)
  private readonly after = new Float64Array(Counter.COUNT)
  /** What reports have taken, of the counters up to COLLECTIONS. */
  private readonly reports = new Float64Array(Counter.COUNT)
  private slotsPeak = 0
  private chunkBytesPeak = 0

  pause(): void {
    const { before, after } = this
    readCounters(before)
    const undisturbed = before[Counter.COLLECTIONS] === after[Counter.COLLECTIONS] && this.slotsPeak !== 0
    this.slotsPeak = Math.max(this.slotsPeak, before[undisturbed ? Counter.SLOTS_IN_USE : Counter.SLOTS_PEAK]!)
    this.chunkBytesPeak = Math.max(this.chunkBytesPeak, before[undisturbed ? Counter.CHUNK_BYTES_IN_USE : Counter.CHUNK_BYTES_PEAK]!)
  }

  figures(): XsFigures {
    const { before, reports } = this
    return {
      slotsAllocated: before[Counter.SLOTS_ALLOCATED]! - reports[Counter.SLOTS_ALLOCATED]!,
      chunkBytesAllocated: before[Counter.CHUNK_BYTES_ALLOCATED]! - reports[Counter.CHUNK_BYTES_ALLOCATED]!,
      codes: before[Counter.CODES]! - reports[Counter.CODES]!,
      collections: before[Counter.COLLECTIONS]! - reports[Counter.COLLECTIONS]!,
      slotsInUse: before[Counter.SLOTS_IN_USE]!,
      chunkBytesInUse: before[Counter.CHUNK_BYTES_IN_USE]!,
      slotsPeak: this.slotsPeak,
      chunkBytesPeak: this.chunkBytesPeak,
      slotsTotal: before[Counter.SLOTS_TOTAL]!,
      chunkBytesTotal: before[Counter.CHUNK_BYTES_TOTAL]!,
    }
  }

  resume(): void {
    const { before, after, reports } = this
    collect()
    readCounters(after)
    let i = Counter.COLLECTIONS + 1
    while (--i >= 0) reports[i]! += after[i]! - before[i]!
  }
}
