/// <reference types="node" />
/** What was flashed last, for `npm run monitor`. */
import { join } from "node:path"
import { projectRoot } from "../xs/build.js"
import { type Target, TARGETS } from "./sdk.js"

export interface Flashed {
  target: Target
  debug: boolean
  /** Absent: searched for. */
  port?: string
}

/** Holds secrets: git ignores it. DEVICE_BUILD in the environment: another one. */
export const DEVICE_BUILD = process.env["DEVICE_BUILD"] ?? join(projectRoot, "build/device")

export const FLASHED = join(DEVICE_BUILD, "flashed.json")

/** mcconfig's arguments. Its output goes to DEVICE_BUILD, since Wi-Fi's password and the broker's are in it. */
export function wordsOf({ target, debug }: Flashed, step: string): string[] {
  return [...(debug ? ["-dl"] : []), "-m", "-p", TARGETS[target], "-o", DEVICE_BUILD, "-t", step, join(DEVICE_BUILD, "manifest.json")]
}
