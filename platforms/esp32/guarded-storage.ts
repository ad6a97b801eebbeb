import type { Storage } from "../platform.js"
import { isWord } from "./word.js"

/** `area` with keys checked, and with errors that name the key. */
export function guardedStorage(area: Storage): Storage {
  return { read: guarded(area, "read"), write: guarded(area, "write"), delete: guarded(area, "delete") }
}

/** One function for all three, since each takes flash; only "write" has a value. */
function guarded(area: Storage, what: keyof Storage): (key: string, value?: ArrayBuffer) => ArrayBuffer | undefined {
  return (key, value) => {
    // 15 is ESP-IDF's limit.
    if (!isWord(key, 15, "-_")) throw new RangeError(`storage: ${JSON.stringify(key)}: a key is 1 to 15 of A-Z a-z 0-9 - _`)
    try {
      return value ? (area.write(key, value) as undefined) : area[what as "read"](key)
    } catch (error) {
      throw new Error(`storage: can't ${what} "${key}": ${(error as Error).message}; when it is full or damaged, erase the flash`)
    }
  }
}
