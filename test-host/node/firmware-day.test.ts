/// <reference types="node" />
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import type { Command } from "../board/board.js"
import { birthsOf, counter, countsOf, DEVICE, readingsOf, startVirtualBoard, upTo, withoutXs } from "../support/firmware.js"

const HOUR = 3_600_000
const INTERVAL = 10_000
const LOST = 90_000

describe("a day of the firmware", { skip: withoutXs }, () => {
  test("with Wi-Fi lost for 90 s each hour: every reading arrives once and in order, and the heap does not grow", async (t) => {
    const sensors = [counter("10s"), { id: "room", driver: "Humidity-Temperature/SHT3x", updateInterval: "10s" }, { id: "up", driver: "uptime", updateInterval: "10s" }]
    const client = { outboxMessages: 100, outboxBytes: 8192 }
    const board = await startVirtualBoard(t, { creation: "static", config: { sensors, client }, seed: 24 })
    const inUse: number[][] = []
    for (let hour = 1; hour <= 24; hour++) {
      // Not in the moment of a sample: what is on its way then would come twice, as QoS 1 has it.
      await board.advance(HOUR / 2 + 5000)
      await board.say({ wifi: "lost" })
      await board.advance(LOST)
      await board.say({ wifi: "back" })
      await board.advance(HOUR / 2 - LOST - 5000)
      const { slotsInUse, chunkBytesInUse } = await board.figures()
      inUse.push([slotsInUse, chunkBytesInUse])
    }
    await board.advance(5000)
    const count = (24 * HOUR) / INTERVAL + 1
    assert.deepEqual(countsOf(board.published), upTo(count))
    for (const { id } of sensors as { id: string }[]) {
      const times = readingsOf(board.published, id).slice(1).map(({ time }) => time!)
      assert.deepEqual([times.length, times.every((time, i) => time - times[0]! === i * INTERVAL)], [count - 1, true])
    }
    assert.equal(board.connections, 25)
    assert.equal(birthsOf(board.published).length, 1)
    // "online" with each connection, and the will of each that was lost.
    const availability = board.published.filter(({ topic }) => topic === `${DEVICE}/availability`).map(({ payload }) => payload)
    assert.deepEqual(availability.filter((payload) => payload === "online").length, 25)
    assert.equal(board.published.length, 3 * count + 1 + availability.length)
    assert.equal(board.lines.filter((line) => line.includes("dropped") || line.includes("not published")).length, 0)
    const [first, last] = [inUse[0]!, inUse.at(-1)!]
    assert.deepEqual([last[0]! - first[0]!, last[1]! - first[1]!], [0, 0], JSON.stringify(inUse))
  })

  test("with everything failing in turn: the heap does not grow, nothing comes twice, and all is well in the end", async (t) => {
    const sensors = [counter("60s"), { id: "room", driver: "Humidity-Temperature/SHT3x", updateInterval: "60s" }]
    const board = await startVirtualBoard(t, { creation: "static", config: { sensors, qos: 2, client: { outboxMessages: 64, outboxBytes: 6144 } }, seed: 7 })
    const trials: readonly Command[] = [{ wifi: "lost" }, { wifi: "refuse" }, { wifi: "no-address" }, { broker: "down" }, { broker: "silent" }, { broker: "drop" }, { broker: "deny" }, { sntp: "silent" }, { dns: "silent" }, { dns: "unknown" }, { sensor: "timeout" }]
    const inUse: number[][] = []
    for (let round = 0; round < 4; round++) {
      for (const trial of trials) {
        await board.say(trial)
        await board.advance(600_000)
        await board.say({ wifi: "back", broker: "up", sntp: "answer", dns: "answer", sensor: "ok" })
        await board.advance(600_000)
      }
      const { slotsInUse, chunkBytesInUse } = await board.figures()
      inUse.push([slotsInUse, chunkBytesInUse])
    }
    assert.deepEqual(inUse.at(-1), inUse[0], JSON.stringify(inUse))
    const counts = countsOf(board.published)
    assert.deepEqual(counts, upTo((trials.length * 4 * 1_200_000) / 60_000 + 1))
    assert.equal(board.boots.length, 1)
  })
})
