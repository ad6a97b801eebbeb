import type { Platform } from "../../platforms/platform.js"

/**
 * How long to wait before the next attempt to connect: exponential, with full jitter, so that a thousand devices
 * whose broker restarts do not come back in the same second.
 */
export class Backoff {
  private attempts = 0
  private readonly least: number
  private readonly most: number
  private readonly platform: Pick<Platform, "random">

  /** `least`, `most`: milliseconds. */
  constructor(least: number, most: number, platform: Pick<Platform, "random">) {
    this.least = least
    this.most = most
    this.platform = platform
  }

  /** Milliseconds to wait now, from 0 to a bound that doubles with every call. */
  next(): number {
    const bound = Math.min(this.most, this.least * 2 ** Math.min(this.attempts++, 30))
    return Math.floor(this.platform.random() * bound)
  }

  /** Milliseconds to wait after a refusal that waiting will hardly mend: half the longest interval to all of it. */
  longest(): number {
    return Math.floor(this.most * (1 - this.platform.random() / 2))
  }

  /** The connection has proved stable. */
  reset(): void {
    this.attempts = 0
  }
}
