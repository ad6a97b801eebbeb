import { checkChain, type Certificate } from "../../platforms/esp32/tls/chain.js"
import { derOf, secureOf } from "../../platforms/esp32/tls/options.js"
import { Records, type Wire, type WireOptions } from "../../platforms/esp32/tls/records.js"
import { equal, test, throws } from "../harness/harness.js"

const CCS = [20, 3, 3, 0, 1, 1]

function record(type: number, ...content: number[]): number[] {
  return [type, 3, 3, content.length >> 8, content.length & 255, ...content]
}

function message(type: number, ...body: number[]): number[] {
  return [type, 0, body.length >> 8, body.length & 255, ...body]
}

/** A named curve, a point of 65 bytes, hash, signature algorithm, signature. */
function keyExchange(hash = 4, signature = 1, length = 256): number[] {
  return message(12, 3, 0, 23, 65, ...new Array<number>(65).fill(7), hash, signature, length >> 8, length & 255, ...new Array<number>(length).fill(9))
}

const HELLO = message(2, ...new Array<number>(70).fill(1))
const CERTIFICATE = message(11, ...new Array<number>(900).fill(2))
const REQUEST = message(13, 1, 1, 0, 0)
const DONE = message(14)

class FakeWire implements Wire {
  inbox: number[] = []
  readonly sent: number[][] = []
  closed = false
  readonly options: WireOptions

  constructor(options: WireOptions) {
    this.options = options
    wires.push(this)
  }

  read(view: Uint8Array): number {
    view.set(this.inbox.splice(0, view.length))
    return view.length
  }

  write(bytes: Uint8Array): number {
    this.sent.push([...bytes])
    return 5760 - bytes.length
  }

  close(): void {
    this.closed = true
  }
}

const wires: FakeWire[] = []

/** Reads as the SDK's session does: 5 bytes of a record's header, then its content, as far as it has come. */
function connection(thrown?: Error): { records: Records; wire: FakeWire; failures: unknown[]; receive(bytes: readonly number[], step?: number): void } {
  const failures: unknown[] = []
  const owner = { records: undefined as Records | undefined, fail: (error: unknown) => void failures.push(error) }
  const records = new Records({
    wire: FakeWire,
    owner,
    address: "192.0.2.1",
    port: 8883,
    nodelay: true,
    onReadable(count) {
      while (count > 0) {
        const length = Math.min(count, step)
        records.read(new Uint8Array(new ArrayBuffer(length + 3), 3, length))
        count -= length
      }
    },
    onWritable() {
      if (thrown) throw thrown
    },
    onError() {},
  })
  let step = 5
  const wire = wires[wires.length - 1]!
  equal(owner.records, records)
  return {
    records,
    wire,
    failures,
    receive(bytes, size = 5) {
      step = size
      wire.inbox.push(...bytes)
      wire.options.onReadable(bytes.length)
    },
  }
}

function refuses(bytes: readonly number[], pattern: RegExp): void {
  for (const step of [1, 5, 10_000]) {
    const { receive, failures } = connection()
    receive(bytes, step)
    equal(failures.length > 0, true)
    throws(() => {
      throw failures[0]
    }, pattern)
  }
}

