/// <reference types="node" />
import { deepEqual } from "node:assert/strict"
import { test } from "node:test"
import type { Broker, BrokerOptions, StartBroker } from "../broker.js"
import { Probe } from "../probe.js"
import { Proxy } from "../proxy.js"

/** A broker, a proxy before it that checks what we send, and clients; all ended when the test is over. */
export class Setting {
  readonly broker: Broker
  readonly proxy: Proxy
  private readonly probes: Probe[] = []

  private constructor(broker: Broker, proxy: Proxy) {
    this.broker = broker
    this.proxy = proxy
  }

  static async make(start: StartBroker, options?: BrokerOptions): Promise<Setting> {
    const broker = await start(options)
    return new Setting(broker, await Proxy.start(broker.port))
  }

  /** A client that is not connected yet. */
  probe(options: ConstructorParameters<typeof Probe>[1]): Probe {
    const probe = new Probe(this.proxy.port, options)
    this.probes.push(probe)
    return probe
  }

  async connected(options: ConstructorParameters<typeof Probe>[1]): Promise<Probe> {
    return this.probe(options).connect()
  }

  /** Ends everything, and fails if mqtt-packet did not understand what we sent, or an error was reported. */
  async close(): Promise<void> {
    for (const { client } of this.probes) {
      try {
        await client.endAsync(0)
      } catch {
        // The test has ended it.
      }
    }
    await this.proxy.close()
    await this.broker.close()
    deepEqual(this.proxy.faults, [])
    deepEqual(this.probes.flatMap(({ errors }) => errors), [])
  }
}

/** Declares tests that each have a setting of their own. */
export class Subject {
  private readonly name: string
  private readonly start: StartBroker
  private readonly skip: string | false

  /** `name`: of the broker. `skip`: why it can't be had. */
  constructor(name: string, start: StartBroker, skip: string | false = false) {
    this.name = name
    this.start = start
    this.skip = skip
  }

  /** `sentence`: what the client does. */
  test(sentence: string, body: (setting: Setting) => Promise<void>, options?: BrokerOptions): void {
    test(`${this.name}: ${sentence}`, { skip: this.skip, timeout: 120_000 }, async () => {
      const setting = await Setting.make(this.start, options)
      try {
        await body(setting)
      } finally {
        await setting.close()
      }
    })
  }
}
