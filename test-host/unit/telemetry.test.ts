import { Telemetry, type TelemetryOptions } from "../../src/telemetry/telemetry.js"
import type { Sensor, SensorOptions } from "../../src/telemetry/sensor.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { type ClientPacket, ClientPackets, connack, puback } from "../support/client-packets.js"
import { VirtualPlatform } from "../support/virtual-platform.js"

/** Telemetry on a virtual platform; each QoS 1 message is acknowledged as it comes. */
class TelemetryRig {
  readonly platform: VirtualPlatform
  readonly telemetry: Telemetry
  readonly errors: string[] = []
  answers = true
  private parser = new ClientPackets()

  constructor(sensors: readonly (Partial<SensorOptions> & { sensor: Sensor })[], options: Partial<TelemetryOptions> = {}, platform = new VirtualPlatform()) {
    this.platform = platform
    this.telemetry = new Telemetry(platform, {
      availabilityTopic: "",
      onSensorError: (sensorId, error) => this.errors.push(`${sensorId}: ${error.message}`),
      ...options,
      client: { host: "h", clientId: "dev", keepalive: 0, ...options.client },
      sensors: sensors.map((sensor, i) => ({ id: `s${i}`, ...sensor })),
    })
  }

  /** Starts, and lets the connection come up. The first samples are taken meanwhile. */
  start(): this {
    this.telemetry.start()
    this.platform.turn()
    this.platform.turn()
    return this.accept()
  }

  accept(): this {
    this.parser = new ClientPackets()
    this.platform.socket.open()
    this.platform.socket.receive(connack())
    return this
  }

  /** Lets time go by; what is published meanwhile. */
  advance(milliseconds: number, step = milliseconds): ClientPacket[] {
    const packets: ClientPacket[] = []
    for (let gone = 0; ; gone += step) {
      this.platform.turn()
      for (const packet of this.parser.feed(this.platform.socket.sent())) {
        if (packet.type === "PUBLISH") packets.push(packet)
        if (packet.qos === 1 && this.answers) this.platform.socket.receive(puback(packet.id))
      }
      if (gone >= milliseconds) return packets
      this.platform.advance(step)
    }
  }
}

/** A sensor that gives one sample after another, and then the last for ever. A function is called. */
function sensor(...samples: unknown[]): Sensor & { taken: number } {
  return {
    taken: 0,
    sample() {
      const next = samples[Math.min(this.taken++, samples.length - 1)]
      return typeof next === "function" ? (next as () => unknown)() : next
    },
  }
}

function readings(packets: readonly ClientPacket[]): unknown[] {
  return packets.map(({ payload }) => JSON.parse(payload))
}

const START = 1_700_000_000_000

test("a sensor is sampled at once and then in its interval, and each sample is published with its time", () => {
  const rig = new TelemetryRig([{ id: "room", sensor: sensor({ temperature: 21.5 }, { temperature: 21.75 }), updateInterval: "10s" }]).start()
  const packets = rig.advance(20_000, 10_000)
  equal(packets.map(({ topic, qos, retain }) => [topic, qos, retain]), [["dev/room", 1, false], ["dev/room", 1, false], ["dev/room", 1, false]])
  equal(packets.map(({ payload }) => payload), [
    `{"time":${START},"temperature":21.5}`,
    `{"time":${START + 10_000},"temperature":21.75}`,
    `{"time":${START + 20_000},"temperature":21.75}`,
  ])
  equal([rig.telemetry.samples, rig.telemetry.missed, rig.telemetry.sensorErrors, rig.telemetry.refused], [3, 0, 0, 0])
})

test("sensors of different intervals are each sampled on their own time", () => {
  const sensors = [sensor({ a: 1 }), sensor({ b: 2 }), sensor({ c: 3 })]
  const rig = new TelemetryRig([{ sensor: sensors[0]!, updateInterval: 700 }, { sensor: sensors[1]!, updateInterval: "1s" }, { sensor: sensors[2]! }]).start()
  rig.advance(7000, 50)
  equal(sensors.map(({ taken }) => taken), [11, 8, 1])
  rig.advance(53_000, 1000)
  equal(sensors.map(({ taken }) => taken), [86, 61, 2])
  equal(rig.telemetry.missed, 0)
})

