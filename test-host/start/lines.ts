import { roundTrip } from "./format.js"

/** How long a reading waits for its round trip, or the other way round, milliseconds. */
const PATIENCE = 1000

/**
 * One plain line per reading: topic, payload, round trip. A reading arrives at the broker's subscriber, and its round
 * trip in the firmware's next report, in either order; here they meet.
 */
export class Lines {
  private readonly arrived = new Map<string, { payload: string; at: number }[]>()
  private readonly delivered = new Map<string, { milliseconds: number; at: number }[]>()
  private readonly write: (line: string) => void

  constructor(write: (line: string) => void) {
    this.write = write
  }

  onMessage(topic: string, payload: string, now: number): void {
    const trip = this.delivered.get(topic)?.shift()
    if (trip) this.line(topic, payload, trip.milliseconds)
    else of(this.arrived, topic).push({ payload, at: now })
  }

  onRoundTrip(topic: string, milliseconds: number, now: number): void {
    const reading = this.arrived.get(topic)?.shift()
    if (reading) this.line(topic, reading.payload, milliseconds)
    else of(this.delivered, topic).push({ milliseconds, at: now })
  }

  /** Lets go of what has waited in vain. `now`: Infinity at the end. */
  sweep(now: number): void {
    for (const [topic, readings] of this.arrived) {
      while (readings.length > 0 && now - readings[0]!.at > PATIENCE) this.line(topic, readings.shift()!.payload, undefined)
    }
    for (const trips of this.delivered.values()) {
      while (trips.length > 0 && now - trips[0]!.at > PATIENCE) trips.shift()
    }
  }

  private line(topic: string, payload: string, milliseconds: number | undefined): void {
    this.write(`${topic} ${payload} ${roundTrip(milliseconds)}`)
  }
}

function of<T>(queues: Map<string, T[]>, topic: string): T[] {
  let queue = queues.get(topic)
  if (!queue) queues.set(topic, (queue = []))
  return queue
}
