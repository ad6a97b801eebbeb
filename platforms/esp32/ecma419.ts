/** `mqtt-xs/ecma419`: to be mapped to `embedded:network/mqtt/client` in the manifest. See docs/ecma419.md. */
import Time from "time"
import { EcmaClient } from "./ecma419/client.js"
import type { EcmaOptions } from "./ecma419/options.js"
import type { System } from "./ecma419/platform.js"
import { Esp32Timer } from "./timer.js"

export type { ControlMessage, EcmaOptions, ReadableOptions, WriteOptions } from "./ecma419/options.js"

const system: System = {
  createTimer: (callback) => new Esp32Timer(callback),
  ticks: () => Time.ticks,
  log: (line) => trace(line, "\n"),
}

export default class MQTTClient extends EcmaClient {
  constructor(options: EcmaOptions) {
    super(options, system)
  }
}
