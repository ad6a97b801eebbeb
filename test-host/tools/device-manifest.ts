/// <reference types="node" />
/** The manifest of one device's firmware: the project's, and what device.local.json says. */
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { extname, join, relative, resolve } from "node:path"
import type { FirmwareConfig } from "../../platforms/esp32/config.js"
import { projectRoot } from "../xs/build.js"
import { CERTIFICATES } from "./device-file.js"
import { manifestsOf } from "./drivers.js"

/**
 * Makes manifest.json and the certificates that it needs in `folder`, which holds secrets from then on: nobody but this
 * user can read it. Returns the manifest's path.
 *
 * @param origin where the paths in `config` begin.
 */
export function writeDeviceManifest(config: FirmwareConfig, origin: string, folder: string): string {
  rmSync(join(folder, "resources"), { recursive: true, force: true })
  mkdirSync(join(folder, "resources"), { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const resources: string[] = []
  const names: Record<string, string> = {}
  for (const option of CERTIFICATES) {
    const path = config[option]
    if (path === undefined) continue
    const name = option + extname(path)
    copyFileSync(resolve(origin, path), join(folder, "resources", name))
    resources.push(`./resources/${option}`)
    names[option] = name
  }
  const ofProject = (path: string): string => slashed(relative(folder, join(projectRoot, path)))
  const manifest = {
    include: [ofProject("manifest.json"), ...manifestsOf(config.sensors ?? []).map((name) => ofProject(`dist/drivers/${name}`))],
    config: { ...config, ...names },
    // With a CA of one's own, nobody else's is trusted.
    ...(resources.length > 0 && { resources: { ...(names["ca"] && { "~": ["$(MODDABLE)/modules/crypt/data/*"] }), "*": resources } }),
  }
  const path = join(folder, "manifest.json")
  writeFileSync(path, `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600 })
  return path
}

export function slashed(path: string): string {
  return path.replaceAll("\\", "/")
}
