/// <reference types="node" />
/**
 * Runs JavaScript modules as XS bytecode in a real XS machine of ESP32 size, in a process of its own.
 */
import { type ChildProcess, spawn, spawnSync, type StdioOptions } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative } from "node:path"
import { buildXsHost, projectRoot, type Variant, type XsHost } from "./build.js"

export { buildXsHost, projectRoot, type Variant, type XsHost }

/** What XS takes a machine's memory from. Sizes of chunks in bytes, of heap and stack in slots of 16 bytes. */
export interface Creation {
  initialChunkSize: number
  /** 0: fixed. */
  incrementalChunkSize: number
  initialHeapCount: number
  /** 0: fixed. */
  incrementalHeapCount: number
  stackCount: number
  initialKeyCount: number
  incrementalKeyCount: number
  nameModulo: number
  symbolModulo: number
  parserBufferSize: number
  parserTableModulo: number
  /** Bytes of one block for all of it, in which chunks grow up and slots grow down; 0: no such block. */
  staticSize: number
}

const esp32: Creation = {
  initialChunkSize: 78848, incrementalChunkSize: 0, initialHeapCount: 4928, incrementalHeapCount: 0, stackCount: 512,
  initialKeyCount: 32, incrementalKeyCount: 32, nameModulo: 53, symbolModulo: 3,
  parserBufferSize: 1024, parserTableModulo: 31, staticSize: 0
}

/**
 * esp32: most ESP32 boards; full is full. static: ESP32-C3 and S2. test: as much as anyone wants, for tests that
 * test something else.
 */
export const creations = {
  esp32,
  static: {
    ...esp32, initialChunkSize: 1536, incrementalChunkSize: 512, initialHeapCount: 512, incrementalHeapCount: 64,
    stackCount: 384, staticSize: 94208
  },
  test: {
    ...esp32, initialChunkSize: 1 << 20, incrementalChunkSize: 1 << 20, initialHeapCount: 1 << 16,
    incrementalHeapCount: 1 << 16, stackCount: 4096, initialKeyCount: 1024, incrementalKeyCount: 1024, nameModulo: 127
  }
} satisfies Record<string, Creation>

export interface Compiled {
  /** Of bytecode, literals included. */
  bytes: number
  /** Of names, which the linker merges with those of all other modules. */
  symbolBytes: number
}

export interface XsOptions {
  /** Files by the specifier that imports them. The host's own modules are always there. */
  modules: Record<string, string>
  /** Specifier of the module that is evaluated in the device's machine. */
  main: string
  creation?: keyof typeof creations | Partial<Creation>
  variant?: Variant
  /** Whether all but main, or those that it is true for, are evaluated at build time and frozen into flash. Default: true. */
  preload?: boolean | ((specifier: string) => boolean)
  args?: readonly string[]
  /** Time stands still until advance() of module "host" moves it; chance is the same in every run. */
  virtualClock?: boolean
  /** Seed of Math.random and random32. */
  seed?: number
  /** Lets main use top-level await: main.async in a Moddable manifest. */
  asyncMain?: boolean
  /** Collect garbage before every allocation (implies the stress variant). */
  stress?: boolean
  /** File that gets the counters at the end, as JSON. */
  counters?: string
  stdio?: StdioOptions
  cwd?: string
  env?: NodeJS.ProcessEnv
}

/** In the order of readCounters(). */
export const counterNames = ["slotsAllocated", "chunkBytesAllocated", "codes", "collections", "slotsInUse",
  "chunkBytesInUse", "slotsPeak", "chunkBytesPeak", "stackPeak", "slotsTotal", "chunkBytesTotal", "largestTurnCodes"] as const

export type Counters = Record<typeof counterNames[number], number>

export interface XsResult {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** Undefined where the run ended before the device's machine began. */
  counters: Counters | undefined
}

/** Exit codes of the host program. */
export const exitCodes = { uncaught: 1, usage: 2, memory: 12, stack: 13, keys: 14, fatal: 15 } as const

const hostModules: Record<string, string> = {
  "host": "host.js",
  "timer": "timer.js",
  "time": "time.js",
  "embedded:io/socket/tcp": "tcp.js",
  "embedded:network/dns/resolver/udp": "dns.js",
  "host/text": "text.js"
}

/**
 * Compiles one JavaScript module to XS bytecode.
 *
 * @param specifier stands for the file in error messages and stack traces.
 * @param out file that gets the archive.
 * @throws XsCompileError with file:line: message of each error.
 */
