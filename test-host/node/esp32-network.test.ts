/// <reference types="node" />
import assert from "node:assert/strict"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { after, before, describe, it } from "node:test"
import { createServer, type TlsOptions } from "node:tls"
import { fileURLToPath } from "node:url"
import { rollup } from "rollup"
import { Board, type BoardOptions } from "../board/board.js"
import { type Identity, makeIdentity } from "../support/certificates.js"

describe("the board's network, on the simulated board,", () => {
  let folder: string
  let modules: Record<string, string>
  let ca: Identity
  let intermediate: Identity
  let server: Identity

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "mqtt-xs-"))
    modules = {
      main: await bundled("fixtures/esp32-network.js"),
      "ssl/cert": await bundled("../../platforms/esp32/tls/certificate-manager.js"),
    }
    ca = await makeIdentity("CA", { authority: true })
    intermediate = await makeIdentity("intermediate", { authority: true, issuer: ca })
    server = await makeIdentity("server", { issuer: ca, names: ["localhost"] })
  })
  after(() => rmSync(folder, { recursive: true }))

  /** One file of it, which leaves Moddable's modules to the board. */
  async function bundled(path: string): Promise<string> {
    const file = join(folder, basename(path))
    const bundle = await rollup({ input: fileURLToPath(new URL(path, import.meta.url)), external: (id) => !/^[./]/.test(id) })
    await bundle.write({ file, format: "es" })
    await bundle.close()
    return file
  }

  /** Runs a board until it says a line that matches; returns all that it said. */
  async function lines(until: RegExp, config: Record<string, unknown>, options: Partial<BoardOptions> = {}): Promise<readonly string[]> {
    const board = new Board({
      config: { ssid: "home", password: "secret-of-home", ...config },
      hosts: { localhost: "127.0.0.1", "time.example": "192.0.2.2" },
      resources: { "ca.pem": ca.cert, "ca.der": new Uint8Array(ca.certificate.rawData) },
      modules,
      ...options,
    })
    await board.start()
    try {
      await board.line(until)
      return board.lines
    } finally {
      await board.close()
    }
  }

  async function listening(made: Server): Promise<{ port: number; close(): Promise<void> }> {
    made.listen(0, "127.0.0.1")
    await once(made, "listening")
    return {
      port: (made.address() as AddressInfo).port,
      async close() {
        made.close()
        await once(made, "close")
      },
    }
  }

  /** What a board says that connects by TLS to a server which shows `chain`, and what the server got. */
  async function connect(chain: readonly Identity[], { secure = { ca: "ca.pem" }, options = {}, tls = {} }: { secure?: object; options?: Partial<BoardOptions>; tls?: TlsOptions } = {}): Promise<{ said: string[]; got: string }> {
    let got = ""
    const made = createServer({ cert: chain.map(({ cert }) => cert).join("\n"), key: chain[0]!.key, ...tls }, (socket) => {
      socket.on("error", () => {})
      socket.on("data", (data) => {
        got += String(data)
        socket.write(data)
      })
    })
    made.on("tlsClientError", () => {})
    const { port, close } = await listening(made)
    try {
      const all = await lines(/^(got|error|thrown)/, { port, secure }, options)
      return { said: all.slice(all.findIndex((line) => line.startsWith("address")) + 1), got }
    } finally {
      await close()
    }
  }

  const OK = { said: ["room true", "got abc"], got: "abc" }

  it("is up when Wi-Fi has an address and the clock is set", async () => {
    assert.deepEqual(await lines(/^address/, { secure: {} }), ['Wi-Fi "home": joined, address 192.168.4.2, failed attempts before: 0', "up, clock true", "address 127.0.0.1"])
  })

  it("says what to do when the password is wrong, and never says the password", async () => {
    const said = await lines(/^Wi-Fi/, {}, { faults: { wifi: "refuse" } })
    assert.deepEqual(said, [`Wi-Fi "home": can't join: is the password right, and is the network in reach (2.4 GHz)?`])
  })

  it("goes down with Wi-Fi, and comes up again with it", async () => {
    const board = new Board({ config: { ssid: "home", password: "secret-of-home" }, modules })
    await board.start()
    try {
      await board.line(/^address/)
      await board.say({ wifi: "lost" })
      await board.line(/^down/)
      await board.say({ wifi: "back" })
      await board.line(/^up/)
    } finally {
      await board.close()
    }
  })

  it("looks names up at the servers of the network when its own have none", async () => {
    assert.equal((await lines(/^address/, { dns: ["192.0.2.53"] })).at(-1), "address 127.0.0.1")
    assert.match((await lines(/^no name/, { dns: ["192.0.2.53"], host: "nowhere.example" })).at(-1)!, /no name: nowhere.example: no address: is the name right/)
    assert.match((await lines(/^no name/, { host: "nowhere.example" })).at(-1)!, /no name: nowhere.example: no address/)
  })

  it("accepts a server by its CA in a resource, as PEM or DER, or in PEM text, with or without the CA's certificate in the chain", async () => {
    for (const own of ["ca.pem", "ca.der", ca.cert, [intermediate.cert, "ca.pem"]]) assert.deepEqual(await connect([server], { secure: { ca: own } }), OK)
    assert.deepEqual(await connect([server, ca]), OK)
    assert.deepEqual(await connect([await makeIdentity("server", { issuer: intermediate, names: ["localhost"] }), intermediate]), OK)
  })

  it("refuses a server that is not the right one, says why, and sends nothing", async () => {
    const forged = await makeIdentity("forged", { names: ["localhost"] })
    const cases: [Identity[], RegExp][] = [
      [[await makeIdentity("server", { issuer: ca, names: ["elsewhere.example"] })], /the wrong name: it is for elsewhere.example, not for localhost/],
      [[await makeIdentity("server", { issuer: ca, names: ["localhost"], from: -3, until: -2 })], /has expired: renew it/],
      [[await makeIdentity("server", { issuer: ca, names: ["localhost"], from: 2, until: 3 })], /is not valid yet/],
      [[forged], /unknown CA: add that CA's certificate to the firmware's resources/],
      [[forged, intermediate], /unknown CA/],
      [[await makeIdentity("mallory", { issuer: server, names: ["localhost"] }), server], /unknown CA/],
    ]
    for (const [chain, reason] of cases) {
      const { said, got } = await connect(chain)
      assert.equal(said.length, 1)
      assert.match(said[0]!, reason)
      assert.equal(got, "")
    }
    assert.match((await connect([server], { secure: {} })).said[0]!, /unknown CA/)
  })

  it("accepts any server only by the option that is named for it", async () => {
    assert.deepEqual(await connect([await makeIdentity("anyone")], { secure: { dangerouslyAcceptAnyServer: true } }), OK)
  })

  it("says so when the clock can't be set, and when the server's certificate can't be judged without it", async () => {
    const { said, got } = await connect([server], { options: { faults: { sntp: "silent" } } })
    assert.match(said[0]!, /is not valid yet: .* the clock says 1970/)
    assert.equal(got, "")
    const all = await lines(/^up/, { secure: {} }, { faults: { sntp: "silent" } })
    assert.deepEqual(all.slice(1), ["the clock is not set, so TLS can't check certificates: connections fail until a time server answers (sntp)", "up, clock false"])
  })

  it("says so when the server wants a certificate from its clients", async () => {
    assert.match((await connect([server], { tls: { requestCert: true, ca: ca.cert, rejectUnauthorized: true } })).said[0]!, /alert 40\): does it want a client certificate/)
  })

  it("says so when the port is not one for TLS, or the certificate's resource is missing", async () => {
    const plain = await listening(createTcpServer((socket) => void socket.on("error", () => {}).once("data", () => socket.write(Buffer.from([0x20, 2, 0, 5, 0xe0, 0])))))
    try {
      assert.match((await lines(/^error/, { port: plain.port, secure: { ca: "ca.pem" } })).at(-1)!, /does not speak TLS: is this its port for TLS \(commonly 8883\)\?/)
    } finally {
      await plain.close()
    }
    assert.match((await connect([server], { secure: { ca: "other.pem" } })).said[0]!, /ca: the firmware has no resource "other.pem"/)
  })
})
