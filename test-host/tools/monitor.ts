/// <reference types="node" />
/** `npm run monitor`: shows what the board says. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { parseArgs } from "node:util"
import { command } from "./command.js"
import { FLASHED, type Flashed, wordsOf } from "./flashed.js"
import { checkIdf, checkTarget, findSdk, run, type Sdk } from "./sdk.js"
import { withSources } from "./traces.js"

const HELP = `Shows what the board says, until Ctrl-C.

  npm run monitor -- [options]

  --target NAME    esp32, esp32s3, esp32c3 or esp32c6; what was flashed last by default
  --port PORT      serial port, as /dev/ttyUSB0; the one that was flashed last by default
  --debug          the firmware was flashed with --debug; as was flashed last by default
  --help           shows this`

await command(() => {
  const { values } = parseArgs({
    options: { target: { type: "string" }, port: { type: "string" }, debug: { type: "boolean" }, help: { type: "boolean", short: "h", default: false } },
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const last: Flashed = existsSync(FLASHED) ? (JSON.parse(readFileSync(FLASHED, "utf8")) as Flashed) : { target: "esp32", debug: false }
  const target = values.target === undefined ? last.target : checkTarget(values.target)
  const sdk = findSdk(process.env)
  checkIdf(process.env)
  if (!existsSync(FLASHED)) throw new Error("No board has been flashed from here yet: npm run flash -- --debug")
  const port = values.port ?? last.port
  const env = port === undefined ? {} : { UPLOAD_PORT: port }
  const debug = values.debug ?? last.debug
  const words = wordsOf({ target, debug }, "xsbug")
  return debug ? runTranslated(sdk, words, env) : run(sdk, "mcconfig", words, env)
})

/** With the lines of the sources in stack traces. */
async function runTranslated(sdk: Sdk, words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  // Ctrl-C reaches both: this process ends after the other.
  process.on("SIGINT", () => {})
  const child = spawn("mcconfig", words, { env: { ...sdk.env, ...env }, stdio: ["inherit", "pipe", "inherit"] })
  createInterface({ input: child.stdout }).on("line", (line) => console.log(withSources(line)))
  const [code] = (await once(child, "close")) as [number | null]
  return code ?? 0
}
