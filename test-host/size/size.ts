/// <reference types="node" />
/**
 * How many bytes of flash the library's bytecode takes, module by module: `npm run size [-- --json] [-- --check]`.
 * --json: one object a line. --check: ends with 1 when codec, session and client together are over their bar.
 */
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { compileModule } from "../xs/xs.js"

interface ModuleSize {
  /** Path below src/, without its ending. */
  module: string
  /** Of bytecode, literals included. */
  bytes: number
  /** Of names, which the linker merges with those of all other modules. */
  symbolBytes: number
}

const BAR = { folders: ["codec", "session", "client"], bytes: 14_000 }

const src = fileURLToPath(new URL("../../src", import.meta.url))
const sizes = measure()
const core = sum(sizes.filter(({ module }) => BAR.folders.includes(folderOf(module))))

if (process.argv.includes("--json")) for (const size of sizes) console.log(JSON.stringify(size))
else print()
if (process.argv.includes("--check") && core.bytes > BAR.bytes) process.exitCode = 1

function measure(): ModuleSize[] {
  const folder = mkdtempSync(join(tmpdir(), "size-"))
  try {
    return readdirSync(src, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".js"))
      .sort()
      .map((file) => {
        const module = file.split(sep).join("/").slice(0, -3)
        return { module, ...compileModule(join(src, file), `src/${module}`, join(folder, "out.xsb")) }
      })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function print(): void {
  row("module", "bytecode", "names")
  for (const folder of new Set(sizes.map(({ module }) => folderOf(module)))) {
    const modules = sizes.filter(({ module }) => folderOf(module) === folder)
    for (const { module, bytes, symbolBytes } of modules) row(module, bytes, symbolBytes)
    const { bytes, symbolBytes } = sum(modules)
    row(`${folder}/`, bytes, symbolBytes)
  }
  row(`${BAR.folders.join(" + ")}`, core.bytes, core.symbolBytes)
  console.log(`The bar is ${BAR.bytes} bytes of bytecode: ${core.bytes > BAR.bytes ? `${core.bytes - BAR.bytes} over` : "met"}.`)
}

function row(name: string, bytes: number | string, symbolBytes: number | string): void {
  console.log(`${name.padEnd(26)}${String(bytes).padStart(9)}${String(symbolBytes).padStart(9)}`)
}

function folderOf(module: string): string {
  const end = module.indexOf("/")
  return end < 0 ? "." : module.slice(0, end)
}

function sum(modules: readonly ModuleSize[]): { bytes: number; symbolBytes: number } {
  let bytes = 0
  let symbolBytes = 0
  for (const size of modules) {
    bytes += size.bytes
    symbolBytes += size.symbolBytes
  }
  return { bytes, symbolBytes }
}
