/// <reference types="node" />
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { rollup } from "rollup"

const compiled = fileURLToPath(new URL("../../", import.meta.url))
const HOST = ["host", "timer", "time", /^embedded:/]

/**
 * Bundles the library, the ECMA-419 client and a program that uses it, each as a module of its own, as a firmware has
 * them. Returns their files by specifier; the program is "main".
 *
 * @param program compiled file, below test-host/.
 */
export async function ecma419Modules(program: string, out: string): Promise<Record<string, string>> {
  const library = join(compiled, "src/index.js")
  const client = join(compiled, "platforms/esp32/ecma419.js")
  const paths = { [library]: "mqtt-xs", [client]: "embedded:network/mqtt/client" }
  const modules: Record<string, string> = {}
  for (const [specifier, input] of [["mqtt-xs", library], ["embedded:network/mqtt/client", client], ["main", join(compiled, "test-host", program)]] as const) {
    const file = join(out, specifier.replaceAll(/[:/]/g, "-") + ".js")
    // Their specifiers are names, not places.
    const bundle = await rollup({ input, makeAbsoluteExternalsRelative: false, external: [...HOST, ...[library, client].filter((module) => module !== input)] })
    await bundle.write({ file, format: "es", paths })
    await bundle.close()
    modules[specifier] = file
  }
  return modules
}