test("lateness does not add up: sampling times stay whole intervals from the first", () => {
  const platform = new VirtualPlatform()
  const times: number[] = []
  const slow: Sensor = {
    sample() {
      times.push(platform.clock.ticks())
      // Takes 30 ms each time.
      platform.advance(30)
      return { x: 1 }
    },
  }
  const rig = new TelemetryRig([{ sensor: slow, updateInterval: 100 }], {}, platform).start()
  const first = times[0]!
  rig.advance(2000, 1)
  for (const time of times) equal((time - first) % 100, 0, `sampled at ${time}`)
  ok(times.length > 20)
  equal(rig.telemetry.missed, 0)
})

test("sampling times that were missed are counted and not made up for", () => {
  const platform = new VirtualPlatform()
  let blocks = 0
  const blocking: Sensor = {
    sample() {
      if (blocks++ === 1) platform.advance(450)
      return { x: blocks }
    },
  }
  const rig = new TelemetryRig([{ sensor: blocking, updateInterval: 100 }], {}, platform).start()
  rig.advance(1000, 10)
  equal([rig.telemetry.missed, rig.telemetry.samples], [3, 12])
})

test("a sensor that throws, or answers nonsense, is left out and reported, and the others go on", () => {
  const nonsense: [unknown, string][] = [
    [() => { throw new Error("I2C timeout") }, "I2C timeout"],
    [() => { throw "text" }, "text"],
    [undefined, "sample() returned undefined"],
    [null, "sample() returned null"],
    [{ x: NaN }, "x is NaN, not a number"],
    [{ x: Infinity }, "x is Infinity, not a number"],
    [{ x: "21" }, "x is 21, not a number"],
    [{ x: undefined }, "x is undefined, not a number"],
    [{ x: null }, "x is null, not a number"],
    [{}, "x is undefined, not a number"],
    [42, "x is undefined, not a number"],
  ]
  const rig = new TelemetryRig([
    { id: "bad", sensor: sensor({ x: 1 }, ...nonsense.map(([sample]) => sample), { x: 2 }), updateInterval: 1000 },
    { id: "good", sensor: sensor({ y: 1 }), updateInterval: 1000 },
  ]).start()
  const packets = rig.advance(12_000, 1000)
  equal(rig.errors, nonsense.map(([, message]) => `bad: ${message}`))
  equal(packets.filter(({ topic }) => topic === "dev/good").length, 13)
  equal(packets.filter(({ topic }) => topic === "dev/bad").length, 2)
  equal([rig.telemetry.samples, rig.telemetry.sensorErrors], [15, nonsense.length])
})

test("a first sample without a number is reported, and what there is to publish is chosen from the next", () => {
  const rig = new TelemetryRig([{ sensor: sensor({}, { text: "x" }, 7, { x: 1 }), updateInterval: 1000 }]).start()
  equal(readings(rig.advance(3000, 1000)).map((reading) => (reading as { x: number }).x), [1])
  equal(rig.errors, ["s0: sample() has no numbers", "s0: sample() has no numbers", "s0: sample() has no numbers"])
})

test("without onSensorError an error is a line of the log", () => {
  const platform = new VirtualPlatform()
  const telemetry = new Telemetry(platform, { client: { host: "h" }, sensors: [{ id: "s", sensor: sensor(null) }] })
  telemetry.start()
  platform.turn()
  equal(platform.lines, ["sensor s: sample() returned null"])
})

test("an onSensorError or onPublished that throws does not stop the loop", () => {
  const rig = new TelemetryRig([{ sensor: sensor(null), updateInterval: 1000 }, { sensor: sensor({ x: 1 }), updateInterval: 1000 }], {
    onSensorError: () => {
      throw new Error("in onSensorError")
    },
    onPublished: () => {
      throw new Error("in onPublished")
    },
  }).start()
  equal(rig.advance(3000, 1000).length, 4)
})

