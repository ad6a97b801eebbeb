/// <reference types="node" />
/** The unit tests once more, in the XS machine. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

test("the unit tests pass in the XS machine too", () => {
  const runner = fileURLToPath(new URL("../run-unit-xs.js", import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [runner], { encoding: "utf8", maxBuffer: 1 << 26, timeout: 300_000 })
  const summary = /(\d+) passed, (\d+) failed/.exec(stdout)
  assert.ok(status === 0 && summary !== null, `${stdout}${stderr}`)
  assert.ok(Number(summary[1]) > 100, `only ${summary[1]} tests ran`)
  console.log(`in XS: ${summary[0]}`)
})
