/// <reference types="node" />
/** What other people's projects get: npm's package, and the manifests. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, relative, resolve } from "node:path"
import { after, test } from "node:test"
import ts from "typescript"
import { projectRoot } from "../xs/build.js"

const folder = mkdtempSync(join(tmpdir(), "package-"))
after(() => rmSync(folder, { recursive: true, force: true }))

interface Manifest {
  include?: string | string[]
  modules?: Record<string, string | string[]>
  resources?: Record<string, string | string[]>
  preload?: string | string[]
  creation?: object
  build?: Record<string, string>
  platforms?: Record<string, Manifest & { error?: string }>
}

/** The SDK's manifests (8.2.3) that have the modules which we import. */
const OF_SDK: Record<string, string> = {
  "$(MODDABLE)/modules/io/manifest.json": "embedded:io/socket/tcp embedded:io/socket/udp embedded:provider/builtin embedded:network/interface/wifi net time timer",
  "$(MODDABLE)/modules/base/modules/manifest.json": "modules",
  "$(MODDABLE)/modules/crypt/digest/manifest.json": "crypt",
  "$(MODDABLE)/modules/files/preference/manifest.json": "preference",
  "$(MODDABLE)/modules/files/resource/manifest.json": "Resource",
  "$(MODDABLE)/modules/io/storage/esp32/manifest.json": "embedded:storage/key-value",
  "$(MODDABLE)/examples/io/tcp/tlssocket/manifest.json": "embedded:io/socket/tcp/tls bin ec ecdsa pkcs1_5 pkcs8 x509",
  "$(MODDABLE)/examples/io/udp/dns/manifest_dns.json": "embedded:network/dns/resolver/udp",
  "$(MODDABLE)/examples/io/tcp/mqttclient/manifest_mqttclient.json": "embedded:io/socket/tcp embedded:io/socket/udp embedded:network/dns/resolver/udp time timer",
  // What mcconfig itself makes.
  "": "mc/config",
}

const TARGETS = ["esp32", "esp32/esp32s3", "esp32/esp32c3", "esp32/esp32c6"]

const manifests = ["manifest.json", "platforms/esp32/board/manifest.json", ...readdirSync(join(projectRoot, "platforms/esp32/manifests")).filter((name) => name.endsWith(".json")).map((name) => `platforms/esp32/manifests/${name}`), "examples/moddable-project/manifest-sdk.json", "examples/moddable-project/manifest.json"]

test("what the manifests name of this project is there", () => {
  for (const file of manifests) {
    const manifest = read(file)
    for (const path of pathsOf(manifest)) {
      if (path.startsWith("$(")) continue
      // The example's node_modules has this project.
      const own = path.replace("./node_modules/mqtt-xs/", "../../")
      assert.ok(isThere(resolve(projectRoot, dirname(file), own)), `${file}: ${path}`)
    }
    for (const [name, { modules = {} }] of [["", manifest] as const, ...Object.entries(manifest.platforms ?? {})]) {
      for (const preload of [manifest.preload ?? []].flat()) assert.ok(preload.includes("*") || preload in { ...manifest.modules, ...modules }, `${file} ${name}: ${preload}`)
    }
  }
})

test("every module that those of dist/ import is given by the manifest that has them, or by the SDK's that it includes", () => {
  for (const file of ["manifest.json", "platforms/esp32/manifests/library.json", "platforms/esp32/manifests/esp32.json", "platforms/esp32/manifests/ecma419.json"]) {
    const given = new Set((OF_SDK[""] ?? "").split(" "))
    const files: string[] = []
    for (const part of allOf(file)) {
      for (const module of (OF_SDK[part] ?? "").split(" ")) given.add(module)
      if (part.startsWith("$(")) continue
      for (const [specifier, path] of Object.entries(read(part).modules ?? {})) {
        given.add(specifier)
        const module = resolve(projectRoot, dirname(part), String(path)) + ".js"
        if (!String(path).startsWith("$(") && existsSync(module)) files.push(module)
      }
    }
    assert.ok(files.length > 0, file)
    for (const module of files) for (const name of importsOf(module)) assert.ok(given.has(name), `${file}: ${relative(projectRoot, module)} imports ${name}`)
  }
})

test("each target has its creation, and any other is refused", () => {
  const { platforms = {} } = read("manifest.json")
  for (const target of TARGETS) assert.ok(platforms[target]?.creation, target)
  assert.match(platforms["..."]!.error!, /-p esp32, esp32\/esp32s3, esp32\/esp32c3 or esp32\/esp32c6/)
})

test("the firmware is without the SDK's own start, which joins Wi-Fi once and never comes to main where it can't", () => {
  assert.ok([read("manifest.json").modules!["~"]].flat().includes("$(BUILD)/devices/esp32/setup/network"))
})

const installed = join(folder, "project/node_modules/mqtt-xs")

