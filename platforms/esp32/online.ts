import type { Closable, Network, Platform, Timer } from "../platform.js"
import { NetworkState } from "./network-state.js"

export interface OnlineOptions {
  wifi: Network
  platform: Pick<Platform, "createTimer" | "log" | "clock">
  /** A server is reached by TLS, whose certificates have dates. */
  secure: boolean
  /** Milliseconds that TLS waits for the clock once Wi-Fi is up. Default: 30 s. */
  limit?: number
}

/** The network as the client sees it: up with Wi-Fi and, where TLS is used, once the clock has been set. */
export class Online extends NetworkState {
  private readonly options: OnlineOptions
  private readonly timer: Timer
  private readonly watching: Closable
  /** When Wi-Fi came up, while the clock is waited for. */
  private since: number | undefined
  private told = false

  constructor(options: OnlineOptions) {
    super()
    const check = () => this.check()
    this.options = options
    this.timer = options.platform.createTimer(check)
    this.watching = options.wifi.watch(check)
    check()
  }

  /** For good. */
  close(): void {
    this.watching.close()
    this.timer.close()
  }

  private check(): void {
    const options = this.options
    const clock = options.platform.clock
    let up = options.wifi.up
    if (!up) {
      this.since = undefined
      this.timer.stop()
    } else if (!this.up && options.secure && clock.now() === undefined) {
      this.since ??= clock.ticks()
      up = ((clock.ticks() - this.since) | 0) >= (options.limit ?? 30_000)
      // Whoever sets the clock need not know of this.
      if (!up) this.timer.schedule(100)
      else if (!this.told) {
        this.told = true
        options.platform.log("the clock is not set, so TLS can't check certificates: connections fail until a time server answers (sntp)")
      }
    }
    this.turn(up)
  }
}
