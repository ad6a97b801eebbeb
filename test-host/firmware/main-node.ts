/// <reference types="node" />
/** The same firmware in Node. */
import { createInterface } from "node:readline"
import { nodePlatform } from "../../platforms/node/platform.js"
import { nodeFiles } from "../sensors/node-files.js"
import { operate } from "./firmware.js"

operate({
  platform: nodePlatform({ deviceId: "pc" }),
  files: nodeFiles,
  meter: {
    pause() {},
    figures() {
      const { heapUsed, heapTotal } = process.memoryUsage()
      return { heapUsed, heapTotal }
    },
    resume() {},
  },
  now: () => performance.now(),
  receive(callback) {
    const lines = createInterface({ input: process.stdin })
    lines.on("line", callback)
    lines.on("close", () => callback(undefined))
  },
  onSignal(callback) {
    process.on("SIGINT", callback)
    process.on("SIGTERM", callback)
  },
  print(line) {
    process.stdout.write(`${line}\n`)
  },
  exit(code) {
    // Not process.exit: what was written to a pipe must have left.
    process.exitCode = code
    process.stdin.destroy()
  },
})
