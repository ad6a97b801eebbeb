import { guardedStorage } from "../../platforms/esp32/guarded-storage.js"
import { equal, test, throws } from "../harness/harness.js"

/** A medium that notes what it is asked, and fails when it is told to. */
class Medium {
  readonly calls: string[] = []
  readonly values = new Map<string, ArrayBuffer>()
  failure = ""

  read(...words: [string]): ArrayBuffer | undefined {
    this.note("read", words)
    return this.values.get(words[0])
  }

  write(...words: [string, ArrayBuffer]): void {
    this.note("write", words)
    this.values.set(words[0], words[1])
  }

  delete(...words: [string]): void {
    this.note("delete", words)
    this.values.delete(words[0])
  }

  private note(what: string, words: unknown[]): void {
    this.calls.push(`${what} ${String(words[0])}, ${words.length}`)
    if (this.failure) throw new Error(this.failure)
  }
}

test("the ESP32's storage reads what was written, and undefined where nothing was or it was deleted", () => {
  const medium = new Medium()
  const storage = guardedStorage(medium)
  const value = new Uint8Array([1, 2, 3]).buffer
  equal(storage.read("config"), undefined)
  storage.write("config", value)
  equal(storage.read("config"), value)
  storage.delete("config")
  equal(storage.read("config"), undefined)
  // A second argument of read is a buffer to the SDK, even undefined.
  equal(medium.calls, ["read config, 1", "write config, 2", "read config, 1", "delete config, 1", "read config, 1"])
})

test("an empty value is a value", () => {
  const storage = guardedStorage(new Medium())
  storage.write("k", new ArrayBuffer(0))
  equal(storage.read("k")!.byteLength, 0)
})

test("the ESP32's storage takes keys of 1 to 15 letters, digits, - and _", () => {
  const medium = new Medium()
  const storage = guardedStorage(medium)
  for (const key of ["a", "Z", "0", "-", "_", "azAZ09-_", "123456789012345"]) storage.write(key, new ArrayBuffer(1))
  equal(medium.values.size, 7)
})

test("the ESP32's storage refuses any other key, with a RangeError that names it, before the medium sees it", () => {
  const medium = new Medium()
  const storage = guardedStorage(medium)
  for (const key of ["", "1234567890123456", "a b", "a.b", "a/b", "\u00e4", "\u212a", "a\u0000", "@", "[", "`", "{", ":", "\u{1f600}"]) {
    for (const call of [() => storage.read(key), () => storage.write(key, new ArrayBuffer(1)), () => storage.delete(key)]) {
      throws(call, /^(RangeError: )?storage: ".*": a key is 1 to 15 of A-Z a-z 0-9 - _$/)
      let caught: unknown
      try {
        call()
      } catch (error) {
        caught = error
      }
      equal(caught instanceof RangeError, true)
    }
  }
  equal(medium.calls, [])
})

test("when the medium fails, the error says at what, with which key, why, and what to do", () => {
  const medium = new Medium()
  medium.failure = "ESP_ERR_NVS_NOT_ENOUGH_SPACE"
  const storage = guardedStorage(medium)
  throws(() => storage.write("config", new ArrayBuffer(1)), /storage: can't write "config": ESP_ERR_NVS_NOT_ENOUGH_SPACE; when it is full or damaged, erase the flash/)
  throws(() => storage.read("config"), /storage: can't read "config": /)
  throws(() => storage.delete("config"), /storage: can't delete "config": /)
})
