/// <reference types="node" />
import { once } from "node:events"
import { createServer } from "node:net"

/**
 * A loopback port that nobody listens on at this moment, and that the system gives to no outgoing connection: one of
 * those could have it, even be connected with itself, while a server that is started again wants it back.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    // Linux takes 32,768 to 60,999 for outgoing connections, other systems 49,152 to 65,535.
    const port = 10_000 + Math.floor(Math.random() * 22_000)
    const server = createServer().listen(port, "127.0.0.1")
    try {
      await once(server, "listening")
    } catch (error) {
      if (attempt === 50) throw error
      continue
    }
    server.close()
    await once(server, "close")
    return port
  }
}
