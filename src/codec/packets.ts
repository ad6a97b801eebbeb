/** Control packet types, MQTT 3.1.1 table 2.1. */
export const enum PacketType {
  CONNECT = 1,
  CONNACK = 2,
  PUBLISH = 3,
  PUBACK = 4,
  PUBREC = 5,
  PUBREL = 6,
  PUBCOMP = 7,
  SUBSCRIBE = 8,
  SUBACK = 9,
  UNSUBSCRIBE = 10,
  UNSUBACK = 11,
  PINGREQ = 12,
  PINGRESP = 13,
  DISCONNECT = 14,
}

export type QoS = 0 | 1 | 2

/** Bits of a PUBLISH's first byte. */
export const enum PublishFlag {
  RETAIN = 0x01,
  QOS_SHIFT = 1,
  QOS_MASK = 0x06,
  DUP = 0x08,
}

/** Numbers that are written into the code where they are used: there a constant of a module takes 13 bytes more. */
export const enum Packet {
  /** What an encoder returns when the packet does not fit. Not a byte has been written then. */
  DOES_NOT_FIT = -1,
  /** The largest Remaining Length, MQTT 3.1.1 section 2.2.3. */
  MAX_REMAINING_LENGTH = 268_435_455,
  /** The SUBACK return code of a filter that the server refused. */
  SUBSCRIBE_FAILURE = 0x80,
}

/** CONNACK return codes, MQTT 3.1.1 table 3.1. */
export const enum ConnectReturnCode {
  ACCEPTED = 0,
  UNACCEPTABLE_PROTOCOL_VERSION = 1,
  IDENTIFIER_REJECTED = 2,
  SERVER_UNAVAILABLE = 3,
  BAD_USER_NAME_OR_PASSWORD = 4,
  NOT_AUTHORIZED = 5,
}
