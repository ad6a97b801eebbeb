/// <reference types="node" />
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Storage } from "../platform.js"

/**
 * One file a key in a folder, which is made when first written to. A file is written beside the old one, forced to
 * the disk, and takes its name: after a crash either the old or the new value is there, whole. Only this user may
 * read them.
 */
export class FileStorage implements Storage {
  private readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  read(key: string): ArrayBuffer | undefined {
    try {
      const content = readFileSync(this.pathOf(key))
      return new Uint8Array(content).buffer
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  write(key: string, value: ArrayBuffer): void {
    const path = this.pathOf(key)
    const temporary = `${path}.${process.pid}.tmp`
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    try {
      const file = openSync(temporary, "w", 0o600)
      try {
        writeFileSync(file, new Uint8Array(value))
        fsyncSync(file)
      } finally {
        closeSync(file)
      }
      renameSync(temporary, path)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
    this.syncFolder()
  }

  delete(key: string): void {
    const path = this.pathOf(key)
    try {
      rmSync(path)
    } catch (error) {
      if (isMissing(error)) return
      throw error
    }
    this.syncFolder()
  }

  private pathOf(key: string): string {
    if (!/^[A-Za-z0-9_-]{1,15}$/.test(key)) throw new Error(`invalid key: ${JSON.stringify(key)}: 1 to 15 of A-Z a-z 0-9 - _ are allowed`)
    // Some file systems take A for a.
    return join(this.folder, `${key.replace(/[A-Z]/g, "+$&")}.bin`)
  }

  /** Makes a change of names last. Windows can't, and needs not. */
  private syncFolder(): void {
    if (process.platform === "win32") return
    const folder = openSync(this.folder, "r")
    try {
      fsyncSync(folder)
    } finally {
      closeSync(folder)
    }
  }
}

/** Stands where no folder was given. */
export const noStorage: Storage = { read: refuse, write: refuse, delete: refuse }

function refuse(): never {
  throw new Error("storage needs a folder: nodePlatform({ storageFolder: \"...\" })")
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT"
}
