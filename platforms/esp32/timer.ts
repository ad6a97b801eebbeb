import Timer, { type Handle } from "timer"
import type { Timer as PlatformTimer } from "../platform.js"

/** Twelve days: longer than anyone schedules, and far from the 2^31 at which the engine's comparison turns over. */
const LONG = 2 ** 30

/**
 * One of Moddable's timers, made once: scheduling it allocates nothing. One whose repeat is 0 is gone when it has
 * fired, so this one repeats, after twelve days: a callback must not mind being called then.
 */
export class Esp32Timer implements PlatformTimer {
  private readonly handle: Handle

  constructor(callback: () => void) {
    this.handle = Timer.set(callback, LONG, LONG)
    Timer.schedule(this.handle)
  }

  schedule(milliseconds: number): void {
    Timer.schedule(this.handle, milliseconds, LONG)
  }

  stop(): void {
    Timer.schedule(this.handle)
  }

  close(): void {
    Timer.clear(this.handle)
  }
}
