import TCP from "embedded:io/socket/tcp"
import Time from "time"
import type { Digest, Network, Platform, SocketConstructor, Storage } from "../platform.js"
import { PLAUSIBLE } from "./plausible.js"
import { type ResolveOptions, resolverOf } from "./resolve.js"
import { Esp32Timer } from "./timer.js"
import { isWord } from "./word.js"

export interface Esp32PlatformOptions {
  /** 1 to 16 letters and digits, of this board alone: its MAC address in hex, for example. */
  deviceId: string
  /** How names are looked up. On a board: `{ servers: [...], socket: { io: UDP } }`, or `{ system: Net.resolve }`, or both. Numeric addresses need none. */
  dns?: ResolveOptions
  /** Takes each line of the log. Default: the debugger's console. */
  log?: (line: string) => void
  /** Wi-Fi's state, for the client: see Online. Default: taken to be there. */
  network?: Network
  /** `TLS` of tls.ts. Default: there is no TLS, and the SDK's is not in the firmware. */
  TLS?: SocketConstructor
  /** `keyValueStorage()` or `preferenceStorage()`. Default: none; reading and writing throw. */
  storage?: Storage
  /** `digest` of digest.ts. Default: none; digests throw. */
  digest?: Digest
}

/** The platform of a board that Moddable's XS runs, and of the XS machine on a PC. Throws for a wrong deviceId. */
export function esp32Platform(options: Esp32PlatformOptions): Platform {
  const { deviceId, dns = {}, log = traceLine, network, TLS, storage, digest } = options
  return {
    ...(network && { network }),
    ...(TLS && { TLS }),
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
      set: (milliseconds) => Time.set(Math.round(milliseconds / 1000)),
    },
    random: () => Math.random(),
    storage: storage ?? { read: noStorage, write: noStorage, delete: noStorage },
    digest: digest ?? { digest: noDigest, hmac: noDigest },
    log,
    deviceId: checkDeviceId(deviceId),
  }
}

function checkDeviceId(id: string): string {
  if (!isWord(id, 16)) throw new Error(`deviceId: ${JSON.stringify(id)}: 1 to 16 letters and digits are allowed`)
  return id
}

function traceLine(line: string): void {
  trace(line, "\n")
}

function noStorage(): never {
  throw new Error("this platform was made without storage: give esp32Platform keyValueStorage()")
}

function noDigest(): never {
  throw new Error("this platform was made without digests: give esp32Platform its digest")
}
