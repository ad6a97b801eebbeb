import type { Platform, Timer } from "../platform.js"
import { NetworkState } from "./network-state.js"

export interface WifiNetwork {
  ssid: string
  /** None where the network is open. Never shown. */
  password?: string
  /** An IPv4 address of one's own, else the network gives one. Needs `gateway`, and DNS servers of one's own. */
  address?: string
  /** Default: 255.255.255.0. */
  netmask?: string
  gateway?: string
}

/** The class of `embedded:network/interface/wifi`, as far as it is used here. */
export type WiFiConstructor = new (options: { onChanged(): void }) => WiFi

export interface WiFi {
  /** 200: disconnected, 300: connecting, 400: joined, 500: joined, with an IPv4 and an IPv6 address. */
  readonly connection: number
  /** IPv4, else IPv6. */
  readonly address: string | undefined
  readonly SSID: string | undefined
  readonly RSSI: number | undefined
  connect(options: { SSID: string; password?: string }): void
  disconnect(): void
  configure(options: { static: { address: string; mask: string; gateway: string } | false }): void
  close(): void
}

export interface WifiOptions {
  WiFi: WiFiConstructor
  /** The best first. */
  networks: readonly WifiNetwork[]
  platform: Pick<Platform, "createTimer" | "random" | "log" | "clock">
  /** Milliseconds that one attempt may take. Default: 15 s. */
  joinTimeout?: number
  /** Milliseconds to wait, at most, when all networks have failed once; doubles each time. Default: 1 s. */
  retryPeriod?: number
  /** What it doubles up to. Default: 60 s. */
  maxRetryPeriod?: number
}

/** Milliseconds. */
const enum Wait {
  /** Between an end and the next try: what the driver still says of the one must not be taken for the other. */
  Pause = 300,
  /** While joining: the driver tells of an address only when it has IPv6 as well, which some networks never give. */
  Join = 500,
  /** While joined: the driver does not tell of an address that is lost. */
  Up = 60_000,
}

/**
 * Keeps the board on the best network that can be joined: tries them in order, waits longer after each round, with
 * full jitter, and begins again with the first when one is lost. `up` while there is an IPv4 address.
 */
export class WifiSupervisor extends NetworkState {
  /** How often a network that had been joined was lost. */
  losses = 0
  private readonly options: WifiOptions
  private readonly timer: Timer
  private wifi: WiFi | undefined
  private joining = false
  /** Attempts in a row that failed: says which network is tried, or joined, and how long to wait. */
  private failures = 0
  private started = 0
  /** The address is one of our own. */
  private fixed = false

  /** Throws where there is no network to join. */
  constructor(options: WifiOptions) {
    super()
    if (options.networks.length === 0) throw new Error("Wi-Fi: no network is configured: set ssid and password")
    this.options = options
    this.timer = options.platform.createTimer(() => this.onTimer())
  }

  start(): void {
    this.wifi = new this.options.WiFi({ onChanged: () => this.check() })
    // The SDK's own set-up may have joined already.
    if (this.wifi.connection >= 400) this.wait()
    else this.join()
  }

  /** For good. */
  close(): void {
    this.timer.close()
    if (this.wifi) this.wifi.close()
    this.wifi = undefined
    this.turn(false)
  }

  /** Signal strength in dBm, while joined. */
  get rssi(): number | undefined {
    return this.wifi?.RSSI
  }

  get ssid(): string | undefined {
    return this.wifi?.SSID
  }

  get address(): string | undefined {
    return this.wifi?.address
  }

  private get network(): WifiNetwork {
    const networks = this.options.networks
    return networks[this.failures % networks.length]!
  }

  private join(): void {
    const network = this.network
    const wifi = this.wifi!
    const address = network.address
    this.wait()
    try {
      if (address || this.fixed) wifi.configure({ static: (this.fixed = !!address) && { address: address!, mask: network.netmask ?? "255.255.255.0", gateway: network.gateway! } })
      wifi.connect(network.password ? { SSID: network.ssid, password: network.password } : { SSID: network.ssid })
    } catch (error) {
      this.fail(`can't join: ${(error as Error).message}: check ssid, password, address, netmask, gateway`)
    }
  }

  private wait(): void {
    this.joining = true
    this.started = this.options.platform.clock.ticks()
    this.timer.schedule(Wait.Join)
  }

  private onTimer(): void {
    if (!this.up && !this.joining) return this.join()
    this.check()
    if (!this.joining) return
    if (((this.options.platform.clock.ticks() - this.started) | 0) < (this.options.joinTimeout ?? 15_000)) this.timer.schedule(Wait.Join)
    else this.fail(this.wifi!.connection >= 400 ? "gives no IP address: does its DHCP server work? Else set address and gateway" : undefined)
  }

  /** Looks how things stand. */
  private check(): void {
    const wifi = this.wifi!
    const connection = wifi.connection
    // An IPv6 address has no dot.
    const up = connection >= 400 && (wifi.address ?? "").includes(".")
    if (this.up) {
      if (up) return this.timer.schedule(Wait.Up)
      this.say("lost; trying to join again")
      this.losses++
      this.failures = 0
      this.again()
    } else if (this.joining) {
      if (up) {
        this.say(`joined, address ${wifi.address}, failed attempts before: ${this.failures}`)
        this.joining = false
        this.timer.schedule(Wait.Up)
        this.turn(true)
      } else if (connection < 300) this.fail()
    }
  }

  private fail(reason = "can't join: is the password right, and is the network in reach (2.4 GHz)?"): void {
    // Said once for each network in a row of failures.
    if (this.failures < this.options.networks.length) this.say(reason)
    this.failures++
    this.again()
  }

  /** Tries the next network soon, or the first one after a pause. */
  private again(): void {
    const options = this.options
    const round = this.failures / options.networks.length
    this.joining = false
    this.wifi!.disconnect()
    this.timer.schedule(Wait.Pause + (round % 1 ? 0 : Math.floor(options.platform.random() * Math.min(options.maxRetryPeriod ?? 60_000, (options.retryPeriod ?? 1000) * 2 ** Math.min(round, 30)))))
    this.turn(false)
  }

  private say(text: string): void {
    this.options.platform.log(`Wi-Fi "${this.network.ssid}": ${text}`)
  }
}
