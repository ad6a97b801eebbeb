/// <reference types="node" />
/** What the two READMEs say, against the source, and by running it. */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import { connectAsync, type MqttClient } from "mqtt"
import { parseDuration } from "../../src/client/duration.js"
import { checkOptions, type ClientOptions } from "../../src/client/options.js"
import { InboundIds } from "../../src/session/inbound.js"
import { Outbox } from "../../src/session/outbox.js"
import { HELP } from "../start/options.js"
import { AedesBroker } from "../support/aedes.js"
import { Events, within } from "../support/events.js"
import { hasXs } from "../support/has-xs.js"
import { VirtualPlatform } from "../support/virtual-platform.js"
import { commandLine, projectRoot } from "../xs/xs.js"
import { codeBlocks, headings, links, optionTables, rowsOf, type TableRow } from "./markdown.js"
import { enumMembers, interfaceMembers, literalsOf, parse } from "./source.js"

const english = read("README.md")
const chinese = read("README.zh-CN.md")
const both = [["README.md", english], ["README.zh-CN.md", chinese]] as const
const xs = hasXs()

test("the Chinese README has the English one's headings, in its order and of its levels", () => {
  assert.deepEqual(headings(chinese).map(({ level }) => level), headings(english).map(({ level }) => level))
})

test("both READMEs have the same commands, code and output", () => {
  assert.deepEqual(codeBlocks(chinese), codeBlocks(english))
  assert.deepEqual(links(chinese).filter(isLasting), links(english).filter(isLasting))
})

test("their option tables have every option of the source, and no other, with the same defaults and values", () => {
  const options = (file: string, name: string): string[] => interfaceMembers(parse(join(projectRoot, "src", file)), name)
  const expected = [
    [...options("client/server.ts", "Server"), ...options("client/options.ts", "ClientOptions"), ...options("client/options.ts", "ClientCallbacks")],
    options("client/client.ts", "PublishOptions"),
    options("telemetry/telemetry.ts", "TelemetryOptions"),
    options("telemetry/sensor.ts", "SensorOptions"),
  ]
  for (const [file, text] of both) {
    const names = optionTables(text).map((rows) => rows.map(([name]) => code(name!)))
    assert.deepEqual(names.map((list) => list.sort()), expected.map((list) => list.sort()), file)
  }
  const facts = (text: string): string[][] => optionTables(text).flat().map((row) => row.slice(0, 3))
  assert.deepEqual(facts(chinese), facts(english))
})

test("the defaults are those that the client takes", () => {
  const settings = checkOptions(new VirtualPlatform(), { host: "broker.test" })
  const taken: Record<string, unknown> = { ...settings, ...settings.session, clean: settings.connect.clean, outboxPolicy: ["refuse"][settings.session.outboxPolicy] }
  let compared = 0
  for (const [option, cell] of optionTables(english)[0]!) {
    const name = code(option!)
    if (!(name in taken) || name === "clientId" || name === "servers") continue
    const said: unknown = JSON.parse(code(cell!))
    const value = typeof said === "string" && typeof taken[name] === "number" ? parseDuration(name, said) : said
    assert.equal(name === "keepalive" ? Number(value) * 1000 : value, taken[name], name)
    compared++
  }
  assert.ok(compared >= 20, `${compared} compared`)
})

test("the ranges are those that the client allows", () => {
  let compared = 0
  for (const [option, , values] of optionTables(english)[0]!) {
    const range = /^(\d+)–(\d+)$/.exec(values!)
    if (!range) continue
    const name = code(option!)
    const check = (value: number) => () => checkOptions(new VirtualPlatform(), { host: "broker.test", [name]: value } as ClientOptions)
    const [least, most] = [Number(range[1]), Number(range[2])]
    for (const value of [least, most]) assert.doesNotThrow(check(value), name)
    for (const value of [least - 1, most + 1]) assert.throws(check(value), new RegExp(name), `${name}: ${value}`)
    compared++
  }
  assert.ok(compared >= 10, `${compared} compared`)
})

test("their tables have every refusal, every reason of a drop and every kind of disconnect", () => {
  const session = parse(join(projectRoot, "src/session/session.ts"))
  const numbers = (name: string): string[] => enumMembers(session, name).map(({ value }) => String(value))
  const kinds = literalsOf(parse(join(projectRoot, "src/client/disconnect.ts")), "Disconnect", "kind").map((kind) => `\`"${kind}"\``)
  for (const [file, text] of both) {
    const firsts = rowsOf(text).map((rows: readonly TableRow[]) => rows.map(([first]) => first!))
    for (const expected of [["> 0", "0", ...numbers("Refusal")], numbers("Drop"), kinds]) {
      assert.ok(firsts.some((list) => list.join() === expected.join()), `${file} has no table of ${expected.join(", ")}`)
    }
  }
})

test("the memory formula counts what is taken", () => {
  assert.equal(new Outbox(64, 10).records.byteLength, 24 * 10)
  assert.equal((new InboundIds(10) as unknown as { ids: Uint16Array }).ids.byteLength, 2 * 10)
  const { receiveBufferSize, readSize, transmitBufferSize, session } = checkOptions(new VirtualPlatform(), { host: "broker.test" })
  const bytes = receiveBufferSize + readSize + transmitBufferSize + session.outboxBytes + 24 * session.outboxMessages + 2 * session.maxInbound
  for (const [file, text] of both) assert.ok(text.includes(bytes.toLocaleString("en-US")), `${file}: ${bytes}`)
})

