/// <reference types="node" />
/**
 * Builds the XS host program: the XS engine of the npm package @agoric/xsnap, unmodified, and the C files beside this
 * one. The result is kept in build/xs (or where the environment's XS_HOST_BUILD says) under a name made of all that
 * went into it, so a second call only looks.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs"
import { cpus } from "node:os"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export type Variant = "release" | "debug" | "stress"

export interface XsHost {
  /** The program. */
  readonly path: string
  /** 32: as on the ESP32, slots of 16 bytes. 64 where gcc has no -m32: counts of slots and codes agree, bytes don't. */
  readonly bits: 32 | 64
  /** Identifies the program and all that it was made of. */
  readonly hash: string
}

/** The nearest folder above this file that holds package.json: the sources' and their compiled copies' is the same. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)))
const sources = join(projectRoot, "test-host/xs")
const engine = join(projectRoot, "node_modules/@agoric/xsnap/moddable")
const output = process.env["XS_HOST_BUILD"] ?? join(projectRoot, "build/xs")

const engineFiles = ("All API Arguments Array Atomics BigInt Boolean Code Common DataView Date Defaults Error Function " +
  "Generator Global JSON Lexical Lockdown MapSet Marshall Math Module Number Object Platforms Profile Promise Property " +
  "Proxy RegExp Run Scope Script SourceMap String Symbol Syntaxical Tree Type dtoa mc re").split(" ")

const commonFlags = ["-O1", "-w", "-fno-common", "-DINCLUDE_XSPLATFORM", '-DXSPLATFORM="platform.h"', "-DmxMetering=1",
  "-DmxInstrument=1", "-DmxParse=1", "-DmxRun=1", "-DmxSloppy=1", "-DmxBoundsCheck=1"]
const variantFlags: Record<Variant, string[]> = { release: [], debug: ["-g", "-DmxDebug=1"], stress: ["-DmxStress=1"] }

const built = new Map<Variant, XsHost>()

/**
 * Builds the host program if it isn't there, which takes some 10 seconds. Two processes may do so at the same time.
 * Throws when gcc is missing or fails.
 *
 * @param variant debug: errors carry file and line. stress: collects before every allocation when asked by --stress.
 */
export function buildXsHost(variant: Variant = "release"): XsHost {
  const known = built.get(variant)
  if (known) return known
  const gcc = gccVersion()
  const bits = has32Bits(gcc) ? 32 : 64
  const flags = [...(bits === 32 ? ["-m32", "-msse2", "-mfpmath=sse"] : []), ...commonFlags, ...variantFlags[variant]]
  const hash = hashOf(gcc, flags)
  const folder = join(output, hash)
  const host: XsHost = { path: join(folder, "xs-host"), bits, hash }
  if (!existsSync(host.path)) withLock(join(output, `${hash}.lock`), () => existsSync(host.path) || make(folder, flags))
  built.set(variant, host)
  return host
}

function findRoot(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder
  if (dirname(folder) === folder) throw new Error("no package.json above the XS host's sources")
  return findRoot(dirname(folder))
}

function gccVersion(): string {
  const result = spawnSync("gcc", ["--version"], { encoding: "utf8" })
  if (result.status !== 0) throw new Error("the XS host needs gcc (Debian: apt install gcc gcc-multilib)")
  return result.stdout.split("\n", 1)[0]!
}

/** Whether gcc can link 32-bit programs: tried once for each gcc, and written down. */
function has32Bits(gcc: string): boolean {
  const note = join(output, `m32-${createHash("sha256").update(gcc).digest("hex").slice(0, 8)}`)
  if (existsSync(note)) return true
  mkdirSync(output, { recursive: true })
  const result = spawnSync("gcc", ["-m32", "-x", "c", "-", "-lm", "-o", "/dev/null"],
    { input: "#include <math.h>\n#include <stdio.h>\nint main(void) { return printf(\"\") + (int)sin(0); }\n" })
  if (result.status === 0) mkdirSync(note, { recursive: true })
  else console.error("*** gcc can't link with -m32 (Debian: apt install gcc-multilib). The XS machine has 64 bits: " +
    "its slots are twice as large as the ESP32's, and byte counts differ. ***")
  return result.status === 0
}

function cFiles(): string[] {
  const text = join(engine, "modules/data/text")
  return [
    ...engineFiles.map(name => join(engine, `xs/sources/xs${name}.c`)),
    join(text, "encoder/textencoder.c"), join(text, "decoder/textdecoder.c"),
    ...readdirSync(sources).filter(name => name.endsWith(".c")).sort().map(name => join(sources, name))
  ].filter(path => !["xsMemory.c", "xsDebug.c", "xsDefaults.c"].includes(basename(path)))  // included by files beside this
}

function hashOf(gcc: string, flags: string[]): string {
  const hash = createHash("sha256")
  const { version } = JSON.parse(readFileSync(join(engine, "../package.json"), "utf8")) as { version: string }
  hash.update(JSON.stringify([version, gcc, flags, engineFiles]))
  for (const name of readdirSync(sources).filter(name => /\.[ch]$/.test(name)).sort())
    hash.update(name).update(readFileSync(join(sources, name)))
  return hash.digest("hex").slice(0, 16)
}

/** Runs `work` while holding a lock of which there is one on this machine; a lock whose owner died is broken. */
function withLock(path: string, work: () => void): void {
  mkdirSync(output, { recursive: true })
  while (!tryLock(path)) {
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 120_000)
      rmSync(path, { recursive: true, force: true })
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  try {
    work()
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

function tryLock(path: string): boolean {
  try {
    mkdirSync(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  }
}

/** Compiles into a temporary folder, which gets its name when it is complete. */
function make(folder: string, flags: string[]): void {
  const temporary = mkdtempSync(join(output, "make-"))
  const include = [sources, ...["includes", "platforms", "sources"].map(name => join(engine, "xs", name))]
  const compile = [...flags, ...include.map(path => `-I${path}`)].map(quote).join(" ")
  const jobs = cFiles().map(path => `gcc ${compile} -c ${quote(path)} -o ${quote(join(temporary, basename(path)))}.o`)
  try {
    const xargs = spawnSync("xargs", ["-P", String(Math.max(2, cpus().length)), "-d", "\n", "-n", "1", "sh", "-c", 'eval "$0" || exit 255'],
      { input: jobs.join("\n"), encoding: "utf8" })
    if (xargs.status !== 0) throw new Error(`the XS host doesn't compile:\n${xargs.stderr}`)
    const objects = readdirSync(temporary).filter(name => name.endsWith(".o")).map(name => join(temporary, name))
    execFileSync("gcc", [...flags.filter(flag => flag.startsWith("-m")), ...objects, "-lm", "-lpthread", "-ldl", "-o", join(temporary, "xs-host")])
    for (const path of objects) rmSync(path)
    if (!existsSync(folder)) renameSync(temporary, folder)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`
}

