/// <reference types="node" />
import { once } from "node:events"
import { createServer, type AddressInfo } from "node:net"
import { Aedes } from "aedes"

export interface EmbeddedBroker {
  readonly port: number
  close(): Promise<void>
}

/** An MQTT broker in this process, on a free port that only this machine can reach. */
export async function startBroker(): Promise<EmbeddedBroker> {
  const broker = await Aedes.createBroker()
  const server = createServer(broker.handle).listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close()
      await new Promise<void>((resolve) => broker.close(resolve))
    },
  }
}
