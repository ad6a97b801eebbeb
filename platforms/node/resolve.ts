/// <reference types="node" />
import { lookup } from "node:dns"
import type { Closable } from "../platform.js"

/** Looks a name up as the system does. Of several addresses it takes the first of IPv4, as the ESP32 does, else of IPv6. */
export function resolve(host: string, onResolved: (address: string) => void, onError: (error: Error) => void): Closable {
  let open = true
  const answer = (error: NodeJS.ErrnoException | null, address?: string): void => {
    if (!open) return
    open = false
    if (address) onResolved(address)
    else onError(describe(host, error))
  }
  if (host === "") setImmediate(answer, null)
  else lookup(host, { verbatim: false }, answer)
  return {
    close: () => {
      open = false
    },
  }
}

function describe(host: string, error: NodeJS.ErrnoException | null): Error {
  if (error === null) return new Error(`${JSON.stringify(host)} is no host name`)
  const reason = error.code === "EAI_AGAIN" ? "the DNS server does not answer: is this machine on the network?" : "no address is known for this name: check how it is spelt"
  return new Error(`${host}: ${reason} (${error.code})`, { cause: error })
}
