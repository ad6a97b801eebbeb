import type { Closable, Network } from "../platform.js"

/** A network whose state those who watch are told of. They may come and go while they are told. */
export class NetworkState implements Network {
  up = false
  private callbacks: readonly (() => void)[] = []

  watch(callback: () => void): Closable {
    this.callbacks = this.callbacks.concat(callback)
    return { close: () => void (this.callbacks = this.callbacks.filter((one) => one !== callback)) }
  }

  protected turn(up: boolean): void {
    if (up === this.up) return
    this.up = up
    this.callbacks.forEach((callback) => callback())
  }
}
