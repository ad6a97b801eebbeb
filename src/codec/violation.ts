/**
 * What a server can do wrong. Each is a reason to close the connection [MQTT-4.8.0-1], and each has a name that
 * is reported and counted.
 */
export const enum Violation {
  NONE,
  RESERVED_FLAGS,
  REMAINING_LENGTH_TOO_LONG,
  WRONG_LENGTH,
  QOS_3,
  DUP_AT_QOS_0,
  PACKET_ID_0,
  EMPTY_TOPIC,
  WILDCARD_IN_TOPIC,
  NULL_IN_TEXT,
  ILL_FORMED_UTF8,
  SUBACK_CODE,
  CONNACK_FLAGS,
  CONNACK_CODE,
  SESSION_PRESENT_WITH_REFUSAL,
  CLIENT_PACKET,
  FIRST_PACKET_NOT_CONNACK,
  SECOND_CONNACK,
  SUBACK_COUNT,
  SESSION_PRESENT_AFTER_CLEAN,
}

/** One text, because an array takes 17 bytes of flash more for each. */
const NAMES =
  "none" +
  "|reserved flag bits are set [MQTT-2.2.2-2]" +
  "|Remaining Length takes more than four bytes [2.2.3]" +
  "|Remaining Length contradicts the packet [2.2.3]" +
  "|PUBLISH with QoS 3 [MQTT-3.3.1-4]" +
  "|PUBLISH with DUP at QoS 0 [MQTT-3.3.1-2]" +
  "|packet identifier 0 [MQTT-2.3.1-1]" +
  "|empty topic name [MQTT-4.7.3-1]" +
  "|wildcard in a topic name [MQTT-3.3.2-2]" +
  "|U+0000 in a text [MQTT-1.5.3-2]" +
  "|ill-formed UTF-8 [MQTT-1.5.3-1]" +
  "|SUBACK with a reserved return code [MQTT-3.9.3-2]" +
  "|CONNACK with reserved flags [3.2.2.1]" +
  "|CONNACK with a reserved return code [3.2.2.3]" +
  "|CONNACK with session present and a refusal [MQTT-3.2.2-4]" +
  "|packet type that a server must not send [2.2.1]" +
  "|first packet is not CONNACK [MQTT-3.2.0-1]" +
  "|second CONNACK [MQTT-3.2.0-1]" +
  "|SUBACK does not answer each filter [MQTT-3.8.4-5]" +
  "|CONNACK with session present after Clean Session 1 [MQTT-3.2.2-1]"

/** What the server did wrong, with the statement that forbids it. */
export function describeViolation(violation: Violation): string {
  return NAMES.split("|")[violation]!
}
