/// <reference types="node" />
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { hostname, networkInterfaces, userInfo } from "node:os"

/**
 * 12 hex digits that stay the same for this machine and user. They are a hash, since what identifies a machine is
 * not for others to see.
 */
export function defaultDeviceId(): string {
  return createHash("sha256").update(`mqtt-xs ${machineId()} ${user()}`).digest("hex").slice(0, 12)
}

/** Throws when it is not 1 to 16 letters and digits. */
export function checkDeviceId(id: string): string {
  if (!/^[A-Za-z0-9]{1,16}$/.test(id)) throw new Error(`deviceId: ${JSON.stringify(id)}: 1 to 16 letters and digits are allowed`)
  return id
}

function machineId(): string {
  return fromFile("/etc/machine-id") ?? fromFile("/var/lib/dbus/machine-id") ?? hardwareAddress() ?? hostname()
}

function fromFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim() || undefined
  } catch {
    return undefined
  }
}

/** The lowest, so that the order in which the system lists them does not matter. */
function hardwareAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, mac }) => !internal && mac !== "00:00:00:00:00:00")
    .map(({ mac }) => mac)
    .sort()[0]
}

function user(): string {
  try {
    return userInfo().username
  } catch {
    return "" // A container's user id need not have a name.
  }
}
