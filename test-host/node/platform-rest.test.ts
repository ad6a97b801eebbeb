/// <reference types="node" />
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import dns from "node:dns"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import { nodePlatform } from "../../platforms/node/platform.js"
import type { DigestAlgorithm, Platform } from "../../platforms/platform.js"
import { bufferOf } from "../support/socket-probe.js"

const module = new URL("../../platforms/node/platform.js", import.meta.url).href
const platform = nodePlatform({ deviceId: "test" })

describe("timers of the Node platform", () => {
  /** A timer and a promise of its next call. */
  const make = (of: Platform = platform) => {
    let calls = 0
    let wake: (() => void) | undefined
    const timer = of.createTimer(() => {
      calls++
      wake?.()
    })
    return { timer, calls: () => calls, call: () => new Promise<void>((resolve) => (wake = resolve)) }
  }

  it("call back in the next turn when scheduled for 0 ms, and not before", async () => {
    const { timer, calls } = make()
    timer.schedule(0)
    await Promise.resolve()
    assert.equal(calls(), 0)
    await turn()
    assert.equal(calls(), 1)
    await turn()
    assert.equal(calls(), 1)
  })

  it("call back once, not before their time", async () => {
    const { timer, calls, call } = make()
    for (const delay of [20, 20, 5]) {
      const start = performance.now()
      timer.schedule(delay)
      await call()
      assert.ok(performance.now() - start >= delay - 1, `after ${performance.now() - start} ms`)
    }
    assert.equal(calls(), 3)
  })

  it("forget what was scheduled when scheduled again, later, earlier, or the same", async () => {
    const { timer, calls, call } = make()
    for (const [first, second] of [[60_000, 1], [1, 30], [60_000, 0], [0, 5], [0, 0], [5, 5]] as const) {
      const before = calls()
      timer.schedule(first)
      const start = performance.now()
      timer.schedule(second)
      await call()
      assert.ok(performance.now() - start >= second - 1)
      await turn()
      assert.equal(calls(), before + 1, `${first}, then ${second}`)
    }
  })

  it("may be scheduled from within their callback", async () => {
    let left = 3
    await new Promise<void>((resolve) => {
      const timer = platform.createTimer(() => {
        if (--left === 0) resolve()
        else timer.schedule(left === 2 ? 0 : 1)
      })
      timer.schedule(1)
    })
  })

  it("don't call back after stop, and can be used again", async () => {
    const { timer, calls, call } = make()
    const other = make()
    for (const delay of [0, 1]) {
      timer.schedule(delay)
      timer.stop()
      timer.stop()
      other.timer.schedule(delay + 5)
      await other.call()
      assert.equal(calls(), 0)
    }
    timer.schedule(1)
    await call()
    assert.equal(calls(), 1)
  })

  it("don't call back after close, and refuse to be scheduled", async () => {
    const { timer, calls } = make()
    timer.schedule(0)
    timer.close()
    timer.close()
    await turn()
    assert.equal(calls(), 0)
    assert.throws(() => timer.schedule(1), /invalid timer: schedule after close/)
  })

  it("wait long where the time is longer than Node's longest", async () => {
    const { timer, calls } = make()
    const other = make()
    timer.schedule(2 ** 32)
    other.timer.schedule(10)
    await other.call()
    assert.equal(calls(), 0)
    timer.close()
  })

  it("refuse a time that is none", () => {
    const { timer } = make()
    for (const time of [-1, NaN]) assert.throws(() => timer.schedule(time), /^RangeError: invalid time: .* (-1|NaN) ms/)
  })
})

describe("the clock of the Node platform", () => {
  it("ticks in whole milliseconds of 32 bits", async () => {
    const before = performance.now()
    const ticks = platform.clock.ticks()
    assert.equal(ticks, ticks | 0)
    assert.ok(ticks - before > -1 && ticks - before < 1000)
  })

  it("wraps after 2^32 ms, and differences outlast that", (context) => {
    context.mock.method(performance, "now", () => 2 ** 32 - 5.5)
    const before = platform.clock.ticks()
    context.mock.restoreAll()
    context.mock.method(performance, "now", () => 2 ** 32 + 5.5)
    assert.equal((platform.clock.ticks() - before) | 0, 11)
  })

  it("knows the time of day", () => {
    assert.ok(Math.abs(platform.clock.now()! - Date.now()) < 1000)
  })
})

describe("chance on the Node platform", () => {
  it("is in [0, 1), and not twice the same", () => {
    const values = Array.from({ length: 1000 }, () => platform.random())
    assert.ok(values.every((value) => value >= 0 && value < 1))
    assert.ok(new Set(values).size > 990)
    assert.ok(values.some((value) => value < 0.1) && values.some((value) => value > 0.9))
  })
})

