import Resolver, { type ResolverOptions } from "embedded:network/dns/resolver/udp"
import Timer, { type Handle } from "timer"
import type { Closable, Platform } from "../platform.js"

export interface ResolveOptions extends ResolverOptions {
  /**
   * The system's own look-up, which asks the DNS servers that the network gave: `Net.resolve` of module "net". Used
   * where there are no `servers`, and when they have not answered or don't know the name.
   */
  system?: (host: string, callback: (host: string, address?: string) => void) => void
}

/** Makes the platform's `resolve`. The resolver, which asks each of its servers several times, is made when needed. */
export function resolverOf(options: ResolveOptions): Platform["resolve"] {
  let resolver: Resolver | undefined
  return (host, onResolved, onError) => {
    if (isNumeric(host)) return later(() => onResolved(host))
    const system = options.system
    let open = true
    const answer = (_: unknown, address?: string) => {
      if (!open) return
      open = false
      if (address) onResolved(address)
      else onError(new Error(`${host}: no address: is the name right, the board on the network, and its DNS server there?`))
    }
    const askSystem = () => {
      if (!open) return
      if (system) system(host, answer)
      else answer(host)
    }
    if (system && !options.servers?.length) askSystem()
    else {
      resolver ??= new Resolver(options)
      resolver.resolve({ host, onResolved: answer, onError: askSystem })
    }
    return {
      close() {
        open = false
      },
    }
  }
}

/** IPv4 or IPv6, well-formed or not: no host name consists of digits and dots, or has a colon. */
function isNumeric(host: string): boolean {
  let digits = true
  for (let i = 0; i < host.length; i++) {
    const code = host.charCodeAt(i)
    if (code === 0x3a) return true
    if (code !== 0x2e && (code < 0x30 || code > 0x39)) digits = false
  }
  return digits && host !== ""
}

/** Calls back in the next turn, as a look-up would. */
function later(callback: () => void): Closable {
  let timer: Handle | undefined = Timer.set(() => {
    timer = undefined
    callback()
  })
  return {
    close() {
      if (timer !== undefined) Timer.clear(timer)
      timer = undefined
    },
  }
}
