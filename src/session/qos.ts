/**
 * The QoS state machine, as data: what happens to a message in a state when an event comes [4.3], [4.4].
 * A message is outgoing (a record of the outbox) or incoming (a packet id that the server has sent).
 */
export const enum State {
  /** Outgoing: there is no such message. */
  NONE,
  /** Waiting to be sent, at QoS 0, 1, 2. */
  SEND0,
  SEND1,
  SEND2,
  /** Sent, and waiting for PUBACK, PUBREC, PUBCOMP. */
  PUBACK,
  PUBREC,
  PUBCOMP,
  /** PUBREL waiting to be sent again. */
  SEND_PUBREL,
  /** Incoming: a new id. */
  FREE,
  /** Incoming: delivered at QoS 2, and waiting for PUBREL. */
  PUBREL,
}

/** Columns of the table. The first four differ with the direction. */
export const enum Event {
  SENT,
  PUBACK,
  PUBREC,
  PUBCOMP,
  /** The server has kept the session. */
  RESUME,
  /** The server has lost the session. */
  RESTART,
  /** The connection of a clean session has ended. */
  CLEAN,

  PUBLISH0 = 0,
  PUBLISH1,
  PUBLISH2,
  PUBREL,

  COUNT = 7,
}

export const enum Action {
  NOTHING,
  /** Acknowledged, or handed to the network at QoS 0: report it and forget it. */
  DELIVERED,
  /** An answer to nothing that is in flight: count it. */
  UNEXPECTED,
  /** Forget the payload, answer with PUBREL. */
  PUBREL,
  /** Send it again, with the same id and DUP set [MQTT-4.4.0-1], [MQTT-3.3.1-1]. */
  RESEND,
  /** Send it as a new message, with a fresh id. */
  RENEW,
  /** Whether it arrived can't be found out any more: report that and forget it. */
  LOST,
  /** Hand it to the application. */
  DELIVER,
  /** Hand it over, then answer with PUBACK. */
  DELIVER_PUBACK,
  /** Hand it over, keep its id, then answer with PUBREC. */
  DELIVER_PUBREC,
  /** A duplicate: answer with PUBREC only. */
  DUPLICATE,
  /** Forget the id, answer with PUBCOMP. */
  PUBCOMP,
}

/** An entry of the table is the action, shifted by so many bits, and the next state below it. */
export const NEXT_BITS = 4
export const NEXT_MASK = (1 << NEXT_BITS) - 1

/** What to do when `event` meets a message in `state`. */
export function actionOf(state: State, event: Event): Action {
  return TABLE[state * Event.COUNT + event]! >> NEXT_BITS
}

/** The state that the message is in afterwards. */
export function nextOf(state: State, event: Event): State {
  return TABLE[state * Event.COUNT + event]! & NEXT_MASK
}

const enum Do {
  NOTHING = Action.NOTHING << NEXT_BITS,
  DELIVERED = Action.DELIVERED << NEXT_BITS,
  UNEXPECTED = Action.UNEXPECTED << NEXT_BITS,
  PUBREL = Action.PUBREL << NEXT_BITS,
  RESEND = Action.RESEND << NEXT_BITS,
  RENEW = Action.RENEW << NEXT_BITS,
  LOST = Action.LOST << NEXT_BITS,
  DELIVER = Action.DELIVER << NEXT_BITS,
  DELIVER_PUBACK = Action.DELIVER_PUBACK << NEXT_BITS,
  DELIVER_PUBREC = Action.DELIVER_PUBREC << NEXT_BITS,
  DUPLICATE = Action.DUPLICATE << NEXT_BITS,
  PUBCOMP = Action.PUBCOMP << NEXT_BITS,
}

// prettier-ignore
export const TABLE: readonly number[] = [
  // Outgoing:   SENT                            PUBACK                            PUBREC                            PUBCOMP                           RESUME                            RESTART                        CLEAN
  /* NONE */     Do.NOTHING | State.NONE,        Do.UNEXPECTED | State.NONE,       Do.UNEXPECTED | State.NONE,       Do.UNEXPECTED | State.NONE,       Do.NOTHING | State.NONE,          Do.NOTHING | State.NONE,       Do.NOTHING | State.NONE,
  /* SEND0 */    Do.DELIVERED | State.NONE,      Do.UNEXPECTED | State.SEND0,      Do.UNEXPECTED | State.SEND0,      Do.UNEXPECTED | State.SEND0,      Do.NOTHING | State.SEND0,         Do.NOTHING | State.SEND0,      Do.NOTHING | State.SEND0,
  /* SEND1 */    Do.NOTHING | State.PUBACK,      Do.UNEXPECTED | State.SEND1,      Do.UNEXPECTED | State.SEND1,      Do.UNEXPECTED | State.SEND1,      Do.NOTHING | State.SEND1,         Do.RENEW | State.SEND1,        Do.NOTHING | State.SEND1,
  /* SEND2 */    Do.NOTHING | State.PUBREC,      Do.UNEXPECTED | State.SEND2,      Do.UNEXPECTED | State.SEND2,      Do.UNEXPECTED | State.SEND2,      Do.NOTHING | State.SEND2,         Do.RENEW | State.SEND2,        Do.NOTHING | State.SEND2,
  /* PUBACK */   Do.NOTHING | State.PUBACK,      Do.DELIVERED | State.NONE,        Do.UNEXPECTED | State.PUBACK,     Do.UNEXPECTED | State.PUBACK,     Do.RESEND | State.SEND1,          Do.RENEW | State.SEND1,        Do.LOST | State.NONE,
  /* PUBREC */   Do.NOTHING | State.PUBREC,      Do.UNEXPECTED | State.PUBREC,     Do.PUBREL | State.PUBCOMP,        Do.UNEXPECTED | State.PUBREC,     Do.RESEND | State.SEND2,          Do.RENEW | State.SEND2,        Do.LOST | State.NONE,
  /* PUBCOMP */  Do.NOTHING | State.PUBCOMP,     Do.UNEXPECTED | State.PUBCOMP,    Do.PUBREL | State.PUBCOMP,        Do.DELIVERED | State.NONE,        Do.NOTHING | State.SEND_PUBREL,   Do.LOST | State.NONE,          Do.LOST | State.NONE,
  /* ..PUBREL */ Do.NOTHING | State.PUBCOMP,     Do.UNEXPECTED | State.SEND_PUBREL, Do.NOTHING | State.SEND_PUBREL,  Do.DELIVERED | State.NONE,        Do.NOTHING | State.SEND_PUBREL,   Do.LOST | State.NONE,          Do.LOST | State.NONE,
  // Incoming:   PUBLISH at QoS 0                PUBLISH at QoS 1                  PUBLISH at QoS 2                  PUBREL                            RESUME                            RESTART                        CLEAN
  /* FREE */     Do.DELIVER | State.FREE,        Do.DELIVER_PUBACK | State.FREE,   Do.DELIVER_PUBREC | State.PUBREL, Do.PUBCOMP | State.FREE,          Do.NOTHING | State.FREE,          Do.NOTHING | State.FREE,       Do.NOTHING | State.FREE,
  /* PUBREL */   Do.DELIVER | State.PUBREL,      Do.DELIVER_PUBACK | State.PUBREL, Do.DUPLICATE | State.PUBREL,      Do.PUBCOMP | State.FREE,          Do.NOTHING | State.PUBREL,        Do.NOTHING | State.FREE,       Do.NOTHING | State.FREE,
]
