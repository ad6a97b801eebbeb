import type { SecureOptions } from "../../platforms/platform.js"
import { refuse } from "./duration.js"

/** A broker to connect to. */
export interface Server {
  host: string
  /** 1883 by default, 8883 with TLS. */
  port?: number
  /** "mqtt": plain TCP, the default; "mqtts": TLS. */
  protocol?: "mqtt" | "mqtts"
  /** For TLS. */
  secure?: SecureOptions
}

/** What a URL such as mqtt://user:password@host:1883 says. */
export interface ServerUrl extends Server {
  username?: string
  password?: string
}

/** Reads mqtt://user:password@host:port and mqtts://... Throws a RangeError that names `option`; it has no password in it. */
export function parseServerUrl(url: string, option = "server"): ServerUrl {
  const parts = /^(mqtts?):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?(\[[0-9a-fA-F:.]+\]|[^:@/[\]]+)(?::(\d+))?\/?$/.exec(url)
  if (!parts) throw new RangeError(`${option}: not a URL of the form mqtt://user:password@host:port or mqtts://...`)
  const host = parts[4]!
  const server = { protocol: parts[1], host: host.startsWith("[") ? host.slice(1, -1) : host } as ServerUrl
  if (parts[5]) server.port = Number(parts[5])
  try {
    if (parts[2] !== undefined) server.username = decodeURIComponent(parts[2])
    if (parts[3] !== undefined) server.password = decodeURIComponent(parts[3])
  } catch {
    throw new RangeError(`${option}: a % in the user name or the password is to be written %25`)
  }
  checkServer(option, server)
  return server
}

export function checkServer(option: string, server: Server): void {
  if (typeof server.host !== "string" || server.host === "") refuse(`${option}.host`, server.host, "a host name or an IP address")
  const { port, protocol } = server
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) refuse(`${option}.port`, port, "1 to 65535")
  if (protocol !== undefined && protocol !== "mqtt" && protocol !== "mqtts") refuse(`${option}.protocol`, protocol, '"mqtt" or "mqtts"')
}
