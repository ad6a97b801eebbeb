// Bundles tsc's output. Run by `npm run build`.
// dist/: the modules that boards and other people's projects have, with typings and source maps.
// build/firmware/: the PC's sensor node. Its portable application is one module, firmware.js, which is the very same
// file in both engines; each engine has a small main, and its platform, beside it.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { minify } from "terser"
import { shrinkPlugins } from "./build/js/test-host/tools/shrink.js"

const compiled = fileURLToPath(new URL("build/js/", import.meta.url))
const out = fileURLToPath(new URL("build/firmware/", import.meta.url))
const dist = fileURLToPath(new URL("dist/", import.meta.url))
const firmware = compiled + "test-host/firmware/firmware.js"
const esp32 = compiled + "platforms/esp32/platform.js"
const library = compiled + "src/index.js"
const boot = compiled + "platforms/esp32/boot.js"

/** Modules of Moddable, which the board's firmware has, and the XS host's own. */
const XS_MODULES = [/^embedded:/, "timer", "time", "host"]
/** Those of a board: Moddable's, what the manifests make, and our native one. */
const BOARD_MODULES = [/^embedded:/, /^\w+$/, "mc/config", "mqtt-xs/board"]

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

/**
 * Short names for what is local. Classes and functions keep theirs, and statements lines of their own, which XS tells in a
 * debug build's traces; test-host/tools/traces.ts makes those of the sources of them.
 */
const shortNames = {
  name: "short-names",
  async renderChunk(code) {
    const { code: short, map } = await minify(code, { module: true, compress: false, keep_classnames: true, keep_fnames: true, format: { beautify: true, indent_level: 0 }, sourceMap: { asObject: true } })
    return { code: short, map }
  },
}

const small = [...shrinkPlugins(), shortNames]

/** A module of dist/. `named` has the compiled files that it imports by the name of a module. */
function distModule(name, input, { named = {}, external = [], plugins = small, types = [] } = {}) {
  return {
    ...common,
    input: compiled + input,
    external,
    plugins: [{ name: "names", resolveId: (source, importer) => byName(named, source, importer) }, ...common.plugins, ...plugins, typings(name), ...types],
    // Not named in the module: xsc takes a map as that of its first source alone, and would tell its lines for all.
    output: { file: `${dist}${name}.js`, format: "es", sourcemap: plugins === small ? "hidden" : true },
  }
}

function byName(named, source, importer) {
  const id = importer && source.startsWith(".") ? named[resolve(dirname(importer), source)] : undefined
  return id ? { id, external: true } : null
}

/** Beside the module, so that tsc finds it there, in Node's way as well as in mcconfig's. */
function typings(name) {
  return {
    name: "typings",
    generateBundle(_, bundle) {
      const { exports, facadeModuleId } = bundle[`${name}.js`]
      const from = `from "./types/${facadeModuleId.slice(compiled.length)}"\n`
      const source = `export * ${from}${exports.includes("default") ? `export { default } ${from}` : ""}`
      this.emitFile({ type: "asset", fileName: `${name}.d.ts`, source })
    },
  }
}

/** All declarations of tsc, and those of Moddable's modules, in folders as those of the sources. */
const declarations = {
  name: "declarations",
  generateBundle(_, bundle) {
    for (const [root, folder] of [[compiled, "src"], [compiled, "platforms"], ["", "platforms"]]) {
      for (const file of readdirSync(root + folder, { recursive: true, encoding: "utf8" })) {
        const fileName = `types/${folder}/${file}`
        if (file.endsWith(".d.ts") && !(fileName in bundle)) this.emitFile({ type: "asset", fileName, source: readFileSync(`${root}${folder}/${file}`) })
      }
    }
  },
}

const ofBoard = { external: BOARD_MODULES, named: { [library]: "mqtt-xs" } }

/** Whether dist/ is as new as all that it is made of. Its last module is main. */
function isDistNew() {
  const filesIn = (folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`)
  const shrinking = filesIn(`${compiled}test-host/tools`).filter((file) => file.includes("/shrink"))
  const sources = [...filesIn(`${compiled}src`), ...filesIn(`${compiled}platforms`), ...filesIn("platforms"), ...shrinking, "rollup.config.js", "package-lock.json"]
  const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs))
  return existsSync(`${dist}main.js`) && statSync(`${dist}main.js`).mtimeMs > newest
}

const ofDist = [
  distModule("mqtt-xs", "src/index.js", { types: [declarations] }),
  distModule("node", "platforms/node/platform.js", { external: [/^node:/], plugins: [] }),
  distModule("platform", "platforms/esp32/platform.js", ofBoard),
  distModule("ecma419", "platforms/esp32/ecma419.js", ofBoard),
  distModule("esp32", "platforms/esp32/index.js", ofBoard),
  distModule("ssl-cert", "platforms/esp32/tls/certificate-manager.js", ofBoard),
  distModule("main", "platforms/esp32/main.js", { ...ofBoard, named: { ...ofBoard.named, [boot]: "mqtt-xs/esp32" } }),
]

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
  ...(isDistNew() ? [] : ofDist),
]
