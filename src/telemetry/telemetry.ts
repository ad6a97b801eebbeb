import type { Platform, Timer } from "../../platforms/platform.js"
import { Client } from "../client/client.js"
import { type Duration, parseDuration } from "../client/duration.js"
import { checkQoS, type ClientOptions } from "../client/options.js"
import type { QoS } from "../codec/packets.js"
import { encodeText } from "../codec/text.js"
import { Topic } from "../codec/topic.js"
import { describeRefusal } from "../session/session.js"
import { MAX_DECIMALS, writeNumber } from "./number.js"
import { Reading } from "./reading.js"
import type { SensorOptions } from "./sensor.js"

export interface TelemetryOptions {
  client: ClientOptions
  sensors: readonly SensorOptions[]
  /** Topic pattern; "{deviceId}/{sensorId}" by default, "{deviceId}" when all together. */
  topic?: string
  /** 1 by default. */
  qos?: QoS
  /** False by default. */
  retain?: boolean
  /** All sensors in one message, each under its id, whenever one was sampled; false by default. */
  together?: boolean
  /** Retained "online" and "offline" are published here, the latter as will too. "{deviceId}/availability" by default; "" for none. */
  availabilityTopic?: string
  /** A sensor threw or answered nonsense, or its message was not taken. The others go on. `sensorId` is "" when together. */
  onSensorError?: (sensorId: string, error: Error) => void
  /** A reading was published, under the handle that the client's callbacks will name. `sensor`: its place in the list. */
  onPublished?: (sensor: number, handle: number) => void
}

const DEFAULT_INTERVAL = 60_000
const ONLINE = "online"
const OFFLINE = "offline"

/** Samples sensors, each on its own time, and publishes what they say as JSON with the time of the sample. */
export class Telemetry {
  readonly client: Client
  readonly readings: readonly Reading[]
  /** Samples taken, samples that failed, sampling times that were missed, messages that the client did not take. */
  samples = 0
  sensorErrors = 0
  missed = 0
  refused = 0
  private readonly platform: Platform
  private readonly timer: Timer
  private readonly topics: readonly Topic[]
  private readonly payloads: readonly ((out: Uint8Array, start: number, end: number) => number)[]
  private readonly publishOptions: { qos: QoS; retain: boolean }
  private readonly availability: Topic | undefined
  private readonly together: boolean
  private readonly onSensorError: TelemetryOptions["onSensorError"]
  private readonly onPublished: TelemetryOptions["onPublished"]
  /** Of "online" and "offline", what the client had no room for. */
  private unsaid: string | undefined
  private readonly timeKey = encodeText('{"time":')
  /** Stands in for it while the clock has not been set: milliseconds of the tick counter. Not a name that a sensor has. */
  private readonly uptimeKey = encodeText('{"uptime_ms":')
  private readonly idKeys: readonly Uint8Array[]
  private time: number | undefined
  private running = false

  /** Throws a RangeError that names a wrong option. Nothing happens until `start`. */
  constructor(platform: Platform, options: TelemetryOptions) {
    const { sensors, client } = options
    this.platform = platform
    this.together = options.together ?? false
    this.onSensorError = options.onSensorError
    this.onPublished = options.onPublished
    this.publishOptions = { qos: checkQoS("qos", options.qos ?? 1), retain: options.retain ?? false }
    if (sensors.length === 0) throw new RangeError("sensors: is empty; at least one is needed")
    const deviceId = client.clientId ?? platform.deviceId
    const topicOf = (pattern: string, sensorId: string): string => pattern.replaceAll("{deviceId}", () => deviceId).replaceAll("{sensorId}", () => sensorId)
    const pattern = options.topic ?? (this.together ? "{deviceId}" : "{deviceId}/{sensorId}")
    this.readings = sensors.map((sensor, i) => {
      checkSensor(sensor, sensors.slice(0, i))
      return new Reading(sensor, parseDuration(`sensors.${sensor.id}.updateInterval`, sensor.updateInterval ?? DEFAULT_INTERVAL, 1))
    })
    this.idKeys = sensors.map(({ id }) => encodeText(`,${JSON.stringify(id)}:`))
    this.topics = this.together ? [new Topic(topicOf(pattern, ""))] : sensors.map(({ id }) => new Topic(topicOf(pattern, id)))
    this.payloads = this.together ? [(out, at, end) => this.writeAll(out, at, end)] : this.readings.map((reading) => (out, at, end) => this.writeOne(reading, out, at, end))
    const availability = topicOf(options.availabilityTopic ?? "{deviceId}/availability", "")
    this.availability = availability === "" ? undefined : new Topic(availability, "availabilityTopic")
    this.client = new Client(platform, this.clientOptions(client))
    this.timer = platform.createTimer(() => this.turn())
  }

  /** Connects, and samples every sensor for the first time in the next turn. */
  start(): void {
    const now = this.platform.clock.ticks()
    for (const reading of this.readings) reading.due = now
    this.running = true
    this.timer.schedule(0)
    this.client.connect()
  }

  /** Stops sampling, says "offline", and ends the client. `onEnd` gets the handles of what was not delivered. */
  end(deadline: Duration, onEnd?: (undelivered: number[]) => void): void {
    this.running = false
    this.timer.stop()
    for (const reading of this.readings) {
      try {
        reading.close()
      } catch (error) {
        this.report(reading.id, errorOf(error))
      }
    }
    if (this.client.connected) this.announce(OFFLINE)
    this.client.end(deadline, onEnd)
  }

