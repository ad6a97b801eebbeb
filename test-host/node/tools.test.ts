/// <reference types="node" />
import assert from "node:assert/strict"
import { spawnSync, type SpawnSyncReturns } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { hasXs } from "../support/has-xs.js"
import { archiveSize } from "../tools/xs-archive.js"
import { withSources } from "../tools/traces.js"
import { projectRoot, runXsToEnd } from "../xs/xs.js"

const folder = mkdtempSync(join(tmpdir(), "tools-"))
after(() => rmSync(folder, { recursive: true, force: true }))

const PASSWORDS = ["wifi-secret-1", "broker-secret-2"]

test("without the SDK, flash and monitor say in one line what is missing and how to install it", () => {
  for (const name of ["flash", "monitor"]) {
    const { status, stdout, stderr } = tool(name, [], {})
    assert.equal(status, 1)
    assert.equal(stdout, "")
    assert.equal(stderr, "The Moddable SDK is missing (MODDABLE is not set): install it with `npx xs-dev setup`, then open a new terminal\n")
  }
})

test("without the SDK, check:sdk is skipped with a line", () => {
  const { status, stdout, stderr } = tool("check-sdk", [], {})
  assert.equal(status, 0)
  assert.equal(stderr, "")
  assert.match(stdout, /^check:sdk is skipped\. .*npx xs-dev setup.*\n$/)
})

test("an SDK that has not been built is said to be that", () => {
  const { status, stderr } = tool("flash", [], { MODDABLE: join(folder, "nothing") })
  assert.equal(status, 1)
  assert.match(stderr, /^The Moddable SDK in .*nothing \(MODDABLE\) has no mcconfig: .*`npx xs-dev setup`\n$/)
})

test("without ESP-IDF, flash and monitor say in one line how to install it", () => {
  const sdk = new FakeSdk()
  for (const name of ["flash", "monitor"]) {
    const { status, stderr } = tool(name, [], { MODDABLE: sdk.root })
    assert.equal(status, 1)
    assert.equal(stderr, "ESP-IDF is missing (IDF_PATH is not set): install it with `npx xs-dev setup --device esp32`, then open a new terminal\n")
  }
})

test("flash builds for its target and writes to its port, and monitor shows that board's log", () => {
  const sdk = new FakeSdk()
  const flashed = sdk.run("flash", ["--config", deviceFile({}), "--port", "/dev/ttyUSB7", "--target", "esp32c3", "--debug"])
  assert.equal(flashed.status, 0, flashed.stderr)
  const words = (step: string): string => `/dev/ttyUSB7 -dl -m -p esp32/esp32c3 -o ${sdk.device} -t ${step} ${join(sdk.device, "manifest.json")}`
  assert.deepEqual(sdk.calls(), [words("build"), words("deploy")])
  const shown = sdk.run("monitor", [])
  assert.equal(shown.status, 0, shown.stderr)
  assert.deepEqual(sdk.calls(), [words("xsbug")])
})

test("flash without options is for the esp32, without log, with a port that the SDK searches for", () => {
  const sdk = new FakeSdk()
  assert.equal(sdk.run("flash", ["--config", deviceFile({})]).status, 0)
  assert.deepEqual(sdk.calls().map((call) => call.slice(0, 11)), ["- -m -p esp", "- -m -p esp"])
})

test("flash ends where the SDK's build does, with its code", () => {
  const sdk = new FakeSdk(7)
  assert.equal(sdk.run("flash", ["--config", deviceFile({})]).status, 7)
  assert.equal(sdk.calls().length, 1)
})

test("monitor shows the lines of the sources in what a debug build says", () => {
  const sdk = new FakeSdk(0, "at parseDuration (dist/mqtt-xs.js:1)")
  assert.equal(sdk.run("flash", ["--config", deviceFile({}), "--debug"]).status, 0)
  assert.match(sdk.run("monitor", []).stdout, /^at parseDuration \(src\/.*\.ts:\d+\)\n$/)
})

test("monitor says what to do where nothing has been flashed", () => {
  assert.equal(new FakeSdk().run("monitor", []).stderr, "No board has been flashed from here yet: npm run flash -- --debug\n")
})

