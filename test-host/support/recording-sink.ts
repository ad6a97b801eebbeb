import type { PacketSink } from "../../src/codec/decoder.js"
import type { Message } from "../../src/codec/message.js"
import { decodeText } from "../../src/codec/text.js"
import { describeViolation, type Violation } from "../../src/codec/violation.js"
import { hex } from "./bytes.js"

/** Writes down what a decoder reports, one line a call. */
export class RecordingSink implements PacketSink {
  log: string[] = []

  /** What was reported since the last time. */
  take(): string[] {
    const log = this.log
    this.log = []
    return log
  }

  onConnack(sessionPresent: boolean, returnCode: number): void {
    this.log.push(`CONNACK session=${sessionPresent ? 1 : 0} code=${returnCode}`)
  }

  knowsTopic(_view: DataView, _start: number, _end: number): boolean {
    return false
  }

  onPublish(message: Message): void {
    this.log.push(`PUBLISH ${fields(message)} payload=${hex(message.bytes, message.payloadStart, message.payloadEnd)}`)
    if (message.skipped !== 0) this.log.push(`skipped is ${message.skipped} in a message that is whole`)
  }

  onOversize(message: Message): void {
    this.log.push(`OVERSIZE ${fields(message)} skipped=${message.skipped}`)
    if (message.payloadLength !== 0) this.log.push(`payload of ${message.payloadLength} bytes in a message that was passed over`)
  }

  onAcknowledge(type: number, packetId: number): void {
    this.log.push(`${ACKNOWLEDGES[type] ?? "type " + String(type)} id=${packetId}`)
  }

  onSuback(packetId: number, codes: DataView, start: number, end: number): void {
    this.log.push(`SUBACK id=${packetId} codes=${hex(new Uint8Array(codes.buffer, start, end - start))}`)
  }

  onUnsuback(packetId: number): void {
    this.log.push(`UNSUBACK id=${packetId}`)
  }

  onPingresp(): void {
    this.log.push("PINGRESP")
  }

  onViolation(violation: Violation): void {
    this.log.push(`VIOLATION ${describeViolation(violation)}`)
  }
}

const ACKNOWLEDGES: Record<number, string> = { 4: "PUBACK", 5: "PUBREC", 6: "PUBREL", 7: "PUBCOMP" }

function fields(message: Message): string {
  const { bytes, topicStart, topicEnd, qos, packetId } = message
  return `${decodeText(bytes, topicStart, topicEnd)} qos=${qos}${message.dup ? " dup" : ""}${message.retain ? " retain" : ""} id=${packetId}`
}