for (const [what, bytes] of [
  ["with RSA's key exchange", [...record(22, ...HELLO), ...record(22, ...CERTIFICATE), ...record(22, ...DONE)]],
  ["with ECDHE, signed by RSA", [...record(22, ...HELLO), ...record(22, ...CERTIFICATE), ...record(22, ...keyExchange()), ...record(22, ...DONE)]],
  ["with ECDHE, signed by ECDSA, and a request for a certificate", [...record(22, ...HELLO), ...record(22, ...CERTIFICATE), ...record(22, ...keyExchange(4, 3, 71)), ...record(22, ...REQUEST), ...record(22, ...DONE)]],
  ["with all messages in one record", record(22, ...HELLO, ...CERTIFICATE, ...keyExchange(), ...DONE)],
  ["with a message cut over two records", [...record(22, ...HELLO, ...CERTIFICATE.slice(0, 500)), ...record(22, ...CERTIFICATE.slice(500), ...keyExchange(), ...DONE)]],
] as const) {
  test(`TLS records: a handshake ${what} passes, however it is read, and then data go both ways`, () => {
    for (const step of [1, 5, 7, 10_000]) {
      const { records, wire, failures, receive } = connection()
      records.write(new Uint8Array(record(22, 1)))
      receive(bytes, step)
      records.write(new Uint8Array(CCS))
      records.write(new Uint8Array(record(22, 9, 9)))
      receive([...CCS, ...record(22, 200, 3, 99, 12)], step)
      receive(record(23, 1, 2, 3), step)
      receive(record(21, 0, 0), step)
      equal(records.write(new Uint8Array(record(23, 5))), 5754)
      equal([failures, records.encrypted, wire.sent.length], [[], true, 4])
    }
  })
}

test("TLS records: data are not sent in clear, whatever the SDK believes", () => {
  const { records, wire, receive } = connection()
  throws(() => records.write(new Uint8Array(record(23, 1))), /handshake is not done/)
  receive(record(22, ...HELLO, ...CERTIFICATE, ...DONE))
  throws(() => records.write(new Uint8Array(record(23, 1))), /handshake is not done/)
  records.write(new Uint8Array(CCS))
  throws(() => records.write(new Uint8Array(record(23, 1))), /handshake is not done/)
  equal(wire.sent, [CCS])
})

test("TLS records: a close or an alert before there are keys ends the connection, with the alert's number", () => {
  refuses(record(21, 1, 0), /broke off the TLS handshake \(alert 0\)/)
  refuses([...record(22, ...HELLO), ...record(21, 2, 40)], /\(alert 40\)/)
})

test("TLS records: a key exchange that is not signed, or by an algorithm that was not offered, is refused", () => {
  for (const [hash, signature] of [[4, 0], [0, 1], [0, 0], [2, 1], [4, 2], [8, 4]] as const) refuses(record(22, ...HELLO, ...CERTIFICATE, ...keyExchange(hash, signature)), /is someone in between/)
  refuses(record(22, ...HELLO, ...CERTIFICATE, ...message(12, 3, 0, 23, 2, 1, 1, 4), ...DONE), /is someone in between/)
  refuses(record(22, ...HELLO, ...CERTIFICATE, ...message(12, 1, 0, 1, 5, 1)), /ECDHE/)
})

test("TLS records: a message that is missing, comes twice or out of order is refused", () => {
  const sequences = [[CERTIFICATE], [HELLO, DONE], [HELLO, HELLO], [HELLO, keyExchange()], [HELLO, CERTIFICATE, CERTIFICATE], [HELLO, CERTIFICATE, DONE, keyExchange()], [HELLO, CERTIFICATE, REQUEST, keyExchange()], [HELLO, CERTIFICATE, message(20, 1)], [message(0)]]
  for (const messages of sequences) refuses(record(22, ...messages.flat()), /is someone in between/)
})

test("TLS records: encryption that begins too early, and data in clear, are refused", () => {
  refuses(CCS, /is someone in between/)
  refuses([...record(22, ...HELLO), ...CCS], /is someone in between/)
  refuses([...record(22, ...HELLO, ...CERTIFICATE, ...keyExchange()), ...CCS], /is someone in between/)
  refuses([...record(22, ...HELLO), ...record(23, 1)], /is someone in between/)
})

test("TLS records: what is no TLS is told as such", () => {
  refuses([0x20, 2, 0, 5], /does not speak TLS.*8883/)
  refuses(bytesOf(text("HTTP/1.1 400")), /does not speak TLS/)
})

test("TLS records: what the SDK throws in a callback goes to the owner, not to the machine", () => {
  const error = new Error("certificate: auth err")
  const { wire, failures, records } = connection(error)
  wire.options.onWritable(100)
  equal(failures, [error])
  records.close()
  equal(wire.closed, true)
})

