/// <reference types="node" />
import assert from "node:assert/strict"
import { once } from "node:events"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { after, describe, test, type TestContext } from "node:test"
import { createServer as createTlsServer } from "node:tls"
import { fileURLToPath } from "node:url"
import { Board, type BoardOptions } from "../board/board.js"
import { type Identity, makeIdentity } from "../support/certificates.js"
import { hasXs } from "../support/has-xs.js"

async function start(t: TestContext, fixture: string, options: Partial<BoardOptions> = {}): Promise<Board> {
  const main = fileURLToPath(new URL(`../board/fixtures/${fixture}.js`, import.meta.url))
  const board = new Board({ config: { ssid: "home", password: "12345678" }, ...options, modules: { main } })
  t.after(() => board.close())
  return board.start()
}

describe("the simulated board", { skip: hasXs() ? false : "gcc is needed" }, () => {
  test("keeps storage over a restart and a sleep, RTC memory too, the heap never", async (t) => {
    const board = await start(t, "memory")
    await board.line("start power-on: storage 0, rtc 0, heap 1, nothing, 1970 true")
    await board.line("main is here: true, nothing else: false")
    await board.say({ do: "restart" })
    await board.line("start software: storage 1, rtc 1, heap 1, seen 1, 1970 true")
    await board.say({ do: "sleep" })
    await board.line("start deep-sleep: storage 2, rtc 2, heap 1, seen 2")
    await board.say({ do: "hang" })
    await board.line("start watchdog: storage 3, rtc 3, heap 1, seen 3")
    assert.deepEqual(board.boots.map(({ reason, slept }) => [reason, slept]), [["power-on", undefined], ["software", 3_600_000], ["deep-sleep", undefined], ["watchdog", undefined]])
  })

  test("loses RTC memory, but not storage, when its power goes", async (t) => {
    const board = await start(t, "memory")
    await board.line("start power-on: storage 0")
    await board.line("main is here")
    await board.powerOff()
    assert.equal(board.rtc.length, 0)
    assert.deepEqual([...board.stored("test", "starts")!], [1])
    await board.start()
    await board.line("start power-on: storage 1, rtc 0, heap 1, seen 1")
  })

  test("has the old value, or none, when power goes in the middle of a write", async (t) => {
    const board = await start(t, "memory")
    await board.line("main is here")
    await board.say({ storage: "torn" })
    await board.say({ do: "write" })
    await board.line("start brown-out: storage 1, rtc 0")
    await board.line("main is here")
    await board.say({ storage: "missing" })
    await board.say({ do: "write" })
    await board.line("start brown-out: storage 0, rtc 0")
  })

  test("throws ESP-IDF's error when storage is full", async (t) => {
    const board = await start(t, "memory")
    await board.say({ storage: "full" })
    await board.say({ do: "write" })
    await board.line("Error: ESP_ERR_NVS_NOT_ENOUGH_SPACE")
    await board.say({ storage: "ok" })
    await board.say({ do: "write" })
    await board.line("written")
    assert.deepEqual([...board.stored("test", "starts")!], [99])
  })

  test("says what nobody has caught, and restarts if it may", async (t) => {
    const board = await start(t, "memory", { crash: "restart" })
    await board.line("main is here")
    await board.say({ do: "throw" })
    await board.line("nobody catches this")
    await board.line("start software: storage 1")
    const strict = await start(t, "memory")
    await strict.line("main is here")
    await strict.say({ do: "throw" })
    await assert.rejects(strict.line("never"), /the firmware ended with code 1[^]*nobody catches this/)
  })

  test("joins Wi-Fi with the right password only, and loses it", async (t) => {
    const board = await start(t, "radio")
    await board.say({ join: { SSID: "home", password: "wrong" } })
    await board.line("connection: 200 undefined")
    await board.say({ join: { SSID: "nowhere", password: "" } })
    await board.line("connection: 200 undefined")
    await board.say({ join: { SSID: "home", password: "12345678" } })
    await board.line("connection: 400 undefined")
    await board.line("connection: 500 192.168.4.2")
    await board.line("address: 500 192.168.4.2")
    await board.say({ wifi: "lost" })
    await board.line("connection: 200 undefined")
    await board.say({ wifi: "no-address" })
    await board.say({ join: { SSID: "home", password: "12345678" } })
    await board.line("connection: 400 undefined")
    await board.say({ wifi: "back" })
    await board.line("address: 500")
  })

  test("answers SNTP with the right time, and not when it is to be silent", async (t) => {
    const board = await start(t, "radio")
    await board.say({ ask: true })
    await board.line("Error: UDP send failed")
    await board.say({ join: { SSID: "home", password: "12345678" } })
    await board.line("address: 500")
    await board.say({ sntp: "silent" })
    await board.say({ ask: true })
    await board.say({ sntp: "answer" })
    await board.say({ ask: true })
    const seconds = Number((await board.line(/^time /)).slice(5))
    assert.ok(Math.abs(seconds * 1000 - Date.now()) < 60_000)
    assert.equal(board.lines.filter((line) => line.startsWith("time ")).length, 1)
  })

  test("finds names while there is a network that knows them", async (t) => {
    const board = await start(t, "radio", { hosts: { "broker.test": "192.0.2.7" } })
    await board.say({ join: { SSID: "home", password: "12345678" } })
    await board.line("address: 500")
    await board.say({ resolve: "broker.test" })
    await board.line("broker.test is 192.0.2.7")
    await board.say({ resolve: "other.test" })
    await board.line("other.test is nowhere")
    await board.say({ dns: "unknown" })
    await board.say({ resolve: "broker.test" })
    await board.line("broker.test is nowhere")
  })

  test("sends and gets nothing by TCP while Wi-Fi is lost, and all of it afterwards", async (t) => {
    const received: number[] = []
    const { port } = await listen(t, createServer((socket) => socket.on("data", (bytes) => {
      received.push(bytes.length)
      socket.write("abc")
    })))
    const board = await start(t, "radio")
    await board.say({ connect: port })
    await board.line("Error: connect error")
    await board.say({ join: { SSID: "home", password: "12345678" } })
    await board.line("address: 500")
    await board.say({ connect: port })
    await board.line("writable")
    await board.say({ wifi: "lost" })
    await board.line("connection: 200")
    await board.say({ send: 10 })
    await board.line("sent")
    await board.say({ wifi: "back" })
    assert.deepEqual(received, [])
    await board.say({ join: { SSID: "home", password: "12345678" } })
    await board.line("got 3")
    assert.deepEqual(received, [10])
  })

  test("samples sensors as the SDK's drivers do, with the values and the failures that it is told", async (t) => {
    const board = await start(t, "sensors", { resources: { "ca.pem": Uint8Array.of(1, 2, 3, 4) } })
    await board.say({ sensor: { temperature: -3.5 } })
    await board.say({ sample: "Humidity-Temperature/SHT3x" })
    await board.line('{"hygrometer":{"humidity":45},"thermometer":{"temperature":-3.5}}')
    await board.say({ sample: "Barometer-Humidity-Temperature/BME68x" })
    await board.line("undefined")
    await board.say({ sample: "Barometer-Humidity-Temperature/BME68x" })
    await board.line('"humidity":0.45')
    await board.say({ sample: "Energy/PZEM004T" })
    await board.line('"voltage":230.1')
    await board.say({ sensor: "timeout" })
    await board.say({ sample: "Humidity-Temperature/SHT3x" })
    await board.line("Error: write failed")
    await board.say({ digest: "SHA256" })
    await board.line("SHA256 32 186")
    await board.say({ resource: "ca.pem" })
    await board.line("4 2,3")
    await board.say({ resource: "none.pem" })
    await board.line("no resource")
  })
})