test("a compound sample gives all its numbers, under their own names", () => {
  const compound = { hygrometer: { humidity: 40.25 }, thermometer: { temperature: 20 }, valid: true, name: "x", none: null }
  const rig = new TelemetryRig([{ sensor: sensor(compound) }]).start()
  equal(readings(rig.advance(0)), [{ time: START, humidity: 40.25, temperature: 20 }])
})

test("numbers of the same name in a compound sample are told apart by their full names", () => {
  const rig = new TelemetryRig([{ sensor: sensor({ inside: { temperature: 20, humidity: 40 }, outside: { temperature: 5 } }) }]).start()
  equal(readings(rig.advance(0)), [{ time: START, "inside.temperature": 20, humidity: 40, "outside.temperature": 5 }])
})

test("only the properties that were selected are published, in their order, with the decimals asked for", () => {
  const sample = { a: 1.23456, b: { c: 2.5, d: -0.04 }, e: 100.5 }
  const rig = new TelemetryRig([
    { sensor: sensor(sample), properties: ["b.c", "a"], accuracyDecimals: 3 },
    { sensor: sensor(sample), properties: ["e"], accuracyDecimals: 0 },
    { sensor: sensor(sample), properties: ["b.d"], accuracyDecimals: 1 },
  ]).start()
  equal(rig.advance(0).map(({ payload }) => payload), [`{"time":${START},"c":2.5,"a":1.235}`, `{"time":${START},"e":101}`, `{"time":${START},"d":0}`])
})

test("a property that is selected and not there is reported", () => {
  const rig = new TelemetryRig([{ sensor: sensor({ a: 1 }), properties: ["a", "x.y.z"] }]).start()
  equal([rig.advance(0), rig.errors], [[], ["s0: x.y.z is undefined, not a number"]])
})

test("names with quotation marks and other characters are JSON", () => {
  const rig = new TelemetryRig([{ sensor: sensor({ 'a"b': 1, "tab\t": 2 }) }]).start()
  equal(readings(rig.advance(0)), [{ time: START, 'a"b': 1, "tab\t": 2 }])
})

test("all together: one message for all sensors, whenever one was sampled; one that failed is left out", () => {
  const rig = new TelemetryRig(
    [
      { id: "room", sensor: sensor({ t: 20 }, { t: 21 }, null, { t: 23 }), updateInterval: 1000 },
      { id: "cellar", sensor: sensor({ t: 9 }), updateInterval: 2000 },
    ],
    { together: true },
  ).start()
  const packets = rig.advance(3000, 1000)
  ok(packets.every(({ topic }) => topic === "dev"))
  equal(readings(packets), [
    { time: START, room: { t: 20 }, cellar: { t: 9 } },
    { time: START + 1000, room: { t: 21 }, cellar: { t: 9 } },
    { time: START + 2000, cellar: { t: 9 } },
    { time: START + 3000, room: { t: 23 }, cellar: { t: 9 } },
  ])
  equal(rig.errors, ["room: sample() returned null"])
})

test("all together with nothing good publishes nothing", () => {
  const rig = new TelemetryRig([{ sensor: sensor(null) }, { sensor: sensor(undefined) }], { together: true }).start()
  equal(rig.advance(0), [])
})

test("the topic is made from the pattern; QoS and RETAIN are those configured", () => {
  const rig = new TelemetryRig([{ id: "s", sensor: sensor({ x: 1 }) }], { topic: "home/{deviceId}/sensor/{sensorId}/{sensorId}", qos: 2, retain: true }).start()
  equal(rig.advance(0).map(({ topic, qos, retain }) => [topic, qos, retain]), [["home/dev/sensor/s/s", 2, true]])
})

