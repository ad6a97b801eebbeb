/// <reference types="node" />
/**
 * A simulated ESP32 board: the firmware's bundle in an XS machine, with the Moddable modules of ./modules around it, and
 * a folder for what outlives the machine. It reboots by itself, as a board does.
 */
import type { ChildProcess } from "node:child_process"
import { createInterface } from "node:readline"
import { type Counters, runXs } from "../xs/xs.js"
import { BoardFiles } from "./board-files.js"
import { boardModules, isPreloaded } from "./board-modules.js"
import type { Boot, BoardOptions, Command, Published, Said } from "./board-options.js"
import { LineWatch } from "./line-watch.js"
import type { Faults, Settings } from "./modules/simulation.js"
import { TlsForwarder } from "./tls-forwarder.js"

export type { Boot, BoardOptions, Command, Faults, Published, Settings }

const REASONS: Record<number, string> = { 80: "software", 81: "deep-sleep", 82: "watchdog", 83: "brown-out" }
const OFF = 84
/** Faults that are there until they are taken back. */
const LASTING: ReadonlySet<string> = new Set<keyof Faults>(["wifi", "rssi", "dns", "sntp", "storage", "sensor", "analog", "broker"])
/** More starts than any test means. */
const MOST_BOOTS = 500

export class Board {
  readonly boots: Boot[] = []
  /** What came to the broker in the machine, under the virtual clock. */
  readonly published: Published[] = []
  /** How many connections that broker has accepted. */
  connections = 0
  private readonly options: BoardOptions
  private readonly files: BoardFiles
  private readonly watch = new LineWatch()
  private faults: Partial<Faults>
  private forwarder: TlsForwarder | undefined
  private child: ChildProcess | undefined
  private ended: Promise<void> = Promise.resolve()
  /** Time that passed before this boot, as far as this program's clock does not know of it. Milliseconds. */
  private shift = 0
  /** Of this boot, where time is virtual. */
  private clock = 0
  private calendar: number | undefined
  private echoes = 0
  /** Those who wait for an echo, which comes in both streams. */
  private readonly waiting = new Map<number, { resolve(): void; left: number }>()
  private lastWords: Said = {}
  private stopping = false
  private figuresTaken: ((counters: Counters) => void) | undefined

  constructor(options: BoardOptions) {
    this.options = options
    this.faults = { ...options.faults }
    this.files = new BoardFiles(options.resources ?? {}, options.config)
  }

  /** Switches it on. */
  async start(): Promise<this> {
    this.forwarder ??= await TlsForwarder.start()
    this.stopping = false
    this.boot("power-on")
    return this
  }

  /** All lines of trace and of errors, of all boots. */
  get lines(): readonly string[] {
    return this.watch.lines
  }

  /** The latest. */
  get bootNow(): Boot {
    return this.boots[this.boots.length - 1]!
  }

  /**
   * The next line that has `text` in it, or matches, after the one that was found last. Rejects when the firmware has
   * crashed, and after `limit` milliseconds, showing all lines.
   */
  line(wanted: string | RegExp, limit?: number): Promise<string> {
    return this.watch.next(wanted, limit)
  }

  /** Resolves as soon as `predicate` holds; it is asked after each line. */
  waitFor(predicate: () => boolean, limit?: number): Promise<void> {
    return this.watch.until(predicate, limit)
  }

  /** Resolves when the board has restarted `count` times in all (the first start is not one). */
  rebooted(count: number, limit?: number): Promise<void> {
    return this.watch.until(() => this.boots.length > count, limit)
  }

  /**
   * Makes things fail, or well again, which outlives restarts, or something happen. Resolves when the machine has taken
   * it, or has ended.
   */
  async say(command: Command): Promise<void> {
    for (const [name, value] of Object.entries(command)) if (LASTING.has(name)) this.faults = { ...this.faults, [name]: value }
    if (!this.child) return
    const id = ++this.echoes
    await new Promise<void>((resolve) => {
      this.waiting.set(id, { resolve, left: 2 })
      this.child!.stdin!.write(`${JSON.stringify({ ...command, echo: id })}\n`)
    })
  }

  /** Moves the virtual clock, through sleeps and restarts: what is left of the time passes in the boots that follow. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.elapsed + milliseconds
    while (this.elapsed < end) {
      if (!this.child) throw new Error(`the board has ended. All lines:\n${this.lines.join("\n")}`)
      const { bootNow } = this
      await this.say({ advance: end - this.elapsed })
      if (bootNow.code === undefined) this.clock = end - this.shift
    }
  }

  /** Milliseconds of virtual time since the first start. */
  get elapsed(): number {
    return this.shift + this.clock
  }

  /** The machine's counters, after a collection. */
  async figures(): Promise<Counters> {
    let taken: Counters | undefined
    this.figuresTaken = (counters) => (taken = counters)
    await this.say({ figures: true })
    if (!taken) throw new Error(`the board ended before it told its figures. All lines:\n${this.lines.join("\n")}`)
    return taken
  }

