/// <reference types="node" />
import { readFileSync } from "node:fs"

/**
 * Bytes of bytecode and of names in what xsc has made of a module: an atom, XS_B, of atoms. Each begins with its size
 * in all, and its name. Throws an Error of one line where the file is none.
 */
export function archiveSize(file: string): { code: number; names: number } {
  const bytes = readFileSync(file)
  const result = { code: 0, names: 0 }
  if (bytes.length < 8 || bytes.toString("latin1", 4, 8) !== "XS_B") throw new Error(`${file} is no XS bytecode`)
  for (let at = 8; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at)
    const name = bytes.toString("latin1", at + 4, at + 8)
    if (size < 8 || at + size > bytes.length) throw new Error(`${file} is damaged at ${at}`)
    if (name === "CODE") result.code = size - 8
    if (name === "SYMB") result.names = size - 8
    at += size
  }
  return result
}
