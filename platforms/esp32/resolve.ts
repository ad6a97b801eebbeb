import Resolver, { type ResolverOptions } from "embedded:network/dns/resolver/udp"
import Timer, { type Handle } from "timer"
import type { Closable, Platform } from "../platform.js"

/** Makes the platform's `resolve`. The resolver is made when the first name is looked up. */
export function resolverOf(options: ResolverOptions): Platform["resolve"] {
  let resolver: Resolver | undefined
  return (host, onResolved, onError) => {
    if (isNumeric(host)) return later(() => onResolved(host))
    let open = true
    resolver ??= new Resolver(options)
    resolver.resolve({
      host,
      onResolved(_, address) {
        if (open) onResolved(address)
      },
      onError() {
        if (open) onError(new Error(`${host}: no address: is the name right, the board on the network, and its DNS server there?`))
      },
    })
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