  /** Pulls the plug: the machine is gone at once, RTC memory and the clock with it. */
  async powerOff(): Promise<void> {
    this.stopping = true
    this.child?.kill("SIGKILL")
    await this.ended
    this.files.forgetRtc()
    this.calendar = undefined
  }

  /** A value in storage, as it lies there; undefined when there is none. */
  stored(namespace: string, key: string): Uint8Array | undefined {
    return this.files.stored(namespace, key)
  }

  /** Puts a value into storage, as a tool does that writes the NVS partition. */
  store(namespace: string, key: string, value: Uint8Array | string): void {
    this.files.store(namespace, key, value)
  }

  /** Of RTC memory; empty when there is nothing. */
  get rtc(): Uint8Array {
    return this.files.rtc
  }

  /** Ends it all, and removes its files. */
  async close(): Promise<void> {
    await this.powerOff()
    await this.forwarder?.close()
    this.forwarder = undefined
    this.watch.end("the board was closed")
    this.files.remove()
  }

  private boot(reason: string): void {
    const { options } = this
    const boot: Boot = { reason, lines: [] }
    this.boots.push(boot)
    if (this.boots.length > MOST_BOOTS) return this.watch.end(`${MOST_BOOTS} boots: it does nothing but restart`)
    this.lastWords = {}
    const child = runXs({
      modules: boardModules(this.files.configModule, driversOf(options.config), options.modules ?? {}, options.virtualClock ?? false),
      main: "board-start",
      preload: isPreloaded,
      creation: options.creation ?? "esp32",
      virtualClock: options.virtualClock ?? false,
      ...(options.seed !== undefined && { seed: options.seed }),
      args: [this.files.writeSettings(this.settings(reason))],
      stdio: "pipe",
    })
    this.child = child
    // It may end before it has read everything.
    child.stdin!.on("error", () => {})
    for (const input of [child.stderr!, child.stdout!]) {
      createInterface({ input }).on("line", (line) => {
        if (line.startsWith("@@")) this.hear(JSON.parse(line.slice(2)) as Said)
        else this.take(boot, line)
      })
    }
    this.ended = new Promise((resolve) => {
      child.on("close", (code) => {
        this.child = undefined
        this.over(boot, code)
        resolve()
      })
    })
  }

  private settings(reason: string): Settings {
    const { options, calendar } = this
    const real = !options.virtualClock
    return {
      shift: this.shift,
      ...(calendar !== undefined && { calendar }),
      reason,
      mac: "30aea4123456",
      networks: options.networks ?? networksOf(options.config),
      // As long as it takes where time is virtual; a wrong password takes a board some seconds.
      wifiTimes: real ? { join: 20, address: 20, refuse: 100 } : { join: 1500, address: 800, refuse: 4000 },
      hosts: options.hosts ?? { localhost: "127.0.0.1" },
      tlsPort: this.forwarder!.port,
      nvsEntries: 630,
      freeHeap: 120_000,
      chipTemperature: 41.5,
      ...options.settings,
      folder: this.files.folder,
      faults: this.faults,
    }
  }

  private take(boot: Boot, line: string): void {
    boot.lines.push(line)
    this.watch.add(line)
  }

  private hear(said: Said): void {
    if (said.end !== undefined) this.lastWords = said
    if (said.passed) delete this.faults[said.passed]
    if (said.message) this.published.push({ ...said.message, boot: this.boots.length - 1 })
    if (said.connect !== undefined) this.connections++
    if (said.counters) this.figuresTaken?.(said.counters)
    const waiting = said.echo === undefined ? undefined : this.waiting.get(said.echo)
    if (waiting && --waiting.left === 0) {
      this.waiting.delete(said.echo!)
      waiting.resolve()
    }
    this.watch.look()
  }

  private over(boot: Boot, code: number | null): void {
    const { ticks, offset, milliseconds = 0 } = this.lastWords
    boot.code = code
    if (ticks !== undefined) boot.ticks = ticks
    if (milliseconds > 0) boot.slept = milliseconds
    if (offset !== undefined) this.calendar = offset - this.shift
    this.clock = 0
    this.shift += milliseconds + (this.options.virtualClock ? (ticks ?? 0) : 0)
    for (const { resolve } of this.waiting.values()) resolve()
    this.waiting.clear()
    if (this.stopping || code === OFF) return
    const reason = code === null ? undefined : REASONS[code]
    if (reason === "brown-out") {
      this.files.forgetRtc()
      this.calendar = undefined
    }
    if (reason ?? this.options.crash === "restart") this.boot(reason ?? "software")
    else this.watch.end(`the firmware ended with code ${code}`)
    this.watch.look()
  }
}

function driversOf({ sensors = [] }: { sensors?: readonly { driver: string }[] }): string[] {
  return sensors.map(({ driver }) => driver)
}

function networksOf(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const { ssid, password, wifi } = config as { ssid?: string; password?: string; wifi?: { ssid: string; password?: string }[] }
  const all = wifi ?? (ssid === undefined ? [] : [{ ssid, ...(password !== undefined && { password }) }])
  return Object.fromEntries(all.map(({ ssid, password = "" }) => [ssid, password]))
}
