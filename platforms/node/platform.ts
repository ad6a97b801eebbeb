/// <reference types="node" />
import { getRandomValues } from "node:crypto"
import type { Platform, SocketConstructor, SocketOptions } from "../platform.js"
import { checkDeviceId, defaultDeviceId } from "./device-id.js"
import { digest } from "./digest.js"
import { resolve } from "./resolve.js"
import { SizedBuffer } from "./sized-buffer.js"
import type { NodeSocketOptions } from "./socket.js"
import { FileStorage, noStorage } from "./storage.js"
import { TCP } from "./tcp.js"
import { NodeTimer } from "./timer.js"
import { TLS } from "./tls.js"

export interface NodePlatformOptions {
  /** 1 to 16 letters and digits. Default: 12 hex digits, the same for this machine and user. */
  deviceId?: string
  /** Where `storage` keeps its files. Without it, `storage` throws. */
  storageFolder?: string
  /** Takes each line of the log. Default: standard error. */
  log?: (line: string) => void
  /**
   * Bytes that a socket takes before the system has taken any. Default: 5,760, the ESP32's, so that what works here
   * works there. For throughput, 65,536.
   */
  sendBuffer?: number
  /** Bytes that a socket reads at once, and that may wait in it. Default: 5,760. For throughput, 65,536. */
  receiveBuffer?: number
}

/** The platform of a PC: Node's own sockets, timers, files and ciphers. Throws for options that are not allowed. */
export function nodePlatform(options: NodePlatformOptions = {}): Platform {
  const { deviceId, storageFolder, log = logToStandardError } = options
  const sizes = { ...sizeOf(options, "sendBuffer"), ...sizeOf(options, "receiveBuffer") }
  const chance = new Uint32Array(1)
  return {
    TCP: withSizes(TCP, sizes),
    TLS: withSizes(TLS, sizes),
    resolve,
    createBuffer: (capacity) => new SizedBuffer(capacity),
    createTimer: (callback) => new NodeTimer(callback),
    clock: {
      // From the start of the process, as 32 bits with a sign: differences, taken with | 0, outlast the wrap.
      ticks: () => performance.now() | 0,
      now: () => Date.now(),
    },
    random: () => getRandomValues(chance)[0]! / 2 ** 32,
    storage: storageFolder === undefined ? noStorage : new FileStorage(storageFolder),
    digest,
    log,
    deviceId: deviceId === undefined ? defaultDeviceId() : checkDeviceId(deviceId),
  }
}

type Sizes = Pick<NodeSocketOptions, "sendBuffer" | "receiveBuffer">

function sizeOf(options: NodePlatformOptions, name: keyof Sizes): Sizes {
  const size = options[name]
  if (size === undefined) return {}
  if (!Number.isInteger(size) || size < 1 || size > 2 ** 24) throw new RangeError(`${name}: ${String(size)}: a whole number of bytes from 1 to 16777216 is allowed`)
  return { [name]: size }
}

function withSizes(Class: new (options: NodeSocketOptions) => InstanceType<SocketConstructor>, sizes: Sizes): SocketConstructor {
  return class extends Class {
    constructor(options: SocketOptions) {
      super({ ...sizes, ...options })
    }
  }
}

function logToStandardError(line: string): void {
  process.stderr.write(`${line}\n`)
}