test("npm's package has the modules, typings, sources and manifests, and nothing of a device or of the tests", () => {
  const { status, stdout, stderr } = spawnSync("npm", ["pack", "--json", "--loglevel=error", "--pack-destination", folder], { cwd: projectRoot, encoding: "utf8" })
  assert.equal(status, 0, stderr)
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }]
  const names = packed.files.map(({ path }) => path)
  for (const name of ["manifest.json", "platforms/esp32/manifests/library.json", "platforms/esp32/board/board.c", "src/index.ts", "dist/mqtt-xs.js", "dist/types/src/index.d.ts", "dist/drivers/SHT3x.json", "LICENSE"]) assert.ok(names.includes(name), name)
  for (const name of names) assert.doesNotMatch(name, /\.local\.json$|^build|^test-host|\.test\./, name)
  assert.equal(spawnSync("tar", ["xf", packed.filename], { cwd: folder }).status, 0)
  mkdirSync(dirname(installed), { recursive: true })
  renameSync(join(folder, "package"), installed)
  for (const conditions of Object.values((JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { exports: Record<string, string | Record<string, string>> }).exports)) {
    for (const path of typeof conditions === "string" ? [conditions] : Object.values(conditions)) assert.ok(path.includes("*") || existsSync(join(installed, path)), path)
  }
})

test("a project that has installed it runs it in Node", () => {
  const main = join(folder, "project/main.mjs")
  writeFileSync(main, `
    import { Client, Telemetry, parseDuration } from "mqtt-xs"
    import { nodePlatform } from "mqtt-xs/node"
    const client = new Client(nodePlatform({ deviceId: "a1" }), { host: "127.0.0.1" })
    console.log(parseDuration("x", "5s"), client instanceof Client, typeof Telemetry)
  `)
  const { stdout, stderr } = spawnSync(process.execPath, [main], { encoding: "utf8" })
  assert.equal(stdout, "5000 true function\n", stderr)
})

test("a TypeScript project that has installed it has all types, checked with those of the package itself", () => {
  const project = join(folder, "project")
  mkdirSync(join(project, "node_modules/@types"), { recursive: true })
  for (const name of ["@types/node", "undici-types"]) symlinkSync(join(projectRoot, "node_modules", name), join(project, "node_modules", name))
  const main = join(project, "main.ts")
  writeFileSync(main, `
    import { Client, type ClientOptions, type Message } from "mqtt-xs"
    import MQTTClient from "mqtt-xs/ecma419"
    import { boot, type FirmwareConfig } from "mqtt-xs/esp32"
    import { nodePlatform } from "mqtt-xs/node"
    import { esp32Platform } from "mqtt-xs/platform"
    const options: ClientOptions = { host: "broker", keepalive: 60, onDisconnect: ({ message }) => console.log(message.length) }
    const client: Client = new Client(nodePlatform(), options)
    client.subscribe("a", 1, (message: Message) => console.log(message.text().length))
    export const config: FirmwareConfig = { ssid: "a", broker: "mqtt://b" }
    export const all = [boot, MQTTClient, esp32Platform]
    // @ts-expect-error keepalive is no text
    new Client(nodePlatform(), { host: "broker", keepalive: {} })
  `)
  const check = (roots: string[], types: string[]): string[] => {
    const program = ts.createProgram(roots, { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, noEmit: true, skipLibCheck: true, types })
    return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`)
  }
  assert.deepEqual(check([main], ["node"]), [])
  // The example's own, with Moddable's modules as this project declares them.
  const example = join(project, "example.ts")
  copyFileSync(join(projectRoot, "examples/moddable-project/main.ts"), example)
  const declared = ["modules", "boot-modules"].map((name) => join(installed, `dist/types/platforms/esp32/${name}.d.ts`))
  assert.deepEqual(check([example, ...declared], []), [])
})

function read(path: string): Manifest {
  return JSON.parse(readFileSync(join(projectRoot, path), "utf8")) as Manifest
}

/** All paths that a manifest has: what it includes, modules and resources. */
function pathsOf(manifest: Manifest): string[] {
  const { include = [], modules = {}, resources = {}, build = {}, platforms = {} } = manifest
  return [include, ...Object.values(modules), ...Object.values(resources)].flat().concat(Object.values(build).filter((value) => value.startsWith("./")), Object.values(platforms).flatMap(pathsOf))
}

/** A path without ending stands for files of any. */
function isThere(path: string): boolean {
  const name = path.slice(dirname(path).length + 1)
  return existsSync(path) || (existsSync(dirname(path)) && readdirSync(dirname(path)).some((file) => name === "*" || file.startsWith(`${name}.`)))
}

/** A manifest and all that it includes; the SDK's by their names. */
function allOf(file: string): string[] {
  const included = [read(file).include ?? []].flat()
  return [file, ...included.flatMap((path) => (path.startsWith("$(") ? [path] : allOf(relative(projectRoot, resolve(projectRoot, dirname(file), path)))))]
}

function importsOf(module: string): string[] {
  return ts.preProcessFile(readFileSync(module, "utf8")).importedFiles.map(({ fileName }) => fileName)
}
