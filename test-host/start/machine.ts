/// <reference types="node" />
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Line, Start } from "../firmware/messages.js"
import { buildXsHost, projectRoot, runXs } from "../xs/xs.js"

export interface MachineEvents {
  onLine(line: Line): void
  /** A line of its standard error. */
  onNote(text: string): void
}

export interface Machine {
  readonly bits: 32 | 64
  /** Resolves when it has ended, with what went wrong, if anything did. */
  readonly ended: Promise<string | undefined>
  /** Asks the firmware to end in good order. */
  stop(): void
  kill(): void
}

const firmware = join(projectRoot, "build/firmware")

/** Starts the firmware in a process of its own. Throws where the engine is not to be had. */
export function startMachine(engine: "xs" | "node", start: Start, events: MachineEvents): Machine {
  const child = engine === "xs" ? startXs(events) : spawn(process.execPath, [join(firmware, "main-node.js")], { stdio: "pipe" })
  createInterface({ input: child.stdout! }).on("line", (line) => events.onLine(JSON.parse(line) as Line))
  createInterface({ input: child.stderr! }).on("line", (line) => events.onNote(line))
  // Errors: it has ended already, which `ended` tells.
  const input = child.stdin!.on("error", () => {})
  input.write(`${JSON.stringify(start)}\n`)
  let stopped = false
  return {
    bits: engine === "xs" ? buildXsHost().bits : 64,
    ended: ended(child).then((fault) => (stopped && fault === "ended by SIGINT" ? undefined : fault)),
    stop() {
      stopped = true
      input.end("end\n")
    },
    kill: () => child.kill("SIGKILL"),
  }
}

function startXs(events: MachineEvents): ChildProcess {
  const built = join(projectRoot, "build/xs")
  if (!existsSync(built) || !readdirSync(built).some((name) => existsSync(join(built, name, "xs-host")))) {
    events.onNote("building the XS machine from its C sources, once: about 15 s ...")
  }
  return runXs({
    modules: { firmware: join(firmware, "firmware.js"), platform: join(firmware, "platform.js"), main: join(firmware, "main-xs.js") },
    main: "main",
    creation: "esp32",
    stdio: "pipe",
  })
}

function ended(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message))
    child.on("close", (code, signal) => resolve(signal ? `ended by ${signal}` : code === 0 ? undefined : `ended with code ${code}`))
  })
}
