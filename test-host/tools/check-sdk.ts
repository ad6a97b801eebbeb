/// <reference types="node" />
/**
 * `npm run check:sdk`: with the Moddable SDK (MODDABLE), builds the firmware for each target, with one sensor and TLS,
 * and the project in examples/moddable-project, up to the linked bytecode; and holds our table of sensor drivers against
 * the SDK's drivers. That needs no ESP-IDF. Skipped without SDK.
 * --target NAME, which may be repeated: only these. --debug: as flash --debug does. --keep: leaves what was built.
 */
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"
import type { FirmwareConfig } from "../../platforms/esp32/config.js"
import { projectRoot } from "../xs/build.js"
import { command } from "./command.js"
import { slashed, writeDeviceManifest } from "./device-manifest.js"
import { checkTarget, findSdk, Missing, type Sdk, type Target, TARGETS } from "./sdk.js"
import { archiveSize } from "./xs-archive.js"

const CONFIG: FirmwareConfig = {
  ssid: "network",
  password: "not a secret",
  broker: "mqtts://broker.example",
  sensors: [{ id: "room", driver: "Humidity-Temperature/SHT3x" }],
}

interface Built {
  /** Bytes of bytecode of our modules, and of all. */
  ours: number
  all: number
  /** Bytes of the resources: certificates. */
  resources: number
}

await command(() => {
  const { values } = parseArgs({ options: { target: { type: "string", multiple: true }, debug: { type: "boolean", default: false }, keep: { type: "boolean", default: false } } })
  const targets = (values.target ?? Object.keys(TARGETS)).map(checkTarget)
  const sdk = sdkOrNone()
  if (!sdk) return 0
  const folder = mkdtempSync(join(tmpdir(), "check-sdk-"))
  try {
    row("built", "ours", "all", "resources")
    const firmware = writeDeviceManifest(CONFIG, folder, join(folder, "device"))
    for (const target of targets) {
      report(`firmware, ${target}`, build(sdk, target, firmware, join(folder, target), values.debug))
      // The SDK's own start joins Wi-Fi once, and never comes to main where it can't: the firmware has it taken out.
      if (found(join(folder, target), "setup/network.xsb")) throw new Error(`${target}: module setup/network of the SDK is in the firmware; "~" of manifest.json has to name it`)
    }
    const example = copyExample(join(folder, "project"))
    for (const manifest of ["manifest.json", "manifest-from-git.json", "manifest-drop-in.json"]) {
      report(`example, ${manifest}`, build(sdk, targets[0]!, join(example, manifest), join(folder, manifest), values.debug))
    }
    const drivers = ["node/sdk-drivers.check.js", "docs/sensors.test.js"].map((file) => join(projectRoot, "build/js/test-host", file))
    return spawnSync(process.execPath, ["--test", "--test-reporter=dot", ...drivers], { env: sdk.env, stdio: "inherit" }).status ?? 1
  } finally {
    if (values.keep) console.log(folder)
    else rmSync(folder, { recursive: true, force: true })
  }
})

function sdkOrNone(): Sdk | undefined {
  try {
    return findSdk(process.env)
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    console.log(`check:sdk is skipped. ${error.message}`)
    return undefined
  }
}

/** Up to the linked bytecode and the resources. Throws an Error with the SDK's own messages. */
function build(sdk: Sdk, target: Target, manifest: string, out: string, debug: boolean): Built {
  // An ESP-IDF that is asked for nothing but its version.
  const idf = join(out, "no-idf")
  mkdirSync(idf, { recursive: true })
  const tell = (program: string, words: string[]): string => {
    const { status, stdout, stderr, error } = spawnSync(program, words, { env: { ...sdk.env, IDF_PATH: idf, PATH: withTsc(sdk.env["PATH"]!) }, encoding: "utf8", maxBuffer: 1 << 26 })
    if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${error?.message ?? `ends with ${status}`}\n${stdout}${stderr}`)
    return stdout + stderr
  }
  const told = tell("mcconfig", [...(debug ? ["-d"] : []), "-p", TARGETS[target], "-o", out, manifest])
  if (told.includes("no modules match") || told.includes("no resources match")) throw new Error(`mcconfig ${manifest}:\n${told}`)
  const makefile = found(out, "makefile")
  if (makefile === undefined) throw new Error(`mcconfig has made no makefile in ${out}`)
  const made = dirname(makefile)
  const chip = TARGETS[target].split("/").at(-1)!
  const sdkconfig = join(made, `xsProj-${chip}`, "build/config/sdkconfig.h")
  const linked = join(made, "mc.xs.c")
  tell("make", ["-f", makefile, "IDF_VERSION=v0", "-o", sdkconfig, linked, join(made, "mc.resources.c")])
  return { ...sizes(join(made, "modules")), resources: bytesIn(join(made, "resources")) }
}

function sizes(modules: string): Pick<Built, "ours" | "all"> {
  const result = { ours: 0, all: 0 }
  for (const file of readdirSync(modules, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".xsb")) continue
    const { code } = archiveSize(join(modules, file))
    result.all += code
    if (/^(mqtt-xs[./]|main\.|ssl\/cert\.|~\.embedded\/network\/mqtt\/client\.)/.test(file)) result.ours += code
  }
  return result
}

/** As if it were installed: the project stands in the example's node_modules. */
function copyExample(folder: string): string {
  cpSync(join(projectRoot, "examples/moddable-project"), folder, { recursive: true, filter: (path) => !path.includes("node_modules") })
  mkdirSync(join(folder, "node_modules"))
  symlinkSync(projectRoot, join(folder, "node_modules/mqtt-xs"))
  const write = (name: string, library: string, main: string): void => {
    const include = ["./manifest-sdk.json", `./node_modules/mqtt-xs/platforms/esp32/manifests/${library}.json`]
    writeFileSync(join(folder, name), JSON.stringify({ include, modules: { main: `./${main}` } }))
  }
  write("manifest-from-git.json", "library-source", "main")
  write("manifest-drop-in.json", "ecma419", "drop-in")
  writeFileSync(join(folder, "drop-in.js"), 'import MQTTClient from "embedded:network/mqtt/client"\nnew MQTTClient({ ...device.network.mqtt, host: "broker.example", id: "board1" })\n')
  return folder
}

/** mcconfig calls tsc, which this project has. */
function withTsc(path: string): string {
  return `${path}:${join(projectRoot, "node_modules/.bin")}`
}

/** Path of the file in a folder, at any depth. */
function found(folder: string, name: string): string | undefined {
  const file = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((file) => slashed(file).endsWith(`/${name}`))
  return file === undefined ? undefined : join(folder, file)
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).reduce((sum, file) => {
    const stat = statSync(join(folder, file))
    return sum + (stat.isFile() ? stat.size : 0)
  }, 0)
}

function report(name: string, { ours, all, resources }: Built): void {
  row(name, ours, all, resources)
}

function row(name: string, ...columns: (string | number)[]): void {
  console.log(name.padEnd(32) + columns.map((column) => String(column).padStart(10)).join(""))
}