test("a device id with characters that mean something in a replacement stays as it is", () => {
  const rig = new TelemetryRig([{ id: "s$&", sensor: sensor({ x: 1 }) }], { client: { host: "h", clientId: "a$&b$$" } }).start()
  equal(rig.advance(0).map(({ topic }) => topic), ["a$&b$$/s$&"])
})

test("without a client id the topics have the platform's device id", () => {
  const platform = new VirtualPlatform()
  const telemetry = new Telemetry(platform, { client: { host: "h" }, sensors: [{ id: "s", sensor: sensor({ x: 1 }) }], availabilityTopic: "" })
  telemetry.start()
  platform.turn()
  platform.turn()
  platform.socket.open()
  platform.socket.receive(connack())
  platform.turn()
  const packets = new ClientPackets().feed(platform.socket.sent())
  equal(packets.map(({ topic }) => topic), ["", "0011223344ff/s"])
})

test("while the clock has not been set, the uptime stands in for the time", () => {
  const platform = new VirtualPlatform(5000)
  platform.wallTime = undefined
  const rig = new TelemetryRig([{ sensor: sensor({ x: 1 }), updateInterval: 1000 }], {}, platform).start()
  const before = rig.advance(0)
  platform.wallTime = START
  equal(readings([...before, ...rig.advance(1000)]), [{ uptime_ms: 5000, x: 1 }, { time: START + 1000, x: 1 }])
})

test("samples are taken while there is no connection, and published with the time at which they were taken", () => {
  const rig = new TelemetryRig([{ sensor: sensor({ x: 1 }, { x: 2 }, { x: 3 }), updateInterval: 1000 }])
  rig.telemetry.start()
  rig.platform.turn()
  rig.platform.advance(2000)
  rig.accept()
  equal(readings(rig.advance(0)), [{ time: START, x: 1 }, { time: START + 1000, x: 2 }, { time: START + 2000, x: 3 }])
})

test("a message that the client does not take is counted and reported, and sampling goes on", () => {
  const rig = new TelemetryRig([{ sensor: sensor({ x: 1 }), updateInterval: 1000 }], { client: { host: "h", outboxMessages: 2, clientId: "dev" } })
  rig.telemetry.start()
  rig.platform.advance(3000)
  equal([rig.telemetry.samples, rig.telemetry.refused, rig.errors], [4, 2, ["s0: not published: the outbox is full", "s0: not published: the outbox is full"]])
})

test("birth and will: online is published at every connection, offline left as the will, both retained", () => {
  const rig = new TelemetryRig([{ sensor: sensor({ x: 1 }) }], { availabilityTopic: undefined as unknown as string })
  rig.telemetry.start()
  rig.platform.turn()
  rig.platform.turn()
  rig.platform.socket.open()
  rig.platform.turn()
  const [connect] = new ClientPackets().feed(rig.platform.socket.sent())
  equal(connect!.line, "CONNECT flags=2e keepalive=0 dev dev/availability offline")
  rig.platform.socket.receive(connack())
  const packets = rig.advance(0)
  equal(packets.filter(({ topic }) => topic === "dev/availability").map(({ payload, qos, retain }) => [payload, qos, retain]), [["online", 1, true]])
  rig.platform.socket.fail()
  rig.platform.advance(2000)
  rig.accept()
  ok(rig.advance(0).some(({ line }) => line.startsWith("PUBLISH dev/availability online")))
})

test("online is said even when the outbox was full at that moment, as soon as there is room", () => {
  const rig = new TelemetryRig([{ sensor: sensor({ x: 1 }), updateInterval: 1000 }], { availabilityTopic: "state", client: { host: "h", clientId: "dev", outboxMessages: 2 } })
  rig.telemetry.start()
  rig.platform.advance(5000)
  rig.accept()
  ok(rig.advance(3000, 1000).some(({ line }) => line.startsWith("PUBLISH state online")))
})

