import UDP from "embedded:io/socket/udp"
import WiFi from "embedded:network/interface/wifi"
import device from "embedded:provider/builtin"
import Modules from "modules"
import * as board from "mqtt-xs/board"
import Net from "net"
import Timer from "timer"
import { describeDrop, parseDuration, Telemetry } from "../../src/index.js"
import type { Platform, Storage } from "../platform.js"
import { announceBirth } from "./birth.js"
import { clientOptionsOf, effectiveConfig, type FirmwareConfig, networksOf, sensorsOf } from "./config.js"
import { digest } from "./digest.js"
import { Online } from "./online.js"
import { esp32Platform } from "./platform.js"
import type { ResolveOptions } from "./resolve.js"
import { RtcMemory } from "./rtc.js"
import { createSensors } from "./sensors/create.js"
import { SleepCycle } from "./sleep-cycle.js"
import { keyValueStorage } from "./storage.js"
import { SntpClock } from "./time.js"
import { TLS } from "./tls.js"
import { WifiSupervisor } from "./wifi.js"

/** How often a wrong configuration is told again, to whoever has just plugged in a cable; milliseconds. */
const REMIND = 60_000

/**
 * The firmware: Wi-Fi, clock, sensors, MQTT, watchdog and sleep, as configured. With a wrong configuration it says what
 * is wrong, and goes on saying it.
 */
export function boot(built: FirmwareConfig): void {
  const storage = keyValueStorage()
  const log = (line: string): void => trace(line, "\n")
  try {
    start(effectiveConfig(built, storage, log), storage, log)
  } catch (error) {
    const tell = (): void => log(`configuration: ${(error as Error).message}`)
    tell()
    Timer.repeat(tell, REMIND)
  }
}

function start(config: FirmwareConfig, storage: Storage, log: (line: string) => void): void {
  const memory = new RtcMemory(board)
  guard(config, memory, log)
  const client = clientOptionsOf(config)
  const bare = esp32Platform({ deviceId: config.deviceId ?? board.macAddress(), dns: dnsOf(config), log, TLS, storage, digest })
  const wifi = new WifiSupervisor({ WiFi, networks: networksOf(config), platform: bare })
  const network = new Online({ wifi, platform: bare, secure: client.servers!.some(({ protocol }) => protocol === "mqtts") })
  const platform: Platform = { ...bare, network }
  const sensors = createSensors(sensorsOf(config), { importNow: Modules.importNow, device, board, wifi, clock: bare.clock })
  let cycle: SleepCycle | undefined
  let birth = 0
  const sayBirth = (): number => (birth = announceBirth(telemetry.client, platform.deviceId, { ...memory.birth, reason: board.restartReason() }))
  const told = (handle: number): void => {
    if (cycle) cycle.onDelivered(handle)
    // The outbox was full.
    else if (birth < 0) sayBirth()
  }
  const telemetry: Telemetry = new Telemetry(platform, {
    // A board that sleeps would be offline most of the time.
    ...(config.sleep && { availabilityTopic: "" }),
    ...config,
    sensors,
    onPublished: (_, handle) => told(handle),
    client: {
      ...client,
      onConnect() {
        log("connected")
        if (telemetry.client.statistics.connections === 1 && !cycle) sayBirth()
      },
      onDisconnect: ({ message }) => log(`disconnected: ${message}`),
      onDelivered: told,
      onDropped: (handle, reason) => log(`message ${handle} is dropped: ${describeDrop(reason)}`),
      onError: ({ message }) => log(message),
    },
  })
  // The server may still know ids of before this start, which must not be taken for new messages' ids.
  telemetry.client.session.lastId = Math.floor(platform.random() * 65_535)
  if (config.sleep) {
    cycle = new SleepCycle(platform, telemetry, memory, board, config.sleep)
    cycle.wake(sayBirth)
  }
  wifi.start()
  const hosts = config.sntp ?? []
  if (hosts.length > 0) new SntpClock({ UDP, hosts: typeof hosts === "string" ? [hosts] : hosts, network: wifi, platform: bare }).start()
  telemetry.start()
}

/** Restarts the board when its event loop stands still, or when an error was caught by nothing; that is counted first. */
function guard(config: FirmwareConfig, memory: RtcMemory, log: (line: string) => void): void {
  const patience = parseDuration("watchdog", config.watchdog ?? "60s")
  if (patience > 0) {
    if (patience < 1000 || patience > 3_600_000) throw new RangeError(`watchdog: ${patience} ms; "1s" to "1h" is needed, or 0 for none`)
    board.startWatchdog(patience)
    Timer.repeat(() => board.feedWatchdog(), patience / 4)
  }
  board.onUncaught((error) => {
    memory.count(error)
    log(`the board restarts after an error that nothing caught: ${error}`)
  })
}

function dnsOf({ dns }: FirmwareConfig): ResolveOptions {
  return { ...(dns && { servers: dns, socket: { io: UDP } }), system: Net.resolve }
}