describe("TLS of the simulated board", { skip: hasXs() ? false : "gcc is needed" }, () => {
  const identities = certificates()
  const heard: string[] = []
  let board: Board | undefined
  after(() => board?.close())

  async function attempt(t: TestContext, server: Identity, secure: object, chain = true): Promise<Board> {
    const { ca, stranger } = await identities
    const cert = chain ? server.cert + "\n" + ca.cert : server.cert
    const { port } = await listen(t, createTlsServer({ cert, key: server.key }, (socket) => socket.on("error", () => {}).on("data", (bytes) => {
      heard.push(String(bytes))
      socket.write("welcome")
    })))
    heard.length = 0
    if (!board) {
      const main = fileURLToPath(new URL("../board/fixtures/secure.js", import.meta.url))
      board = await new Board({ config: { ssid: "home", password: "12345678" }, modules: { main }, resources: { "ca.pem": ca.cert, "stranger.pem": stranger.cert } }).start()
      await board.line("online")
    }
    await board.say({ clock: true })
    await board.say({ secure: { host: "broker.test", port, secure: { ca: "ca.pem", ...secure } } })
    return board
  }

  test("a server with a good certificate is spoken to", async (t) => {
    const { good } = await identities
    await (await attempt(t, good, {})).line("got 7: welcome")
    assert.deepEqual(heard, ["hi"])
    await (await attempt(t, good, {}, false)).line("got 7: welcome")
  })

  test("one of an unknown CA is not", async (t) => {
    await (await attempt(t, (await identities).good, { ca: "stranger.pem" })).line("unknown CA")
    assert.deepEqual(heard, [])
  })

  test("one with another name is not", async (t) => {
    await (await attempt(t, (await identities).elsewhere, {})).line("wrong name")
    assert.deepEqual(heard, [])
  })

  test("one that has expired is not", async (t) => {
    await (await attempt(t, (await identities).expired, {})).line("has expired")
    assert.deepEqual(heard, [])
  })

  test("nor is any before the clock is set", async (t) => {
    const b = await attempt(t, (await identities).good, {})
    await b.line("got 7")
    await board!.say({ clock: false })
    heard.length = 0
    const { port } = await listen(t, createTlsServer({ cert: (await identities).good.cert, key: (await identities).good.key }))
    await board!.say({ secure: { host: "broker.test", port, secure: { ca: "ca.pem" } } })
    await board!.line("is not valid yet")
    assert.deepEqual(heard, [])
  })

  test("a server that speaks no TLS is found out", async (t) => {
    const { port } = await listen(t, createServer((socket) => socket.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\n\r\n")))
    await attempt(t, (await identities).good, {}).then((b) => b.line("got 7"))
    await board!.say({ secure: { host: "broker.test", port, secure: { ca: "ca.pem" } } })
    await board!.line("does not speak TLS")
  })
})

async function certificates(): Promise<Record<"ca" | "stranger" | "good" | "elsewhere" | "expired", Identity>> {
  const ca = await makeIdentity("Test CA", { authority: true })
  const stranger = await makeIdentity("Stranger", { authority: true })
  const good = await makeIdentity("broker", { issuer: ca, names: ["broker.test"] })
  const elsewhere = await makeIdentity("elsewhere", { issuer: ca, names: ["elsewhere.test"] })
  const expired = await makeIdentity("expired", { issuer: ca, names: ["broker.test"], from: -10, until: -1 })
  return { ca, stranger, good, elsewhere, expired }
}

async function listen(t: TestContext, server: Server): Promise<{ port: number }> {
  const sockets = new Set<Socket>()
  server.on("connection", (socket: Socket) => sockets.add(socket.on("error", () => {})))
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, "close")
  })
  return server.address() as AddressInfo
}
