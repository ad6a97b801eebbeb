import { ConnectReturnCode } from "../codec/packets.js"

/** Why a connection has ended, or could not be made. */
export interface Disconnect {
  /**
   * "transport": the network; "peer": the server broke the protocol; "refused": its CONNACK said no; "application": a
   * handler threw and `redeliverOnError` is set; "ended": `end` was called.
   */
  kind: "transport" | "peer" | "refused" | "application" | "ended"
  /** What happened, for a person. */
  message: string
  /** The CONNACK's code, with "refused". */
  returnCode?: ConnectReturnCode
}

const REFUSALS =
  "|the server does not speak MQTT 3.1.1" +
  "|the server does not take this client id" +
  "|the server is not available at present" +
  "|the server does not take this user name and password" +
  "|the server does not allow this client to connect"

export function refused(returnCode: ConnectReturnCode): Disconnect {
  return { kind: "refused", message: `CONNACK ${returnCode}: ${REFUSALS.split("|")[returnCode]}`, returnCode }
}

/** Trying again soon will not help. */
export function isHopeless(reason: Disconnect): boolean {
  return reason.returnCode !== undefined && reason.returnCode !== ConnectReturnCode.SERVER_UNAVAILABLE
}
