/// <reference types="node" />
/** `npm run configure`: asks what one device has to know, and writes device.local.json. */
import { spawnSync } from "node:child_process"
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { clientOptionsOf, type FirmwareConfig } from "../../platforms/esp32/config.js"
import type { SensorConfig } from "../../platforms/esp32/sensors/create.js"
import { DRIVERS } from "../../platforms/esp32/sensors/drivers.js"
import { parseDuration } from "../../src/index.js"
import { projectRoot } from "../xs/build.js"
import { Asker, type Question } from "./ask.js"
import { command } from "./command.js"
import { checkConfig, checkDeviceId, DEVICE_FILE } from "./device-file.js"
import { OWN_DRIVERS } from "./drivers.js"

const HELP = `Asks for Wi-Fi, broker, device id and sensors, and writes ${DEVICE_FILE}, which npm run flash reads.

  npm run configure -- [options]

  --ssid NAME          Wi-Fi network
  --password TEXT      its password; better in the environment's WIFI_PASSWORD, which no list of processes shows
  --broker URL         mqtt://user:password@host:port or mqtts://...; also in the environment's MQTT_URL;
                       the password better in MQTT_PASSWORD
  --ca FILE            certificate of the broker's CA; without it, the public ones are trusted
  --device-id ID       1 to 16 letters and digits; the board's MAC address by default
  --sensor DRIVER      of docs/sensors.md, as Humidity-Temperature/SHT3x or SHT3x:10s with the time between two samples; may be repeated
  --yes                asks nothing: what has no option stays as it was
  --file FILE          ${DEVICE_FILE} by default; git must ignore it
  --help               shows this

Lines from a pipe are taken as answers, in the order of the questions.`

const OPTIONS = {
  ssid: { type: "string" },
  password: { type: "string" },
  broker: { type: "string" },
  ca: { type: "string" },
  "device-id": { type: "string" },
  sensor: { type: "string", multiple: true },
  yes: { type: "boolean", short: "y", default: false },
  file: { type: "string", default: join(projectRoot, DEVICE_FILE) },
  help: { type: "boolean", short: "h", default: false },
} as const

/** What every board has, and the drivers of our own and of the SDK. */
const DRIVER_NAMES = ["uptime", "free-heap", "rssi", "chip-temperature", ...OWN_DRIVERS, ...DRIVERS.map(({ driver }) => driver)]

await command(async () => {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  checkIgnored(values.file)
  const asker = values.yes ? undefined : new Asker()
  /** The option's value, else the answer, else what was there. */
  const ask: Ask = async (option, question) => {
    const answer = option ?? (asker ? await asker.ask(question) : (question.fallback ?? ""))
    question.check?.(answer)
    return answer
  }
  try {
    const before = previous(values.file)
    const config: FirmwareConfig = { ...before }
    config.ssid = await ask(values.ssid, { text: "Wi-Fi network", fallback: before.ssid ?? "", check: needed("a network's name") })
    config.password = await ask(values.password ?? process.env["WIFI_PASSWORD"], { text: "Wi-Fi password", secret: true, fallback: before.password ?? "", check: checkPassword })
    if (!config.password) delete config.password
    config.broker = await brokerOf(values.broker ?? process.env["MQTT_URL"], before.broker, ask)
    const secure = [config.broker].flat().some((url) => url.startsWith("mqtts:"))
    const ca = secure ? await ask(values.ca, { text: "File with the certificate of the broker's CA (empty: public CAs)", fallback: before.ca ?? "", check: checkFile(values.file) }) : ""
    if (ca) config.ca = ca
    else delete config.ca
    const id = await ask(values["device-id"], { text: "Device id (empty: MAC address)", fallback: before.deviceId ?? "", check: (id) => id && checkDeviceId(id) })
    if (id) config.deviceId = id
    else delete config.deviceId
    config.sensors = await sensors(values.sensor, before.sensors ?? [], ask)
    checkConfig(config, dirname(resolve(values.file)))
    // Nobody else's before anything is in it.
    writeFileSync(values.file, "", { mode: 0o600 })
    chmodSync(values.file, 0o600)
    writeFileSync(values.file, `${JSON.stringify(config, undefined, 2)}\n`)
    console.log(`${values.file} is written; only you can read it. Next: npm run flash -- --target esp32 --debug`)
    return 0
  } finally {
    asker?.close()
  }
})

