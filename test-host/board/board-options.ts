/** What a board is made with, and what it tells. */
import type { Counters, XsOptions } from "../xs/xs.js"
import type { Faults, Settings } from "./modules/simulation.js"

export interface BoardOptions {
  /** What mc/config has. */
  config: Readonly<Record<string, unknown>>
  /** Files by specifier, in place of dist/main.js and the others, or in addition. */
  modules?: Readonly<Record<string, string>>
  /** Files that Resource finds. */
  resources?: Readonly<Record<string, string | Uint8Array>>
  creation?: XsOptions["creation"]
  /** Time stands still until `advance` moves it, and brokers are in the machine: see modules/virtual-broker.ts. */
  virtualClock?: boolean
  seed?: number
  /** Wi-Fi passwords by SSID. Default: those of the configuration. */
  networks?: Readonly<Record<string, string>>
  /** Addresses by host name. */
  hosts?: Readonly<Record<string, string>>
  settings?: Partial<Omit<Settings, "folder" | "faults" | "tlsPort" | "shift" | "calendar" | "reason">>
  faults?: Partial<Faults>
  /** What an uncaught error does. On a board it restarts it. Default: fail, all that waits for a line. */
  crash?: "fail" | "restart"
}

/** One run of the machine. */
export interface Boot {
  reason: string
  lines: string[]
  /** Exit code; undefined while it runs. See Exit of ./modules/simulation.ts, and exitCodes of ../xs/xs.ts. */
  code?: number | null
  /** How long it then slept, milliseconds. */
  slept?: number
  /** Since it began, milliseconds of its clock; known where it did not just stop. */
  ticks?: number
}

/** What `say` takes: faults, what is done once, and what a main of a test's own has a handler for (onCommand). */
export type Command = Partial<Faults> & Partial<Events> & Readonly<Record<string, unknown>>

export interface Events {
  /** Moves the virtual clock, milliseconds. */
  advance: number
  /** Asks for the machine's counters. */
  figures: boolean
  /** An error that nobody catches. */
  throw: string
  /** The event loop stands still for so many milliseconds. */
  hang: number
  /** Pulses that come now, by pin. */
  pulses: Readonly<Record<string, number>>
  /** A message from somebody else, by way of the broker in the machine. */
  publish: { topic: string; payload: string; qos: 0 | 1 | 2; retain?: boolean }
}

/** Lines of the simulation itself, which begin with "@@". */
export interface Said {
  end?: number
  ticks?: number
  offset?: number
  milliseconds?: number
  echo?: number
  passed?: keyof Faults
  figures?: unknown
  counters?: Counters
  message?: Omit<Published, "boot">
  connect?: string
}

/** A message that has reached the broker in the machine, or that it sent in a client's place. */
export interface Published {
  topic: string
  payload: string
  qos: number
  retain: boolean
  dup?: boolean
  /** The client had gone without DISCONNECT. */
  will?: boolean
  /** Index of the boot. */
  boot: number
}
