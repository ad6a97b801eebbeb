/// <reference types="node" />
// Shows that the walls between the layers hold: what a layer must not do is reported when it stands in one of its files.
import assert from "node:assert/strict"
import { test } from "node:test"
import { ESLint } from "eslint"
import { projectRoot } from "../xs/build.js"

const eslint = new ESLint({ cwd: projectRoot })

/** The rules that a text breaks as a file of this name. */
async function broken(filePath: string, text: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(text + "\n", { filePath })
  return result!.messages.map((message) => message.ruleId ?? message.message)
}

async function forbids(filePath: string, text: string, rule: string): Promise<void> {
  const rules = await broken(filePath, text)
  assert.ok(rules.includes(rule), `in ${filePath}: ${text} breaks ${rules.join(", ") || "nothing"}`)
}

async function allows(filePath: string, text: string): Promise<void> {
  assert.deepEqual(await broken(filePath, text), [], `in ${filePath}: ${text}`)
}

const WALL = "mqtt-xs/walls"

test("dependencies point one way: telemetry, cloud -> client -> session -> codec", async () => {
  const order = ["codec", "session", "client", "telemetry"]
  for (const from of [...order, "cloud"])
    for (const to of [...order, "cloud"]) {
      const text = `export { x } from "../${to}/x.js"`
      const inner = order.indexOf(to) >= 0 && order.indexOf(to) < Math.min(order.indexOf(from === "cloud" ? "telemetry" : from), 3)
      if (inner || from === to) await allows(`src/${from}/made-up.ts`, text)
      else await forbids(`src/${from}/made-up.ts`, text, WALL)
    }
})

test("a wall holds against every way to import, from a folder within a layer too", async () => {
  for (const text of [
    `import { x } from "../session/x.js"\nx()`,
    `import "../session/x.js"`,
    `import type { X } from "../session/x.js"\nexport type Y = X`,
    `export * from "../session/x.js"`,
    `export type { X } from "../session/x.js"`,
    `export type Y = import("../session/x.js").X`,
    `export const x = import("../session/x.js")`,
    `export const x = import(String("../session/x.js"))`,
    `import { x } from "../codec/../session/x.js"\nx()`,
  ])
    await forbids("src/codec/made-up.ts", text, WALL)
  await forbids("src/codec/within/made-up.ts", `export * from "../../session/x.js"`, WALL)
  await allows("src/codec/within/made-up.ts", `export * from "../packets.js"`)
})

test("src imports nothing from outside src", async () => {
  for (const folder of ["src/codec", "src/session", "src/client", "src/telemetry", "src/cloud"])
    for (const from of ["node:fs", "fs", "mqtt-packet", "timer", "embedded:io/socket/tcp", "../../platforms/node/platform.js", "../../test-host/support/bytes.js", "../../platforms/esp32/platform.js"]) await forbids(`${folder}/made-up.ts`, `export * from "${from}"`, WALL)
  await forbids("src/made-up.ts", `export * from "../platforms/node/platform.js"`, WALL)
})

test("of platforms/platform.ts src takes the types, nothing else", async () => {
  await allows("src/client/made-up.ts", `import type { Platform } from "../../platforms/platform.js"\nexport type P = Platform`)
  await allows("src/client/made-up.ts", `export type { Platform } from "../../platforms/platform.js"`)
  await forbids("src/client/made-up.ts", `export { x } from "../../platforms/platform.js"`, WALL)
  await forbids("src/client/made-up.ts", `import "../../platforms/platform.js"`, WALL)
})

test("src uses no global of Node, a browser or Moddable", async () => {
  for (const name of ["process", "Buffer", "setTimeout", "clearTimeout", "setInterval", "setImmediate", "queueMicrotask", "structuredClone", "console", "trace", "require", "performance", "crypto", "fetch", "TextEncoder", "TextDecoder"]) await forbids("src/client/made-up.ts", `export const x = ${name}`, "no-undef")
  await forbids("src/client/made-up.ts", `declare const process: unknown\nexport const x = process`, "no-restricted-syntax")
  await forbids("src/client/made-up.ts", `export const x = globalThis`, "no-restricted-globals")
  await forbids("src/client/made-up.ts", `/// <reference types="node" />\nexport const x = 1`, "@typescript-eslint/triple-slash-reference")
  await allows("src/codec/text.ts", `declare const TextEncoder: { new (): object }\nexport const x = new TextEncoder()`)
  await allows("src/client/made-up.ts", `export const x = new DataView(new ArrayBuffer(Math.max(1, Number.MAX_SAFE_INTEGER)))\nexport type Y = Partial<Record<string, Uint8Array>>`)
})

test("src has time and chance through the platform only", async () => {
  await forbids("src/client/made-up.ts", `export const x = Date.now()`, "no-restricted-globals")
  await forbids("src/client/made-up.ts", `export const x = Math.random()`, "no-restricted-properties")
})

test("unit tests are engine neutral", async () => {
  for (const from of ["node:test", "node:fs", "fast-check", "../harness/harness-xs.js", "../node/x.js", "../xs/xs.js", "../../platforms/node/platform.js"]) await forbids("test-host/unit/made-up.test.ts", `export * from "${from}"`, WALL)
  for (const from of ["../harness/harness.js", "../support/bytes.js", "./other.js", "../../src/codec/packets.js", "../vectors/x.json"]) await allows("test-host/unit/made-up.test.ts", `export * from "${from}"`)
})
