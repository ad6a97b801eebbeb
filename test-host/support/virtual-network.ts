import type { Closable, Network } from "../../platforms/platform.js"

/** A network that comes and goes when the test says so. */
export class VirtualNetwork implements Network {
  up: boolean
  private readonly watchers = new Set<() => void>()

  constructor(up = false) {
    this.up = up
  }

  /** Those who want to be told. */
  get watched(): number {
    return this.watchers.size
  }

  watch(callback: () => void): Closable {
    this.watchers.add(callback)
    return { close: () => this.watchers.delete(callback) }
  }

  set(up: boolean): void {
    this.up = up
    for (const callback of [...this.watchers]) callback()
  }
}
