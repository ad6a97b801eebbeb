import { DELAY, lookUp } from "simulated-names"
import Timer, { type Handle } from "timer"

interface Request {
  host: string
  onResolved?(this: Resolver, host: string, address: string): void
  onError?(this: Resolver, host: string): void
}

/** The SDK's, in milliseconds, for each server. */
const PATIENCE = 5000

/** As the SDK's UDP resolver: without a network, or an answer, it fails after 5 s for each server it was given. */
export default class Resolver {
  private readonly servers: readonly string[]
  private readonly timers: Handle[] = []
  private closed = false

  /** The SDK's fails without `servers` and `socket`. */
  constructor(options: { servers: readonly string[]; socket: { io: unknown } }) {
    this.servers = options.servers.slice()
    if (!options.socket?.io) throw new Error("no socket")
  }

  close(): void {
    this.closed = true
    for (let i = 0; i < this.timers.length; i++) Timer.clear(this.timers[i])
  }

  resolve({ host, onResolved, onError }: Request): void {
    if (this.closed || !host) throw new Error()
    const { address, silent } = lookUp(host)
    this.timers.push(Timer.set((timer) => {
      this.timers.splice(this.timers.indexOf(timer), 1)
      if (address !== undefined) onResolved?.call(this, host, address)
      else onError?.call(this, host)
    }, silent ? PATIENCE * this.servers.length : DELAY))
  }
}
