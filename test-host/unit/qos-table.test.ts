import { Action, actionOf, Event, nextOf, State, TABLE } from "../../src/session/qos.js"
import { equal, ok, test } from "../harness/harness.js"

const OUTGOING = [State.NONE, State.SEND0, State.SEND1, State.SEND2, State.PUBACK, State.PUBREC, State.PUBCOMP, State.SEND_PUBREL]
const INCOMING = [State.FREE, State.PUBREL]
const EVENTS = [0, 1, 2, 3, 4, 5, 6]
const ACKNOWLEDGEMENTS = [Event.PUBACK, Event.PUBREC, Event.PUBCOMP]
const CONNECTION = [Event.RESUME, Event.RESTART, Event.CLEAN]

/** Actions that end a message. */
const FINAL: readonly Action[] = [Action.DELIVERED, Action.LOST]
/** Actions of outgoing messages, and those of incoming ones. */
const OUT: readonly Action[] = [Action.NOTHING, Action.DELIVERED, Action.UNEXPECTED, Action.PUBREL, Action.RESEND, Action.RENEW, Action.LOST]
const IN: readonly Action[] = [Action.NOTHING, Action.DELIVER, Action.DELIVER_PUBACK, Action.DELIVER_PUBREC, Action.DUPLICATE, Action.PUBCOMP]

/** The acknowledgement that each state waits for, and so takes. */
const AWAITED: readonly (readonly [State, Event, Action, State])[] = [
  [State.PUBACK, Event.PUBACK, Action.DELIVERED, State.NONE],
  [State.PUBREC, Event.PUBREC, Action.PUBREL, State.PUBCOMP],
  [State.PUBCOMP, Event.PUBREC, Action.PUBREL, State.PUBCOMP],
  [State.PUBCOMP, Event.PUBCOMP, Action.DELIVERED, State.NONE],
  [State.SEND_PUBREL, Event.PUBREC, Action.NOTHING, State.SEND_PUBREL],
  [State.SEND_PUBREL, Event.PUBCOMP, Action.DELIVERED, State.NONE],
]

test("every state has an entry for every event, and stays among the states of its direction", () => {
  equal(TABLE.length, (OUTGOING.length + INCOMING.length) * Event.COUNT)
  for (const [states, actions] of [[OUTGOING, OUT], [INCOMING, IN]] as const) {
    for (const state of states) {
      for (const event of EVENTS) {
        ok(states.includes(nextOf(state, event)), `state ${state}, event ${event}: next state ${nextOf(state, event)}`)
        ok(actions.includes(actionOf(state, event)), `state ${state}, event ${event}: action ${actionOf(state, event)}`)
      }
    }
  }
})

test("an acknowledgement that a message does not wait for is counted and changes nothing", () => {
  for (const state of OUTGOING) {
    for (const event of ACKNOWLEDGEMENTS) {
      const awaited = AWAITED.find(([ofState, ofEvent]) => ofState === state && ofEvent === event)
      equal(actionOf(state, event), awaited ? awaited[2] : Action.UNEXPECTED, `state ${state}, event ${event}`)
      equal(nextOf(state, event), awaited ? awaited[3] : state, `state ${state}, event ${event}`)
    }
  }
})

test("a message ends exactly when it is delivered or lost, and a message that is none stays none", () => {
  for (const state of OUTGOING) {
    for (const event of EVENTS) {
      const ends = state !== State.NONE && nextOf(state, event) === State.NONE
      equal(FINAL.includes(actionOf(state, event)), ends, `state ${state}, event ${event}`)
      if (state === State.NONE) equal(nextOf(state, event), State.NONE)
    }
  }
})

/** All states that can be reached from `start`. */
function reachable(start: State): Set<State> {
  const found = new Set([start])
  for (const state of found) for (const event of EVENTS) found.add(nextOf(state, event))
  return found
}

test("every state is reached, and from each of them a message can still end", () => {
  equal([...reachable(State.SEND0)].sort(), [State.NONE, State.SEND0])
  equal([...reachable(State.SEND1)].sort(), [State.NONE, State.SEND1, State.PUBACK])
  equal([...reachable(State.SEND2)].sort(), [State.NONE, State.SEND2, State.PUBREC, State.PUBCOMP, State.SEND_PUBREL])
  equal([...reachable(State.FREE)].sort(), [State.FREE, State.PUBREL])
  for (const state of OUTGOING) ok(reachable(state).has(State.NONE), `state ${state}`)
})

