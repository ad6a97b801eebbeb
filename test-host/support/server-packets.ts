import { bytes, concat } from "./bytes.js"

/** A packet that a server may send, and what a RecordingSink writes down for it. */
export interface ServerPacket {
  bytes: Uint8Array<ArrayBuffer>
  line: string
}

function packet(text: string, line: string): ServerPacket {
  return { bytes: bytes(text), line }
}

export const CONNACK = packet("20 02 00 00", "CONNACK session=0 code=0")

/** At least one packet of each type that may follow the CONNACK, with every QoS and flag. */
export const SERVER_PACKETS: readonly ServerPacket[] = [
  packet(`30 07  00 03 "a/b" "hi"`, "PUBLISH a/b qos=0 id=0 payload=68 69"),
  packet(`31 03  00 01 "t"`, "PUBLISH t qos=0 retain id=0 payload="),
  packet(`32 0b  00 03 "a/b" 12 34 "1234"`, "PUBLISH a/b qos=1 id=4660 payload=31 32 33 34"),
  packet(`3d 0a  00 03 e6 b8 a9 ff ff 00 ff 80`, "PUBLISH 温 qos=2 dup retain id=65535 payload=00 ff 80"),
  packet("40 02 00 01", "PUBACK id=1"),
  packet("50 02 01 00", "PUBREC id=256"),
  packet("62 02 ff ff", "PUBREL id=65535"),
  packet("70 02 00 ff", "PUBCOMP id=255"),
  packet("90 03 00 02 01", "SUBACK id=2 codes=01"),
  packet("90 06 00 03 00 01 02 80", "SUBACK id=3 codes=00 01 02 80"),
  packet("b0 02 00 04", "UNSUBACK id=4"),
  packet("d0 00", "PINGRESP"),
  packet(`34 84 01  00 7c "${"l".repeat(124)}" 00 05 "!!!!"`, `PUBLISH ${"l".repeat(124)} qos=2 id=5 payload=21 21 21 21`),
]

/** The packets one behind the other. */
export function stream(...packets: readonly ServerPacket[]): Uint8Array<ArrayBuffer> {
  return concat(...packets.map((each) => each.bytes))
}

export function lines(...packets: readonly ServerPacket[]): string[] {
  return packets.map((each) => each.line)
}
