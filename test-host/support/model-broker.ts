import { type Bytes, type ClientPacket, ClientPackets, connack, PINGRESP, puback, pubcomp, publish, pubrec, pubrel, suback, unsuback } from "./client-packets.js"

interface Outgoing {
  id: number
  qos: number
  payload: string
  sent: boolean
  /** PUBREC has come. */
  released: boolean
}

/**
 * One session of a broker, in the plainest way: what comes in goes to `received`, what `publish` takes goes to the
 * client under the topic "down" once it has subscribed. Knows nothing of sockets: bytes in, bytes out. Fails where the
 * client breaks a rule that can be seen from here.
 */
export class ModelBroker {
  /** Payloads of the messages that a subscriber would have got, in order. */
  readonly received: string[] = []
  /** Lines of all packets that came, those of each connection in a list of their own. */
  readonly connections: string[][] = []
  /** True: the session is forgotten whenever a connection ends. */
  forgetful = false
  private subscribed = false
  private readonly inbound = new Set<number>()
  /** Ids of QoS 1 and 2 messages that were seen in this session and whose exchange the client has not ended. */
  private readonly outgoing: Outgoing[] = []
  private lastId = 0
  private parser = new ClientPackets()
  private connected = false
  private out: number[] = []

  /** A message for the client. */
  publish(qos: number, payload: string): void {
    this.outgoing.push({ id: 0, qos, payload, sent: false, released: false })
    if (this.connected) this.sendNew()
  }

  /** The network has made a connection; the old one is gone, if there was one. */
  open(): void {
    this.parser = new ClientPackets()
    this.connections.push([])
    this.connected = false
    this.out = []
    if (this.forgetful) {
      this.subscribed = false
      this.inbound.clear()
      this.outgoing.length = 0
      this.known = false
    }
  }

  /** Bytes from the client. */
  feed(bytes: Bytes): void {
    for (const packet of this.parser.feed(bytes)) {
      this.connections[this.connections.length - 1]!.push(packet.line)
      this.take(packet)
    }
  }

  /** Takes the bytes that are on their way to the client. */
  taken(): number[] {
    const out = this.out
    this.out = []
    return out
  }

  /** Every exchange has come to its end. */
  get quiet(): boolean {
    return this.outgoing.length === 0 && this.inbound.size === 0
  }

  private known = false

  private take(packet: ClientPacket): void {
    const { type, id } = packet
    if ((type === "CONNECT") === this.connected) throw new Error(`${type} at the wrong time`)
    if (type === "CONNECT") {
      this.connected = true
      this.send(connack(this.known))
      this.known = true
      for (const message of this.outgoing) {
        if (!message.sent) continue
        this.send(message.released ? pubrel(message.id) : publish({ topic: "down", dup: true, ...message }))
      }
      this.sendNew()
    } else if (type === "PUBLISH") {
      if (packet.qos < 2 || !this.inbound.has(id)) this.received.push(packet.payload)
      if (packet.qos === 2 && this.inbound.has(id) && !packet.dup) throw new Error(`${packet.line}: the id is in use`)
      if (packet.qos === 1) this.send(puback(id))
      if (packet.qos === 2) {
        this.inbound.add(id)
        this.send(pubrec(id))
      }
    } else if (type === "PUBREL") {
      this.inbound.delete(id)
      this.send(pubcomp(id))
    } else if (type === "PUBACK" || type === "PUBREC" || type === "PUBCOMP") {
      const message = this.outgoing.find((each) => each.sent && each.id === id)
      if (!message) return
      if (type === "PUBREC") {
        if (message.qos !== 2) throw new Error(`${packet.line} for a QoS ${message.qos} message`)
        message.released = true
        this.send(pubrel(id))
      } else {
        if ((message.qos === 1) !== (type === "PUBACK")) throw new Error(`${packet.line} for a QoS ${message.qos} message`)
        this.outgoing.splice(this.outgoing.indexOf(message), 1)
      }
    } else if (type === "SUBSCRIBE") {
      this.subscribed = true
      this.send(suback(id, ...packet.filters.map(({ qos }) => qos)))
      this.sendNew()
    } else if (type === "UNSUBSCRIBE") {
      this.subscribed = false
      this.send(unsuback(id))
    } else if (type === "PINGREQ") {
      this.send(PINGRESP)
    }
  }

  private sendNew(): void {
    if (!this.subscribed) return
    for (const message of this.outgoing) {
      if (message.sent) continue
      message.sent = true
      message.id = this.lastId = (this.lastId % 65_535) + 1
      this.send(publish({ topic: "down", ...message }))
    }
  }

  private send(bytes: Bytes): void {
    for (const byte of bytes) this.out.push(byte)
  }
}
