/// <reference types="node" />
/**
 * QoS 2 through a real broker, with connections cut and the broker ended and started again in the middle: nothing is
 * lost and nothing comes twice. Publisher and subscriber both keep their sessions.
 */
import { deepEqual, equal, ok } from "node:assert/strict"
import { test } from "node:test"
import { Ledger } from "../support/ledger.js"
import { Mosquitto, withoutMosquitto } from "../support/mosquitto.js"
import { Probe } from "../support/probe.js"
import { Proxy } from "../support/proxy.js"
import { integer, seeded } from "../support/random.js"

const COUNT = 1000
/** Connections of each client that are cut, where they are cut at random. */
const CUTS = 25
const skip = withoutMosquitto()

/** Both clients have a proxy of their own. */
class Stage {
  readonly ledger = new Ledger(COUNT)
  readonly broker: Mosquitto
  readonly proxies: [Proxy, Proxy]
  readonly publisher: Probe
  readonly subscriber: Probe
  private restarts = Promise.resolve()

  private constructor(broker: Mosquitto, proxies: [Proxy, Proxy], maxInbound: number) {
    this.broker = broker
    this.proxies = proxies
    const patience = { clean: false, reconnectPeriod: 5, maxReconnectPeriod: 20 }
    this.publisher = new Probe(proxies[0].port, { clientId: "publisher", ...patience })
    this.subscriber = new Probe(proxies[1].port, { clientId: "subscriber", ...patience, maxInbound })
    this.subscriber.onReceived = ({ text }) => this.ledger.enter(text)
  }

  static async make(maxInbound: number): Promise<Stage> {
    // More than can be in flight: when it reads its folder, mosquitto 2.0.11 takes messages in flight
    // beyond the bound for ones that were never sent, and sends again what it had the PUBREC for.
    const broker = await Mosquitto.start({ config: ["max_inflight_messages 2000"] })
    return new Stage(broker, [await Proxy.start(broker.port), await Proxy.start(broker.port)], maxInbound)
  }

  /** Sends all messages; resolves when all were acknowledged, and no more can come. */
  async run(qos: 1 | 2 = 2): Promise<void> {
    const { publisher, subscriber, ledger } = this
    await subscriber.connect()
    await subscriber.subscribe("numbers", qos)
    await publisher.connect()
    await publisher.publishAll(COUNT, "numbers", qos, (number) => Ledger.payload(number))
    await subscriber.until(() => ledger.different >= COUNT, () => `${COUNT} messages; ${ledger.different} came`)
    await this.restarts
    // What comes twice would come before what is sent now.
    let over = false
    await subscriber.subscribe("over", 2, () => {
      over = true
      subscriber.events.changed()
    })
    await publisher.publish("over", "", { qos: 2 })
    await subscriber.until(() => over, "the last message")
  }

  /** Does something to the broker when so many messages have arrived, one such thing after the other. */
  at(arrived: readonly number[], action: () => Promise<void>): void {
    for (const count of arrived) this.restarts = Promise.all([this.restarts, this.once(count, action)]).then(() => {})
  }

  /**
   * Cuts the first connections of both clients after at most so many bytes. Not all: mosquitto begins each with all that
   * is in flight, so that it would never get on once that is more than passes before the cut. And it learns of the cut
   * of the subscriber's connection only by the next one: when it can't send while it sends a PUBREL again, mosquitto
   * 2.0.11 forgets that it had the PUBREC, and sends the message again.
   */
  cutAtRandom(random: () => number, bytes: number): void {
    this.proxies.forEach((proxy, i) => {
      proxy.plan = () => (proxy.connections > CUTS ? undefined : { after: integer(random, 40, bytes), reset: random() < 0.5, halfOpen: i === 1 })
    })
  }

  private async once(count: number, action: () => Promise<void>): Promise<void> {
    await this.subscriber.until(() => this.ledger.arrived >= count, () => `message ${count}; ${this.ledger.arrived} came`)
    await action()
  }

  async close(): Promise<void> {
    for (const { client } of [this.publisher, this.subscriber]) await client.endAsync(0)
    for (const proxy of this.proxies) await proxy.close()
    await this.broker.close()
  }
}

async function onStage(body: (stage: Stage) => Promise<void>, maxInbound = COUNT): Promise<void> {
  const stage = await Stage.make(maxInbound)
  try {
    await body(stage)
    deepEqual(
      stage.proxies.flatMap(({ faults }) => faults),
      [],
    )
    for (const { errors, drops, client } of [stage.publisher, stage.subscriber]) {
      deepEqual(errors, [])
      deepEqual(drops, [])
      equal(client.statistics.protocolErrors, 0)
    }
  } finally {
    await stage.close()
  }
}

test("1,000 messages of QoS 2 arrive exactly once while the broker is ended and started again four times", { skip }, () =>
  onStage(async (stage) => {
    stage.at([100, 350, 600, 900], () => stage.broker.restart())
    await stage.run()
    stage.ledger.assertInOrder()
    ok(stage.publisher.sessions.length >= 5 && stage.publisher.sessions.slice(1).every((present) => present))
    ok(stage.subscriber.sessions.length >= 5 && stage.subscriber.sessions.slice(1).every((present) => present))
  }),
)

test("1,000 messages of QoS 2 arrive exactly once while the broker is killed twice, with what it had last saved", { skip }, () =>
  onStage(async (stage) => {
    stage.at([200, 700], async () => {
      // What it has done since is then not known to the clients, as if it had been killed in that moment.
      for (const proxy of stage.proxies) proxy.frozen = true
      await stage.broker.save()
      await stage.broker.kill()
      for (const proxy of stage.proxies) {
        proxy.cut()
        proxy.frozen = false
      }
      await stage.broker.run()
    })
    await stage.run()
    stage.ledger.assertExactlyOnce()
  }),
)

for (const seed of [1, 2, 3, 4]) {
  test(`1,000 messages of QoS 2 arrive exactly once while connections are cut at random, seed ${seed}`, { skip }, () =>
    onStage(async (stage) => {
      stage.cutAtRandom(seeded(seed), 4000)
      await stage.run()
      stage.ledger.assertExactlyOnce()
      for (const { cuts } of stage.proxies) ok(cuts >= 10, `${cuts} cuts`)
    }),
  )
}

test("1,000 messages of QoS 2 arrive exactly once while connections are cut at random and the broker is ended and started again", { skip }, () =>
  onStage(async (stage) => {
    stage.cutAtRandom(seeded(5), 6000)
    stage.at([150, 500, 850], () => stage.broker.restart())
    await stage.run()
    stage.ledger.assertExactlyOnce()
  }),
)

test("1,000 messages of QoS 2 arrive exactly once though the broker has more of them open than maxInbound, over as many connections as it takes", { skip }, () =>
  onStage(async (stage) => {
    stage.at([100, 400], () => stage.broker.restart())
    await stage.run()
    stage.ledger.assertExactlyOnce()
  }, 32),
)

test("1,000 messages of QoS 1 all arrive while connections are cut at random", { skip }, () =>
  onStage(async (stage) => {
    stage.cutAtRandom(seeded(6), 4000)
    await stage.run(1)
    equal(stage.ledger.different, COUNT)
    ok(stage.proxies[0].cuts >= 5)
  }),
)
