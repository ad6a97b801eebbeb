/// <reference types="node" />
import { once } from "node:events"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from "node:tls"

export interface TestServer<S extends Socket = Socket> {
  readonly port: number
  /** The other ends, in the order in which they were accepted. */
  readonly accepted: S[]
  /** The next other end. */
  accept(): Promise<S>
  /** Errors of the other ends and of handshakes. */
  readonly errors: Error[]
  close(): Promise<void>
}

/** A server on a free loopback port. Its sockets are read only by those who want to. */
export function startTcpServer(onSocket: (socket: Socket) => void = () => undefined, options: { allowHalfOpen?: boolean } = {}): Promise<TestServer> {
  return start<Socket>(createServer(options), "connection", onSocket)
}

export function startTlsServer(options: TlsOptions, onSocket: (socket: TLSSocket) => void = () => undefined): Promise<TestServer<TLSSocket>> {
  return start<TLSSocket>(createTlsServer(options), "secureConnection", onSocket)
}

/** A loopback port on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = await startTcpServer()
  await server.close()
  return server.port
}

async function start<S extends Socket>(server: Server, event: string, onSocket: (socket: S) => void): Promise<TestServer<S>> {
  const open = new Set<Socket>()
  const accepted: S[] = []
  const errors: Error[] = []
  const waiting: ((socket: S) => void)[] = []
  server.on("connection", (socket: Socket) => {
    open.add(socket)
    socket.on("close", () => open.delete(socket))
  })
  server.on("tlsClientError", (error: Error) => errors.push(error))
  server.on(event, (socket: S) => {
    socket.on("error", (error) => errors.push(error))
    accepted.push(socket)
    onSocket(socket)
    waiting.shift()?.(socket)
  })
  let taken = 0
  await once(server.listen(0, "127.0.0.1"), "listening")
  return {
    port: (server.address() as AddressInfo).port,
    accepted,
    errors,
    accept() {
      const socket = accepted[taken++]
      return socket ? Promise.resolve(socket) : new Promise((resolve) => waiting.push(resolve))
    },
    async close() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, "close")
    },
  }
}
