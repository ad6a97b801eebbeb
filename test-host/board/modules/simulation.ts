import { advance, collect, counters, print } from "host"
import { endBoot, wallTime } from "host/board"
import Timer from "timer"

// All of these modules are preloaded, as the firmware's are, so that they take nothing of the machine's memory: what
// they keep is in plain objects and arrays, which can still be changed then.

/** How a boot ends: the process's exit code. */
export const Exit = { RESTART: 80, DEEP_SLEEP: 81, WATCHDOG: 82, BROWN_OUT: 83, OFF: 84 } as const

/** What can go wrong, as tests say it: one JSON line on standard input, or `command`. */
export interface Faults {
  /** lost: no signal; refuse: whatever the password; no-address: joins, but DHCP is silent; back: all is well. */
  wifi: "back" | "lost" | "refuse" | "no-address"
  /** dBm. */
  rssi: number
  /** unknown: no name exists. */
  dns: "answer" | "silent" | "unknown"
  /** leave-me: a kiss-of-death. */
  sntp: "answer" | "silent" | "leave-me"
  /** full: writing throws. torn: power is lost in the next write, of which nothing remains; missing: nor does the old value. */
  storage: "ok" | "full" | "torn" | "missing"
  /** timeout: nobody answers on I2C. Numbers, by quantity: what the sensors measure from now on. */
  sensor: "ok" | "timeout" | Readonly<Record<string, number>>
  /** What analog pins read, 0 to 1, by pin. */
  analog: Readonly<Record<string, number>>
  /** Under the virtual clock. down: refuses connections; silent: answers none; drop: ends those there are; deny: not authorized. */
  broker: "up" | "down" | "silent" | "drop" | "deny"
}

/** What a boot is started with. */
export interface Settings {
  /** Holds nvs/, resources/ and rtc. */
  folder: string
  /** Added to the host's clock: time that passed in sleep. Milliseconds. */
  shift: number
  /** By how much the board's calendar differs from the right time, milliseconds; absent after a power-on: it says 1970. */
  calendar?: number
  reason: string
  /** 12 hex digits. */
  mac: string
  /** Passwords by SSID; an empty one: the network is open. */
  networks: Readonly<Record<string, string>>
  /** Milliseconds that Wi-Fi takes. */
  wifiTimes: { join: number; address: number; refuse: number }
  /** Addresses by host name. */
  hosts: Readonly<Record<string, string>>
  /** Where the forwarder listens that speaks TLS for the machine. */
  tlsPort: number
  /** Entries of 32 bytes in the NVS partition. */
  nvsEntries: number
  /** Degrees Celsius; absent: the chip has no sensor. */
  chipTemperature?: number
  freeHeap: number
  faults: Partial<Faults>
}

export const state = {
  settings: undefined as unknown as Settings,
  wifi: "back" as Faults["wifi"],
  rssi: -58,
  dns: "answer" as Faults["dns"],
  sntp: "answer" as Faults["sntp"],
  storage: "ok" as Faults["storage"],
  /** Nobody answers on I2C. */
  bus: true,
  /** Wi-Fi is there and has an address. */
  online: false,
  quantities: { temperature: 21.5, humidity: 45, pressure: 101_325, distance: 120, acceleration: 9.81, rotation: 30, illuminance: 300 } as Record<string, number>,
  analog: {} as Record<string, number>,
  pulses: {} as Record<string, number>,
}

type Handler = (value: never) => void
const handlers: Record<string, Handler> = {}

/** Called with the value of `name` in a command. One handler a name. */
export function onCommand<Value>(name: string, handler: (value: Value) => void): void {
  handlers[name] = handler as Handler
}

/** Does what a line of standard input says, one after another. Throws for what it does not know. */
export function command(commands: Readonly<Record<string, unknown>>): void {
  const names = Object.keys(commands)
  for (let i = 0; i < names.length; i++) {
    const handler = handlers[names[i]!]
    if (!handler) throw new Error(`simulation: no command ${JSON.stringify(names[i])}: there are ${Object.keys(handlers).join(", ")}`)
    handler(commands[names[i]!] as never)
  }
}

/** The right time, milliseconds since 1970, whatever the board believes. */
export function wallClock(): number {
  return wallTime() + state.settings.shift
}

/** Tells the Node side. */
export function say(line: Readonly<Record<string, unknown>>): void {
  print(`@@${JSON.stringify(line)}`)
}

/** Ends this boot. */
export function end(code: number, milliseconds = 0): never {
  return endBoot(code, milliseconds)
}

onCommand("rssi", (value: number) => {
  state.rssi = value
})
onCommand("dns", (value: Faults["dns"]) => {
  state.dns = value
})
onCommand("sntp", (value: Faults["sntp"]) => {
  state.sntp = value
})
onCommand("storage", (value: Faults["storage"]) => {
  state.storage = value
})
onCommand("analog", (value: Faults["analog"]) => {
  Object.assign(state.analog, value)
})
onCommand("sensor", (value: Faults["sensor"]) => {
  if (typeof value === "string") state.bus = value === "ok"
  else Object.assign(state.quantities, value)
})
onCommand("power", () => end(Exit.OFF))
/** An error that nobody catches. */
onCommand("throw", (text: string) => {
  throw new Error(text)
})
/** The event loop stands still. */
onCommand("hang", (milliseconds: number) => Timer.delay(milliseconds))
/** Under the virtual clock. */
onCommand("advance", (milliseconds: number) => advance(milliseconds))
/** Tells that all before it has been done, in both streams, for nobody to see it before what was written before it. */
onCommand("echo", (echo: number) => {
  say({ echo })
  trace(`@@{"echo":${echo}}\n`)
})
/** The machine's counters after a collection. */
onCommand("figures", (id: unknown) => {
  collect()
  say({ figures: id, counters: counters() })
})
