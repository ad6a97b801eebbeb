import { setNetwork } from "host/board"
import { type Faults, onCommand, state } from "board-simulation"
import { isAddress } from "simulated-names"
import Timer, { type Handle } from "timer"

/** What the air and the driver know, whoever has a WiFi object. */
const radio = {
  instances: [] as WiFi[],
  ssid: "",
  associated: false,
  fixed: "",
  timer: undefined as Handle | undefined,
}

/** Of the driver, before it says that a disconnection is done. */
const SOON = 10

function later(callback: () => void, milliseconds: number): void {
  Timer.clear(radio.timer)
  radio.timer = Timer.set(() => {
    radio.timer = undefined
    callback()
  }, milliseconds)
}

function online(up: boolean): void {
  state.online = up
  setNetwork(up)
}

/** Each object keeps its own view, which changes when an event reaches it. */
function tell(change: (wifi: WiFi) => void): void {
  const instances = radio.instances.slice()
  for (let i = 0; i < instances.length; i++) if (!instances[i]!.closed) change(instances[i]!)
}

function drop(): void {
  radio.associated = false
  online(false)
  tell((wifi) => wifi.change(false, false, false))
}

function giveAddress(): void {
  if (state.wifi === "no-address" && radio.fixed === "") return
  online(true)
  tell((wifi) => wifi.change(false, true, true))
}

function associate(ssid: string, password: string): void {
  const { networks, wifiTimes } = state.settings
  const { refuse, join, address } = wifiTimes
  if (state.wifi === "lost" || networks[ssid] === undefined) return later(drop, refuse)
  if (state.wifi === "refuse" || (networks[ssid] !== "" && networks[ssid] !== password)) return later(drop, refuse)
  later(() => {
    radio.ssid = ssid
    radio.associated = true
    tell((wifi) => wifi.change(false, true, false))
    later(giveAddress, address)
  }, join)
}

onCommand("wifi", (value: Faults["wifi"]) => {
  state.wifi = value
  if (value === "back") {
    if (radio.associated && !state.online) later(giveAddress, state.settings.wifiTimes.address)
  } else if (value === "no-address") online(false)
  else if (radio.associated || state.online) later(drop, 0)
})

interface Found {
  SSID: string
  BSSID: string
  RSSI: number
  channel: number
  security: string
}

/**
 * As the SDK's for ESP32, which does not reconnect by itself, does not say why joining failed, and answers a call in a
 * later turn.
 */
export default class WiFi {
  closed = false
  private connecting = false
  private joined = radio.associated
  private addressed = state.online
  private readonly onChanged: ((property: string) => void) | undefined

  constructor(options: { onChanged?(property: string): void }) {
    this.onChanged = options.onChanged
    radio.instances = radio.instances.concat(this)
  }

  close(): void {
    this.closed = true
    radio.instances = radio.instances.filter((wifi) => wifi !== this)
  }

  connect(options: { SSID?: string; password?: string }): void {
    if (this.connecting) throw new Error("already connecting")
    if (options.SSID === undefined) throw new Error("SSID required")
    this.connecting = true
    associate(options.SSID, options.password ?? "")
  }

  disconnect(): void {
    this.connecting = this.joined = this.addressed = false
    online(false)
    later(drop, SOON)
  }

  configure(options: { hostname?: string; static?: { address: string; mask: string; gateway: string } | false }): void {
    if (options.static === undefined) return
    if (options.static) {
      const { address, mask, gateway } = options.static
      if (!isAddress(address)) throw new RangeError("invalid address")
      if (!isAddress(mask)) throw new RangeError("invalid mask")
      if (!isAddress(gateway)) throw new RangeError("invalid gateway")
    }
    radio.fixed = options.static ? options.static.address : ""
    if (radio.associated) later(giveAddress, SOON)
  }

  scan(options: { onFound(found: Found): void; onComplete?(): void }): void {
    Timer.set(() => {
      const names = state.wifi === "lost" ? [] : Object.keys(state.settings.networks)
      for (let i = 0; i < names.length; i++) {
        const security = state.settings.networks[names[i]!] === "" ? "none" : "wpa2_psk"
        options.onFound.call(this, { SSID: names[i]!, BSSID: "02:00:00:00:00:01", RSSI: state.rssi, channel: 6, security })
      }
      options.onComplete?.call(this)
    }, state.settings.wifiTimes.refuse)
  }

  get connection(): number {
    if (this.joined) return this.addressed ? 500 : 400
    return this.connecting ? 300 : 200
  }

  get address(): string | undefined {
    return state.online ? radio.fixed || "192.168.4.2" : undefined
  }

  get MAC(): string {
    const { mac } = state.settings
    let text = mac.slice(0, 2)
    for (let i = 2; i < 12; i += 2) text += `:${mac.slice(i, i + 2)}`
    return text
  }

  get SSID(): string | undefined {
    return radio.associated ? radio.ssid : undefined
  }

  get BSSID(): string | undefined {
    return radio.associated ? "02:00:00:00:00:01" : undefined
  }

  get RSSI(): number | undefined {
    return radio.associated ? state.rssi : undefined
  }

  get channel(): number | undefined {
    return radio.associated ? 6 : undefined
  }

  /** An event of the driver has come. */
  change(connecting: boolean, joined: boolean, addressed: boolean): void {
    const { connecting: before, joined: joinedBefore, addressed: addressedBefore, onChanged } = this
    this.connecting = connecting
    this.joined = joined
    this.addressed = addressed
    if (!onChanged) return
    if (before !== connecting || joinedBefore !== joined || addressedBefore !== addressed) onChanged.call(this, "connection")
    if (addressed && !addressedBefore && !this.closed) onChanged.call(this, "address")
  }
}
