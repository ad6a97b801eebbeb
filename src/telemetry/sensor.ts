/** A sensor in the ECMA-419 pattern: https://419.ecma-international.org/#-17-sensor-classes */
export interface Sensor {
  configure?(options: object): void
  /** An object whose properties are numbers, or objects of numbers for a compound sensor. */
  sample(): unknown
  close?(): void
}

/** One sensor of the telemetry loop. Names are those of ESPHome where the meaning is the same. */
export interface SensorOptions {
  /** Part of its topic: `{sensorId}`. */
  id: string
  sensor: Sensor
  /** Time between samples; 60 s by default. */
  updateInterval?: number | string
  /**
   * What to publish of a sample, such as "temperature", or "hygrometer.humidity" of a compound sensor. By default all
   * the numbers that its first good sample has.
   */
  properties?: readonly string[]
  /** Digits after the decimal point, at most; zeros at the end are left out. 2 by default. */
  accuracyDecimals?: number
}
