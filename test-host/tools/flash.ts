/// <reference types="node" />
/** `npm run flash`: builds the firmware with what device.local.json says, and writes it to a board. */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { projectRoot } from "../xs/build.js"
import { command } from "./command.js"
import { DEVICE_FILE, readDeviceFile } from "./device-file.js"
import { writeDeviceManifest } from "./device-manifest.js"
import { DEVICE_BUILD, FLASHED, type Flashed, wordsOf } from "./flashed.js"
import { checkIdf, checkTarget, findSdk, run } from "./sdk.js"

const HELP = `Builds the firmware with what ${DEVICE_FILE} says, and writes it to a board.

  npm run flash -- [options]

  --target NAME    esp32, esp32s3, esp32c3 or esp32c6; esp32 by default
  --port PORT      serial port, as /dev/ttyUSB0; searched for by default
  --debug          with the log, which \`npm run monitor\` shows
  --config FILE    ${DEVICE_FILE} by default
  --help           shows this`

await command(() => {
  const { values } = parseArgs({
    options: {
      target: { type: "string", default: "esp32" },
      port: { type: "string" },
      debug: { type: "boolean", default: false },
      config: { type: "string", default: join(projectRoot, DEVICE_FILE) },
      help: { type: "boolean", short: "h", default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const target = checkTarget(values.target)
  const sdk = findSdk(process.env)
  checkIdf(process.env)
  const config = readDeviceFile(values.config)
  writeDeviceManifest(config, dirname(resolve(values.config)), DEVICE_BUILD)
  const flashed: Flashed = { target, debug: values.debug, ...(values.port !== undefined && { port: values.port }) }
  const env = flashed.port === undefined ? {} : { UPLOAD_PORT: flashed.port }
  for (const step of ["build", "deploy"]) {
    const code = run(sdk, "mcconfig", wordsOf(flashed, step), env)
    if (code !== 0) return code
  }
  mkdirSync(dirname(FLASHED), { recursive: true })
  writeFileSync(FLASHED, JSON.stringify(flashed))
  console.log(`The board is flashed.${flashed.debug ? " Its log: npm run monitor" : " For its log: npm run flash -- --debug, then npm run monitor"}`)
  return 0
})
