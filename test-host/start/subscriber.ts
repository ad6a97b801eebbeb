/// <reference types="node" />
import { connect } from "mqtt"
import type { ServerUrl } from "../../src/index.js"

export interface Subscriber {
  /** Resolves when it is subscribed, or when that has not come about after so many milliseconds. */
  ready(milliseconds: number): Promise<void>
  close(): Promise<void>
}

/**
 * Watches what arrives at the broker, as any other client sees it. Connects again by itself, more eagerly than the
 * firmware does, so as to be there when it speaks.
 */
export function subscribe(server: ServerUrl, filter: string, onMessage: (topic: string, payload: string) => void): Subscriber {
  const { protocol = "mqtt", host, port = protocol === "mqtts" ? 8883 : 1883, username, password } = server
  const client = connect({
    protocol,
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    clientId: `watch-${Math.random().toString(36).slice(2, 10)}`,
    reconnectPeriod: 250,
    connectTimeout: 10_000,
    reconnectOnConnackError: true,
  })
  // The firmware says what is wrong with the broker; once is enough.
  client.on("error", () => {})
  client.on("message", (topic, payload, packet) => {
    if (!packet.retain) onMessage(topic, payload.toString())
  })
  const subscribed = new Promise<void>((resolve) => {
    client.on("connect", () => client.subscribe(filter, { qos: 1 }, (error) => error || resolve()))
  })
  return {
    async ready(milliseconds) {
      let timer
      await Promise.race([subscribed, new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)))])
      clearTimeout(timer)
    },
    close: () => client.endAsync(true),
  }
}
