/// <reference types="node" />
import { deepEqual } from "node:assert/strict"

/** Books numbered messages, to show that none is lost, none comes twice, and none overtakes another. */
export class Ledger {
  readonly count: number
  private readonly arrivals: number[] = []

  constructor(count: number) {
    this.count = count
  }

  /** A message's payload: its number. */
  static payload(number: number): string {
    return `message ${number}`
  }

  /** A message with this payload has come. */
  enter(payload: string): void {
    this.arrivals.push(Number(/^message (\d+)$/.exec(payload)?.[1] ?? NaN))
  }

  /** How many have come, those that came twice counted twice. */
  get arrived(): number {
    return this.arrivals.length
  }

  /** How many different ones have come. */
  get different(): number {
    return new Set(this.arrivals).size
  }

  /** Fails unless each of the messages 0 to count - 1 has come exactly once. */
  assertExactlyOnce(): void {
    deepEqual(this.faults(), { lost: [], twice: [], unknown: [] })
  }

  /** Fails unless, besides, they came in order. */
  assertInOrder(): void {
    this.assertExactlyOnce()
    deepEqual(this.arrivals, [...Array(this.count).keys()])
  }

  private faults(): { lost: number[]; twice: number[]; unknown: number[] } {
    const times = new Map<number, number>()
    for (const number of this.arrivals) times.set(number, (times.get(number) ?? 0) + 1)
    const all = [...Array(this.count).keys()]
    return {
      lost: all.filter((number) => !times.has(number)),
      twice: all.filter((number) => (times.get(number) ?? 0) > 1),
      unknown: [...times.keys()].filter((number) => !(number >= 0 && number < this.count)),
    }
  }
}
