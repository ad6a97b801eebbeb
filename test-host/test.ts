/// <reference types="node" />
/**
 * `npm test`: lint, conformance, and every test in both engines, with the coverage of src/. What could not be run here
 * (no mosquitto, no gcc-multilib) is said loudly; with --strict that is a failure.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { buildXsHost, projectRoot } from "./xs/xs.js"

const LEAST_COVERAGE = 95
const strict = process.argv.includes("--strict")
const folder = mkdtempSync(join(tmpdir(), "mqtt-xs-test-"))
const report = join(folder, "tap")
const leftOut: string[] = []
let good = true

step("lint", "npx", ["--no-install", "eslint", "."])
step("conformance", process.execPath, ["build/js/test-host/conformance/conformance.js", "--check", "--summary"])
lookAround()
step("tests", "npx", [
  "--no-install",
  "c8",
  "--clean",
  "--temp-directory=" + join(folder, "coverage"),
  "--reporter=text-summary",
  "--all",
  "--src=src",
  "--include=src/**",
  "--check-coverage",
  "--lines=" + LEAST_COVERAGE,
  "--exclude-after-remap",
  process.execPath,
  "--enable-source-maps",
  "--test",
  "--test-concurrency=2",
  // Nothing takes a minute; what hangs is ended and named.
  "--test-timeout=300000",
  "--test-reporter=spec",
  "--test-reporter-destination=stdout",
  "--test-reporter=tap",
  "--test-reporter-destination=" + report,
  ...testFiles(),
])
finish()

function step(name: string, command: string, words: readonly string[]): void {
  console.log(`\n== ${name}`)
  const { status, error } = spawnSync(command, words, { cwd: projectRoot, stdio: "inherit" })
  if (status === 0) return
  good = false
  console.error(`== ${name} failed${error ? `: ${error.message}` : ""}`)
}

/** Compiled tests of all folders. */
function testFiles(): string[] {
  const compiled = join(projectRoot, "build/js")
  return readdirSync(join(compiled, "test-host"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.js"))
    .map((file) => relative(projectRoot, join(compiled, "test-host", file)))
    .sort()
}

function lookAround(): void {
  if (buildXsHost().bits === 64) leftOut.push("32-bit slots in the XS machine: this gcc has no -m32 (Debian: apt-get install gcc-multilib)")
}

/** Says what was left out, and closes with the count of all tests. */
function finish(): void {
  const tap = readFileSync(report, "utf8")
  const skipped = new Map<string, number>()
  for (const [, reason] of tap.matchAll(/^ *ok \d+ - .*? # SKIP *(?:LEFT OUT: )?(.*)$/gm)) skipped.set(reason!, (skipped.get(reason!) ?? 0) + 1)
  for (const [reason, tests] of skipped) leftOut.push(`${tests} tests: ${reason}`)
  const count = (what: string): number => Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(tap)?.[1] ?? 0)
  rmSync(folder, { recursive: true, force: true })
  for (const line of leftOut) console.error(`LEFT OUT: ${line}`)
  if (strict && leftOut.length > 0) {
    good = false
    console.error("Nothing may be left out here.")
  }
  const failed = count("fail") + count("cancelled")
  console.log(`\ntodo: ${count("todo")} (bars that are not reached yet; see npm run bench)`)
  console.log(`${count("pass")} passed, ${failed} failed, ${count("skipped")} skipped`)
  process.exitCode = good && failed === 0 ? 0 : 1
}