export function compileModule(sourceFile: string, specifier: string, out: string, options: { debug?: boolean } = {}): Compiled {
  const host = buildXsHost(options.debug ? "debug" : "release")
  const words = ["compile", ...(options.debug ? ["--debug"] : []), sourceFile, specifier, out]
  const result = spawnSync(host.path, words, { encoding: "utf8" })
  if (result.status !== 0) throw new XsCompileError(result.stderr.trim() || `${specifier}: ${String(result.error ?? result.signal)}`)
  return JSON.parse(result.stdout) as Compiled
}

export class XsCompileError extends Error {
  override name = "XsCompileError"
}

/** Starts a run. Compiles what has changed, and builds the host program where there is none. */
export function runXs(options: XsOptions): ChildProcess {
  const { path, words } = commandLine(options)
  return spawn(path, words, { stdio: options.stdio ?? "inherit", ...place(options) })
}

/** Runs to the end. `input` is what the run gets on standard input. */
export function runXsToEnd(options: XsOptions & { input?: string, timeout?: number }): XsResult {
  return withCounters(options, counters => {
    const { path, words } = commandLine({ ...options, counters })
    const result = spawnSync(path, words, {
      encoding: "utf8", input: options.input ?? "", maxBuffer: 1 << 28, ...place(options),
      ...(options.timeout === undefined ? {} : { timeout: options.timeout })
    })
    return { code: result.status, signal: result.signal, stdout: result.stdout, stderr: result.stderr }
  })
}

/** The same for runs that this process has to serve: `started` gets the child process. */
export async function runXsAsync(options: XsOptions, started?: (child: ChildProcess) => void): Promise<XsResult> {
  const folder = mkdtempSync(join(tmpdir(), "xs-"))
  const counters = options.counters ?? join(folder, "counters.json")
  try {
    const child = runXs({ stdio: ["pipe", "pipe", "pipe"], ...options, counters })
    let stdout = "", stderr = ""
    child.stdout?.setEncoding("utf8").on("data", (text: string) => stdout += text)
    child.stderr?.setEncoding("utf8").on("data", (text: string) => stderr += text)
    if (started) started(child)
    else child.stdin?.end()
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.on("error", reject)
      child.on("close", (code, signal) => { resolve([code, signal]) })
    })
    return { code, signal, stdout, stderr, counters: readCounters(counters) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function place(options: XsOptions): { cwd?: string, env?: NodeJS.ProcessEnv } {
  return { ...(options.cwd ? { cwd: options.cwd } : {}), ...(options.env ? { env: options.env } : {}) }
}

function withCounters(options: XsOptions, run: (counters: string) => Omit<XsResult, "counters">): XsResult {
  const folder = mkdtempSync(join(tmpdir(), "xs-"))
  const counters = options.counters ?? join(folder, "counters.json")
  try {
    return { ...run(counters), counters: readCounters(counters) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readCounters(path: string): Counters | undefined {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) as Counters : undefined
}

/** The program and its arguments, for those who start it in their own way. */
export function commandLine(options: XsOptions): { path: string, words: string[] } {
  const variant = options.variant ?? (options.stress ? "stress" : "release")
  const host = buildXsHost(variant)
  const words = ["run", "--creation", Object.values(creationOf(options)).join(",")]
  if (options.virtualClock) words.push("--virtual-clock")
  if (options.asyncMain) words.push("--async")
  if (options.stress) words.push("--stress")
  if (options.seed !== undefined) words.push("--seed", String(options.seed))
  if (options.counters !== undefined) words.push("--counters", options.counters)
  for (const [specifier, file] of Object.entries(hostModules).filter(([specifier]) => !(specifier in options.modules)))
    words.push("--preload", `${specifier}=${archive(host, variant, join(projectRoot, "test-host/xs/modules", file), specifier)}`)
  for (const [specifier, file] of Object.entries(options.modules)) {
    const { preload: wanted = true } = options
    const preload = specifier !== options.main && (typeof wanted === "function" ? wanted(specifier) : wanted)
    words.push(preload ? "--preload" : "--module", `${specifier}=${archive(host, variant, file, specifier)}`)
  }
  return { path: host.path, words: [...words, options.main, ...options.args ?? []] }
}

function creationOf(options: XsOptions): Creation {
  const { creation = "esp32" } = options
  return typeof creation === "string" ? creations[creation] : { ...esp32, ...creation }
}

/** The archive of a file's present content, compiled now if it never was. */
function archive(host: XsHost, variant: Variant, file: string, specifier: string): string {
  const debug = variant === "debug"
  const content = readFileSync(file)
  const map = debug && existsSync(`${file}.map`) ? readFileSync(`${file}.map`) : ""
  const name = createHash("sha256").update(content).update(map).update(`\0${specifier}\0${file}`).digest("hex").slice(0, 24)
  const path = join(dirname(host.path), "modules", `${name}.xsb`)
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true })
    compileModule(file, relative(projectRoot, file), path, { debug })
  }
  return path
}
