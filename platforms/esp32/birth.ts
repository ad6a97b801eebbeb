import type { Client } from "../../src/index.js"

/** What a board tells of its start, once, when it is first connected. */
export interface Birth {
  /** Why it started: see restartReason of mqtt-xs/board. */
  reason: string
  /** Starts since power was last switched on, this one included; a wake-up is one. */
  boots: number
  /** Errors that nothing caught, since then, each of which restarted the board. */
  uncaught: number
  /** The latest of them. */
  error?: string
}

/** Publishes it, retained, on {deviceId}/birth. Returns the message's handle. */
export function announceBirth(client: Client, deviceId: string, birth: Birth): number {
  return client.publish(`${deviceId}/birth`, JSON.stringify(birth), { qos: 1, retain: true })
}
