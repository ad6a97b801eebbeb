/// <reference types="node" />
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, describe, it } from "node:test"
import type * as Board from "mqtt-xs/board"
import { compileModule, projectRoot } from "../xs/xs.js"

const board = join(projectRoot, "platforms/esp32/board")
const native = join(projectRoot, "test-host/native")
const read = (name: string): string => readFileSync(join(board, name), "utf8")

describe("the board's native module, compiled against headers of our own,", () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "mqtt-xs-"))
  })
  after(() => rmSync(folder, { recursive: true }))

  const compile = (flags: readonly string[]) => {
    const program = join(folder, `program${flags.join("")}`)
    const files = [join(native, "program.c"), join(native, "board-stand-in.c"), join(board, "board.c")]
    const words = ["-std=gnu17", "-O1", "-Wall", "-Wextra", "-Werror", ...flags, "-I", join(native, "include"), "-o", program, ...files]
    return { program, ...spawnSync("gcc", words, { encoding: "utf8" }) }
  }
  const programs = new Map<string, string>()
  /** What the program prints, which was compiled with `flags`, when it is told `lines`. */
  const run = (lines: readonly string[], ...flags: string[]): string[] => {
    const key = flags.join()
    if (!programs.has(key)) {
      const { status, stderr, program } = compile(flags)
      assert.equal(status, 0, stderr)
      programs.set(key, program)
    }
    const { status, stdout, stderr } = spawnSync(programs.get(key)!, { input: lines.join("\n"), encoding: "utf8", maxBuffer: 1 << 26 })
    assert.equal(status, 0, stderr)
    return stdout.trimEnd().split("\n")
  }

  it("has each function that the declarations promise, in JavaScript and in C", () => {
    const declared = [...read("board.d.ts").matchAll(/export function (\w+)/g)].map(([, name]) => name)
    const exported = [...read("board.js").matchAll(/export function (\w+)/g)].map(([, name]) => name)
    assert.deepEqual(exported.sort(), declared.sort())
    const bound = [...read("board.js").matchAll(/function (\w+)\(.*\) @ "mqttxs_(\w+)"/g)]
    for (const [, name, symbol] of bound) assert.equal(symbol, name)
    const defined = [...read("board.c").matchAll(/^void mqttxs_(\w+)\(xsMachine \*the\)$/gm)].map(([, name]) => name)
    assert.deepEqual(bound.map(([, name]) => name).sort(), defined.sort())
    assert.ok(compileModule(join(board, "board.js"), "mqtt-xs/board", join(folder, "board.xsb")).bytes > 0)
  })

  it("names the reason of each restart that ESP-IDF knows, and of one that it will know", () => {
    const names = [
      "unknown", "power-on", "external", "software", "panic", "watchdog", "watchdog", "watchdog", "deep-sleep",
      "brown-out", "external", "external", "external", "unknown", "brown-out", "panic", "unknown",
    ]
    const lines = [...names.keys()].flatMap((reason) => [`set reason ${reason}`, "restartReason"])
    assert.deepEqual(run(lines), names.map((name) => `= ${name}`))
    assert.deepEqual(run(["set reason -1", "restartReason"]), ["= unknown"])
  })

  it("restarts", () => {
    assert.deepEqual(run(["restart"]), ["esp_restart"])
  })

  describe("asleep", () => {
    it("wakes up after so many milliseconds, up to 49 days, in microseconds that don't wrap", () => {
      for (const milliseconds of [0, 1, 4_294_967, 4_294_968, 86_400_000, 4_294_967_295]) {
        assert.deepEqual(run([`deepSleep ${milliseconds}`]), ["esp_wifi_stop", `esp_deep_sleep ${milliseconds * 1000}`])
      }
    })

    it("would never wake up for a time that is none, so it stays awake", () => {
      for (const time of ["-1", "4294967296", "nan", "inf", "-inf"]) {
        assert.deepEqual(run([`deepSleep ${time}`]), ["RangeError: deepSleep: 0 to 4294967295 milliseconds are possible"])
      }
    })
  })

  describe("its watchdog", () => {
    it("is an entry of its own, which panics, and watches no idle task", () => {
      assert.deepEqual(run(["startWatchdog 60000", "feedWatchdog"]), [
        "esp_task_wdt_reconfigure 60000 ms, idle tasks 0, panics", "esp_task_wdt_add_user mqtt-xs", "= undefined",
        "esp_task_wdt_reset_user", "= undefined",
      ])
    })

    it("is not fed before it is there", () => {
      assert.deepEqual(run(["feedWatchdog"]), ["= undefined"])
    })

    it("takes another time, and stays one", () => {
      const lines = run(["startWatchdog 1000", "startWatchdog 3600000"])
      assert.deepEqual(lines.filter((line) => line.includes("add_user")).length, 1)
      assert.ok(lines.includes("esp_task_wdt_reconfigure 3600000 ms, idle tasks 0, panics"))
    })

    it("refuses times that no loop can keep, or nobody would wait for", () => {
      for (const time of [0, 999, 3_600_001, -1, 4_294_967_296]) {
        assert.deepEqual(run([`startWatchdog ${time}`]), ["RangeError: startWatchdog: 1000 to 3600000 milliseconds are possible"])
      }
    })

    it("says what ESP-IDF says when it can't be had", () => {
      assert.equal(run(["set watchdogError 259", "startWatchdog 5000"]).at(-1), "Error: startWatchdog: ESP-IDF's error 0x103")
    })

    it("leaves a debug build to the SDK's own, which a debugger feeds", () => {
      const lines = run(["startWatchdog 5000", "feedWatchdog"], "-DmxDebug=1")
      assert.deepEqual(lines, ["esp_task_wdt_reconfigure 5000 ms, idle tasks 0, panics", "= undefined", "= undefined"])
    })

    it("is missed when the firmware is built, not when it would be needed", () => {
      const { status, stderr } = compile(["-DCONFIG_ESP_TASK_WDT_EN=0"])
      assert.notEqual(status, 0)
      assert.match(stderr, /The watchdog is not configured: copy the lines of .*sdkconfig\.defaults/)
    })

    it("has its lines in sdkconfig.defaults", () => {
      const lines = read("sdkconfig/sdkconfig.defaults").split("\n")
      for (const line of ["CONFIG_ESP_TASK_WDT_EN=y", "CONFIG_ESP_TASK_WDT_PANIC=y", "CONFIG_ESP_SYSTEM_PANIC_PRINT_REBOOT=y"]) assert.ok(lines.includes(line), line)
    })
  })

  describe("its RTC memory", () => {
    const HEADER = 8
    const none = "= 0 '"

    it("holds nothing after power-on, whatever its bytes are then", () => {
      assert.deepEqual(run(["readRtc room:1024"]), [none])
      for (const byte of ["00", "ff"]) assert.deepEqual(run([`poke 0 ${byte.repeat(HEADER + 1024)}`, "readRtc room:1024"]), [none])
    })

    it("gives back what was written, of any length, also the latest of several", () => {
      for (const length of [1, 2, 3, 100, 1023, 1024]) {
        const hex = "5a01ff".repeat(342).slice(0, 2 * length)
        const lines = run([`writeRtc '${"00".repeat(1024)}`, `writeRtc '${hex}`, "readRtc room:1024", "readRtc room:1024"])
        assert.deepEqual(lines.slice(2), [`= ${length} '${hex}`, `= ${length} '${hex}`])
      }
    })

    it("can be emptied", () => {
      assert.deepEqual(run(["writeRtc '0102", "writeRtc '", "readRtc room:1024"]).at(-1), none)
    })

    it("refuses more than it has, and keeps what it had", () => {
      const lines = run(["writeRtc '0102", "writeRtc room:1025", "readRtc room:1024"])
      assert.deepEqual(lines, ["= undefined", "RangeError: writeRtc: RTC memory takes 1024 bytes at most", "= 2 '0102"])
    })

    it("refuses a buffer that is too short for what it has", () => {
      const lines = run(["writeRtc '010203", "readRtc room:2", "readRtc room:3"])
      assert.deepEqual(lines.slice(1), ["RangeError: readRtc: the buffer is too short; 1024 bytes always suffice", "= 3 '010203"])
    })

    it("is refused when any one bit of it has changed", () => {
      const hex = "00112233445566778899aabbccddeeff"
      const clean = inMemory(hex)
      assert.equal(run([`poke 0 ${Buffer.from(clean).toString("hex")}`, "readRtc room:1024"]).at(-1), `= 16 '${hex}`)
      for (let bit = 0; bit < 8 * clean.length; bit++) {
        const byte = clean[bit >> 3]! ^ (1 << (bit & 7))
        assert.equal(run([`writeRtc '${hex}`, `poke ${bit >> 3} ${byte.toString(16).padStart(2, "0")}`, "readRtc room:1024"]).at(-1), none, `bit ${bit}`)
      }
    })

    it("is refused when the board restarted in the middle of a write, wherever that was", () => {
      // The order of board.c: the length, then byte for byte, then the checksum.
      const old = "0102030405060708"
      const fresh = "a1a2a3a4a5a6a7a8a9aa"
      for (let written = 0; written <= fresh.length / 2; written++) {
        const pokes = [`poke 4 0a000000`, ...(written > 0 ? [`poke ${HEADER} ${fresh.slice(0, 2 * written)}`] : [])]
        assert.equal(run([`writeRtc '${old}`, ...pokes, "readRtc room:1024"]).at(-1), none, `after ${written} bytes`)
      }
    })

    /** The bytes of RTC memory in use after `hex` was written: checksum, length, bytes. */
    function inMemory(hex: string): number[] {
      const data = Buffer.from(hex, "hex")
      const header = Buffer.alloc(HEADER)
      header.writeUInt32LE(crc32(data.length, data), 0)
      header.writeUInt32LE(data.length, 4)
      return [...header, ...data]
    }
  })

  describe("its measurements", () => {
    it("read the chip's temperature, and leave the sensor off", () => {
      const reading = ["temperature_sensor_enable", "temperature_sensor_disable", "= 41.5"]
      assert.deepEqual(run(["chipTemperature", "chipTemperature"]), ["temperature_sensor_install -10 to 80", ...reading, ...reading])
    })

    it("say that the temperature was not to be had, and leave the sensor off", () => {
      const lines = run(["set sensorError -1", "chipTemperature"])
      assert.deepEqual(lines.slice(-2), ["temperature_sensor_disable", "Error: chipTemperature: ESP-IDF's error 0xffffffff"])
    })

    it("have no temperature where the chip has no sensor", () => {
      assert.deepEqual(run(["chipTemperature"], "-DSOC_TEMP_SENSOR_SUPPORTED=0"), ["= undefined"])
    })

    it("count the free bytes of the heap", () => {
      assert.deepEqual(run(["freeHeap"]), ["= 123456"])
    })

    it("give the Wi-Fi station's address in 12 hex digits, or say that there is none", () => {
      assert.deepEqual(run(["macAddress"]), ["= a0b1c2d3e4f5"])
      assert.deepEqual(run(["set macError 261", "macAddress"]), ["Error: macAddress: ESP-IDF's error 0x105"])
    })
  })
})