test("flash refuses other targets, and wrong device files, in one line", () => {
  const sdk = new FakeSdk()
  const refused = (config: string, ...words: string[]): string => {
    const { status, stderr } = sdk.run("flash", ["--config", config, ...words])
    assert.equal(status, 1)
    assert.equal(stderr.split("\n").length, 2, stderr)
    return stderr
  }
  assert.match(refused(deviceFile({}), "--target", "esp8266"), /--target: "esp8266"; one of esp32, esp32s3, esp32c3, esp32c6/)
  assert.match(refused(join(folder, "absent.local.json")), /npm run configure/)
  assert.match(refused(deviceFile({ ssid: undefined })), /ssid/)
  assert.match(refused(deviceFile({ broker: "http://x" })), /mqtt:\/\//)
  assert.match(refused(deviceFile({ deviceId: "no spaces" })), /deviceId/)
  assert.match(refused(deviceFile({ sensors: [{ id: "a" }] })), /sensors\[0\]\.driver/)
  assert.match(refused(deviceFile({ ca: "absent.pem" })), /ca: there is no file/)
  const broken = join(folder, "broken.local.json")
  writeFileSync(broken, `{ "password": "${PASSWORDS[0]}"`)
  assert.doesNotMatch(refused(broken), new RegExp(PASSWORDS[0]!))
  assert.deepEqual(sdk.calls(), [])
})

test("what flash makes for a device is readable for its user alone, and has its drivers, certificates and configuration", () => {
  const sdk = new FakeSdk()
  writeFileSync(join(folder, "own-ca.pem"), "certificate")
  const { status, stdout, stderr } = sdk.run("flash", ["--config", deviceFile({ ca: "own-ca.pem", sensors: [{ id: "room", driver: "Humidity-Temperature/SHT3x" }, { id: "up", driver: "uptime" }] })])
  assert.equal(status, 0, stderr)
  const path = join(sdk.device, "manifest.json")
  const manifest = JSON.parse(readFileSync(path, "utf8")) as { include: string[]; config: Record<string, unknown>; resources: Record<string, unknown> }
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.equal(statSync(sdk.device).mode & 0o777, 0o700)
  assert.deepEqual(manifest.include.map((file) => existsSync(join(sdk.device, file)) && file.replace(/^(\.\.\/)+/, "").replace(/^.*?(?=manifest|dist)/, "")), ["manifest.json", "dist/drivers/SHT3x.json"])
  assert.equal(manifest.config["ca"], "ca.pem")
  assert.equal(manifest.config["password"], PASSWORDS[0])
  assert.deepEqual(manifest.resources, { "~": ["$(MODDABLE)/modules/crypt/data/*"], "*": ["./resources/ca"] })
  assert.equal(readFileSync(join(sdk.device, "resources/ca.pem"), "utf8"), "certificate")
  for (const password of PASSWORDS) assert.ok(!(stdout + stderr + sdk.calls().join()).includes(password))
})

test("configure takes answers from a pipe, shows no password, and writes a file that its user alone can read", () => {
  const file = ignoredFile()
  const answers = ["home", PASSWORDS[0], "mqtts://broker.example", "ann", PASSWORDS[1], "", "board7", "sht3x:10s battery sht3x"]
  const { status, stdout, stderr } = tool("configure", ["--file", file], {}, answers.join("\n") + "\n")
  assert.equal(status, 0, stderr)
  assert.deepEqual(JSON.parse(readFileSync(file, "utf8")), {
    broker: `mqtts://ann:${PASSWORDS[1]}@broker.example`,
    ssid: "home",
    password: PASSWORDS[0],
    deviceId: "board7",
    sensors: [
      { id: "sht3x", driver: "Humidity-Temperature/SHT3x", updateInterval: "10s" },
      { id: "battery", driver: "battery" },
      { id: "sht3x-2", driver: "Humidity-Temperature/SHT3x" },
    ],
  })
  assert.equal(statSync(file).mode & 0o777, 0o600)
  for (const password of PASSWORDS) assert.ok(!(stdout + stderr).includes(password))
})

test("configure keeps what was there, but for what it is told", () => {
  const file = ignoredFile()
  const before = { ssid: "home", password: PASSWORDS[0], broker: ["mqtt://a:b%40c@one", "mqtt://two"], deviceId: "id1", sensors: [{ id: "x", driver: "battery", pin: 4 }], sleep: { sleepDuration: "10min" } }
  const content = (): unknown => JSON.parse(readFileSync(file, "utf8"))
  writeFileSync(file, JSON.stringify(before), { mode: 0o644 })
  assert.equal(tool("configure", ["--file", file], {}, "\n".repeat(8)).status, 0)
  assert.deepEqual(content(), before)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.equal(tool("configure", ["--file", file, "--yes", "--device-id", "id2"], { WIFI_PASSWORD: "another-one" }).status, 0)
  assert.deepEqual(content(), { ...before, deviceId: "id2", password: "another-one" })
  assert.equal(tool("configure", ["--file", file], {}, "\n-\n\n-\n\n").status, 0)
  assert.deepEqual(content(), { ssid: "home", broker: before.broker, sensors: before.sensors, sleep: before.sleep })
})

test("configure says in one line what is wrong, and writes nothing then", () => {
  const file = ignoredFile()
  const good = ["--yes", "--file", file, "--ssid", "home", "--broker", "mqtt://h"]
  const wrong: [string[], RegExp][] = [
    [["--broker", "http://h"], /mqtt:\/\//],
    [["--password", "short"], /8 to 64 characters; this has 5/],
    [["--device-id", "a b"], /1 to 16 letters and digits/],
    [["--sensor", "DHT99"], /"DHT99" is not among the drivers/],
    [["--sensor", "SHT3x:soon"], /SHT3x.*soon/],
    [["--broker", "mqtts://h", "--ca", "absent.pem"], /there is no file .*absent\.pem/],
  ]
  for (const [words, message] of wrong) {
    const { status, stderr } = tool("configure", [...good, ...words], {})
    assert.equal(status, 1)
    assert.match(stderr, message)
    assert.equal(stderr.split("\n").length, 2, stderr)
  }
  assert.match(tool("configure", ["--file", file], {}, "home\n").stderr, /no answer to: Wi-Fi password/)
  assert.ok(!existsSync(file))
})

test("configure writes nothing where git would take it, and the default file is ignored", () => {
  const { status, stderr } = tool("configure", ["--yes", "--ssid", "home", "--broker", "mqtt://h", "--file", join(projectRoot, "device.json")], {})
  assert.equal(status, 1)
  assert.match(stderr, /is not ignored by git, and it will hold passwords: choose a name that ends in \.local\.json/)
  assert.ok(!existsSync(join(projectRoot, "device.json")))
  for (const path of ["device.local.json", "build/device/manifest.json"]) assert.equal(spawnSync("git", ["check-ignore", "--quiet", path], { cwd: projectRoot }).status, 0, path)
})

test("the bytes of XS bytecode are read from its archives, and nothing else is taken for one", () => {
  const file = join(folder, "module.xsb")
  const atom = (name: string, ...content: Buffer[]): Buffer => {
    const body = Buffer.concat(content)
    const head = Buffer.alloc(8)
    head.writeUInt32BE(body.length + 8)
    head.write(name, 4, "latin1")
    return Buffer.concat([head, body])
  }
  writeFileSync(file, atom("XS_B", atom("VERS", Buffer.alloc(4)), atom("SYMB", Buffer.alloc(11)), atom("CODE", Buffer.alloc(300))))
  assert.deepEqual(archiveSize(file), { code: 300, names: 11 })
  writeFileSync(file, "no bytecode")
  assert.throws(() => archiveSize(file), /is no XS bytecode/)
  writeFileSync(file, atom("XS_B", Buffer.from([0, 0, 0, 99]), Buffer.from("CODE")))
  assert.throws(() => archiveSize(file), /is damaged at 8/)
})

test("a stack trace of XS names functions, and after translation TypeScript files and lines", { skip: !hasXs() && "no gcc" }, () => {
  const main = join(folder, "trace.js")
  writeFileSync(main, 'import { parseDuration } from "mqtt-xs"\ntry { parseDuration("keepalive", "5 apples") } catch (error) { trace(error.stack, "\\n") }\n')
  const { stdout, stderr } = runXsToEnd({ modules: { "mqtt-xs": join(projectRoot, "dist/mqtt-xs.js"), main }, main: "main", variant: "debug", creation: "test" })
  const [place, file, line] = /at parseDuration \((src\/client\/duration\.ts):(\d+)\)/.exec(withSources(stderr)) ?? []
  assert.ok(place, stdout + stderr)
  assert.match(readFileSync(join(projectRoot, file!), "utf8").split("\n")[Number(line) - 1]!, /throw|fault|Error/)
})

/** An SDK whose mcconfig writes down how it is called. */
class FakeSdk {
  readonly root = mkdtempSync(join(folder, "sdk-"))
  readonly device = join(this.root, "device")
  private readonly log = join(this.root, "calls")

  constructor(code = 0, says = "") {
    const tools = join(this.root, "build/bin", process.platform === "darwin" ? "mac" : "lin", "release")
    mkdirSync(tools, { recursive: true })
    const program = join(tools, "mcconfig")
    writeFileSync(program, `#!/bin/sh\necho "\${UPLOAD_PORT:--} $*" >> '${this.log}'\n${says ? `echo '${says}'\n` : ""}exit ${code}\n`)
    chmodSync(program, 0o755)
  }

  run(name: string, words: readonly string[]): SpawnSyncReturns<string> {
    return tool(name, words, { MODDABLE: this.root, IDF_PATH: this.root, DEVICE_BUILD: this.device })
  }

  /** Since the last time. */
  calls(): string[] {
    if (!existsSync(this.log)) return []
    const lines = readFileSync(this.log, "utf8").trimEnd().split("\n")
    rmSync(this.log)
    return lines
  }
}

function tool(name: string, words: readonly string[], env: NodeJS.ProcessEnv, input = ""): SpawnSyncReturns<string> {
  const PATH = process.env["PATH"]
  return spawnSync(process.execPath, [join(projectRoot, `build/js/test-host/tools/${name}.js`), ...words], { encoding: "utf8", input, env: { PATH, ...env } })
}

function deviceFile(changes: object): string {
  const file = join(folder, `${readdirSync(folder).length}.local.json`)
  writeFileSync(file, JSON.stringify({ ssid: "home", password: PASSWORDS[0], broker: `mqtts://ann:${PASSWORDS[1]}@broker.example`, ...changes }))
  return file
}

/** In a folder that is no git repository's. */
function ignoredFile(): string {
  return join(mkdtempSync(join(folder, "configure-")), "device.local.json")
}
