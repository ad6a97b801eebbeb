import { Acknowledge } from "../codec/acknowledge.js"
import type { PacketSink } from "../codec/decoder.js"
import type { Message } from "../codec/message.js"
import { type ConnectReturnCode, PacketType, PublishFlag } from "../codec/packets.js"
import { describeViolation, Violation } from "../codec/violation.js"
import { Action } from "../session/qos.js"
import type { Session } from "../session/session.js"
import type { Connection } from "./connection.js"
import type { Reporter } from "./reporter.js"
import type { Subscriptions } from "./subscriptions.js"

export interface ReceiverEvents {
  onConnack(sessionPresent: boolean, returnCode: ConnectReturnCode): void
  onPingresp(): void
}

/** Does what each packet from the server asks for. */
export class Receiver implements PacketSink {
  /** Where answers go. */
  connection!: Connection
  /**
   * The server has more QoS 2 messages open than there is room for ids, which MQTT 3.1.1 has no way to forbid: those
   * that come now are passed over, so that none overtakes another, and come again over a new connection once the
   * others are done. (Ending the connection at once would lose the answers to those: the server would begin with the
   * same ones again, for ever.)
   */
  private passing = false
  private readonly session: Session
  private readonly subscriptions: Subscriptions
  private readonly reporter: Reporter
  private readonly redeliverOnError: boolean
  private readonly events: ReceiverEvents

  constructor(session: Session, subscriptions: Subscriptions, reporter: Reporter, redeliverOnError: boolean, events: ReceiverEvents) {
    this.session = session
    this.subscriptions = subscriptions
    this.reporter = reporter
    this.redeliverOnError = redeliverOnError
    this.events = events
  }

  onPublish(message: Message): void {
    if (message.first & PublishFlag.QOS_MASK) {
      this.take(message, false)
    } else {
      this.reporter.statistics.received++
      this.subscriptions.deliver(message)
    }
  }

  onOversize(message: Message): void {
    this.take(message, true)
  }

  /** Hands a message over, and acknowledges it when the handler has returned [MQTT-4.5.0-2]. */
  private take(message: Message, oversize: boolean): void {
    const session = this.session
    const connection = this.connection
    const statistics = this.reporter.statistics
    const packetId = message.packetId
    const action = session.receive((message.first & PublishFlag.QOS_MASK) >> PublishFlag.QOS_SHIFT, packetId)
    if (action === Action.DUPLICATE) {
      statistics.duplicates++
      connection.acknowledge(Acknowledge.PUBREC, packetId)
      return
    }
    if (action === Action.DELIVER_PUBREC && (session.inbound.full || this.passing)) {
      this.passing = true
      return
    }
    statistics.received++
    if (oversize) {
      this.reporter.onOversize(message)
    } else if (!this.subscriptions.deliver(message) && this.redeliverOnError && action !== Action.DELIVER) {
      connection.fail("application", "a handler threw: the message is asked for again")
      return
    }
    if (action === Action.DELIVER || !connection.isOpen) return
    if (action === Action.DELIVER_PUBREC) {
      session.inbound.add(packetId)
      connection.acknowledge(Acknowledge.PUBREC, packetId)
    } else {
      connection.acknowledge(Acknowledge.PUBACK, packetId)
    }
  }

  onAcknowledge(type: PacketType, packetId: number): void {
    if (type === PacketType.PUBREL) {
      // Answered even if the id is unknown, or the server would ask for ever.
      const inbound = this.session.inbound
      inbound.delete(packetId)
      this.connection.acknowledge(Acknowledge.PUBCOMP, packetId)
      if (this.passing && inbound.count === 0) this.connection.fail("peer", "the server had more QoS 2 messages open than maxInbound: the rest is asked for again")
    } else if (this.session.acknowledge(type, packetId)) {
      this.connection.acknowledge(Acknowledge.PUBREL, packetId)
    }
  }

  onSuback(packetId: number, codes: DataView, start: number, end: number): void {
    if (!this.session.releaseRequestId(packetId)) return
    if (!this.subscriptions.onSuback(packetId, codes, start, end)) this.onViolation(Violation.SUBACK_COUNT)
    else this.connection.wake()
  }

  onUnsuback(packetId: number): void {
    if (this.subscriptions.onUnsuback(packetId)) this.session.releaseRequestId(packetId)
    else this.session.unexpectedAcks++
    this.connection.wake()
  }

  onConnack(sessionPresent: boolean, returnCode: ConnectReturnCode): void {
    this.passing = false
    this.events.onConnack(sessionPresent, returnCode)
  }

  onPingresp(): void {
    this.events.onPingresp()
  }

  onViolation(violation: Violation): void {
    this.reporter.statistics.protocolErrors++
    this.connection.fail("peer", describeViolation(violation))
  }
}
