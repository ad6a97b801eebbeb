import type { Platform, Timer } from "../../platforms/platform.js"
import type { Disconnect } from "../../src/index.js"
import type { Files } from "../sensors/files.js"
import { sensorsOfThisPc } from "../sensors/of-this-pc.js"
import type { Line, NodeFigures, Start, XsFigures } from "./messages.js"
import { type Firmware, type FirmwareHooks, run } from "./run.js"

/** What the main of each engine brings. */
export interface Machine {
  platform: Platform
  files: Files
  meter: Meter
  /** Milliseconds, as finely as the machine can tell them. */
  now(): number
  /** Calls back with each line of standard input, then with undefined. */
  receive(callback: (line: string | undefined) => void): void
  /** SIGINT and SIGTERM, in place of their ending the process. */
  onSignal(callback: () => void): void
  print(line: string): void
  exit(code: number): void
}

/** Counts what the machine does, leaving out what happens between `pause` and `resume`. */
export interface Meter {
  pause(): void
  /** As of `pause`. */
  figures(): XsFigures | NodeFigures
  resume(): void
}

/** How often it reports when nothing happens, milliseconds. */
const HEARTBEAT = 1000
/** For what is on its way when it ends, milliseconds. */
const DEADLINE = 2000
/** Readings between two reports; no turn delivers more than the in-flight window. */
const READINGS = 256

/** Runs the firmware as standard input says, and reports on standard output. */
export function operate(machine: Machine): void {
  let operator: Operator | undefined
  const stop = (): void => {
    if (operator) operator.end()
    else machine.exit(0)
  }
  machine.onSignal(stop)
  machine.receive((line) => {
    if (operator || line === undefined) stop()
    else operator = new Operator(machine, JSON.parse(line) as Start)
  })
}

class Operator implements FirmwareHooks {
  private readonly machine: Machine
  private readonly firmware: Firmware
  private readonly sensorIds: string[]
  private readonly soon: Timer
  private readonly heartbeat: Timer
  private reporting = false
  private ending = false
  private dropped = 0
  /** Readings delivered since the last report. */
  private readings = 0
  private readonly sensors = new Uint8Array(READINGS)
  private readonly roundTrips = new Float64Array(READINGS)

  constructor(machine: Machine, config: Start) {
    const { platform } = machine
    this.machine = machine
    this.soon = platform.createTimer(() => this.report())
    this.heartbeat = platform.createTimer(() => this.report())
    const sensors = sensorsOfThisPc(machine.files)
    this.sensorIds = sensors.map(({ id }) => id)
    this.say({ type: "hello", sensors: this.sensorIds })
    this.firmware = run(platform, config, sensors, this)
    this.heartbeat.schedule(HEARTBEAT)
  }

  end(): void {
    if (this.ending) return
    this.ending = true
    this.soon.close()
    this.heartbeat.close()
    this.firmware.telemetry.end(DEADLINE, (undelivered) => {
      this.say({ type: "ended", undelivered: undelivered.length })
      this.machine.exit(0)
    })
  }

  now(): number {
    return this.machine.now()
  }

  onDelivered(sensor: number, roundTrip: number): void {
    if (this.readings === READINGS) return
    this.sensors[this.readings] = sensor
    this.roundTrips[this.readings++] = roundTrip
    if (this.reporting || this.ending) return
    this.reporting = true
    this.soon.schedule(0)
  }

  onConnect(): void {
    this.say({ type: "connected" })
  }

  onDisconnect(reason: Disconnect): void {
    if (reason.kind !== "ended") this.say({ type: "disconnected", reason: reason.message })
  }

  onDropped(sensor: number, reason: string): void {
    this.dropped++
    this.say({ type: "trouble", sensor: this.sensorIds[sensor]!, reason })
  }

  onSensorError(sensor: string, error: Error): void {
    this.dropped++
    this.say({ type: "trouble", sensor, reason: error.message })
  }

  private report(): void {
    const { machine, firmware } = this
    machine.meter.pause()
    const { client } = firmware.telemetry
    const readings: [number, number][] = []
    for (let i = 0; i < this.readings; i++) readings.push([this.sensors[i]!, this.roundTrips[i]!])
    const complete = firmware.log.isComplete
    this.print({
      type: "report",
      readings,
      delivered: firmware.log.count,
      dropped: this.dropped,
      connections: client.statistics.connections,
      inflight: client.inflight,
      backlog: client.backlog,
      machine: machine.meter.figures(),
      complete,
    })
    this.readings = 0
    this.reporting = false
    this.heartbeat.schedule(HEARTBEAT)
    machine.meter.resume()
    if (complete) this.end()
  }

  private say(line: Line): void {
    this.machine.meter.pause()
    this.print(line)
    this.machine.meter.resume()
  }

  private print(line: Line): void {
    this.machine.print(JSON.stringify(line))
  }
}
