/// <reference types="node" />
/** Where the Moddable SDK is, and what it is told. */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { delimiter, join } from "node:path"

/** The boards that manifest.json has a `creation` for, by the names that people give them, with mcconfig's. */
export const TARGETS = {
  esp32: "esp32",
  esp32s3: "esp32/esp32s3",
  esp32c3: "esp32/esp32c3",
  esp32c6: "esp32/esp32c6",
} as const

export type Target = keyof typeof TARGETS

export interface Sdk {
  /** MODDABLE: its folder. */
  root: string
  /** For the SDK's programs: its own come first in PATH. */
  env: NodeJS.ProcessEnv
}

/** What is missing, and how to install it: one line. */
export class Missing extends Error {}

/** Throws Missing. */
export function findSdk(env: NodeJS.ProcessEnv): Sdk {
  const root = env["MODDABLE"]
  if (!root) throw new Missing("The Moddable SDK is missing (MODDABLE is not set): install it with `npx xs-dev setup`, then open a new terminal")
  const tools = toolFolders(root).find((folder) => existsSync(join(folder, "mcconfig")))
  if (!tools) throw new Missing(`The Moddable SDK in ${root} (MODDABLE) has no mcconfig: install it anew with \`npx xs-dev setup\``)
  return { root, env: { ...env, PATH: tools + delimiter + (env["PATH"] ?? "") } }
}

/** What building for the chip needs beyond the SDK. Throws Missing. */
export function checkIdf(env: NodeJS.ProcessEnv): void {
  const root = env["IDF_PATH"]
  const install = "install it with `npx xs-dev setup --device esp32`, then open a new terminal"
  if (!root) throw new Missing(`ESP-IDF is missing (IDF_PATH is not set): ${install}`)
  if (!existsSync(root)) throw new Missing(`ESP-IDF is missing (IDF_PATH is ${root}, where nothing is): ${install}`)
}

/** Throws an Error of one line. */
export function checkTarget(name: string): Target {
  if (Object.hasOwn(TARGETS, name)) return name as Target
  throw new Error(`--target: ${JSON.stringify(name)}; one of ${Object.keys(TARGETS).join(", ")} is needed`)
}

/** Runs one of the SDK's programs with this process's output, and returns its exit code. Throws where it can't be started. */
export function run(sdk: Sdk, program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const { status, error } = spawnSync(program, words, { env: { ...sdk.env, ...env }, stdio: "inherit" })
  if (error) throw new Missing(`${program} can't be started: ${error.message}`)
  return status ?? 1
}

function toolFolders(root: string): string[] {
  const system = { darwin: "mac", win32: "win" }[process.platform as string] ?? "lin"
  return ["release", "debug"].map((kind) => join(root, "build/bin", system, kind))
}
