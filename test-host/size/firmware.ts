/// <reference types="node" />
/**
 * How many bytes of bytecode the modules of dist/ take, and the firmware in all: the end of `npm run build`.
 * --check: ends with 1 when the firmware is over its bar. Says nothing with npm's --silent.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildXsHost, compileModule, type Compiled, projectRoot } from "../xs/xs.js"

/** Modules of a firmware with one sensor and TLS, by their files. */
const FIRMWARE: Record<string, string> = {
  "mqtt-xs": "dist/mqtt-xs.js",
  "mqtt-xs/esp32": "dist/esp32.js",
  "mqtt-xs/board": "platforms/esp32/board/board.js",
  "ssl/cert": "dist/ssl-cert.js",
  "mqtt-xs/driver/...SHT3x": "dist/drivers/SHT3x.js",
  main: "dist/main.js",
}

/** Those for other people's projects. */
const OTHERS: Record<string, string> = { "mqtt-xs/platform": "dist/platform.js", "mqtt-xs/ecma419": "dist/ecma419.js" }

const BAR = 32 * 1024

if (process.env["npm_config_loglevel"] !== "silent" || process.argv.includes("--check")) print()

function print(): void {
  try {
    buildXsHost()
  } catch (error) {
    console.log(`The size of the bytecode is not told: ${(error as Error).message}`)
    return
  }
  row("module", "bytecode", "names")
  const total = measure(FIRMWARE)
  row("firmware, one sensor, TLS", total.bytes, total.symbolBytes)
  measure(OTHERS)
  console.log(`The bar of the firmware is ${BAR} bytes of bytecode: ${total.bytes > BAR ? `${total.bytes - BAR} over` : "met"}.`)
  if (process.argv.includes("--check") && total.bytes > BAR) process.exitCode = 1
}

function measure(modules: Record<string, string>): Compiled {
  const folder = mkdtempSync(join(tmpdir(), "size-"))
  const total = { bytes: 0, symbolBytes: 0 }
  try {
    for (const [name, file] of Object.entries(modules)) {
      const { bytes, symbolBytes } = compileModule(join(projectRoot, file), name, join(folder, "out.xsb"))
      row(name, bytes, symbolBytes)
      total.bytes += bytes
      total.symbolBytes += symbolBytes
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return total
}

function row(name: string, bytes: number | string, symbolBytes: number | string): void {
  console.log(`${name.padEnd(26)}${String(bytes).padStart(9)}${String(symbolBytes).padStart(9)}`)
}
