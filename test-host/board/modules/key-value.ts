import { listDirectory } from "host"
import { Nvs } from "host/board"
import { checkWrite } from "storage-faults"
import { state } from "board-simulation"

interface Options {
  path?: string
  format?: string
  mode?: "r" | "r+"
}

/** As the SDK's for ESP32, which keeps a namespace of NVS for each path. */
class KeyValue {
  private readonly nvs: Nvs
  private readonly readOnly: boolean

  constructor(options: Options) {
    const { path, format = "buffer", mode = "r+" } = options
    if (path === undefined) throw new Error("no path")
    if (mode !== "r" && mode !== "r+") throw new Error("invalid mode")
    const name = path.endsWith("/") ? path.slice(0, -1) : path
    this.nvs = new Nvs(`${state.settings.folder}/nvs`, name, format, state.settings.nvsEntries)
    this.readOnly = mode === "r"
  }

  close(): void {
    this.nvs.close()
  }

  read(key: string, buffer?: ArrayBuffer): unknown {
    return buffer === undefined ? this.nvs.read(key) : this.nvs.read(key, buffer)
  }

  write(key: string, value: unknown): void {
    if (this.readOnly) throw new Error("read-only")
    checkWrite(() => this.nvs.delete(key))
    this.nvs.write(key, value)
  }

  delete(key: string): void {
    if (this.readOnly) throw new Error("read-only")
    this.nvs.delete(key)
  }

  get format(): string {
    return this.nvs.format
  }

  set format(format: string) {
    this.nvs.format = format
  }

  [Symbol.iterator](): Iterator<string> {
    const keys = listDirectory(this.nvs.folder)
    let i = 0
    return { next: () => (i < keys.length ? { done: false, value: keys[i++]! } : { done: true, value: undefined }) }
  }
}

export default { open: (options: Options): KeyValue => new KeyValue(options) }
