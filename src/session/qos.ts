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

/** An entry of the table: the action, shifted by so many bits, and the next state below it. */
export const enum Entry {
  NEXT_BITS = 4,
  NEXT_MASK = 0x0f,
}

/** What to do when `event` meets a message in `state`. */
export function actionOf(state: State, event: Event): Action {
  return TABLE[state * Event.COUNT + event]! >> Entry.NEXT_BITS
}

/** The state that the message is in afterwards. */
export function nextOf(state: State, event: Event): State {
  return TABLE[state * Event.COUNT + event]! & Entry.NEXT_MASK
}

/** A letter for each action, in their order: as a text, the table below takes a third of the flash that numbers would. */
const ACTIONS = ".d?rsnxhac=p"
// NOTHING .  DELIVERED d  UNEXPECTED ?  PUBREL r  RESEND s  RENEW n  LOST x
// DELIVER h  DELIVER_PUBACK a  DELIVER_PUBREC c  DUPLICATE =  PUBCOMP p

/** Of each state, for each event: the action's letter and the number of the next state. */
// prettier-ignore
const ROWS =
  // Outgoing:       SENT PUBACK PUBREC PUBCOMP RESUME RESTART CLEAN
  /* 0 NONE        */ ".0 ?0 ?0 ?0 .0 .0 .0 " +
  /* 1 SEND0       */ "d0 ?1 ?1 ?1 .1 .1 .1 " +
  /* 2 SEND1       */ ".4 ?2 ?2 ?2 .2 n2 .2 " +
  /* 3 SEND2       */ ".5 ?3 ?3 ?3 .3 n3 .3 " +
  /* 4 PUBACK      */ ".4 d0 ?4 ?4 s2 n2 x0 " +
  /* 5 PUBREC      */ ".5 ?5 r6 ?5 s3 n3 x0 " +
  /* 6 PUBCOMP     */ ".6 ?6 r6 d0 .7 x0 x0 " +
  /* 7 SEND_PUBREL */ ".6 ?7 .7 d0 .7 x0 x0 " +
  // Incoming:       PUBLISH at QoS 0, 1, 2 PUBREL RESUME RESTART CLEAN
  /* 8 FREE        */ "h8 a8 c9 p8 .8 .8 .8 " +
  /* 9 PUBREL      */ "h9 a9 =9 p8 .9 .8 .8"

/** The table, row by row. */
export const TABLE: readonly number[] = ROWS.split(" ").map((entry) => (ACTIONS.indexOf(entry[0]!) << Entry.NEXT_BITS) | Number(entry[1]))
