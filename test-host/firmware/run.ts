import type { Platform } from "../../platforms/platform.js"
import { type ClientOptions, describeDrop, type Disconnect, type SensorOptions, Telemetry } from "../../src/index.js"
import { NOT_A_READING, ReadingLog } from "./reading-log.js"

/** What the firmware is told when it starts. */
export interface FirmwareConfig {
  client: ClientOptions
  /** For all sensors, milliseconds. */
  updateInterval: number
  /** Takes no more readings once so many are delivered or on their way. */
  limit?: number
}

/** What the firmware tells. */
export interface FirmwareHooks {
  /** Milliseconds, as finely as the machine can tell them. */
  now(): number
  onConnect(): void
  onDisconnect(reason: Disconnect): void
  /** The reading of a sensor (its number) was acknowledged, so many milliseconds after it was published. */
  onDelivered(sensor: number, roundTrip: number): void
  onDropped(sensor: number, reason: string): void
  onSensorError(sensorId: string, error: Error): void
}

export interface Firmware {
  readonly telemetry: Telemetry
  readonly log: ReadingLog
}

/**
 * The application: samples the sensors and publishes what they say with QoS 1, from now on. The same code in every
 * engine; what differs between them comes in as `platform` and `sensors`.
 */
export function run(platform: Platform, config: FirmwareConfig, sensors: readonly SensorOptions[], hooks: FirmwareHooks): Firmware {
  const log = new ReadingLog(hooks, config.limit)
  const telemetry = new Telemetry(platform, {
    client: {
      ...config.client,
      onConnect: () => hooks.onConnect(),
      onDisconnect: (reason) => hooks.onDisconnect(reason),
      onDelivered(handle) {
        const sensor = log.delivered(handle)
        if (sensor !== NOT_A_READING) hooks.onDelivered(sensor, log.roundTrip)
      },
      onDropped(handle, reason) {
        const sensor = log.dropped(handle)
        if (sensor !== NOT_A_READING) hooks.onDropped(sensor, describeDrop(reason))
      },
    },
    sensors: sensors.map((options) => ({ ...options, updateInterval: config.updateInterval, sensor: log.watch(options.sensor) })),
    onPublished: (sensor, handle) => log.published(sensor, handle),
    onSensorError(sensorId, error) {
      if (error !== log.enough) hooks.onSensorError(sensorId, error)
    },
  })
  telemetry.start()
  return { telemetry, log }
}