function previous(file: string): FirmwareConfig {
  if (!existsSync(file)) return { broker: "" }
  try {
    return JSON.parse(readFileSync(file, "utf8")) as FirmwareConfig
  } catch {
    throw new Error(`${file} is no JSON: mend it, or delete it`)
  }
}

/** Secrets go only where git doesn't. Throws an Error of one line. */
function checkIgnored(file: string): void {
  const { status, error } = spawnSync("git", ["check-ignore", "--quiet", "--no-index", resolve(file)], { cwd: dirname(resolve(file)) })
  if (error) throw new Error(`git is needed, to see that ${file} is ignored by it: ${error.message}`)
  // 128: not in a repository.
  if (status !== 0 && status !== 128) throw new Error(`${file} is not ignored by git, and it will hold passwords: choose a name that ends in .local.json`)
}

type Ask = (option: string | undefined, question: Question) => Promise<string>

/** With user and password in the URL, as the firmware takes it. They are asked for on their own: a password is not shown. */
async function brokerOf(given: string | undefined, before: FirmwareConfig["broker"], ask: Ask): Promise<FirmwareConfig["broker"]> {
  const [first = ""] = [before].flat()
  const old = first ? new URL(first) : undefined
  const address = old && withLogin(old.href, "", "")
  const answer = await ask(given, { text: "Broker, as mqtts://host", fallback: address ?? "", check: checkBroker })
  if (answer === address && Array.isArray(before)) return before
  if (new URL(answer).username) return answer
  const kept = answer === address ? old : undefined
  const user = await ask(undefined, { text: "Broker's user (empty: none)", fallback: decodeURIComponent(kept?.username ?? "") })
  const password = user ? await ask(process.env["MQTT_PASSWORD"], { text: "Broker's password", secret: true, fallback: decodeURIComponent(kept?.password ?? "") }) : ""
  return withLogin(answer, user, password)
}

function withLogin(address: string, user: string, password: string): string {
  const url = new URL(address)
  url.username = encodeURIComponent(user)
  url.password = encodeURIComponent(password)
  return url.href
}

async function sensors(given: readonly string[] | undefined, before: readonly SensorConfig[], ask: Ask): Promise<readonly SensorConfig[]> {
  const fallback = before.map(({ driver, updateInterval }) => driver + (updateInterval === undefined ? "" : `:${updateInterval}`)).join(" ")
  const check = (text: string): void => void sensorsOf(text)
  const text = await ask(given?.join(" "), { text: "Sensors, as SHT3x:10s battery:1min (docs/sensors.md)", fallback, check })
  return text === fallback ? before : sensorsOf(text)
}

/** Throws an Error of one line. */
function sensorsOf(text: string): SensorConfig[] {
  const counts = new Map<string, number>()
  return text.split(/[\s,]+/).filter(Boolean).map((word) => {
    const [name, interval] = word.split(":") as [string, string?]
    const driver = DRIVER_NAMES.find((known) => known.toLowerCase() === name.toLowerCase() || known.toLowerCase().endsWith(`/${name.toLowerCase()}`))
    if (!driver) throw new Error(`sensor: ${JSON.stringify(name)} is not among the drivers of docs/sensors.md`)
    if (interval !== undefined) parseDuration(`sensor ${name}`, interval)
    const short = driver.slice(driver.lastIndexOf("/") + 1).toLowerCase()
    const count = (counts.get(short) ?? 0) + 1
    counts.set(short, count)
    return { id: count === 1 ? short : `${short}-${count}`, driver, ...(interval !== undefined && { updateInterval: interval }) } as SensorConfig
  })
}

function needed(what: string): (answer: string) => void {
  return (answer) => {
    if (!answer) throw new Error(`${what} is needed`)
  }
}

/** WPA's limits; empty for an open network. */
function checkPassword(password: string): void {
  if (password && (password.length < 8 || password.length > 64)) throw new Error(`a Wi-Fi password has 8 to 64 characters; this has ${password.length}`)
}

function checkBroker(answer: string): void {
  needed("a broker")(answer)
  clientOptionsOf({ broker: answer })
}

function checkFile(file: string): (path: string) => void {
  return (path) => {
    if (path && !existsSync(resolve(dirname(resolve(file)), path))) throw new Error(`there is no file ${resolve(dirname(resolve(file)), path)}`)
  }
}
