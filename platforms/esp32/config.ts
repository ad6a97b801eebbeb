import { type ClientOptions, decodeText, type Duration, parseServerUrl, type QoS, type Server } from "../../src/index.js"
import type { SecureOptions, Storage } from "../platform.js"
import type { SensorConfig } from "./sensors/create.js"
import type { WifiNetwork } from "./wifi.js"

/**
 * What a firmware is told. It comes from the manifest's "config" and mcconfig's command line (module "mc/config"), and
 * what the device keeps under the key "config" in its storage, as JSON, takes precedence, name by name.
 */
export interface FirmwareConfig {
  /** The one Wi-Fi network, or: */
  ssid?: string
  password?: string
  /** several, the best first. */
  wifi?: readonly WifiNetwork[]
  /** mqtt://user:password@host:port or mqtts://...; several are tried in turn. */
  broker: string | readonly string[]
  /** Resources, by name, with certificates and key, for mqtts. */
  ca?: string
  cert?: string
  key?: string
  servername?: string
  alpn?: readonly string[]
  /** Accepts any server, so that anyone on the way can read and change everything. Only for trials. */
  dangerouslyAcceptAnyServer?: boolean
  /** 1 to 16 letters and digits; the MAC address by default. */
  deviceId?: string
  /** Of the board itself by default: rssi, free-heap, uptime. */
  sensors?: readonly SensorConfig[]
  /** As in TelemetryOptions. */
  topic?: string
  qos?: QoS
  retain?: boolean
  together?: boolean
  availabilityTopic?: string
  /** More of ClientOptions, such as keepalive or outboxBytes. */
  client?: Partial<ClientOptions>
  /** Time servers; "" for none. */
  sntp?: string | readonly string[]
  /** DNS servers, instead of those that the network names. */
  dns?: readonly string[]
  sleep?: SleepConfig
  /** The board restarts when its event loop has not turned for so long; "60s" by default, 0 for never. */
  watchdog?: Duration
}

/** Awake until all is sampled and delivered, but no longer than `runDuration`; then asleep for `sleepDuration`. */
export interface SleepConfig {
  /** "30s" by default. */
  runDuration?: Duration
  sleepDuration: Duration
  /** A retained message here, other than "0", "off" or an empty one, keeps the board awake. "{deviceId}/stay-awake" by default. */
  stayAwakeTopic?: string
}

const KEY = "config"

/** The configuration of the firmware and of the device, in one. */
export function effectiveConfig(built: FirmwareConfig, storage: Storage, log: (line: string) => void): FirmwareConfig {
  try {
    const stored = storage.read(KEY)
    if (stored) {
      const own = JSON.parse(decodeText(new Uint8Array(stored), 0, stored.byteLength)) as Partial<FirmwareConfig>
      if (!(own instanceof Object)) throw new TypeError("not an object")
      return { ...built, ...own }
    }
  } catch (error) {
    log(`storage, "${KEY}": ${(error as Error).message}; the firmware's own configuration is used`)
  }
  return built
}

/** Throws a RangeError that says what is missing and how to give it. */
export function networksOf({ wifi, ssid, password, dns }: FirmwareConfig): readonly WifiNetwork[] {
  if (wifi && !dns && wifi.some(({ address }) => address)) throw new RangeError("dns: is missing; with an address of one's own the network names no DNS servers")
  if (wifi) return wifi
  if (!ssid) throw new RangeError('ssid: is missing; give it to mcconfig (ssid="name" password="...") or with `npm run configure`')
  return [{ ssid, ...(password && { password }) }]
}

/** What every board can tell, where nothing is configured. */
const OWN_SENSORS = "rssi free-heap uptime"

export function sensorsOf({ sensors }: FirmwareConfig): readonly SensorConfig[] {
  return sensors?.length ? sensors : OWN_SENSORS.split(" ").map((driver) => ({ id: driver, driver }))
}

/** The options of the client that the configuration has names of its own for. */
export function clientOptionsOf(config: FirmwareConfig): ClientOptions {
  const { broker, ca, cert, key, servername, alpn, dangerouslyAcceptAnyServer } = config
  if (!broker?.length) throw new RangeError('broker: is missing; give it to mcconfig (broker="mqtt://host") or with `npm run configure`')
  const secure: SecureOptions = {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(servername && { servername }),
    ...(alpn && { ALPNProtocols: alpn }),
    ...(dangerouslyAcceptAnyServer && { dangerouslyAcceptAnyServer }),
  }
  let login = {}
  const servers = (typeof broker === "string" ? [broker] : broker).map((url): Server => {
    const { username, password, ...server } = parseServerUrl(url, "broker")
    if (username !== undefined) login = { username, password }
    return server.protocol === "mqtts" ? { ...server, secure } : server
  })
  // With a clean session, what is in flight when Wi-Fi fails would be lost.
  return { servers, ...login, clean: false, ...config.client }
}
