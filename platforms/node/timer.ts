/// <reference types="node" />
import type { Timer } from "../platform.js"

/** The longest that Node waits; what is longer than this it would not wait for at all. */
const LONGEST = 2 ** 31 - 1

/** A timer over setImmediate and setTimeout. A timer that runs keeps the process alive. */
export class NodeTimer implements Timer {
  private readonly callback: () => void
  /** Of these two at most one is there. */
  private immediate: NodeJS.Immediate | undefined
  /** Kept after it has fired, since a refresh costs less than a new one. */
  private timeout: NodeJS.Timeout | undefined
  private duration = 0
  private closed = false

  constructor(callback: () => void) {
    this.callback = callback
  }

  /** Throws for a negative time or none, and after `close`. */
  schedule(milliseconds: number): void {
    if (this.closed) throw new Error("invalid timer: schedule after close")
    if (milliseconds === 0) {
      if (this.immediate !== undefined) return
      this.stop()
      this.immediate = setImmediate(this.fireImmediate)
      return
    }
    if (!(milliseconds > 0)) throw new RangeError(`invalid time: a timer can't be scheduled for ${milliseconds} ms`)
    const duration = milliseconds < LONGEST ? milliseconds : LONGEST
    if (this.timeout !== undefined && duration === this.duration) {
      this.timeout.refresh()
      return
    }
    this.stop()
    this.duration = duration
    this.timeout = setTimeout(this.callback, duration)
  }

  stop(): void {
    if (this.immediate !== undefined) {
      clearImmediate(this.immediate)
      this.immediate = undefined
    }
    if (this.timeout !== undefined) {
      clearTimeout(this.timeout)
      this.timeout = undefined
    }
  }

  close(): void {
    this.stop()
    this.closed = true
  }

  private readonly fireImmediate = (): void => {
    this.immediate = undefined
    this.callback()
  }
}
