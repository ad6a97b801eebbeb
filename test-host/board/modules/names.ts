import { state } from "board-simulation"

/** Milliseconds that an answer takes. */
export const DELAY = 5

export interface Answer {
  /** Absent: there is none. */
  address?: string
  /** Nobody answers at all: whoever asks has to lose patience. */
  silent: boolean
}

/** What DNS servers say of a name, as things are now. */
export function lookUp(host: string): Answer {
  if (host === "localhost") return { address: "127.0.0.1", silent: false }
  if (isAddress(host)) return { address: host, silent: false }
  const silent = !state.online || state.dns === "silent"
  const address = silent || state.dns === "unknown" ? undefined : state.settings.hosts[host]
  return { silent, ...(address !== undefined && { address }) }
}

/** IPv4. */
export function isAddress(host: string): boolean {
  const parts = host.split(".")
  let is = parts.length === 4
  for (let i = 0; i < parts.length; i++) is = is && parts[i] !== "" && Number(parts[i]) >= 0 && Number(parts[i]) <= 255
  return is
}