test("at QoS 0 a message is forgotten as soon as it is sent, and no connection makes it sent twice [MQTT-4.3.1-1]", () => {
  equal([actionOf(State.SEND0, Event.SENT), nextOf(State.SEND0, Event.SENT)], [Action.DELIVERED, State.NONE])
  for (const event of CONNECTION) equal([actionOf(State.SEND0, event), nextOf(State.SEND0, event)], [Action.NOTHING, State.SEND0])
})

test("at QoS 1 a message is unacknowledged from its sending to its PUBACK, whatever else comes [MQTT-4.3.2-1]", () => {
  equal(nextOf(State.SEND1, Event.SENT), State.PUBACK)
  for (const event of [Event.SENT, Event.PUBREC, Event.PUBCOMP]) equal(nextOf(State.PUBACK, event), State.PUBACK)
  equal([actionOf(State.PUBACK, Event.RESUME), nextOf(State.PUBACK, Event.RESUME)], [Action.RESEND, State.SEND1])
})

test("at QoS 2 no way leads from PUBREL back to a PUBLISH, except to a server that has lost the session [MQTT-4.3.3-1]", () => {
  const after = new Set([State.PUBCOMP])
  for (const state of after) for (const event of EVENTS) after.add(nextOf(state, event))
  equal([...after].sort(), [State.NONE, State.PUBCOMP, State.SEND_PUBREL])
  for (const state of [State.PUBCOMP, State.SEND_PUBREL]) {
    for (const event of EVENTS) ok(![Action.RESEND, Action.RENEW].includes(actionOf(state, event)), `state ${state}, event ${event}`)
    equal([actionOf(state, Event.RESTART), actionOf(state, Event.CLEAN)], [Action.LOST, Action.LOST])
  }
})

test("an incoming QoS 2 message is handed over once until its PUBREL, and its id is new after it [MQTT-4.3.3-2]", () => {
  equal([actionOf(State.FREE, Event.PUBLISH2), nextOf(State.FREE, Event.PUBLISH2)], [Action.DELIVER_PUBREC, State.PUBREL])
  equal([actionOf(State.PUBREL, Event.PUBLISH2), nextOf(State.PUBREL, Event.PUBLISH2)], [Action.DUPLICATE, State.PUBREL])
  equal([actionOf(State.PUBREL, Event.PUBREL), nextOf(State.PUBREL, Event.PUBREL)], [Action.PUBCOMP, State.FREE])
  equal(nextOf(State.PUBREL, Event.RESUME), State.PUBREL)
  equal([nextOf(State.PUBREL, Event.RESTART), nextOf(State.PUBREL, Event.CLEAN)], [State.FREE, State.FREE])
})

test("a PUBREL is answered in every state [4.3.3]", () => {
  for (const state of INCOMING) equal([actionOf(state, Event.PUBREL), nextOf(state, Event.PUBREL)], [Action.PUBCOMP, State.FREE])
})

test("incoming messages of QoS 0 and 1 are handed over each time, and leave the ids of QoS 2 as they are [MQTT-4.3.2-2]", () => {
  for (const state of INCOMING) {
    equal([actionOf(state, Event.PUBLISH0), nextOf(state, Event.PUBLISH0)], [Action.DELIVER, state])
    equal([actionOf(state, Event.PUBLISH1), nextOf(state, Event.PUBLISH1)], [Action.DELIVER_PUBACK, state])
  }
})

test("whatever connections come and go, an outgoing message ends once at most, and its actions come in an order that the specification allows", () => {
  // Every sequence of five events, from each beginning.
  const walk = (state: State, depth: number, published: boolean, released: boolean): void => {
    if (depth === 0 || state === State.NONE) return
    for (const event of EVENTS) {
      const action = actionOf(state, event)
      const next = nextOf(state, event)
      if (action === Action.PUBREL) ok(published, "PUBREL for what was never sent")
      if (action === Action.RESEND) ok(published && !released, "PUBLISH after PUBREL")
      if (action === Action.DELIVERED && state !== State.SEND0) ok(published, "delivered without having been sent")
      const sent = event === Event.SENT && (state === State.SEND1 || state === State.SEND2)
      walk(next, depth - 1, published || sent, released || action === Action.PUBREL)
    }
  }
  for (const state of [State.SEND0, State.SEND1, State.SEND2]) walk(state, 5, false, false)
})
