/// <reference types="node" />
/**
 * The other end of the XS benchmark: a server that answers one client packet by packet, and on request sends it
 * messages one at a time, each when the one before has been dealt with, so that every run counts the same.
 */
import { createServer, type Server, type Socket } from "node:net"
import mqttPacket from "mqtt-packet"

export const TOPIC = "bench/floor-2/room-7/temperature"
export const PAYLOAD_LENGTH = 64
/** Time between messages: enough for the client's turn to end, so that each turn has one message. */
const PAUSE = 3

/** Starts the peer on a free loopback port. */
export async function startPeer(): Promise<{ port: number; server: Server }> {
  const server = createServer(serve)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  return { port: address.port, server }
}

function serve(socket: Socket): void {
  socket.setNoDelay(true)
  const parser = mqttPacket.parser({ protocolVersion: 4 })
  const send = (packet: mqttPacket.Packet): boolean => socket.write(mqttPacket.generate(packet))
  let left = 0
  let qos: 0 | 1 | 2 = 0
  let messageId = 0
  const next = (): void => {
    if (left-- <= 0) return
    setTimeout(() => {
      messageId = (messageId % 1000) + 1
      send({ cmd: "publish", topic: TOPIC, payload: Buffer.alloc(PAYLOAD_LENGTH, "x"), qos, retain: false, dup: false, ...(qos > 0 && { messageId }) })
      if (qos === 0) next()
    }, PAUSE)
  }
  parser.on("packet", (packet) => {
    const id = packet.messageId!
    if (packet.cmd === "connect") send({ cmd: "connack", sessionPresent: false, returnCode: 0 })
    else if (packet.cmd === "subscribe") send({ cmd: "suback", messageId: id, granted: packet.subscriptions.map((s) => s.qos) })
    else if (packet.cmd === "unsubscribe") send({ cmd: "unsuback", messageId: id, granted: [] })
    else if (packet.cmd === "pingreq") send({ cmd: "pingresp" })
    else if (packet.cmd === "pubrec") send({ cmd: "pubrel", messageId: id })
    else if (packet.cmd === "pubrel") send({ cmd: "pubcomp", messageId: id })
    else if (packet.cmd === "puback" || packet.cmd === "pubcomp") next()
    else if (packet.cmd === "publish") {
      if (packet.topic === "send") {
        const [level, count] = packet.payload.toString().split(" ").map(Number)
        qos = level as 0 | 1 | 2
        left = count!
        next()
      } else if (packet.qos === 1) send({ cmd: "puback", messageId: id })
      else if (packet.qos === 2) send({ cmd: "pubrec", messageId: id })
    }
  })
  parser.on("error", (error) => socket.destroy(error))
  socket.on("data", (bytes) => parser.parse(bytes))
  socket.on("error", () => {})
}
