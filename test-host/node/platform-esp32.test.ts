/// <reference types="node" />
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { fileURLToPath } from "node:url"
import { rollup } from "rollup"
import { startTcpServer } from "../support/servers.js"
import { type Creation, type creations, runXsAsync } from "../xs/xs.js"

describe("the ESP32's platform, in the XS machine on this PC,", () => {
  let folder: string
  let file: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "mqtt-xs-"))
    file = join(folder, "esp32-echo.js")
    const input = fileURLToPath(new URL("fixtures/esp32-echo.js", import.meta.url))
    const bundle = await rollup({ input, external: ["host", "timer", "time", /^embedded:/] })
    await bundle.write({ file, format: "es" })
    await bundle.close()
  })
  after(() => rmSync(folder, { recursive: true }))

  const run = async (creation: keyof typeof creations | Partial<Creation>): Promise<string[]> => {
    const server = await startTcpServer((socket) => {
      socket.once("data", (data) => socket.end(Buffer.concat([data, Buffer.from([9])])))
    })
    try {
      const result = await runXsAsync({ modules: { "esp32-echo": file }, main: "esp32-echo", args: [String(server.port)], creation })
      assert.equal(result.code, 0, result.stdout + result.stderr)
      return result.stdout.trim().split("\n")
    } finally {
      await server.close()
    }
  }

  const expected = [
    "id a0b1c2d3e4f5",
    'deviceId: "": 1 to 16 letters and digits are allowed',
    'deviceId: "a-b": 1 to 16 letters and digits are allowed',
    'deviceId: "01234567890123456": 1 to 16 letters and digits are allowed',
    "this platform was made without storage: give esp32Platform keyValueStorage()",
    "this platform was made without digests: give esp32Platform its digest",
    "tls undefined",
    "ticks true",
    "now true",
    "random true",
    "allocated 0 0",
    "at once 0",
    "timer 3",
    "invalid timer",
    "looking up",
    "192.0.2.7",
    "127.0.0.1",
    "writable 5760",
    "left 5750",
    "readable 11",
    "read 77777777779",
    "ended",
  ]

  it("has timers, a clock, names and sockets, and says what it has not", async () => {
    assert.deepEqual(await run("esp32"), expected)
  })

  it("works on the boards whose memory is one block", async () => {
    assert.deepEqual(await run("static"), expected)
  })
})
