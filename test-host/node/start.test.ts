/// <reference types="node" />
import { Aedes, type AedesOptions, type Client } from "aedes"
import assert from "node:assert/strict"
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type AddressInfo, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, before, describe, it } from "node:test"
import { createServer as createTlsServer, type TlsOptions } from "node:tls"
import { fileURLToPath } from "node:url"
import type { Summary } from "../start/summary.js"
import { makeIdentity } from "../support/certificates.js"
import { Events, within } from "../support/events.js"
import { freePort } from "../support/free-port.js"
import { hasXs } from "../support/has-xs.js"
import { projectRoot } from "../xs/xs.js"

const program = fileURLToPath(new URL("../start/start.js", import.meta.url))
const xs = hasXs()
if (!xs) console.error("*** there is no gcc: npm start is not tested with the XS machine ***")
const skip = !xs && "no gcc"
/** For what concerns the runner rather than the engine. */
const engine = xs ? "xs" : "node"

before(() => {
  execFileSync(process.execPath, [join(projectRoot, "node_modules/rollup/dist/bin/rollup"), "-c", "--silent"], { cwd: projectRoot })
})

describe("npm start", () => {
  const runs: Run[] = []
  const brokers: TestBroker[] = []
  const start = (args: string[], env: NodeJS.ProcessEnv = {}): Run => {
    const run = new Run(args, env)
    runs.push(run)
    return run
  }
  const broker = async (options?: AedesOptions, port = 0, identity?: TlsOptions): Promise<TestBroker> => {
    const broker = await TestBroker.start(options, port, identity)
    brokers.push(broker)
    return broker
  }
  afterEach(async () => {
    for (const run of runs.splice(0)) await run.kill()
    for (const broker of brokers.splice(0)) await broker.close()
  })

  it("--count ends after so many readings, delivered by an XS machine that allocates nothing for them", { skip }, async () => {
    const run = start(["--count", "20", "--interval", "100ms", "--json"])
    assert.equal(await run.ended, 0, run.stderr)
    const summary = run.json()
    assert.equal(summary.delivered, 20)
    assert.equal(summary.received, 20)
    assert.equal(summary.engine, "xs")
    assert.ok(summary.bits === 32 || summary.bits === 64)
    assert.equal(summary.slotsPerPublish, 0)
    assert.equal(summary.chunkBytesPerPublish, 0)
    assert.equal(summary.collections, 0)
    assert.equal(summary.reconnects, 0)
    assert.equal(summary.dropped, 0)
    assert.ok(summary.codesPerPublish! > 500 && summary.codesPerPublish! < 10_000, String(summary.codesPerPublish))
    assert.ok(summary.heapSlotsInUse! > 100 && summary.heapSlotsInUse! < 4928)
    assert.ok(summary.heapChunkBytesInUse! > 1000 && summary.heapChunkBytesInUse! < 78_848)
    assert.ok(summary.seconds > 0.6 && summary.roundTripMs! >= 0)
  })

  it("--engine node runs the same firmware in Node", async () => {
    const run = start(["--count", "20", "--interval", "100ms", "--json", "--engine", "node"])
    assert.equal(await run.ended, 0, run.stderr)
    const summary = run.json()
    assert.equal(summary.delivered, 20)
    assert.equal(summary.received, 20)
    assert.equal(summary.engine, "node")
    assert.equal(summary.slotsPerPublish, null)
    assert.ok(summary.heapBytesInUse! > 1_000_000 && summary.roundTripMs! > 0)
  })

  it("writes one plain line per reading, and one at the end, where there is no terminal", async () => {
    const run = start(["--count", "7", "--interval", "100ms", "--engine", engine])
    assert.equal(await run.ended, 0, run.stderr)
    const lines = run.stdout.trimEnd().split("\n")
    assert.equal(lines.length, 8, run.stdout)
    for (const line of lines.slice(0, 7)) assert.match(line, /^(xs|node)-[0-9a-f]{12}\/\w+ \{"time":\d{13},"\w+":-?[\d.]+\} (< 1|[\d.]+) ms$/)
    assert.match(lines[7]!, /^7 delivered, 7 received in [\d.]+ s; /)
  })

  it("publishes to the broker that MQTT_URL names, with its user and password", async () => {
    const other = await broker({ authenticate: (_client, user, password, done) => done(null, user === "ann" && password?.toString() === "p@ss") })
    const run = start(["--count", "5", "--interval", "100ms", "--json", "--engine", engine], { MQTT_URL: `mqtt://ann:p%40ss@127.0.0.1:${other.port}` })
    assert.equal(await run.ended, 0, run.stderr)
    assert.equal(run.json().received, 5)
    assert.equal(other.readings.size, 5)
  })

  it("publishes over TLS with --engine node, to a broker whose certificate the system trusts, and to no other", async () => {
    const authority = await makeIdentity("test authority", { authority: true })
    const identity = await makeIdentity("localhost", { issuer: authority, names: ["localhost"] })
    const other = await broker({}, 0, identity)
    const url = { MQTT_URL: `mqtts://localhost:${other.port}` }
    const stranger = start(["--count", "3", "--interval", "100ms", "--engine", "node"], url)
    await stranger.until(/not connected to mqtts:\/\/localhost:\d+: .*certificate/)
    stranger.process.kill("SIGINT")
    assert.equal(await stranger.ended, 0)
    assert.equal(other.readings.size, 0)
    const folder = mkdtempSync(join(tmpdir(), "start-"))
    try {
      writeFileSync(join(folder, "ca.pem"), authority.cert)
      const run = start(["--count", "3", "--interval", "100ms", "--json", "--engine", "node"], { ...url, NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") })
      assert.equal(await run.ended, 0, run.stderr)
      assert.equal(run.json().received, 3)
      assert.equal(other.readings.size, 3)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it("says that the broker refuses the password, and never shows it", async () => {
    const other = await broker({ authenticate: (_client, _user, _password, done) => done(null, false) })
    const run = start(["--count", "5", "--engine", engine], { MQTT_URL: `mqtt://ann:secret-word@127.0.0.1:${other.port}` })
    await run.until(/not connected to mqtt:\/\/127\.0\.0\.1:\d+: .*(user name|allow)/)
    run.process.kill("SIGTERM")
    assert.equal(await run.ended, 0)
    assert.doesNotMatch(run.stdout + run.stderr, /secret-word/)
  })

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`${signal} to the whole group ends with "offline" announced, DISCONNECT sent, and code 0`, async () => {
      const other = await broker()
      const run = start(["--interval", "100ms", "--engine", engine], { MQTT_URL: `mqtt://127.0.0.1:${other.port}` })
      await other.events.until(() => other.readings.size >= 4, "four readings")
      process.kill(-run.process.pid!, signal)
      assert.equal(await run.ended, 0, run.stderr)
      assert.deepEqual(other.availability, ["online", "offline"])
      assert.ok(other.sawDisconnect, "no DISCONNECT came")
      assert.match(run.stdout, /delivered, .* received/)
      assert.equal(run.stderr, "")
    })
  }

  it("a second SIGINT, later, ends at once", async () => {
    const other = await broker({ authorizePublish: () => {} })
    const run = start(["--interval", "100ms", "--engine", engine], { MQTT_URL: `mqtt://127.0.0.1:${other.port}` })
    await other.events.until(() => other.connections > 0, "a connection")
    run.process.kill("SIGINT")
    await new Promise((resolve) => setTimeout(resolve, 600))
    run.process.kill("SIGINT")
    assert.equal(await run.ended, 130)
  })

  it("tries on while there is no broker, says so, and delivers what was read meanwhile", async () => {
    const port = await freePort()
    const run = start(["--count", "20", "--interval", "200ms", "--json", "--engine", engine], { MQTT_URL: `mqtt://127.0.0.1:${port}` })
    await run.until(new RegExp(`not connected to mqtt://127\\.0\\.0\\.1:${port}: .*; trying again`))
    const other = await broker({}, port)
    assert.equal(await run.ended, 0, run.stderr)
    assert.match(run.stderr, /connected to mqtt:/)
    assert.equal(run.json().delivered, 20)
    assert.equal(run.json().dropped, 0)
    assert.equal(other.readings.size, 20)
  })

  it("connects again to a broker that was restarted and has forgotten everything, and no reading is lost", async () => {
    const other = await broker()
    const run = start(["--count", "40", "--interval", "100ms", "--json", "--engine", engine], { MQTT_URL: `mqtt://127.0.0.1:${other.port}` })
    await other.events.until(() => other.readings.size >= 6, "six readings")
    await other.restart(700)
    assert.equal(await run.ended, 0, run.stderr)
    const summary = run.json()
    assert.equal(summary.delivered, 40)
    assert.equal(summary.dropped, 0)
    assert.equal(summary.reconnects, 1)
    assert.equal(other.readings.size, 40)
    if (engine === "xs") assert.equal(summary.slotsPerPublish, 0)
  })

  for (const [args, env, message] of [
    [["--intervall", "1s"], {}, /Unknown option '--intervall'/],
    [["--interval", "soon"], {}, /--interval: "soon"; a time from 10 ms to 12 d is needed/],
    [["--count", "0"], {}, /--count: "0"; a whole number from 1 on is needed/],
    [["--engine", "v8"], {}, /--engine: "v8"; "xs" or "node" is needed/],
    [["now"], {}, /Unexpected argument 'now'/],
    [[], { MQTT_URL: "http://127.0.0.1" }, /MQTT_URL: not a URL of the form mqtt:/],
    [[], { MQTT_URL: "mqtts://127.0.0.1" }, /MQTT_URL: mqtts; the XS machine on a PC has no TLS: use --engine node/],
  ] as [string[], NodeJS.ProcessEnv, RegExp][]) {
    it(`answers ${[...args, ...Object.values(env)].join(" ")} with one line and code 2`, async () => {
      const run = start(args, env)
      assert.equal(await run.ended, 2)
      assert.equal(run.stdout, "")
      assert.match(run.stderr, message)
      assert.equal(run.stderr.trimEnd().split("\n").length, 1, run.stderr)
    })
  }

  it("--help tells all flags", async () => {
    const run = start(["--help"])
    assert.equal(await run.ended, 0)
    for (const flag of ["--interval", "--count", "--json", "--engine", "MQTT_URL"]) assert.ok(run.stdout.includes(flag), flag)
  })

  it("says what to do where there is no gcc", { skip }, async () => {
    const run = start(["--count", "1"], { PATH: join(projectRoot, "src") })
    assert.equal(await run.ended, 1)
    assert.match(run.stderr, /needs gcc \(Debian: apt install gcc gcc-multilib\)\nor run the same firmware in Node: npm start -- --engine node/)
  })
})

/** One run of the program, in a process group of its own. */
class Run {
  stdout = ""
  stderr = ""
  readonly process: ChildProcess
  /** Its exit code. */
  readonly ended: Promise<number | null>
  private readonly events = new Events()

  constructor(args: string[], env: NodeJS.ProcessEnv) {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars
    const { MQTT_URL, ...rest } = process.env
    this.process = spawn(process.execPath, [program, ...args], { detached: true, stdio: ["ignore", "pipe", "pipe"], env: { ...rest, ...env } })
    this.process.stdout!.setEncoding("utf8").on("data", (text: string) => this.add("stdout", text))
    this.process.stderr!.setEncoding("utf8").on("data", (text: string) => this.add("stderr", text))
    const closed = once(this.process, "close").then(([code]) => code as number | null)
    this.ended = within(60_000, closed, () => `the end of npm start ${args.join(" ")}; it wrote:\n${this.stdout}${this.stderr}`)
    this.ended.catch(() => {})
  }

  json(): Summary {
    assert.equal(this.stdout.trimEnd().split("\n").length, 1, this.stdout)
    return JSON.parse(this.stdout) as Summary
  }

  until(pattern: RegExp): Promise<void> {
    return this.events.until(
      () => pattern.test(this.stderr),
      () => `${String(pattern)} in: ${this.stderr}`,
    )
  }

  /** It and the machine, should they still be there. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    process.kill(-this.process.pid!, "SIGKILL")
    await once(this.process, "close")
  }

  private add(stream: "stdout" | "stderr", text: string): void {
    this[stream] += text
    this.events.changed()
  }
}

/** A broker that remembers what the firmware said to it. */
class TestBroker {
  /** Topic and payload of each reading, duplicates left out. */
  readonly readings = new Set<string>()
  /** What came, retained, to the availability topic; not the will. */
  readonly availability: string[] = []
  /** Of the firmware. */
  connections = 0
  /** The firmware's latest connection ended with DISCONNECT. */
  sawDisconnect = false
  readonly events = new Events()
  private readonly options: AedesOptions
  private readonly identity: TlsOptions | undefined
  private readonly sockets = new Set<Socket>()
  private broker!: Aedes
  private server!: Server

  private constructor(options: AedesOptions, identity: TlsOptions | undefined) {
    this.options = options
    this.identity = identity
  }

  static async start(options: AedesOptions = {}, port = 0, identity?: TlsOptions): Promise<TestBroker> {
    const broker = new TestBroker(options, identity)
    await broker.open(port)
    return broker
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** Is away for a while, and has forgotten everything when it comes back. */
  async restart(milliseconds: number): Promise<void> {
    const { port } = this
    await this.close()
    await new Promise((resolve) => setTimeout(resolve, milliseconds))
    await this.open(port)
  }

  async close(): Promise<void> {
    if (!this.server.listening) return
    const closed = once(this.server, "close")
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
    await closed
    await new Promise<void>((resolve) => this.broker.close(resolve))
  }

  private async open(port: number): Promise<void> {
    this.broker = await Aedes.createBroker(this.options)
    this.broker.on("publish", ({ topic, payload, retain }, client: Client | null) => {
      if (!isFirmware(client)) return
      if (!topic.endsWith("/availability")) this.readings.add(`${topic} ${payload.toString()}`)
      else if (retain) this.availability.push(payload.toString())
      this.events.changed()
    })
    this.broker.on("clientReady", (client) => {
      if (isFirmware(client)) this.connections++
      this.events.changed()
    })
    const accept = (socket: Socket): void => this.accept(socket)
    this.server = this.identity ? createTlsServer({ cert: this.identity.cert!, key: this.identity.key! }, accept) : createServer(accept)
    this.server.listen(port, "127.0.0.1")
    await once(this.server, "listening")
  }

  private accept(socket: Socket): void {
    const client = this.broker.handle(socket)
    this.sockets.add(socket)
    socket.on("data", (bytes: Buffer) => {
      if (isFirmware(client)) this.sawDisconnect = bytes.at(-2) === 0xe0 && bytes.at(-1) === 0
    })
    socket.once("close", () => this.sockets.delete(socket))
  }
}

/** The runner's own subscriber is there, too. */
function isFirmware(client: Client | null): boolean {
  return /^(xs|node)-/.test(client?.id ?? "")
}