  private turn(): void {
    if (!this.running) return
    if (this.unsaid !== undefined) this.announce(this.unsaid)
    const clock = this.platform.clock
    const readings = this.readings
    const count = readings.length
    let now = clock.ticks()
    let sampled = false
    let next = 0x3fffffff
    let i = 0
    while (i < count && this.running) {
      const reading = readings[i]!
      if (((reading.due - now) | 0) <= 0) {
        this.advance(reading, now)
        if (this.sample(reading)) {
          sampled = true
          if (!this.together) this.publish(i)
        }
        now = clock.ticks()
      }
      const wait = (reading.due - now) | 0
      if (wait < next) next = wait
      ++i
    }
    if (!this.running) return
    if (this.together && sampled) this.publish(0)
    if (this.running) this.timer.schedule(next > 0 ? next : 0)
  }

  /** Sets the next time, a whole number of intervals after this one, so that lateness does not add up. */
  private advance(reading: Reading, now: number): void {
    const late = (now - reading.due) | 0
    const skipped = (late / reading.interval) | 0
    this.missed += skipped
    reading.due = (reading.due + (skipped + 1) * reading.interval) | 0
  }

  private sample(reading: Reading): boolean {
    try {
      reading.sample()
      this.samples++
      return true
    } catch (error) {
      this.sensorErrors++
      this.report(reading.id, errorOf(error))
      return false
    }
  }

  private publish(which: number): void {
    this.time = this.platform.clock.now()
    const handle = this.client.publish(this.topics[which]!, this.payloads[which]!, this.publishOptions)
    if (handle < 0) {
      this.refused++
      this.report(this.together ? "" : this.readings[which]!.id, new Error(`not published: ${describeRefusal(handle)}`))
    } else if (this.onPublished !== undefined) {
      try {
        this.onPublished(which, handle)
      } catch (error) {
        this.platform.log(`onPublished: ${errorOf(error).message}`)
      }
    }
  }

  private report(sensorId: string, error: Error): void {
    if (this.onSensorError) {
      try {
        this.onSensorError(sensorId, error)
      } catch (thrown) {
        this.platform.log(`onSensorError: ${errorOf(thrown).message}`)
      }
    } else this.platform.log(`sensor ${sensorId}: ${error.message}`)
  }

  /** {"time":1700000000000,"temperature":21.5}: the sensor's own brace becomes the comma behind the time. */
  private writeOne(reading: Reading, out: Uint8Array, start: number, end: number): number {
    const at = this.writeTime(out, start, end)
    if (at < 0) return -1
    const after = reading.write(out, at, end)
    if (after < 0) return -1
    out[at] = 0x2c
    return after - start
  }

  /** {"time":1700000000000,"room":{"temperature":21.5},"cellar":{...}} */
  private writeAll(out: Uint8Array, start: number, end: number): number {
    let at = this.writeTime(out, start, end)
    let i = 0
    while (at >= 0 && i < this.readings.length) {
      const reading = this.readings[i]!
      if (reading.good) {
        const key = this.idKeys[i]!
        if (at + key.length >= end) return -1
        out.set(key, at)
        at = reading.write(out, at + key.length, end)
      }
      ++i
    }
    if (at < 0 || at >= end) return -1
    out[at] = 0x7d
    return at + 1 - start
  }

  private writeTime(out: Uint8Array, at: number, end: number): number {
    const time = this.time
    const key = time === undefined ? this.uptimeKey : this.timeKey
    if (at + key.length >= end) return -1
    out.set(key, at)
    return writeNumber(out, at + key.length, end, time ?? this.platform.clock.ticks() >>> 0, 0)
  }

  private clientOptions(options: ClientOptions): ClientOptions {
    if (!this.availability) return options
    return {
      ...options,
      will: options.will ?? { topic: this.availability.name, payload: OFFLINE, qos: 1, retain: true },
      onConnect: (sessionPresent) => {
        this.announce(ONLINE)
        options.onConnect?.(sessionPresent)
      },
    }
  }

  /** Says "online" or "offline", now or, when the outbox is full, before the next samples. */
  private announce(state: string): void {
    if (!this.availability) return
    const handle = this.client.publish(this.availability, state, { qos: 1, retain: true })
    this.unsaid = handle < 0 ? state : undefined
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

function checkSensor(sensor: SensorOptions, before: readonly SensorOptions[]): void {
  const { id, accuracyDecimals = 0 } = sensor
  if (typeof id !== "string" || id === "") throw new RangeError(`sensors.id: ${JSON.stringify(id)}; a name is needed`)
  if (before.some((other) => other.id === id)) throw new RangeError(`sensors.id: "${id}" is there twice`)
  if (typeof sensor.sensor?.sample !== "function") throw new RangeError(`sensors.${id}.sensor: has no sample() method`)
  if (!Number.isInteger(accuracyDecimals) || accuracyDecimals < 0 || accuracyDecimals > MAX_DECIMALS) {
    throw new RangeError(`sensors.${id}.accuracyDecimals: ${accuracyDecimals}; 0 to ${MAX_DECIMALS} is needed`)
  }
}
