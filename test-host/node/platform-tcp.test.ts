/// <reference types="node" />
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { Socket as Stream } from "node:net"
import { after, afterEach, before, describe, it } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import { nodePlatform } from "../../platforms/node/platform.js"
import type { Socket } from "../../platforms/platform.js"
import { closedPort, startTcpServer, type TestServer } from "../support/servers.js"
import { bufferOf, Probe, type ProbeOptions, take } from "../support/socket-probe.js"

const { TCP } = nodePlatform({ deviceId: "test" })

describe("TCP of the Node platform", () => {
  let server: TestServer
  const probes: Probe[] = []
  before(async () => {
    server = await startTcpServer()
  })
  afterEach(() => {
    for (const { socket } of probes.splice(0)) socket.close()
  })
  after(() => server.close())

  const probe = (options: Partial<ProbeOptions> = {}): Probe => {
    const made = new Probe({ Class: TCP, port: server.port, ...options })
    probes.push(made)
    return made
  }
  /** A socket that may write, and its other end. */
  const pair = async (options: Partial<ProbeOptions> = {}): Promise<[Probe, Stream]> => {
    const one = probe(options)
    const [other] = await Promise.all([server.accept(), one.writable()])
    return [one, other]
  }

  describe("connecting", () => {
    it("is told by onWritable with 5,760 bytes of room, as on the ESP32", async () => {
      const one = probe()
      assert.equal(await one.writable(), 5760)
      assert.deepEqual(one.names(), ["writable"])
      await server.accept()
    })

    it("gives callbacks the socket as this", async () => {
      const [one, other] = await pair()
      other.end("x")
      await one.readable()
      one.read(1)
      await one.error()
      assert.ok(one.bound)
    })

    it("refuses an address that is not numeric and a port that is none", () => {
      assert.throws(() => probe({ address: "localhost" }), /^Error: invalid address: "localhost": .*resolve/)
      for (const port of [0, -1, 65536, 1.5, NaN]) assert.throws(() => probe({ port }), /^RangeError: invalid port: /, String(port))
    })

    it("that fails ends in one onError that says where and what to do", async () => {
      const port = await closedPort()
      const one = probe({ port })
      const error = await one.error()
      assert.match(error.message, new RegExp(`^127\\.0\\.0\\.1:${port} refused the connection: is the broker running.*ECONNREFUSED`))
      assert.equal((error.cause as NodeJS.ErrnoException).code, "ECONNREFUSED")
      await turn()
      assert.deepEqual(one.names(), ["error"])
    })

    it("can be closed before it is done, without a callback", async () => {
      const one = probe()
      one.socket.close()
      const sentinel = probe()
      await sentinel.writable()
      assert.deepEqual(one.events, [])
      await server.accept()
    })

    it("turns Nagle's algorithm off only when asked to", async (context) => {
      const setNoDelay = context.mock.method(Stream.prototype, "setNoDelay")
      await pair()
      assert.equal(setNoDelay.mock.callCount(), 0)
      await pair({ nodelay: true })
      assert.deepEqual(setNoDelay.mock.calls.map((call) => call.arguments), [[true]])
    })
  })

  describe("write", () => {
    it("before onWritable throws", async () => {
      const one = probe()
      assert.throws(() => one.write("x"), /^Error: not ready/)
      await server.accept()
    })

    it("returns what can still be written, and onWritable tells when there is room again", async () => {
      const [one, other] = await pair()
      assert.equal(one.write("abc"), 5757)
      assert.equal(one.write(Buffer.alloc(757)), 5000)
      // Node tells of what the system took at once before anything else happens: too early for onWritable, since one
      // who writes in it would keep the socket from reading.
      for (let i = 0; i < 10; i++) await new Promise<void>((resolve) => process.nextTick(resolve))
      assert.deepEqual(one.names(), ["writable"], "not in the turn of the write")
      assert.equal(await one.writable(5760), 5760)
      assert.equal((await take(other, 760)).toString("latin1", 0, 3), "abc")
    })

    it("throws when there is more than is writable, and sends none of it", async () => {
      const [one, other] = await pair()
      assert.throws(() => one.write(Buffer.alloc(5761)), /^Error: would block: write of 5761 bytes, where 5760 are writable$/)
      assert.equal(one.write(Buffer.alloc(5760, "a")), 0)
      assert.throws(() => one.write("b"), /^Error: would block: write of 1 bytes, where 0 /)
      await one.writable(5760)
      one.write("c")
      const got = await take(other, 5761)
      assert.equal(got.toString(), "a".repeat(5760) + "c")
    })

    it("sends a copy, so that the caller may use the buffer again at once", async () => {
      const [one, other] = await pair()
      const buffer = bufferOf("first ")
      one.socket.write(buffer)
      new Uint8Array(buffer).set(Buffer.from("second"))
      one.socket.write(buffer)
      new Uint8Array(buffer).fill(0)
      assert.equal((await take(other, 12)).toString(), "first second")
    })

    it("sends a resizable buffer at the length that it has then", async () => {
      const [one, other] = await pair()
      const buffer = new ArrayBuffer(16, { maxByteLength: 16 })
      const bytes = new Uint8Array(buffer)
      for (const text of ["a", "bcdef", "gh", "ijklmnopqrstuvwx"]) {
        bytes.set(Buffer.from(text))
        buffer.resize(text.length)
        one.socket.write(buffer)
        buffer.resize(16)
      }
      assert.equal((await take(other, 24)).toString(), "abcdefghijklmnopqrstuvwx")
    })

    it("refuses a view, which would be sent in part or too late", async () => {
      const [one] = await pair()
      assert.throws(() => one.socket.write(new Uint8Array(3) as never), /^TypeError: invalid: /)
    })

    it("that fills what the system takes has no room until the other end reads, and loses nothing", async () => {
      const [one, other] = await pair()
      let sent = 0
      const block = Buffer.alloc(5760)
      for (;;) {
        for (let i = 0; i < block.length; i++) block[i] = (sent + i) % 251
        one.write(block)
        sent += block.length
        const room = one.writable(5760)
        const full = await Promise.race([room.then(() => false), turnsWithoutRoom()])
        if (full) {
          const reading = take(other, sent)
          await room
          const got = await reading
          assert.equal(got.length, sent)
          assert.ok(got.every((byte, i) => byte === i % 251))
          return
        }
      }
    })

    it("in every onWritable does not keep the socket from reading", async () => {
      const stop = { now: false }
      const block = new ArrayBuffer(1000)
      const [one, other] = await pair({
        onWritable(this: Socket) {
          if (!stop.now) this.write(block)
        },
      })
      other.resume()
      other.write("x")
      await one.readable()
      stop.now = true
    })

    it("takes more at once where the platform was made for that", async () => {
      const platform = nodePlatform({ deviceId: "test", sendBuffer: 65_536, receiveBuffer: 65_536 })
      const [one, other] = await pair({ Class: platform.TCP })
      assert.equal(one.write(Buffer.alloc(65_536, 7)), 0)
      assert.equal((await take(other, 65_536)).length, 65_536)
      other.write(Buffer.alloc(60_000))
      await one.readable(60_000)
    })

    it("leaves in one piece for the system", async () => {
      const [one, other] = await pair()
      const pieces: number[] = []
      other.on("data", (part: Buffer) => {
        pieces.push(part.length)
        other.write("y")
      })
      for (const size of [100, 2000, 5760]) {
        one.write(Buffer.alloc(size))
        await one.readable(pieces.length + 1)
      }
      assert.deepEqual(pieces, [100, 2000, 5760])
    })
  })

  describe("read", () => {
    it("fills exactly the buffer, also a resizable one at the length it has then", async () => {
      const [one, other] = await pair()
      other.write("abcdefgh")
      await one.readable(8)
      const buffer = new ArrayBuffer(8, { maxByteLength: 8 })
      const bytes = new Uint8Array(buffer)
      buffer.resize(3)
      one.socket.read(buffer)
      assert.equal(Buffer.from(buffer).toString(), "abc")
      buffer.resize(5)
      one.socket.read(buffer)
      assert.equal(Buffer.from(bytes).toString(), "defgh")
    })

    it("throws when the buffer is empty or longer than what waits, and takes nothing", async () => {
      const [one, other] = await pair()
      assert.throws(() => one.read(1), /^Error: invalid: read of 1 bytes, where 0 wait$/)
      other.write("abcd")
      await one.readable(4)
      assert.throws(() => one.read(0), /^Error: invalid: read of 0 bytes/)
      assert.throws(() => one.read(5), /^Error: invalid: read of 5 bytes, where 4 wait$/)
      assert.equal(one.read(4).toString(), "abcd")
      assert.throws(() => one.socket.read(new Uint8Array(1) as never), /invalid/)
    })

    it("within onReadable takes what was announced", async () => {
      let got = ""
      const [one, other] = await pair({
        onReadable(this: Socket, count) {
          const buffer = new ArrayBuffer(count)
          this.read(buffer)
          got += Buffer.from(buffer).toString()
        },
      })
      other.write("hello")
      await one.readable()
      other.write(" again")
      while (got.length < 11) await turn()
      assert.equal(got, "hello again")
    })

    it("onReadable tells the total when more has come to what was left", async () => {
      const [one, other] = await pair()
      other.write("abc")
      await one.readable(3)
      assert.equal(one.read(1).toString(), "a")
      other.write("defg")
      assert.equal(await one.readable(6), 6)
      assert.equal(one.read(5).toString(), "bcdef")
      assert.equal(one.read(1).toString(), "g")
    })

    it("gets every byte in order, whatever is read when", async () => {
      const total = 200_000
      let at = 0
      let wrong = 0
      const [one, other] = await pair({
        onReadable(this: Socket, count) {
          const size = Math.min(count, 1 + (at * 7) % 3000)
          const buffer = new ArrayBuffer(size)
          this.read(buffer)
          for (const byte of new Uint8Array(buffer)) if (byte !== at++ % 251) wrong++
        },
      })
      other.write(Buffer.from(Array.from({ length: total }, (_, i) => i % 251)))
      // What is left when no more comes is read outside the callback.
      let last = 0
      while (at < total) {
        const before = at
        await turn()
        if (at === before && one.events.length === last) {
          const left = one.events.at(-1) as { count: number }
          const size = Math.min(100, total - at, left.count)
          try {
            for (const byte of one.read(size)) if (byte !== at++ % 251) wrong++
          } catch {
            // Nothing waits yet.
          }
        }
        last = one.events.length
      }
      assert.equal(wrong, 0)
    })

    it("holds the other end back when nobody reads, and goes on when somebody does", async () => {
      const [one, other] = await pair()
      // More than the buffers of the system take.
      other.write(Buffer.alloc(32 << 20))
      await one.readable(5760)
      await Promise.race([once(other, "drain"), turnsWithoutRoom()])
      assert.ok(other.writableLength > 0, "all was taken")
      const waiting = (one.events.at(-1) as { count: number }).count
      assert.ok(waiting >= 5760 && waiting <= 2 * 5760, `${waiting} wait`)
      const drained = once(other, "drain")
      const buffer = new ArrayBuffer(1000)
      let isDrained = false
      void drained.then(() => (isDrained = true))
      while (!isDrained) {
        try {
          one.socket.read(buffer)
        } catch {
          await turn()
        }
      }
    })
  })

  describe("the end", () => {
    it("of the other side is one onError, after all that came before has been read", async () => {
      const [one, other] = await pair()
      other.end("last words")
      await one.readable(10)
      await once(other, "close").catch(() => undefined)
      await turn()
      assert.deepEqual(one.names(), ["writable", "readable"])
      assert.equal(one.read(4).toString(), "last")
      await turn()
      assert.equal(one.names().includes("error"), false)
      assert.equal(one.read(6).toString(), " words")
      assert.equal(one.names().includes("error"), false, "not from within read")
      assert.match((await one.error()).message, /^the other end closed the connection$/)
      await turn()
      assert.equal(one.names().filter((name) => name === "error").length, 1)
    })

    it("by a reset is told as such", async () => {
      const [one, other] = await pair()
      other.resetAndDestroy()
      assert.match((await one.error()).message, /^127\.0\.0\.1:\d+ reset the connection: .*ECONNRESET/)
    })

    it("makes writing throw, even while what came before waits to be read, as on the ESP32", async () => {
      const [one, other] = await pair()
      other.end("x")
      await one.readable()
      await once(other, "close")
      let refusal = ""
      while (refusal === "") {
        await turn()
        try {
          one.socket.write(new ArrayBuffer(0))
        } catch (error) {
          refusal = (error as Error).message
        }
      }
      assert.match(refusal, /^not ready: write after the connection has ended$/)
      assert.equal(one.read(1).toString(), "x")
    })

    it("has nothing more to read", async () => {
      const [one, other] = await pair()
      other.end()
      await one.error()
      assert.throws(() => one.read(1), /invalid/)
    })
  })

  describe("close", () => {
    it("may be called twice; reading and writing then throw", async () => {
      const [one] = await pair()
      one.socket.close()
      one.socket.close()
      assert.throws(() => one.read(1), /^Error: closed: /)
      assert.throws(() => one.write("x"), /^Error: closed: /)
    })

    it("is followed by no callback", async () => {
      const [one, other] = await pair()
      one.write("x")
      one.socket.close()
      other.end("y")
      await take(other, 1)
      other.resume()
      await once(other, "close")
      await turn()
      assert.deepEqual(one.names(), ["writable"])
    })

    it("from within a callback is followed by none", async () => {
      const [one, other] = await pair({
        onReadable(this: Socket) {
          this.close()
        },
      })
      other.write("x")
      await one.readable()
      other.end("more")
      other.resume()
      await once(other, "close")
      assert.deepEqual(one.names(), ["writable", "readable"])
    })

    it("still sends what was written, also what the system has not yet taken, and then ends", async () => {
      const [one, other] = await pair()
      const parts: Buffer[] = []
      one.write(Buffer.alloc(2000, "a"))
      one.write(Buffer.alloc(2000, "b"))
      one.socket.close()
      other.on("data", (part: Buffer) => parts.push(part))
      await once(other, "end")
      assert.equal(Buffer.concat(parts).toString(), "a".repeat(2000) + "b".repeat(2000))
    })

    it("sends what was written even where data waits unread, and lets the other end finish", async () => {
      const [one, other] = await pair()
      const before = server.errors.length
      other.write(Buffer.alloc(8 << 20))
      await one.readable(5760)
      one.write("bye")
      one.socket.close()
      assert.equal((await take(other, 3)).toString(), "bye")
      other.resume()
      await once(other, "close")
      assert.deepEqual(server.errors.slice(before), [])
    })

    it("called twice still sends what the system has not yet taken", async () => {
      const { TCP } = nodePlatform({ deviceId: "test", sendBuffer: 16 << 20 })
      const [one, other] = await pair({ Class: TCP })
      one.write(Buffer.alloc(16 << 20, "a"))
      one.socket.close()
      one.socket.close()
      assert.equal((await take(other, 16 << 20)).length, 16 << 20)
    })

    it("lets the process end, after what was written has been sent", async () => {
      const stuck = await startTcpServer(undefined, { allowHalfOpen: true })
      try {
        const module = new URL("../../platforms/node/platform.js", import.meta.url).href
        const script = `
          import { nodePlatform } from ${JSON.stringify(module)}
          const { TCP } = nodePlatform()
          new TCP({ address: "127.0.0.1", host: "", port: ${stuck.port}, onReadable() {}, onError() {},
            onWritable() { this.write(new Uint8Array(Buffer.from("goodbye")).buffer); this.close() } })`
        const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" })
        const other = await stuck.accept()
        assert.equal((await take(other, 7)).toString(), "goodbye")
        const [code] = (await once(child, "close")) as [number]
        assert.equal(code, 0, "the other end neither closes nor reads on: nothing to wait for")
      } finally {
        await stuck.close()
      }
    })
  })
})

/** True after some turns of the event loop, in which a socket would have told of room or data. */
async function turnsWithoutRoom(): Promise<true> {
  for (let i = 0; i < 50; i++) await turn()
  return true
}
