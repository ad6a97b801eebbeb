/// <reference types="node" />
import { type ChildProcess, spawn } from "node:child_process"
import { pbkdf2Sync, randomBytes } from "node:crypto"
import { once } from "node:events"
import { accessSync, constants, mkdtempSync, rmSync, watch, writeFileSync } from "node:fs"
import { tmpdir, userInfo } from "node:os"
import { delimiter, join } from "node:path"
import { createInterface } from "node:readline"
import type { Account, Broker } from "./broker.js"
import { within } from "./events.js"
import { freePort } from "./free-port.js"

/** What `skip` of a test says where mosquitto is missing; false where it is there. */
export function withoutMosquitto(): string | false {
  return hasMosquitto() ? false : "LEFT OUT: mosquitto is not installed (Debian: apt-get install mosquitto)"
}

export function hasMosquitto(): boolean {
  return findMosquitto() !== undefined
}

export interface MosquittoOptions {
  account?: Account
  /** Further lines of mosquitto.conf. */
  config?: readonly string[]
  /** A command that runs the one it is given, as `taskset -c 0` does. */
  launcher?: readonly string[]
}

/** A mosquitto of our own, on a loopback port, with a folder that keeps its sessions over a restart. */
export class Mosquitto implements Broker {
  readonly port: number
  private readonly folder: string
  private readonly launcher: readonly string[]
  private process: ChildProcess | undefined
  private readonly log: string[] = []

  private constructor(port: number, folder: string, launcher: readonly string[]) {
    this.port = port
    this.folder = folder
    this.launcher = launcher
  }

  static async start(options: MosquittoOptions = {}): Promise<Mosquitto> {
    // Between our looking for a free port and mosquitto's taking it, another may have taken it.
    for (let attempt = 1; ; attempt++) {
      const port = await freePort()
      const folder = mkdtempSync(join(tmpdir(), "mqtt-xs-mosquitto-"))
      const broker = new Mosquitto(port, folder, options.launcher ?? [])
      writeFileSync(join(folder, "mosquitto.conf"), configuration(port, folder, options))
      try {
        await broker.run()
        return broker
      } catch (error) {
        rmSync(folder, { recursive: true, force: true })
        if (attempt === 5) throw error
      }
    }
  }

  /** Ends it as a service manager does: it writes its sessions and messages to its folder first. */
  async stop(): Promise<void> {
    await this.end("SIGTERM")
  }

  /** Ends it at once: what it had not written to its folder is lost. */
  async kill(): Promise<void> {
    await this.end("SIGKILL")
  }

  /** Has it write its sessions and messages to its folder, and waits until that is done. */
  async save(): Promise<void> {
    const watcher = watch(this.folder)
    const written = new Promise<void>((resolve) => {
      // It writes another file, which takes this name when it is complete.
      watcher.on("change", (_, name) => name === "mosquitto.db" && resolve())
    })
    try {
      this.process!.kill("SIGUSR1")
      await within(10_000, written, () => `mosquitto to save:\n${this.log.slice(-10).join("\n")}`)
    } finally {
      watcher.close()
    }
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.run()
  }

  /** Starts it again, after `stop` or `kill`, on the same port and with what its folder holds. */
  async run(): Promise<void> {
    const [command, ...args] = [...this.launcher, findMosquitto()!, "-c", join(this.folder, "mosquitto.conf")]
    const child = spawn(command!, args, { stdio: ["ignore", "ignore", "pipe"] })
    this.process = child
    const started = new Promise<void>((resolve, reject) => {
      createInterface(child.stderr).on("line", (line) => {
        this.log.push(line)
        // Written when it listens.
        if (line.endsWith(" running")) resolve()
      })
      child.once("error", reject)
      child.once("exit", (code) => reject(new Error(`mosquitto ended with ${code}:\n${this.log.slice(-10).join("\n")}`)))
    })
    await within(10_000, started, () => `mosquitto to start:\n${this.log.join("\n")}`)
  }

  /** Ends it for good. */
  async close(): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process
    this.process = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, "exit")
    child.kill(signal)
    await within(10_000, ended, () => `mosquitto to end after ${signal}`)
  }
}

/** Not "debug": a line for each packet would make it a slow broker. */
const LOG = ["error", "warning", "notice", "information"]

function configuration(port: number, folder: string, { account, config = [] }: MosquittoOptions): string {
  const lines = [`listener ${port} 127.0.0.1`, "persistence true", `persistence_location ${folder}/`, "log_dest stderr", ...LOG.map((type) => `log_type ${type}`), "max_queued_messages 0"]
  // Started as root it would become another user, who can't write here.
  if (userInfo().uid === 0) lines.push("user root")
  if (account) {
    const file = join(folder, "passwords")
    writeFileSync(file, `${account.username}:${passwordHash(account.password)}\n`, { mode: 0o600 })
    lines.push("allow_anonymous false", `password_file ${file}`)
  } else {
    lines.push("allow_anonymous true")
  }
  return [...lines, ...config, ""].join("\n")
}

/** As mosquitto_passwd makes it, which is not installed everywhere. */
function passwordHash(password: string): string {
  const salt = randomBytes(12)
  const rounds = 101
  return `$7$${rounds}$${salt.toString("base64")}$${pbkdf2Sync(password, salt, rounds, 64, "sha512").toString("base64")}`
}

/** Debian puts it into a folder that is not on every user's PATH. */
function findMosquitto(): string | undefined {
  for (const folder of [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]) {
    const path = join(folder, "mosquitto")
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not here.
    }
  }
  return undefined
}
