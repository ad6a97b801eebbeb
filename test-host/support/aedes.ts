/// <reference types="node" />
import { Aedes } from "aedes"
import { once } from "node:events"
import { createServer, type AddressInfo, type Server, type Socket } from "node:net"
import type { Broker, BrokerOptions } from "./broker.js"
import { freePort } from "./free-port.js"

/** An aedes broker in this process, on a loopback port. Its sessions are in memory, and outlive `restart`. */
export class AedesBroker implements Broker {
  readonly port: number
  private readonly broker: Aedes
  private readonly server: Server
  private readonly sockets: Set<Socket>

  private constructor(broker: Aedes, server: Server, sockets: Set<Socket>) {
    this.broker = broker
    this.server = server
    this.sockets = sockets
    this.port = (server.address() as AddressInfo).port
  }

  static async start({ account }: BrokerOptions = {}): Promise<AedesBroker> {
    const broker = await Aedes.createBroker({
      ...(account && {
        authenticate: (_client, username, password, done) => done(null, username === account.username && password?.toString() === account.password),
      }),
    })
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.once("close", () => sockets.delete(socket))
      broker.handle(socket)
    })
    server.listen(await freePort(), "127.0.0.1")
    await once(server, "listening")
    return new AedesBroker(broker, server, sockets)
  }

  async restart(): Promise<void> {
    await this.stopListening()
    this.server.listen(this.port, "127.0.0.1")
    await once(this.server, "listening")
  }

  async close(): Promise<void> {
    await this.stopListening()
    await new Promise<void>((resolve) => this.broker.close(() => resolve()))
  }

  private async stopListening(): Promise<void> {
    const closed = once(this.server, "close")
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
    await closed
  }
}
