/// <reference types="node" />
import { closeSync, openSync, readdirSync, readFileSync, readSync } from "node:fs"
import type { FileReader, Files } from "./files.js"

/** The same over Node's own. */
export const nodeFiles: Files = {
  File: class File implements FileReader {
    private readonly descriptor: number

    constructor(path: string) {
      this.descriptor = openSync(path, "r")
    }

    read(buffer: ArrayBuffer): number {
      return readSync(this.descriptor, new Uint8Array(buffer), 0, buffer.byteLength, 0)
    }

    close(): void {
      closeSync(this.descriptor)
    }
  },
  readText: (path) => readFileSync(path, "utf8"),
  listDirectory: (path) => readdirSync(path).sort(),
}