describe("names on the Node platform", () => {
  const look = (host: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let inside = true
      platform.resolve(host, (address) => (inside ? reject(new Error("at once")) : resolve(address)), (error) => reject(inside ? new Error("at once") : error))
      inside = false
    })

  it("resolve to an address, of IPv4 where there is one", async () => {
    assert.equal(await look("localhost"), "127.0.0.1")
  })

  it("resolve to themselves where they are addresses, in a later turn", async () => {
    assert.equal(await look("192.0.2.7"), "192.0.2.7")
    assert.equal(await look("::1"), "::1")
  })

  it("that nobody knows end in an error with the name", async (context) => {
    // The system's answer depends on the network that the test runs in; what becomes of it must not.
    for (const [code, text] of [["ENOTFOUND", "no address is known for this name"], ["EAI_AGAIN", "the DNS server does not answer"]] as const) {
      context.mock.method(dns, "lookup", (_host: string, options: object, callback: (error: Error) => void) => {
        assert.deepEqual(options, { verbatim: false }, "IPv4 first")
        setImmediate(callback, Object.assign(new Error(code), { code }))
      })
      const { syncBuiltinESMExports } = await import("node:module")
      syncBuiltinESMExports()
      try {
        await assert.rejects(look("broker.invalid"), new RegExp(`^Error: broker\\.invalid: ${text}.*\\(${code}\\)$`))
      } finally {
        context.mock.restoreAll()
        syncBuiltinESMExports()
      }
    }
  })

  it("that are empty are refused", async () => {
    await assert.rejects(look(""), /"" is no host name/)
  })

  it("are not told once the look-up is closed", async () => {
    const called: string[] = []
    const lookup = platform.resolve("127.0.0.1", (address) => called.push(address), (error) => called.push(error.message))
    lookup.close()
    lookup.close()
    await look("localhost")
    assert.deepEqual(called, [])
  })
})

describe("storage of the Node platform", () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "mqtt-xs-"))
  })
  after(() => rmSync(folder, { recursive: true }))
  const open = (name = "values") => nodePlatform({ deviceId: "test", storageFolder: join(folder, name) }).storage

  it("keeps values for the next start", () => {
    const storage = open()
    assert.equal(storage.read("key"), undefined)
    storage.write("key", bufferOf("one"))
    storage.write("other", bufferOf(""))
    assert.equal(Buffer.from(open().read("key")!).toString(), "one")
    assert.equal(open().read("other")!.byteLength, 0)
    storage.write("key", bufferOf("two longer"))
    assert.equal(Buffer.from(open().read("key")!).toString(), "two longer")
  })

  it("gives a buffer of exactly the value, which is the caller's", () => {
    const storage = open()
    const value = new ArrayBuffer(4, { maxByteLength: 8 })
    storage.write("exact", value)
    const read = storage.read("exact")!
    assert.ok(read instanceof ArrayBuffer)
    assert.equal(read.byteLength, 4)
    new Uint8Array(read).fill(1)
    assert.deepEqual([...new Uint8Array(storage.read("exact")!)], [0, 0, 0, 0])
  })

  it("deletes, also what is not there", () => {
    const storage = open()
    storage.write("gone", bufferOf("x"))
    storage.delete("gone")
    storage.delete("gone")
    assert.equal(storage.read("gone"), undefined)
  })

  it("takes keys of 1 to 15 of A-Z a-z 0-9 - _, and no others", () => {
    const storage = open()
    for (const key of ["a", "ABCdef_012-345z", "-_-"]) {
      storage.write(key, bufferOf(key))
      assert.equal(Buffer.from(storage.read(key)!).toString(), key)
    }
    for (const key of ["", "sixteen-letters-", "a.b", "a/b", "../a", "ä", "a b", "a\n"]) {
      for (const call of [() => storage.read(key), () => storage.write(key, new ArrayBuffer(1)), () => storage.delete(key)]) {
        assert.throws(call, (error: Error) => error.message.startsWith(`invalid key: ${JSON.stringify(key)}: 1 to 15 of`))
      }
    }
  })

  it("tells keys apart that differ in case only, whatever the file system thinks", () => {
    const storage = open("case")
    storage.write("Key", bufferOf("1"))
    storage.write("key", bufferOf("2"))
    assert.equal(Buffer.from(storage.read("Key")!).toString(), "1")
    assert.equal(new Set(readdirSync(join(folder, "case")).map((name) => name.toLowerCase())).size, 2)
  })

  it("is for this user's eyes only", { skip: process.platform === "win32" }, () => {
    open("private").write("secret", bufferOf("x"))
    const path = join(folder, "private")
    assert.equal(statSync(path).mode & 0o777, 0o700)
    assert.equal(statSync(join(path, readdirSync(path)[0]!)).mode & 0o777, 0o600)
  })

  it("is whole after a kill in the middle of a write", () => {
    // Each round is killed by itself at another call of the file system; what is read then must be one of the two.
    const storage = open("killed")
    for (const [step, expected] of [["writeFileSync", "old"], ["fsyncSync", "old"], ["renameSync", "old"], ["closeSync", "old"], ["none", "new"]] as const) {
      storage.write("key", bufferOf("old"))
      const script = `
        import fs from "node:fs"
        import { syncBuiltinESMExports } from "node:module"
        const kill = () => process.kill(process.pid, "SIGKILL")
        ${step === "none" ? "" : `const real = fs.${step}; fs.${step} = (...words) => { ${step === "writeFileSync" ? "real(words[0], words[1].subarray(0, 1));" : ""} kill() }; syncBuiltinESMExports()`}
        const { nodePlatform } = await import(${JSON.stringify(module)})
        nodePlatform({ storageFolder: ${JSON.stringify(join(folder, "killed"))} }).storage.write("key", new Uint8Array(Buffer.from("new")).buffer)
        kill()`
      const { signal, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })
      assert.equal(signal, "SIGKILL", stderr)
      assert.equal(Buffer.from(storage.read("key")!).toString(), expected, `killed at ${step}`)
    }
  })

  it("throws when a write fails, and leaves no litter", () => {
    const path = join(folder, "failing")
    // A file can't take the place of a folder.
    mkdirSync(join(path, "key.bin"), { recursive: true })
    assert.throws(() => open("failing").write("key", bufferOf("x")), /EISDIR|ENOTEMPTY|EPERM|EEXIST/)
    assert.deepEqual(readdirSync(path), ["key.bin"])
    assert.throws(() => open("failing").read("key"), /EISDIR/)
  })

  it("says what is missing where no folder was given", () => {
    for (const call of [() => platform.storage.read("a"), () => platform.storage.write("a", new ArrayBuffer(1)), () => platform.storage.delete("a")]) {
      assert.throws(call, /storage needs a folder: nodePlatform\(\{ storageFolder/)
    }
  })
})

