// Bundles the firmware from tsc's output. The portable application becomes one module, firmware.js, which is the very
// same file in both engines; each engine has a small main, and its platform, beside it. Run by `npm run build`.
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const compiled = fileURLToPath(new URL("build/js/", import.meta.url))
const out = fileURLToPath(new URL("build/firmware/", import.meta.url))
const firmware = compiled + "test-host/firmware/firmware.js"
const esp32 = compiled + "platforms/esp32/platform.js"

/** Modules of Moddable, which the board's firmware has, and the XS host's own. */
const XS_MODULES = [/^embedded:/, "timer", "time", "host"]

/** tsc's source maps, so that a trace in XS names the TypeScript file. */
const sourceMaps = {
  name: "source-maps",
  load: (id) => (existsSync(`${id}.map`) ? { code: readFileSync(id, "utf8"), map: readFileSync(`${id}.map`, "utf8") } : null),
}

const common = {
  plugins: [sourceMaps],
  onwarn(warning) {
    throw new Error(warning.message)
  },
}

export default [
  {
    ...common,
    input: firmware,
    output: { file: out + "firmware.js", format: "es", sourcemap: true },
  },
  {
    ...common,
    input: esp32,
    external: XS_MODULES,
    output: { file: out + "platform.js", format: "es", sourcemap: true },
  },
  {
    ...common,
    input: compiled + "test-host/firmware/main-xs.js",
    external: [firmware, esp32, ...XS_MODULES],
    // The modules of a firmware have names, by which the XS host is told where their files are.
    output: { file: out + "main-xs.js", format: "es", sourcemap: true, paths: { [firmware]: "firmware", [esp32]: "platform" } },
  },
  {
    ...common,
    input: compiled + "test-host/firmware/main-node.js",
    external: [firmware, /^node:/],
    output: { file: out + "main-node.js", format: "es", sourcemap: true, paths: { [firmware]: "./firmware.js" } },
  },
]
