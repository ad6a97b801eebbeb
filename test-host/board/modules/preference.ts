import { listDirectory } from "host"
import { fileExists, Nvs } from "host/board"
import { state } from "board-simulation"
import { checkWrite } from "storage-faults"

type Value = boolean | number | string | ArrayBuffer

/** The formats of NVS in which a preference may lie, in the order in which the SDK looks. */
const FORMATS = ["uint8", "int32", "string", "buffer"]

function open(domain: string, format: string): Nvs {
  return new Nvs(`${state.settings.folder}/nvs`, domain, format, state.settings.nvsEntries)
}

function formatOf(value: Value): string {
  if (typeof value === "boolean") return "uint8"
  if (typeof value === "string") return "string"
  if (typeof value !== "number") return "buffer"
  if (!Number.isInteger(value)) throw new Error("float unsupported")
  return "int32"
}

/** As the SDK's for ESP32, in the same NVS as key-value storage. */
export default class Preference {
  static set(domain: string, key: string, value: Value): void {
    const nvs = open(domain, formatOf(value))
    checkWrite(() => nvs.delete(key))
    // The SDK erases first: when there is no room for the new value, the old one is gone, too.
    nvs.delete(key)
    nvs.write(key, value)
    nvs.close()
  }

  static get(domain: string, key: string): Value | undefined {
    const nvs = open(domain, "uint8")
    if (!fileExists(`${nvs.folder}/${key}`)) return undefined
    for (let i = 0; i < FORMATS.length; i++) {
      try {
        nvs.format = FORMATS[i]!
        const value = nvs.read(key)
        if (value !== undefined) return i === 0 ? value !== 0 : (value as Value)
      } catch {
        // Another format.
      }
    }
    return undefined
  }

  static delete(domain: string, key: string): void {
    open(domain, "buffer").delete(key)
  }

  static keys(domain: string): string[] {
    return listDirectory(open(domain, "buffer").folder)
  }
}