describe("digests of the Node platform", () => {
  const hex = (buffer: ArrayBuffer) => {
    assert.ok(buffer instanceof ArrayBuffer)
    return Buffer.from(buffer).toString("hex")
  }
  const abc = bufferOf("abc")
  // From RFC 1321, FIPS 180, RFC 2202 and RFC 4231.
  const what = bufferOf("what do ya want for nothing?")
  const vectors: [DigestAlgorithm, string, string][] = [
    ["MD5", "900150983cd24fb0d6963f7d28e17f72", "750c783e6ab0b503eaa86e310a5db738"],
    ["SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"],
    ["SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
  ]
  for (const [algorithm, digest, hmac] of vectors) {
    it(`agree with the published values of ${algorithm} and its HMAC`, () => {
      assert.equal(hex(platform.digest.digest(algorithm, abc)), digest)
      assert.equal(hex(platform.digest.hmac(algorithm, bufferOf("Jefe"), what)), hmac)
    })
  }

  it("take a resizable buffer at the length that it has", () => {
    const buffer = new ArrayBuffer(8, { maxByteLength: 8 })
    new Uint8Array(buffer).set(Buffer.from("abcxxxxx"))
    buffer.resize(3)
    assert.equal(hex(platform.digest.digest("MD5", buffer)), vectors[0]![1])
  })

  it("refuse an algorithm that they don't know, and say which they do", () => {
    assert.throws(() => platform.digest.digest("SHA512" as never, abc), /unknown digest: SHA512: MD5, SHA1, SHA256 are known/)
  })
})

describe("nodePlatform", () => {
  it("logs lines to standard error, or to whom it is told", () => {
    const script = `const { nodePlatform } = await import(${JSON.stringify(module)}); nodePlatform().log("a line")`
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" })
    assert.deepEqual([stdout, stderr], ["", "a line\n"])
    const lines: string[] = []
    nodePlatform({ log: (line) => lines.push(line) }).log("another")
    assert.deepEqual(lines, ["another"])
  })

  it("has a device id of 12 hex digits that stays the same from start to start", () => {
    const script = `const { nodePlatform } = await import(${JSON.stringify(module)}); console.log(nodePlatform().deviceId)`
    const ids = [1, 2].map(() => spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).stdout.trim())
    assert.match(ids[0]!, /^[0-9a-f]{12}$/)
    assert.equal(ids[0], ids[1])
    assert.equal(nodePlatform().deviceId, ids[0])
  })

  it("takes a device id of 1 to 16 letters and digits, and no other", () => {
    for (const deviceId of ["a", "0123456789abcdEF"]) assert.equal(nodePlatform({ deviceId }).deviceId, deviceId)
    for (const deviceId of ["", "01234567890123456", "a-b", "a/b", "ä"]) assert.throws(() => nodePlatform({ deviceId }), /^Error: deviceId: ".*": 1 to 16 letters and digits/)
  })

  it("refuses sizes of buffers that are none", () => {
    for (const size of [0, -1, 1.5, NaN, Infinity]) {
      assert.throws(() => nodePlatform({ sendBuffer: size }), /^RangeError: sendBuffer: /)
      assert.throws(() => nodePlatform({ receiveBuffer: size }), /^RangeError: receiveBuffer: /)
    }
  })
})
