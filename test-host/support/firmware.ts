/// <reference types="node" />
import { connect as connectMqtt, type MqttClient } from "mqtt"
import { once } from "node:events"
import { connect, createServer as createTcpServer, type Server, type Socket } from "node:net"
import type { TestContext } from "node:test"
import { createServer as createTlsServer, type TLSSocket } from "node:tls"
import { fileURLToPath } from "node:url"
import { Board, type BoardOptions, type Published } from "../board/board.js"
import type { Identity } from "./certificates.js"
import { Events } from "./events.js"
import { freePort } from "./free-port.js"
import { hasXs } from "./has-xs.js"

/** What `skip` of a firmware's test says where there is no XS machine; false where there is one. */
export const withoutXs: string | false = hasXs() ? false : "LEFT OUT: gcc is needed to build the XS machine"

/** As the simulated board's, and so the beginning of its topics. */
export const DEVICE = "30aea4123456"
export const PASSWORD = "secret-of-home"

/** A driver of the tests' own, which counts its samples, and fails in every way: see fixtures/firmware-sensor.ts. */
const OWN_DRIVER = { "embedded:sensor/Test/Counter": fileURLToPath(new URL("../node/fixtures/firmware-sensor.js", import.meta.url)) }

/** A configuration with a network, a time server, and one sensor unless `config` has others. */
export function configOf(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ssid: "home", password: PASSWORD, sntp: "time.test", sensors: [counter()], ...config }
}

/** The driver above, as a sensor of the configuration: {"count":0}, {"count":1}, ... */
export function counter(updateInterval = "100ms", id = "counter"): Readonly<Record<string, unknown>> {
  return { id, driver: "Test/Counter", updateInterval }
}

/** Starts a board with the firmware; it is closed with the test. */
export async function startBoard(t: TestContext, options: BoardOptions): Promise<Board> {
  const board = new Board({
    hosts: { "broker.test": "127.0.0.1", "time.test": "192.0.2.2", "localhost": "127.0.0.1" },
    ...options,
    config: configOf(options.config),
    modules: { ...OWN_DRIVER, ...options.modules },
  })
  t.after(() => board.close())
  return board.start()
}

/** A broker in the machine, and time that only the test moves. */
export async function startVirtualBoard(t: TestContext, options: BoardOptions): Promise<Board> {
  return startBoard(t, { virtualClock: true, ...options, config: { broker: "mqtt://broker.test", ...options.config } })
}

export type Heard = Pick<Published, "topic" | "payload" | "retain">

/** The numbers that the counter counted, in the order in which they came. */
export function countsOf(messages: readonly Heard[], id = "counter"): number[] {
  return readingsOf(messages, id).map(({ count }) => count!)
}

/** The readings of one sensor, parsed, in the order in which they came. */
export function readingsOf(messages: readonly Heard[], id: string): Record<string, number>[] {
  return messages.filter(({ topic }) => topic === `${DEVICE}/${id}`).map(({ payload }) => JSON.parse(payload) as Record<string, number>)
}

/** What was said of the board's starts. */
export function birthsOf(messages: readonly Heard[]): unknown[] {
  return messages.filter(({ topic }) => topic === `${DEVICE}/birth`).map(({ payload }) => JSON.parse(payload) as unknown)
}

/** 0, 1, 2, ... */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

/** Somebody who has subscribed to everything at a real broker, exactly once. */
export class Listener {
  readonly messages: Heard[] = []
  private readonly events = new Events()

  private constructor(private readonly client: MqttClient) {}

  static async start(t: TestContext, port: number): Promise<Listener> {
    const client = connectMqtt({ host: "127.0.0.1", port, clientId: "listener", clean: false, reconnectPeriod: 50 })
    const listener = new Listener(client)
    client.on("error", () => {})
    client.on("message", (topic, payload, { retain }) => {
      listener.messages.push({ topic, payload: payload.toString(), retain })
      listener.events.changed()
    })
    t.after(() => client.endAsync(true))
    await new Promise<void>((resolve) => client.once("connect", () => resolve()))
    await client.subscribeAsync("#", { qos: 2 })
    return listener
  }

  /** Publishes, retained. */
  async publish(topic: string, payload: string): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos: 1, retain: true })
  }

  /** Waits until `predicate` holds; it is asked after each message. */
  until(predicate: () => boolean, what: string): Promise<void> {
    return this.events.until(predicate, () => `${what}, and heard ${JSON.stringify(this.messages.slice(-20))}`)
  }

  /** Waits until the counter has been heard to count `more` times from now. */
  counts(more: number): Promise<void> {
    const end = countsOf(this.messages).length + more
    return this.until(() => countsOf(this.messages).length >= end, `${end} readings`)
  }
}

/** A port in front of a broker, with or without TLS, that can be shut and opened, and sees what comes through it. */
export class Door {
  /** Connections so far, those that failed in the TLS handshake included. */
  connections = 0
  /** Bytes that clients have sent; those within TLS, where there is TLS. */
  received = 0
  private readonly server: Server
  private readonly sockets = new Set<Socket>()

  private constructor(readonly port: number, server: Server, target: number) {
    this.server = server
    server.on("connection", (socket: Socket) => {
      this.connections++
      this.keep(socket)
    })
    server.on(server.listenerCount("tlsClientError") > 0 ? "secureConnection" : "connection", (socket: TLSSocket | Socket) => {
      const broker = connect(target, "127.0.0.1")
      this.keep(broker)
      this.keep(socket)
      socket.on("data", (bytes: Buffer) => (this.received += bytes.length))
      socket.pipe(broker).pipe(socket)
      socket.once("close", () => broker.destroy())
      broker.once("close", () => socket.destroy())
    })
  }

  static async start(t: TestContext, target: number, identity?: Identity): Promise<Door> {
    const server = identity ? createTlsServer({ cert: identity.cert, key: identity.key }).on("tlsClientError", () => {}) : createTcpServer()
    const door = new Door(await freePort(), server, target)
    await door.open()
    t.after(() => door.shut())
    return door
  }

  async open(): Promise<void> {
    this.server.listen(this.port, "127.0.0.1")
    await once(this.server, "listening")
  }

  /** Cuts all connections, and takes no new ones. */
  async shut(): Promise<void> {
    if (!this.server.listening) return
    const closed = once(this.server, "close")
    this.server.close()
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket)
    socket.on("error", () => {})
    socket.once("close", () => this.sockets.delete(socket))
  }
}
