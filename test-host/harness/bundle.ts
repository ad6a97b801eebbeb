/// <reference types="node" />
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import { rollup, type Plugin } from "rollup"
import { shrinkModules } from "../tools/shrink.js"

/**
 * Bundles every unit test for XS, one file a module, so that a trace names the file it comes from. What they test is
 * shrunk as boards get it. Returns the files by their specifiers; "unit-tests" is the main one.
 *
 * @param compiled folder of the compiled project, which has src/ and test-host/.
 * @param only part of the names of the test files that are wanted.
 */
export async function bundleUnitTests(compiled: string, out: string, only = ""): Promise<Record<string, string>> {
  const unit = join(compiled, "test-host/unit")
  const tests = readdirSync(unit).filter((name) => name.endsWith(".test.js") && name.includes(only))
  if (tests.length === 0) throw new Error(`no unit test has "${only}" in its file name`)
  const harness = join(compiled, "test-host/harness/harness-xs.js")
  const bundle = await rollup({
    input: "unit-tests",
    external: ["host"],
    plugins: [entry(harness, tests.map((name) => join(unit, name))), xsHarness(harness), json, sourceMaps, ...shrinkModules(join(compiled, "src")), specifiers],
    // An import that is not found would be left to XS, where nothing has it.
    onwarn(warning) {
      throw new Error(warning.message)
    },
  })
  const { output } = await bundle.write({ dir: out, format: "es", sourcemap: true, sourcemapExcludeSources: true, preserveModules: true, preserveModulesRoot: compiled, entryFileNames: "[name].js" })
  await bundle.close()
  const chunks = output.filter((chunk) => chunk.type === "chunk")
  return Object.fromEntries(chunks.map((chunk) => [specifierOf(chunk.fileName), join(out, chunk.fileName)]))
}

/** A module that imports all tests, then runs them. */
function entry(harness: string, tests: readonly string[]): Plugin {
  const code = [
    `import { exit, print } from "host"`,
    `import { run } from ${JSON.stringify(harness)}`,
    ...tests.map((path) => `import ${JSON.stringify(path)}`),
    `if (!(await run(print))) exit(1)`,
  ]
  return {
    name: "entry",
    resolveId: (id) => (id === "unit-tests" ? id : null),
    load: (id) => (id === "unit-tests" ? code.join("\n") : null),
  }
}

/** The tests import Node's harness; here they get that of XS. */
function xsHarness(harness: string): Plugin {
  return { name: "xs-harness", resolveId: (id) => (id.endsWith("/harness/harness.js") ? harness : null) }
}

/** Test vectors. As text in pieces, because XS's compiler has 32 KB for a literal and for a source map's lines. */
const json: Plugin = {
  name: "json",
  transform(code, id) {
    if (!id.endsWith(".json")) return null
    const pieces = JSON.stringify(JSON.parse(code)).match(/.{1,10000}/gsu)!
    return { code: `export default JSON.parse([${pieces.map((piece) => JSON.stringify(piece)).join(",\n")}].join(""))`, map: null }
  },
}

/** XS finds modules by name, not relative to each other. */
const specifiers: Plugin = {
  name: "specifiers",
  generateBundle(_options, output) {
    for (const file of Object.values(output)) {
      if (file.type !== "chunk") continue
      for (const imported of file.imports) {
        const path = posix.relative(posix.dirname(file.fileName), imported)
        file.code = file.code.replaceAll(`'${path.startsWith(".") ? path : "./" + path}'`, `'${specifierOf(imported)}'`)
      }
    }
  },
}

function specifierOf(fileName: string): string {
  return fileName.replace(/^_virtual\//, "").replace(/\.js$/, "")
}

/** Those of tsc, so that a trace in XS names the TypeScript file. */
const sourceMaps: Plugin = {
  name: "source-maps",
  load: (id) => (existsSync(`${id}.map`) ? { code: readFileSync(id, "utf8"), map: readFileSync(`${id}.map`, "utf8") } : null),
}
