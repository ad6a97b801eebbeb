import type { Closable, Network, Platform, Timer } from "../platform.js"
import { PLAUSIBLE } from "./plausible.js"

/** The class of `embedded:io/socket/udp`, as far as it is used here. */
export type UDPConstructor = new (options: { onReadable(count: number): void }) => UDP

export interface UDP {
  /** One datagram; undefined when none waits. */
  read(): ArrayBuffer | undefined
  write(buffer: ArrayBuffer, address: string, port: number): void
  close(): void
}

export interface SntpOptions {
  UDP: UDPConstructor
  /** Names or addresses of time servers, at least one; tried in turn. */
  hosts: readonly string[]
  platform: Pick<Platform, "createTimer" | "random" | "log" | "clock" | "resolve">
  /** Nothing is asked while it is down. */
  network: Network
  /** Milliseconds from an answer to the next question. Default: a day. */
  daily?: number
}

const enum Wait {
  /** Milliseconds that a name may take: DNS servers that are silent cost 5 s each. */
  Name = 30_000,
  /** Milliseconds that an answer may take. */
  Answer = 4000,
  /** Milliseconds to wait when all servers have failed. Doubles, since some ban those who hurry. */
  Retry = 2000,
  MaxRetry = 900_000,
}

/** NTP counts seconds from 1900, where it began, and from 2036, where its 32 bits begin anew. */
const enum Seconds {
  From1900 = 2_208_988_800,
  Era = 2 ** 32,
}

/** Sets the clock by SNTP (RFC 4330) when the network comes up, and daily. A wrong answer counts as none. */
export class SntpClock {
  private readonly options: SntpOptions
  private readonly timer: Timer
  private watching: Closable | undefined
  private lookup: Closable | undefined
  private udp: UDP | undefined
  private index = 0
  /** Questions in a row without an answer. */
  private failures = 0
  private due = true
  private asking = false
  /** Stands where the request tells its time, which the answer repeats: nobody else can guess it. */
  private cookie = 0

  constructor(options: SntpOptions) {
    this.options = options
    this.timer = options.platform.createTimer(() => {
      if (this.asking) this.fail()
      else {
        this.due = true
        this.ask()
      }
    })
  }

  start(): void {
    this.watching = this.options.network.watch(() => this.ask())
    this.ask()
  }

  /** For good. */
  close(): void {
    if (this.watching) this.watching.close()
    this.end()
    this.timer.close()
  }

  /** The clock has been set, by this or by something else. */
  get plausible(): boolean {
    return this.options.platform.clock.now() !== undefined
  }

  private ask(): void {
    const options = this.options
    if (!options.network.up) {
      // Not the servers' fault: asks at once when there is a network again.
      if (this.asking) this.end()
      this.failures = 0
    } else if (this.due && !this.asking) {
      this.asking = true
      this.timer.schedule(Wait.Name)
      this.lookup = options.platform.resolve(options.hosts[this.index]!, (address) => this.send(address), () => this.fail())
    }
  }

  private send(address: string): void {
    this.timer.schedule(Wait.Answer)
    const request = new DataView(new ArrayBuffer(48))
    // Version 4, from a client.
    request.setUint8(0, 0x23)
    request.setUint32(40, (this.cookie = Math.floor(this.options.platform.random() * Seconds.Era)))
    try {
      this.udp = new this.options.UDP({ onReadable: () => this.receive() })
      this.udp.write(request.buffer, address, 123)
    } catch {
      this.fail()
    }
  }

  private receive(): void {
    let datagram
    while (this.udp && (datagram = this.udp.read())) {
      if (datagram.byteLength < 48) continue
      const answer = new DataView(datagram)
      const seconds = answer.getUint32(40)
      const time = (seconds - Seconds.From1900 + (seconds < 2 ** 31 ? Seconds.Era : 0) + answer.getUint32(44) / Seconds.Era) * 1000
      const first = answer.getUint8(0)
      // Not a server's, or not to this request: a stranger's, or late.
      if ((first & 7) !== 4 || answer.getUint32(24) !== this.cookie) continue
      // Leap 3 and stratum 16: does not know the time itself. Stratum 0: wants to be left alone.
      if (first >= 0xc0 || ((answer.getUint8(1) - 1) & 0xff) > 14 || time < PLAUSIBLE) this.fail()
      else {
        this.end()
        this.due = false
        this.failures = 0
        this.timer.schedule(this.options.daily ?? 86_400_000)
        this.options.platform.clock.set!(time)
      }
    }
  }

  private fail(): void {
    const hosts = this.options.hosts
    const platform = this.options.platform
    this.end()
    this.index = (this.index + 1) % hosts.length
    if (++this.failures === hosts.length) {
      platform.log(`clock: no answer from ${hosts.join(", ")}: is the internet in reach, and UDP port 123 let through? Else set sntp to a server of your own network`)
    }
    const bound = Math.min(Wait.MaxRetry, Wait.Retry * 2 ** Math.min(this.failures / hosts.length, 30))
    this.timer.schedule(this.index > 0 ? 0 : Math.floor(bound * (1 - platform.random() / 2)))
  }

  /** Of one question. */
  private end(): void {
    this.asking = false
    this.timer.stop()
    if (this.lookup) this.lookup.close()
    if (this.udp) this.udp.close()
    this.lookup = this.udp = undefined
  }
}