test("their table of commands has every script of package.json, and every flag of npm start", () => {
  const scripts = Object.keys((JSON.parse(read("package.json")) as { scripts: object }).scripts)
  for (const [file, text] of both) {
    const rows = rowsOf(text).find((rows) => rows[0]![0] === "`npm start`")!
    assert.deepEqual(rows.map(([command]) => code(command!).replace(/^npm (run )?/, "")).sort(), scripts.sort(), file)
    assert.deepEqual(flags(rows[0]![2]!), flags(HELP.replace("--engine node\n", "")), file)
  }
})

test("what they link to is there, and no path is one of this machine", () => {
  for (const [file, text] of both) {
    for (const link of links(text)) if (!/^(https?:|#)/.test(link)) assert.ok(existsSync(join(projectRoot, link)), `${file}: ${link}`)
    assert.doesNotMatch(text, /\/(work|root|home|tmp)\//, file)
  }
})

test("they show the examples as they are", () => {
  const shown = codeBlocks(english).filter(({ language }) => language === "ts").map(({ text }) => text)
  for (const name of ["publish.ts", "telemetry.ts", "sensor.test.ts"]) assert.ok(shown.includes(read(`examples/${name}`)), name)
  assert.deepEqual(readdirSync(join(projectRoot, "examples")).sort(), ["moddable-project", "publish.ts", "sawtooth-sensor.ts", "sensor.test.ts", "telemetry.ts"])
})

/** A broker, and someone who watches it. */
let broker: AedesBroker
let observer: MqttClient
const arrived: string[] = []
const events = new Events()

before(async () => {
  broker = await AedesBroker.start()
  observer = await connectAsync(`mqtt://127.0.0.1:${broker.port}`)
  observer.on("message", (topic, payload) => {
    arrived.push(`${topic} ${payload.toString()}`)
    events.changed()
  })
  await observer.subscribeAsync("#", { qos: 1 })
})

after(async () => {
  await observer.endAsync(true)
  await broker.close()
})

test("examples/publish.ts prints what the README says, and its message arrives", async () => {
  const run = example("publish.js")
  assert.equal(await run.ended, 0, run.stdout)
  const output = codeBlocks(english).find(({ text }) => text.startsWith("message 1: taken"))!.text
  assert.deepEqual(run.stdout.split("\n").sort(), output.split("\n").sort())
  await events.until(() => arrived.includes("example/room/temperature 21.5"), "the message")
})

test("examples/telemetry.ts publishes its sensor's readings each second, and ends at Ctrl-C", async () => {
  const run = example("telemetry.js")
  try {
    await events.until(() => arrived.filter((line) => line.startsWith("greenhouse/bench-1 ")).length >= 2, () => `two readings; there are: ${arrived.join("\n")}\n${run.stdout}`)
    const readings = arrived.filter((line) => line.startsWith("greenhouse/bench-1 "))
    assert.match(readings[0]!, /^greenhouse\/bench-1 \{"time":\d{13},"temperature":18\.5\}$/)
    assert.match(readings[1]!, /^greenhouse\/bench-1 \{"time":\d{13},"temperature":19\}$/)
    assert.ok(arrived.includes("greenhouse/availability online"))
  } finally {
    run.process.kill("SIGINT")
  }
  assert.equal(await run.ended, 0, run.stdout)
  assert.match(run.stdout, /undelivered: 0\n$/)
  await events.until(() => arrived.includes("greenhouse/availability offline"), "offline")
})

test("examples/sensor.test.ts passes", async () => {
  const run = example("sensor.test.js")
  assert.equal(await run.ended, 0, run.stdout)
})

test("the library and the ESP32 platform, as dist/ has them, publish from an XS machine as the README says", { skip: !xs && "no gcc" }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "readme-"))
  try {
    const modules = { "mqtt-xs": join(projectRoot, "dist/mqtt-xs.js"), "mqtt-xs/platform": join(projectRoot, "dist/platform.js"), main: join(folder, "main.js") }
    const main = codeBlocks(english).find(({ language }) => language === "js")!.text
    const ours = main.replace('host: "192.168.1.10", port: 1883', `host: "127.0.0.1", port: ${broker.port}`)
    assert.notEqual(ours, main)
    writeFileSync(modules.main, ours)
    const { path, words } = commandLine({ modules, main: "main", creation: "esp32" })
    const run = new Run(spawn(path, words))
    await events.until(() => arrived.includes("room/temperature 21.5"), () => `the message; ${run.stdout}`)
    run.process.kill()
    await run.ended
  } finally {
    rmSync(folder, { recursive: true })
  }
})

class Run {
  readonly process: ChildProcess
  /** Its standard output and standard error. */
  stdout = ""
  readonly ended: Promise<number | null>

  constructor(process: ChildProcess) {
    this.process = process
    process.stdout!.on("data", (data: Buffer) => (this.stdout += data.toString()))
    process.stderr!.on("data", (data: Buffer) => (this.stdout += data.toString()))
    const ended = once(process, "close").then(([code]) => code as number | null)
    this.ended = within(20_000, ended, () => `the end of the program: ${this.stdout}`).finally(() => process.kill("SIGKILL"))
    this.ended.catch(() => {})
  }
}

function example(file: string): Run {
  const env = { ...process.env }
  delete env["NODE_TEST_CONTEXT"]
  return new Run(spawn(process.execPath, [join(projectRoot, "build/js/examples", file), `mqtt://127.0.0.1:${broker.port}`], { env }))
}

function read(path: string): string {
  return readFileSync(join(projectRoot, path), "utf8")
}

/** What stands between backquotes. */
function code(cell: string): string {
  return /^`([^`]*)`/.exec(cell)?.[1] ?? cell
}

function flags(text: string): string[] {
  return [...new Set(text.match(/--[a-z]+/g))].sort()
}

/** Neither the other language's README nor a place in this one. */
function isLasting(link: string): boolean {
  return !/^(README|#)/.test(link)
}
