/// <reference types="node" />
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Settings } from "./modules/simulation.js"

/** As nvs.c numbers the formats, in a file's first byte. */
const BUFFER = 0
const STRING = 1

/** A board's folder: storage, RTC memory, resources, and what it is started with. */
export class BoardFiles {
  readonly folder = mkdtempSync(join(tmpdir(), "board-"))
  /** The module mc/config. */
  readonly configModule = join(this.folder, "config.js")

  constructor(resources: Readonly<Record<string, string | Uint8Array>>, config: unknown) {
    mkdirSync(join(this.folder, "nvs"))
    mkdirSync(join(this.folder, "resources"))
    for (const [name, content] of Object.entries(resources)) writeFileSync(join(this.folder, "resources", name), content)
    writeFileSync(this.configModule, `export default Object.freeze(${JSON.stringify(config)}, true)\n`)
  }

  /** Returns the path of the file. */
  writeSettings(settings: Settings): string {
    const path = join(this.folder, "settings.json")
    writeFileSync(path, JSON.stringify(settings))
    return path
  }

  stored(namespace: string, key: string): Uint8Array | undefined {
    const path = join(this.folder, "nvs", namespace, key)
    if (!existsSync(path)) return undefined
    const bytes = readFileSync(path)
    return bytes.subarray(1, bytes[0] === STRING ? -1 : undefined)
  }

  store(namespace: string, key: string, value: Uint8Array | string): void {
    const folder = join(this.folder, "nvs", namespace)
    mkdirSync(folder, { recursive: true })
    const bytes = typeof value === "string" ? [STRING, ...Buffer.from(value), 0] : [BUFFER, ...value]
    writeFileSync(join(folder, key), Buffer.from(bytes))
  }

  get rtc(): Uint8Array {
    const path = join(this.folder, "rtc")
    return existsSync(path) ? readFileSync(path) : new Uint8Array()
  }

  forgetRtc(): void {
    rmSync(join(this.folder, "rtc"), { force: true })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
