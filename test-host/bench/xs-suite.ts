/// <reference types="node" />
/**
 * What each message costs in an XS machine of ESP32 size: the figures of `xs-main.ts`, with the library frozen in
 * flash as on the device.
 */
import { fileURLToPath } from "node:url"
import { join } from "node:path"
import { rollup } from "rollup"
import { projectRoot, runXsAsync } from "../xs/xs.js"
import type { Row } from "./report.js"
import { PAYLOAD_LENGTH, startPeer, TOPIC } from "./xs-peer.js"

/** One figure. */
export interface XsFigure {
  case: string
  /** Bytecodes run for one message. */
  codes: number
  /** Of heap taken for one message. */
  slots: number
  chunkBytes: number
}

/** What a connected client with default options takes of the heap, its buffers included. */
export interface XsHeap {
  slots: number
  chunkBytes: number
  /** In all, at 16 bytes a slot. */
  bytes: number
}

/** Milliseconds after which a run that hangs is ended; it takes 5 s. */
const LONGEST = 120_000

/** Codes of the Moddable SDK's io/tcp/mqttclient for the same, as measured with SDK 8.2.3. */
const SDK_CODES: Readonly<Record<string, number>> = { "publish qos0": 392, "publish qos1": 970, "receive qos0": 3158 }

/** The figures as rows of the report. */
export async function xsRows(): Promise<Row[]> {
  const { figures, heap } = await runXsBench()
  const rows: Row[] = []
  for (const { case: name, codes, slots, chunkBytes } of figures) {
    const peer = SDK_CODES[name] ?? null
    rows.push({ suite: "xs", case: name, ours: codes, peer, ratio: peer === null ? null : peer / codes, unit: "codes" })
    rows.push({ suite: "xs", case: name, ours: slots, peer: null, ratio: null, unit: "slots" })
    rows.push({ suite: "xs", case: name, ours: chunkBytes, peer: null, ratio: null, unit: "chunk bytes" })
  }
  rows.push({ suite: "xs", case: "connected client", ours: heap.bytes, peer: null, ratio: null, unit: "bytes" })
  return rows
}

/** Runs the benchmark. Throws when the machine ends otherwise than well. */
export async function runXsBench(): Promise<{ figures: XsFigure[]; heap: XsHeap }> {
  const modules = await bundle()
  const { port, server } = await startPeer()
  try {
    const { code, stdout, stderr } = await runXsAsync({ modules, main: "main", args: [String(port), TOPIC, String(PAYLOAD_LENGTH)] }, (child) => {
      child.stdin?.end()
      setTimeout(() => child.kill(), LONGEST).unref()
    })
    const lines = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as XsFigure & { heap?: XsHeap; error?: string })
    const heap = lines.find((line) => line.heap)?.heap
    if (code !== 0 || !heap) throw new Error(`the XS benchmark ended with ${code}: ${stderr}${stdout}`)
    return { figures: lines.filter((line) => line.case !== undefined && line.case !== "overhead"), heap }
  } finally {
    server.close()
  }
}

/** The library in one module, which is preloaded, and the benchmark in another, which is not. */
async function bundle(): Promise<Record<string, string>> {
  const folder = fileURLToPath(new URL(".", import.meta.url))
  const out = join(projectRoot, "build/bench-xs")
  const library = join(folder, "xs-library.js")
  const hostModules = ["host", "timer", "time", /^embedded:/]
  const modules = { "mqtt-xs": join(out, "mqtt-xs.js"), main: join(out, "main.js") }
  for (const { input, external, file } of [
    { input: library, external: hostModules, file: modules["mqtt-xs"] },
    { input: join(folder, "xs-main.js"), external: [...hostModules, library], file: modules.main },
  ]) {
    const bundle = await rollup({ input, external })
    await bundle.write({ file, format: "es", paths: { [library]: "mqtt-xs" } })
    await bundle.close()
  }
  return modules
}
