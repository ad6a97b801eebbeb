import TCP from "embedded:io/socket/tcp"
import type { ResolverOptions } from "embedded:network/dns/resolver/udp"
import Time from "time"
import type { Platform, SocketConstructor } from "../platform.js"
import { resolverOf } from "./resolve.js"
import { Esp32Timer } from "./timer.js"

export interface Esp32PlatformOptions {
  /** 1 to 16 letters and digits, of this board alone: its MAC address in hex, for example. */
  deviceId: string
  /** How names are looked up. On a board: `{ servers: [...], socket: { io: UDP } }`. Numeric addresses need none. */
  dns?: ResolverOptions
  /** Takes each line of the log. Default: the debugger's console. */
  log?: (line: string) => void
}

/** 2025 began then: a clock that says less has not been set. */
const PLAUSIBLE = 1_735_689_600_000

/** The platform of a board that Moddable's XS runs, and of the XS machine on a PC. Throws for a wrong deviceId. */
export function esp32Platform({ deviceId, dns = {}, log = traceLine }: Esp32PlatformOptions): Platform {
  return {
    // The class itself. Its write returns no number when the connection is gone and onError has yet to say so.
    TCP: TCP as unknown as SocketConstructor,
    resolve: resolverOf(dns),
    createTimer: (callback) => new Esp32Timer(callback),
    clock: {
      ticks: () => Time.ticks,
      now: () => {
        const now = Date.now()
        return now >= PLAUSIBLE ? now : undefined
      },
    },
    random: () => Math.random(),
    storage: { read: noStorage, write: noStorage, delete: noStorage },
    digest: { digest: noDigest, hmac: noDigest },
    log,
    deviceId: checkDeviceId(deviceId),
  }
}

/** Without a regular expression, whose engine would take more flash than the rest of this file. */
function checkDeviceId(id: string): string {
  const { length } = id
  let allowed = length >= 1 && length <= 16
  for (let i = 0; allowed && i < length; i++) {
    const code = id.charCodeAt(i)
    const letter = code | 0x20
    allowed = (code >= 0x30 && code <= 0x39) || (letter >= 0x61 && letter <= 0x7a)
  }
  if (!allowed) throw new Error(`deviceId: ${JSON.stringify(id)}: 1 to 16 letters and digits are allowed`)
  return id
}

function traceLine(line: string): void {
  trace(line, "\n")
}

function noStorage(): never {
  throw new Error("storage is not available yet on the ESP32 platform")
}

function noDigest(): never {
  throw new Error("digests are not available yet on the ESP32 platform")
}
