/// <reference types="node" />
import { buildXsHost } from "../xs/build.js"

/** Whether the XS machine can be built here, which needs gcc. */
export function hasXs(): boolean {
  try {
    buildXsHost()
    return true
  } catch {
    return false
  }
}
