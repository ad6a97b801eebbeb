import type { Sensor } from "../../src/index.js"

/** What `delivered` and `dropped` say of other messages: "online" and "offline". */
export const NOT_A_READING = -1

/** More than the outbox holds, so that no entry is needed again while its message is on its way. */
const ENTRIES = 256

/** Remembers when each reading was published, for the time until its PUBACK. Allocates nothing after its construction. */
export class ReadingLog {
  /** Of the reading that `delivered` was last told of, milliseconds. */
  roundTrip = 0
  /** Readings delivered so far. */
  count = 0
  /** What a sensor throws when no more is wanted; made beforehand, so that throwing it allocates nothing. */
  readonly enough = new Error("enough readings have been taken")
  private taken = 0
  private readonly clock: { now(): number }
  private readonly limit: number
  private readonly handles = new Int32Array(ENTRIES)
  private readonly sensors = new Uint8Array(ENTRIES)
  private readonly times = new Float64Array(ENTRIES)

  constructor(clock: { now(): number }, limit = Infinity) {
    this.clock = clock
    this.limit = limit
  }

  /** All the readings that are wanted are delivered or on their way. */
  get isFull(): boolean {
    return this.taken >= this.limit
  }

  /** All the readings that are wanted are delivered. */
  get isComplete(): boolean {
    return this.count >= this.limit
  }

  /** A sensor that refuses to go on when there are enough readings. */
  watch(sensor: Sensor): Sensor {
    return {
      sample: () => {
        if (this.isFull) throw this.enough
        return sensor.sample()
      },
      close: () => sensor.close?.(),
    }
  }

  published(sensor: number, handle: number): void {
    const at = handle % ENTRIES
    this.taken++
    this.handles[at] = handle
    this.sensors[at] = sensor
    this.times[at] = this.clock.now()
  }

  /** The sensor whose reading this was, or NOT_A_READING. */
  delivered(handle: number): number {
    const at = handle % ENTRIES
    if (this.handles[at] !== handle) return NOT_A_READING
    this.roundTrip = this.clock.now() - this.times[at]!
    this.count++
    return this.sensors[at]!
  }

  /** The same; another reading may be taken in its place. */
  dropped(handle: number): number {
    const at = handle % ENTRIES
    if (this.handles[at] !== handle) return NOT_A_READING
    this.taken--
    return this.sensors[at]!
  }
}