test("at the end offline is said, sampling stops, the sensors are closed, and nothing is left", () => {
  let closed = 0
  const sampled = sensor({ x: 1 })
  sampled.close = () => void closed++
  const rig = new TelemetryRig([{ sensor: sampled, updateInterval: 1000 }], { availabilityTopic: "{deviceId}/state" }).start()
  rig.advance(2000, 1000)
  let undelivered: number[] | undefined
  rig.telemetry.end("5s", (handles) => (undelivered = handles))
  const packets = rig.advance(0)
  equal(packets.map(({ line }) => line.replace(/ id=\d+/, "")), ["PUBLISH dev/state offline qos=1 retain"])
  rig.platform.turn()
  equal([undelivered, closed, rig.platform.socket.closed, rig.platform.pending], [[], 1, true, 0])
  rig.platform.advance(10_000)
  equal(sampled.taken, 3)
})

test("a sensor whose close throws does not keep the others, nor the client, from ending", () => {
  const bad = sensor({ x: 1 })
  bad.close = () => {
    throw new Error("close")
  }
  let closed = 0
  const good = sensor({ x: 1 })
  good.close = () => void closed++
  const rig = new TelemetryRig([{ sensor: bad }, { sensor: good }]).start()
  rig.advance(0)
  rig.telemetry.end("5s")
  rig.advance(0)
  equal([closed, rig.platform.pending, rig.errors], [1, 0, ["s0: close"]])
})

test("an end within the loop, as from onSensorError, stops it there", () => {
  const later = sensor({ x: 1 })
  const rig: TelemetryRig = new TelemetryRig([{ sensor: sensor(null) }, { sensor: later }], { onSensorError: () => rig.telemetry.end("1s") })
  rig.telemetry.start()
  rig.platform.advance(1000)
  equal([later.taken, rig.platform.pending], [0, 0])
})

test("the application's own callbacks and will are kept", () => {
  let connected = 0
  const rig = new TelemetryRig([{ sensor: sensor({ x: 1 }) }], { availabilityTopic: "state", client: { host: "h", clientId: "dev", onConnect: () => void connected++, will: { topic: "mine", payload: "gone" } } })
  rig.telemetry.start()
  rig.platform.turn()
  rig.platform.turn()
  rig.platform.socket.open()
  rig.platform.turn()
  ok(new ClientPackets().feed(rig.platform.socket.sent())[0]!.line.endsWith("dev mine gone"))
  rig.platform.socket.receive(connack())
  equal(connected, 1)
})

test("wrong options are refused at once, by name", () => {
  const make = (sensors: readonly object[], options: object = {}): (() => void) => () => void new Telemetry(new VirtualPlatform(), { client: { host: "h" }, sensors, ...options } as unknown as TelemetryOptions)
  const good = { id: "s", sensor: sensor({ x: 1 }) }
  throws(make([]), /sensors: is empty/)
  throws(make([{ ...good, id: "" }]), /sensors\.id: ""; a name/)
  throws(make([{ sensor: good.sensor }]), /sensors\.id: undefined; a name/)
  throws(make([good, good]), /sensors\.id: "s" is there twice/)
  throws(make([{ id: "s" }]), /sensors\.s\.sensor: has no sample/)
  throws(make([{ id: "s", sensor: {} }]), /sensors\.s\.sensor: has no sample/)
  throws(make([{ ...good, updateInterval: "soon" }]), /sensors\.s\.updateInterval: "soon"; a time/)
  throws(make([{ ...good, updateInterval: 0 }]), /sensors\.s\.updateInterval: 0; a time from 1 ms/)
  throws(make([{ ...good, accuracyDecimals: 10 }]), /sensors\.s\.accuracyDecimals: 10; 0 to 9/)
  throws(make([{ ...good, accuracyDecimals: 1.5 }]), /sensors\.s\.accuracyDecimals: 1.5; 0 to 9/)
  throws(make([good], { qos: 3 }), /qos: 3; 0, 1 or 2/)
  throws(make([good], { topic: "a/#" }), /topic: "a[/]#" has a wildcard/)
  throws(make([good], { availabilityTopic: "+" }), /availabilityTopic: "\+" has a wildcard/)
})
