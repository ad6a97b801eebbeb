/// <reference types="node" />
/**
 * XS tells the lines of dist/, since it takes a source map as that of one file. This puts those of the sources in their
 * place: "dist/mqtt-xs.js:1239" becomes "src/client/duration.ts:21".
 */
import { existsSync, readFileSync } from "node:fs"
import { SourceMap } from "node:module"

import { join, posix } from "node:path"
import { projectRoot } from "../xs/build.js"

const PLACE = /(?:[^\s"'()<>]*\/)?dist\/([\w-]+)\.js:(\d+)/g

const maps = new Map<string, SourceMap | undefined>()

/** Leaves what it can't find as it is. */
export function withSources(text: string): string {
  return text.replace(PLACE, (place, module: string, line: string) => sourceOf(module, Number(line)) ?? place)
}

function sourceOf(module: string, line: number): string | undefined {
  if (!maps.has(module)) maps.set(module, load(join(projectRoot, "dist", `${module}.js.map`)))
  // A line's own position is where its first token is from.
  const entry = maps.get(module)?.findEntry(line - 1, 0)
  if (!entry || !("originalSource" in entry)) return undefined
  return `${posix.join("dist", entry.originalSource)}:${entry.originalLine + 1}`
}

function load(file: string): SourceMap | undefined {
  return existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, "utf8")) as ConstructorParameters<typeof SourceMap>[0]) : undefined
}
