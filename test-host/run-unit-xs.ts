/// <reference types="node" />
/**
 * Runs the unit tests in an XS machine: node build/js/test-host/run-unit-xs.js [part of a test file's name]
 */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { bundleUnitTests } from "./harness/bundle.js"
import { commandLine, projectRoot } from "./xs/xs.js"

const compiled = fileURLToPath(new URL("..", import.meta.url))
const modules = await bundleUnitTests(compiled, join(projectRoot, "build/unit-xs"), process.argv[2])
const { path, words } = commandLine({
  modules,
  main: "unit-tests",
  asyncMain: true,
  creation: "test",
  // Errors carry file and line.
  variant: "debug",
})
// src/ is frozen in flash, as on the device; the tests keep what they need in variables of their modules.
for (const [i, word] of words.entries()) if (word === "--preload" && words[i + 1]!.startsWith("test-host/")) words[i] = "--module"

const { status, signal, error } = spawnSync(path, words, { stdio: "inherit" })
if (error) throw error
if (signal) console.error(`unit tests in XS: ended by ${signal}`)
process.exitCode = status ?? 1