describe("what the board does about an error that nothing caught", () => {
  /** The JavaScript of board.js, with functions that do nothing in place of board.c's. */
  const load = async () => {
    const code = read("board.js").replace(/ @ "\w+"/g, " {}")
    return (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as typeof Board
  }
  type Hook = { abort?: (reason: string, error?: unknown) => unknown }
  const hook = globalThis as Hook

  it("is to tell of it in one line, through the SDK's hook, and to restart all the same", async () => {
    const { onUncaught } = await load()
    const told: string[] = []
    onUncaught((text) => told.push(text))
    // Only false would keep the SDK from restarting the board.
    assert.equal(hook.abort!("unhandled exception", new TypeError("no such thing")), undefined)
    assert.deepEqual(told, ["unhandled exception: TypeError: no such thing"])
  })

  it("is to tell what there is to tell, also of what is no Error", async () => {
    const { onUncaught } = await load()
    const told: string[] = []
    for (const [reason, error] of [["memory full", undefined], ["unhandled rejection", "why"], ["unhandled exception", null]] as const) {
      onUncaught((text) => told.push(text))
      hook.abort!(reason, error)
    }
    assert.deepEqual(told, ["memory full", "unhandled rejection: why", "unhandled exception: null"])
  })

  it("is done once: an error in the callback does not come round again", async () => {
    const { onUncaught } = await load()
    let hooked: boolean | undefined
    onUncaught(() => {
      hooked = "abort" in globalThis
      throw new Error("in the callback")
    })
    assert.throws(() => hook.abort!("unhandled exception", new Error("first")), /in the callback/)
    assert.equal(hooked, false)
  })

  it("needs the SDK's hook, which the manifest switches on", () => {
    const { defines, modules, build } = JSON.parse(read("manifest.json")) as { defines: unknown; modules: unknown; build: unknown }
    assert.deepEqual([defines, modules, build], [{ xs: { abortHook: 1 } }, { "mqtt-xs/board": "./board" }, { SDKCONFIGPATH: "./sdkconfig" }])
  })
})

function crc32(start: number, data: Uint8Array): number {
  let crc = ~start
  for (const byte of data) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1))
  }
  return ~crc >>> 0
}
