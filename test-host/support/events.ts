/// <reference types="node" />

/** How long a test waits for what must come, milliseconds. */
export const DEADLINE = 20_000

/** Waits for things to become true, looking whenever `changed` is called: no polling, no sleeping. */
export class Events {
  private readonly waiting = new Set<() => void>()

  /** Something has happened. */
  changed(): void {
    for (const look of this.waiting) look()
  }

  /** Resolves when `condition` holds. Rejects after the deadline, naming `what` was waited for. */
  async until(condition: () => boolean, what: string | (() => string), deadline = DEADLINE): Promise<void> {
    if (condition()) return
    let look!: () => void
    const holds = new Promise<void>((resolve, reject) => {
      look = () => {
        try {
          if (condition()) resolve()
        } catch (error) {
          reject(error)
        }
      }
    })
    this.waiting.add(look)
    try {
      await within(deadline, holds, typeof what === "string" ? () => what : what)
    } finally {
      this.waiting.delete(look)
    }
  }
}

/** The promise's result, or a rejection after `milliseconds` that names what was waited for. */
export function within<T>(milliseconds: number, promise: Promise<T>, what: () => string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`waited ${milliseconds} ms for ${what()}`)), milliseconds)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
