/// <reference types="node" />
import { type Packet, parser as makeParser } from "mqtt-packet"
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"
import { Events } from "./events.js"

/** How a connection is to be cut by itself. */
export interface Cut {
  /** When so many bytes have passed, both directions together; in the middle of a packet, as it happens. */
  after: number
  /** By RST, which also throws away what was still on its way, instead of FIN. */
  reset: boolean
  /** True: the server is not told; it finds out when the client comes again and takes its connection over. */
  halfOpen?: boolean
}

/**
 * Stands between a client and its broker: sees each packet that the client sends, through mqtt-packet as a second
 * opinion, and cuts or freezes connections.
 */
export class Proxy {
  readonly events = new Events()
  /** What the clients have sent, over all connections. */
  readonly packets: Packet[] = []
  /** What mqtt-packet finds wrong in it; to be empty at a test's end. */
  readonly faults: string[] = []
  /** Bytes that the clients have sent. */
  bytes = 0
  /** Connections so far. */
  connections = 0
  cuts = 0
  /** Asked at each new connection. */
  plan: (() => Cut | undefined) | undefined
  /** True: nothing passes any more, and nobody is told. */
  frozen = false
  private readonly server: Server
  private readonly target: number
  private readonly pairs = new Set<Socket>()

  private constructor(target: number) {
    this.target = target
    this.server = createServer((client) => this.accept(client))
  }

  /** Listens on a loopback port; passes on to the loopback port `target`. */
  static async start(target: number): Promise<Proxy> {
    const proxy = new Proxy(target)
    proxy.server.listen(0, "127.0.0.1")
    await once(proxy.server, "listening")
    return proxy
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** The packets of one type that clients have sent. */
  sent<C extends Packet["cmd"]>(cmd: C): Extract<Packet, { cmd: C }>[] {
    return this.packets.filter((packet): packet is Extract<Packet, { cmd: C }> => packet.cmd === cmd)
  }

  /** Cuts all connections at once. */
  cut(): void {
    for (const socket of this.pairs) socket.destroy()
  }

  async close(): Promise<void> {
    const closed = once(this.server, "close")
    this.server.close()
    this.cut()
    await closed
  }

  private accept(client: Socket): void {
    this.connections++
    const server = connect(this.target, "127.0.0.1")
    const cut = this.plan?.()
    let left = cut?.after ?? Infinity
    const end = (): void => {
      for (const socket of cut?.halfOpen && left < 0 ? [client] : [client, server]) {
        if (cut?.reset && left < 0) socket.resetAndDestroy()
        else socket.destroy()
      }
    }
    const pass = (to: Socket, bytes: Buffer): void => {
      if (this.frozen || left < 0) return
      left -= bytes.length
      if (left >= 0) {
        to.write(bytes)
        return
      }
      this.cuts++
      to.write(bytes.subarray(0, bytes.length + left), end)
    }
    const parser = makeParser({ protocolVersion: 4 })
    parser.on("packet", (packet) => {
      this.packets.push(packet)
      this.events.changed()
    })
    parser.on("error", (error) => this.faults.push(error.message))
    client.on("data", (bytes: Buffer) => {
      this.bytes += bytes.length
      parser.parse(bytes)
      pass(server, bytes)
    })
    server.on("data", (bytes: Buffer) => pass(client, bytes))
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      this.pairs.add(socket)
      socket.on("error", () => {})
      socket.once("close", () => {
        this.pairs.delete(socket)
        end()
      })
    }
  }
}