test("TLS options: what is not asked for is not there, and verification is on", () => {
  equal(secureOf("h.example", {}, fail), { serverName: "h.example", cache: false })
})

test("TLS options: server name, ALPN, CA's, client certificate and key take the SDK's form", () => {
  const key = rsaKey()
  const secure = secureOf("h.example", { servername: "s.example", ALPNProtocols: ["mqtt"], ca: ["one", der(1)], cert: der(2), key }, (value, option) => {
    equal(option === "ca" || typeof value !== "string", true)
    return typeof value === "string" ? der(9) : value
  })
  equal(secure.serverName, "s.example")
  equal(secure.applicationLayerProtocolNegotiation, ["mqtt"])
  equal(secure.authorities?.map(last), [9, 1])
  equal([last(secure.certificate!), secure.clientCertificates?.map(last), last(secure.clientKey!), "verify" in secure], [9, [2], last(key), false])
})

test("TLS options: only the option that is named for it switches verification off", () => {
  equal(secureOf("h", { dangerouslyAcceptAnyServer: true }, fail).verify, false)
  equal("verify" in secureOf("h", { dangerouslyAcceptAnyServer: false }, fail), false)
  equal("verify" in secureOf("h", { dangerouslyAcceptAnyServer: "yes" as unknown as boolean }, fail), false)
})

test("TLS options: a certificate without its key, and a key that the SDK can't use, are refused with what to do", () => {
  const load = (value: string | ArrayBuffer): ArrayBuffer => value as ArrayBuffer
  throws(() => secureOf("h", { cert: der(1) }, load), /cert and key/)
  throws(() => secureOf("h", { key: rsaKey() }, load), /cert and key/)
  // PKCS #1, an elliptic curve's PKCS #8, SEC 1, and an encrypted one.
  for (const bytes of [[0x30, 9, 2, 1, 0, 2, 2, 1, 1], [0x30, 20, 2, 1, 0, 0x30, 19, 6, 7, 0x2a], [0x30, 9, 2, 1, 1, 4], [0x30, 0x82, 1, 0, 0x30, 0x40]]) {
    throws(() => secureOf("h", { cert: der(1), key: new Uint8Array(bytes).buffer }, load), /openssl pkcs8/)
  }
})

test("TLS options: PEM text is decoded, all parts of it, with any line ends and with text around them", () => {
  const pem = "Issuer: x\n-----BEGIN CERTIFICATE-----\nMAMC\r\nAQc=\r\n-----END CERTIFICATE-----\n\n-----BEGIN CERTIFICATE-----\nMAMCAf8=\n-----END CERTIFICATE-----"
  equal(derOf(text(pem.slice(10)), "ca").map(bytesOf), [[0x30, 3, 2, 1, 7], [0x30, 3, 2, 1, 255]])
  equal(derOf(text("-----BEGIN X-----\n+/+/\n-----END X-----\n"), "ca").map(bytesOf), [[0xfb, 0xff, 0xbf]])
  equal(derOf(text(pem), "ca").map(bytesOf), [[0x30, 3, 2, 1, 7], [0x30, 3, 2, 1, 255]])
  throws(() => derOf(text("no certificate"), "ca"), /ca: neither PEM/)
  throws(() => derOf(new ArrayBuffer(0), "cert"), /cert: neither PEM/)
})

interface Known extends Certificate {
  signer?: Known
}

const NOW = 1_770_000_000_000

function certificate(signer: Known | undefined, change: Partial<Known> = {}): Known {
  const made: Known = { names: [], from: NOW - 1, to: NOW + 1, isAuthority: true, isSignedBy: (other) => other === made.signer, ...(signer && { signer }), ...change }
  return made
}

const root = certificate(undefined)
const between = certificate(root)
const server = certificate(between, { names: ["broker.example", "*.fleet.example", "192.0.2.1"], isAuthority: false })

