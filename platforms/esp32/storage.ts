import keyValue from "embedded:storage/key-value"
import Preference from "preference"
import type { Storage } from "../platform.js"
import { guardedStorage } from "./guarded-storage.js"

/**
 * Values in the board's flash, as ECMA-419 has them. A write is all or nothing. `path`, 1 to 15 characters, keeps those
 * of one program apart from others'.
 */
export function keyValueStorage(path = "mqtt-xs"): Storage {
  return guardedStorage(keyValue.open({ path, format: "buffer" }))
}

/**
 * The older way to the same flash, for values that a program keeps there already. The SDK erases the old value before
 * it writes the new one: when power fails in between, both are gone.
 */
export function preferenceStorage(domain = "mqtt-xs"): Storage {
  return guardedStorage({
    read(key) {
      const value = Preference.get(domain, key)
      if (value !== undefined && !(value instanceof ArrayBuffer)) throw new TypeError("mismatch")
      return value
    },
    write: (key, value) => Preference.set(domain, key, value),
    delete: (key) => Preference.delete(domain, key),
  })
}
