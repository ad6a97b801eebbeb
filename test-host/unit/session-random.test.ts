import { OutboxPolicy, Refusal } from "../../src/session/session.js"
import { equal, fail, ok, test } from "../harness/harness.js"
import { integer, seeded } from "../support/random.js"
import { SessionRig } from "../support/session-rig.js"

/** What a session should do, in the plainest way: objects in an array. */
class Model {
  messages: ModelMessage[] = []
  /** Of each handle, what it was told. */
  readonly ends = new Map<number, string>()
  readonly options: { outboxBytes: number; outboxMessages: number; maxInflight: number }

  constructor(options: Model["options"]) {
    this.options = options
  }

  get bytes(): number {
    return this.messages.reduce((sum, message) => sum + (message.released ? 0 : message.length), 0)
  }

  get inflight(): ModelMessage[] {
    return this.messages.filter(({ sent, qos, again }) => sent && !again && qos > 0)
  }

  hasRoom(length: number): boolean {
    return this.messages.length < this.options.outboxMessages && this.bytes + length <= this.options.outboxBytes
  }

  end(message: ModelMessage, how: string): void {
    if (this.ends.has(message.handle)) fail(`${message.handle} ends twice`)
    this.ends.set(message.handle, how)
    this.messages.splice(this.messages.indexOf(message), 1)
  }
}

interface ModelMessage {
  handle: number
  qos: number
  payload: string
  length: number
  /** Has been sent on some connection. */
  sent: boolean
  /** Is to be sent again on this connection. */
  again: boolean
  released: boolean
  id: number
}

/** Runs a session and the model side by side, through `steps` things that can happen to them. */
function run(seed: number, steps: number, options: Model["options"], transmit: number): void {
  const random = seeded(seed)
  const rig = new SessionRig({ ...options, outboxPolicy: OutboxPolicy.REFUSE }, transmit)
  const model = new Model(options)
  rig.onDelivered = (handle) => {
    const message = model.messages.find((each) => each.handle === handle) ?? fail(`${handle} is delivered and unknown`)
    model.end(message, "delivered")
  }
  rig.onDropped = (handle) => {
    const message = model.messages.find((each) => each.handle === handle) ?? fail(`${handle} is dropped and unknown`)
    model.end(message, "dropped")
  }
  let number = 0
  let where = ""

  const write = (): void => {
    // The model's order is looked at before: QoS 0 messages leave it as they are sent.
    const waiting = model.messages.filter(({ sent, again }) => !sent || again)
    const packets = rig.write(integer(random, 1, transmit)) ?? []
    for (const packet of packets) {
      const expected = waiting.shift() ?? fail(`${where}: ${packet.line} where nothing waits`)
      if (expected.released) {
        equal(packet.line, `PUBREL id=${expected.id}`, where)
      } else {
        equal([packet.payload, packet.qos, packet.dup], [expected.payload, expected.qos, expected.again], where)
        if (expected.again) equal(packet.id, expected.id, where)
        else if (expected.qos > 0) ok(!model.messages.some((other) => other !== expected && other.sent && other.id === packet.id), `${where}: id ${packet.id} is in use`)
      }
      expected.sent = true
      expected.again = false
      expected.id = packet.id
    }
    ok(model.inflight.filter(({ released }) => !released).length <= options.maxInflight, `${where}: the window`)
  }

  for (let step = 0; step < steps; step++) {
    where = `seed ${seed}, step ${step}`
    const dice = random()
    if (dice < 0.35) {
      const qos = integer(random, 0, 2)
      const payload = `${++number}${"x".repeat(integer(random, 0, 60))}`
      const length = 2 + 3 + (qos > 0 ? 2 : 0) + payload.length
      const fits = model.hasRoom(length)
      const handle = rig.publish(qos, payload)
      if (fits !== handle > 0) fail(`${where}: ${length} bytes ${fits ? "have" : "have no"} room, but publish says ${handle}; ${model.bytes} bytes and ${model.messages.length} messages are there`)
      if (handle > 0) model.messages.push({ handle, qos, payload, length, sent: false, again: false, released: false, id: 0 })
      else equal(handle, Refusal.OUTBOX_FULL, where)
    } else if (dice < 0.65) {
      write()
    } else if (dice < 0.95) {
      const inflight = model.inflight
      if (inflight.length === 0) continue
      const message = inflight[integer(random, 0, inflight.length - 1)]!
      const { id, qos, released, handle } = message
      if (qos === 1) {
        rig.puback(id)
        equal(model.ends.get(handle), "delivered", where)
      } else if (!released) {
        ok(rig.pubrec(id), where)
        message.released = true
      } else {
        rig.pubcomp(id)
        equal(model.ends.get(handle), "delivered", where)
      }
    } else {
      const clean = random() < 0.2
      const sessionPresent = !clean && random() < 0.6
      const inflight = model.messages.filter(({ sent, qos }) => sent && qos > 0)
      rig.session.disconnected(clean)
      if (clean) for (const { handle } of inflight) equal(model.ends.get(handle), "dropped", where)
      rig.connected(sessionPresent)
      for (const message of model.messages.slice()) {
        if (!message.sent) continue
        if (sessionPresent) message.again = true
        else message.sent = message.again = false
      }
      if (!sessionPresent && !clean) for (const { handle, released } of inflight) if (released) equal(model.ends.get(handle), "dropped", where)
      equal(model.messages.some(({ released }) => released && !sessionPresent), false, where)
    }
    equal(rig.session.backlog, model.messages.length, where)
    equal(rig.session.handles(), model.messages.map(({ handle }) => handle), where)
  }

  // In the end all is delivered.
  where = `seed ${seed}, the end`
  for (let round = 0; model.messages.length > 0 && round < 1000; round++) {
    write()
    for (const message of model.inflight) {
      if (message.qos === 1) rig.puback(message.id)
      else if (!message.released) message.released = rig.pubrec(message.id)
      else rig.pubcomp(message.id)
    }
  }
  ok(rig.session.isEmpty, where)
  equal([rig.session.inflightCount, rig.session.hasUnsent, rig.session.midPacket, rig.session.unexpectedAcks], [0, false, false, 0], where)
  equal(model.ends.size, rig.session.published, where)
}

test("whatever happens in whatever order, messages are sent in theirs, end once each, and the outbox has exactly the room it should", () => {
  for (let seed = 1; seed <= 6; seed++) run(seed, 250, { outboxBytes: 300, outboxMessages: 8, maxInflight: 3 }, 100)
})

test("the same with a tiny transmit buffer, in which every packet leaves in parts", () => {
  for (let seed = 101; seed <= 104; seed++) run(seed, 250, { outboxBytes: 200, outboxMessages: 5, maxInflight: 2 }, 9)
})

test("the same with an outbox that holes never leave in peace", () => {
  for (let seed = 201; seed <= 203; seed++) run(seed, 400, { outboxBytes: 150, outboxMessages: 30, maxInflight: 30 }, 64)
})