function check(chain: readonly Known[], { name = "broker.example", now = NOW, trusted = [root] }: { name?: string; now?: number; trusted?: readonly Known[] } = {}): void {
  checkChain(chain, name, now, (one) => trusted.find((each) => each === one || one.isSignedBy(each)))
}

test("certificates: a chain that ends with one that a trusted CA has signed is accepted, with or without the CA's own", () => {
  check([server, between])
  check([server, between, root])
  check([certificate(root, { names: ["broker.example"], isAuthority: false })])
})

test("certificates: one that is itself trusted needs no other", () => {
  const own = certificate(undefined, { names: ["broker.example"], isAuthority: false })
  check([own], { trusted: [own] })
})

test("certificates: the first must be for the name: a name, an address, or a star for one label", () => {
  for (const name of ["BROKER.example", "a.fleet.example", "192.0.2.1"]) check([server, between], { name })
  for (const name of ["example", "a.broker.example", "a.b.fleet.example", "fleet.example", "192.0.2.2"]) throws(() => check([server, between], { name }), /wrong name: it is for broker.example, \*.fleet.example, 192.0.2.1, not for/)
  throws(() => check([certificate(root, { names: ["*.example"] })], { name: "a.example" }), /wrong name/)
  const named = certificate(root, { names: ["other.example"] })
  throws(() => check([certificate(named, { names: [] }), named], { name: "other.example" }), /it is for no name/)
})

test("certificates: one that has expired, or is not valid yet, is refused, and the clock is told", () => {
  throws(() => check([server, between], { now: NOW + 2 }), /has expired: .* the clock says 2026-02-02T02:40:00.002Z/)
  throws(() => check([server, between], { now: NOW - 2 }), /not valid yet/)
  const old = certificate(root, { to: NOW - 1 })
  throws(() => check([certificate(old, { names: ["broker.example"] }), old]), /has expired/)
  const oldRoot = certificate(undefined, { to: NOW - 1 })
  throws(() => check([certificate(oldRoot, { names: ["broker.example"] })], { trusted: [oldRoot] }), /has expired/)
})

test("certificates: a chain from an unknown CA is refused", () => {
  throws(() => check([server, between], { trusted: [] }), /unknown CA: .* set ca to its name/)
  throws(() => check([certificate(undefined, { names: ["broker.example"] })]), /unknown CA/)
  throws(() => check([]), /showed no certificate/)
})

test("certificates: one that nobody has signed is refused, though a real chain stands after it", () => {
  const forged = certificate(undefined, { names: ["broker.example"] })
  throws(() => check([forged, between]), /unknown CA/)
  throws(() => check([forged, server, between, root]), /unknown CA/)
  throws(() => check([forged, root]), /unknown CA/)
})

test("certificates: one that is signed by another server's certificate, which is no CA's, is refused", () => {
  throws(() => check([certificate(server, { names: ["bank.example"] }), server, between], { name: "bank.example" }), /unknown CA/)
})

test("certificates: a chain that is longer than any real one is not followed", () => {
  let last = root
  const chain: Known[] = []
  for (let i = 0; i < 10; i++) chain.unshift((last = certificate(last, { names: ["broker.example"] })))
  throws(() => check(chain), /unknown CA/)
  check(chain.slice(5), { trusted: [chain[9]!] })
})

function fail(): never {
  throw new Error("nothing is to be loaded")
}

function der(last: number): ArrayBuffer {
  return new Uint8Array([0x30, 3, 2, 1, last]).buffer
}

function rsaKey(): ArrayBuffer {
  return new Uint8Array([0x30, 0x82, 4, 0xbd, 2, 1, 0, 0x30, 13, 6, 9, 0x2a]).buffer
}

function last(buffer: ArrayBuffer): number {
  return new Uint8Array(buffer)[buffer.byteLength - 1]!
}

function bytesOf(buffer: ArrayBuffer): number[] {
  return [...new Uint8Array(buffer)]
}

function text(value: string): ArrayBuffer {
  const bytes = new Uint8Array(value.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = value.charCodeAt(i)
  return bytes.buffer
}
