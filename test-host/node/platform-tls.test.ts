/// <reference types="node" />
import assert from "node:assert/strict"
import { once } from "node:events"
import { after, afterEach, before, describe, it } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import type { TlsOptions, TLSSocket } from "node:tls"
import { nodePlatform } from "../../platforms/node/platform.js"
import type { SecureOptions, Socket } from "../../platforms/platform.js"
import { type Identity, makeIdentity } from "../support/certificates.js"
import { startTcpServer, startTlsServer, type TestServer } from "../support/servers.js"
import { Probe, type ProbeOptions, take } from "../support/socket-probe.js"

const { TLS } = nodePlatform({ deviceId: "test" })
assert.ok(TLS)

describe("TLS of the Node platform", () => {
  let ca: Identity
  let localhost: Identity
  const probes: Probe[] = []
  const servers: { close(): Promise<void> }[] = []
  before(async () => {
    ca = await makeIdentity("test CA", { authority: true })
    localhost = await makeIdentity("localhost", { issuer: ca, names: ["localhost", "127.0.0.1"] })
  })
  afterEach(async () => {
    for (const { socket } of probes.splice(0)) socket.close()
    for (const server of servers.splice(0)) await server.close()
  })

  const serve = async (options: TlsOptions, onSocket?: (socket: TLSSocket) => void): Promise<TestServer<TLSSocket>> => {
    const server = await startTlsServer(options, onSocket)
    servers.push(server)
    return server
  }
  const probe = (port: number, secure?: SecureOptions, options: Partial<ProbeOptions> = {}): Probe => {
    const made = new Probe({ Class: TLS, port, ...(secure && { secure }), ...options })
    probes.push(made)
    return made
  }
  /** What a client that trusts the test's CA, unless `secure` says otherwise, has to say of a server with `identity`. */
  const errorFor = async (identity: Identity, secure: SecureOptions = { ca: ca.cert }, options: Partial<ProbeOptions> = {}): Promise<string> => {
    const server = await serve(identity)
    const one = probe(server.port, secure, options)
    const { message } = await one.error()
    await turn()
    assert.deepEqual(one.names(), ["error"], "neither room nor data before the server is known")
    return message
  }

  describe("a server that is known", () => {
    it("is spoken to in both directions", async () => {
      const server = await serve(localhost)
      const one = probe(server.port, { ca: ca.cert })
      const [other] = await Promise.all([server.accept(), one.writable()])
      assert.deepEqual(one.events, [{ name: "writable", count: 5760 }])
      assert.equal(one.write("ping"), 5756)
      assert.equal((await take(other, 4)).toString(), "ping")
      other.write("pong")
      await one.readable(4)
      assert.equal(one.read(4).toString(), "pong")
      other.end()
      assert.match((await one.error()).message, /^the other end closed/)
      assert.ok(one.bound)
    })

    it("may speak first: onWritable comes before onReadable all the same", async () => {
      const server = await serve(localhost, (socket) => socket.write("hello"))
      const one = probe(server.port, { ca: ca.cert })
      await one.readable(5)
      assert.deepEqual(one.names(), ["writable", "readable"])
      assert.equal(one.read(5).toString(), "hello")
    })

    it("carries a megabyte each way, though nobody reads at first", async () => {
      const total = 1 << 20
      let sent = 0
      const block = new ArrayBuffer(5760)
      const server = await serve(localhost)
      const one = probe(server.port, { ca: ca.cert }, {
        onWritable(this: Socket, count) {
          if (sent < total && count === 5760) {
            new Uint8Array(block).forEach((_, i, bytes) => (bytes[i] = (sent + i) % 251))
            this.write(block)
            sent += 5760
          }
        },
      })
      const [other] = await Promise.all([server.accept(), one.writable()])
      other.write(Buffer.from(Array.from({ length: total }, (_, i) => i % 251)))
      const there = await take(other, total)
      assert.ok(there.subarray(0, total).every((byte, i) => byte === i % 251))
      await one.readable(5760)
      let at = 0
      while (at < total) {
        let byte: Buffer | undefined
        try {
          byte = one.read(Math.min(1024, total - at))
        } catch {
          await turn()
          continue
        }
        assert.ok(byte.every((value) => value === at++ % 251), `wrong byte at ${at - 1}`)
      }
    })

    it("gets what was written before close, and the end", async () => {
      const server = await serve(localhost)
      const one = probe(server.port, { ca: ca.cert })
      const [other] = await Promise.all([server.accept(), one.writable()])
      one.write("bye")
      one.write("bye")
      one.socket.close()
      assert.equal((await take(other, 6)).toString(), "byebye")
      other.resume()
      await once(other, "end")
      assert.deepEqual(one.names(), ["writable"])
    })

    it("may have a CA given as DER, or as one of several", async () => {
      const other = await makeIdentity("other CA", { authority: true })
      const server = await serve(localhost)
      for (const list of [ca.certificate.rawData, [other.cert, ca.cert], [`${other.cert}\n${ca.cert}`], [other.certificate.rawData, new TextEncoder().encode(ca.cert).buffer as ArrayBuffer]]) {
        await probe(server.port, { ca: list }).writable()
      }
    })

    it("is known by its address where the host is one, and is then not named in SNI", async () => {
      const server = await serve(localhost)
      const one = probe(server.port, { ca: ca.cert }, { host: "127.0.0.1" })
      const [other] = await Promise.all([server.accept(), one.writable()])
      assert.equal(other.servername, false)
    })

    it("is asked for by the host's name, or by secure.servername, in SNI", async () => {
      const named = await makeIdentity("named", { issuer: ca, names: ["broker.test", "localhost"] })
      const server = await serve(named)
      for (const [host, servername, expected] of [["localhost", undefined, "localhost"], ["localhost.", undefined, "localhost"], ["127.0.0.1", "broker.test", "broker.test"]] as const) {
        const one = probe(server.port, { ca: ca.cert, ...(servername && { servername }) }, { host })
        const [other] = await Promise.all([server.accept(), one.writable()])
        assert.equal(other.servername, expected)
      }
    })
  })

  describe("a server is refused, with a text that says why and what to do,", () => {
    it("when its CA is unknown", async () => {
      assert.match(await errorFor(localhost, {}), /the certificate of localhost is from an unknown CA, not in this machine's list: give that CA's certificate in secure\.ca/)
    })

    it("when no socket option speaks of security at all", async () => {
      const server = await serve(localhost)
      assert.match((await probe(server.port).error()).message, /unknown CA/)
    })

    it("when another CA has signed it than those given", async () => {
      const other = await makeIdentity("other CA", { authority: true })
      assert.match(await errorFor(localhost, { ca: other.cert }), /from an unknown CA: none of those in secure\.ca has signed it/)
    })

    it("when it has signed its certificate itself", async () => {
      const self = await makeIdentity("localhost", { names: ["localhost"] })
      assert.match(await errorFor(self), /certificate of localhost is signed by itself.*give it in secure\.ca/)
      const server = await serve(self)
      await probe(server.port, { ca: self.cert }).writable()
    })

    it("when its certificate has expired", async () => {
      const expired = await makeIdentity("localhost", { issuer: ca, names: ["localhost"], from: -2, until: -1 })
      assert.match(await errorFor(expired), /has expired: renew it.*this machine's clock, which says \d{4}-\d\d-.*CERT_HAS_EXPIRED/)
    })

    it("when its certificate is not valid yet", async () => {
      const early = await makeIdentity("localhost", { issuer: ca, names: ["localhost"], from: 1, until: 2 })
      assert.match(await errorFor(early), /is not valid yet: .*this machine's clock/)
    })

    it("when its certificate is for another name", async () => {
      const other = await makeIdentity("elsewhere", { issuer: ca, names: ["elsewhere.test"] })
      assert.match(await errorFor(other), /wrong name: it is for DNS:elsewhere\.test, not for localhost: .*secure\.servername/)
      assert.match(await errorFor(localhost, { ca: ca.cert, servername: "elsewhere.test" }), /not for elsewhere\.test/)
    })

    it("when the host is an address that its certificate does not have", async () => {
      const other = await makeIdentity("localhost", { issuer: ca, names: ["localhost"] })
      assert.match(await errorFor(other, { ca: ca.cert }, { host: "127.0.0.1" }), /not for 127\.0\.0\.1/)
    })

    it("even where the environment tells Node to accept any", async () => {
      const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"]
      process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0"
      try {
        assert.match(await errorFor(localhost, {}), /unknown CA/)
      } finally {
        if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"]
        else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before
      }
    })

    it("unless dangerouslyAcceptAnyServer is true", async () => {
      const stranger = await makeIdentity("stranger", { names: ["elsewhere.test"], from: -2, until: -1 })
      const server = await serve(stranger)
      await probe(server.port, { dangerouslyAcceptAnyServer: true }).writable()
      assert.match((await probe(server.port, { dangerouslyAcceptAnyServer: false }).error()).message, /localhost/)
    })

    it("when it does not speak TLS", async () => {
      const server = await startTcpServer((socket) => {
        socket.once("data", () => socket.write("this is not TLS, is it?"))
      })
      servers.push(server)
      assert.match((await probe(server.port, { ca: ca.cert }).error()).message, /does not speak TLS: .*1883.*8883/)
    })

    it("when it hangs up in the middle", async () => {
      const server = await startTcpServer((socket) => socket.once("data", () => socket.destroy()))
      servers.push(server)
      const one = probe(server.port, { ca: ca.cert })
      assert.match((await one.error()).message, /^127\.0\.0\.1:\d+ closed the connection in the middle of the TLS handshake: .*secure\.cert/)
      await turn()
      assert.deepEqual(one.names(), ["error"])
    })

    it("when it is too old for TLS 1.2", async () => {
      const server = await serve({ ...localhost, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" })
      const { message } = await probe(server.port, { ca: ca.cert }).error()
      assert.match(message, /no version of TLS that is still safe/)
    })
  })

  describe("a server that wants to know its clients", () => {
    const mutual = (): TlsOptions => ({ ...localhost, ca: ca.cert, requestCert: true, rejectUnauthorized: true })

    it("knows one with a certificate, as PEM or as DER", async () => {
      const client = await makeIdentity("device-1", { issuer: ca })
      const server = await serve(mutual())
      const derKey = Buffer.from(client.key.replace(/-----[^-]+-----|\s/g, ""), "base64")
      const der = { cert: client.certificate.rawData, key: new Uint8Array(derKey).buffer }
      for (const identity of [{ cert: client.cert, key: client.key }, der]) {
        const one = probe(server.port, { ca: ca.cert, ...identity })
        const [other] = await Promise.all([server.accept(), one.writable()])
        assert.equal(other.getPeerCertificate().subject.CN, "device-1")
      }
    })

    it("refuses one without, which is told so", async () => {
      const server = await serve(mutual())
      assert.match((await probe(server.port, { ca: ca.cert }).error()).message, /wants a certificate from its clients: give one in secure\.cert/)
    })

    it("refuses one of a CA that it does not know, which is told so", async () => {
      const stranger = await makeIdentity("stranger")
      // Node hangs up without a word where it decides for itself; others send an alert.
      const server = await serve({ ...mutual(), maxVersion: "TLSv1.3" })
      const one = probe(server.port, { ca: ca.cert, cert: stranger.cert, key: stranger.key })
      const { message } = await one.error()
      assert.match(message, /did not accept the certificate in secure\.cert|closed|reset/)
      assert.equal(server.accepted.length, 0)
    })
  })

  describe("ALPN", () => {
    it("offers secure.ALPNProtocols", async () => {
      const server = await serve({ ...localhost, ALPNProtocols: ["x-amzn-mqtt-ca", "mqtt"] })
      const one = probe(server.port, { ca: ca.cert, ALPNProtocols: ["mqtt"] })
      const [other] = await Promise.all([server.accept(), one.writable()])
      assert.equal(other.alpnProtocol, "mqtt")
    })

    it("without a common protocol fails, and says so", async () => {
      const server = await serve({ ...localhost, ALPNProtocols: ["h2"] })
      assert.match((await probe(server.port, { ca: ca.cert, ALPNProtocols: ["mqtt"] }).error()).message, /none of secure\.ALPNProtocols/)
    })
  })

  describe("wrong options throw at once, name the option, and show no secret:", () => {
    const thrown = (secure: SecureOptions): string => {
      try {
        probe(1, secure)
      } catch (error) {
        return `${(error as Error).message} ${String((error as Error).cause ?? "")}`
      }
      return "nothing"
    }

    it("a CA that is no certificate", () => {
      assert.match(thrown({ ca: "nonsense" }), /^secure\.ca: 8 bytes that are no certificate: PEM /)
      assert.match(thrown({ ca: [ca.cert, new ArrayBuffer(3)] }), /^secure\.ca: 3 bytes/)
    })

    it("a certificate without a key, and a key without a certificate", () => {
      assert.match(thrown({ cert: ca.cert }), /^secure\.cert is given without secure\.key/)
      assert.match(thrown({ key: ca.key }), /^secure\.key is given without secure\.cert/)
    })

    it("a key that is none", () => {
      const secret = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
      const message = thrown({ cert: ca.cert, key: secret })
      assert.match(message, /^secure\.key: no private key: PEM .*or DER is needed/)
      assert.ok(!message.includes("c2VjcmV0"))
      assert.match(thrown({ cert: ca.cert, key: new ArrayBuffer(10) }), /^secure\.key: no private key/)
    })

    it("a key with a passphrase", async () => {
      const { createPrivateKey } = await import("node:crypto")
      const key = createPrivateKey(ca.key).export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "sesame" }).toString()
      assert.match(thrown({ cert: ca.cert, key }), /^secure\.key: is encrypted/)
    })

    it("a key of another certificate", () => {
      assert.match(thrown({ cert: localhost.cert, key: ca.key }), /^secure\.key is not the key of the certificate in secure\.cert/)
    })
  })

  after(() => assert.equal(servers.length, 0))
})
