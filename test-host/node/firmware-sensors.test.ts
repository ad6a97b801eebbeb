/// <reference types="node" />
import assert from "node:assert/strict"
import { describe, test } from "node:test"
import { counter, countsOf, readingsOf, startVirtualBoard, upTo, withoutXs } from "../support/firmware.js"

const ROOM = { id: "room", driver: "Humidity-Temperature/SHT3x", updateInterval: "10s" }

describe("the firmware's sensors", { skip: withoutXs }, () => {
  test("report each time that one does not answer, with what to look at; the others go on, and it comes back by itself", async (t) => {
    const board = await startVirtualBoard(t, { creation: "static", config: { sensors: [ROOM, counter("10s")] } })
    await board.advance(25_000)
    await board.say({ sensor: "timeout" })
    await board.advance(60_000)
    await board.say({ sensor: "ok" })
    await board.advance(30_000)
    const lines = board.lines.filter((line) => line.startsWith("sensor"))
    assert.equal(lines.length, 6)
    for (const line of lines) assert.match(line, /^sensor room: Humidity-Temperature\/SHT3x: .*write failed.*; is the sensor connected and powered\?$/)
    assert.deepEqual(countsOf(board.published), upTo(12))
    assert.equal(readingsOf(board.published, "room").length, 6)
  })

  test("are found when they are connected later", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [ROOM] }, faults: { sensor: "timeout" } })
    await board.advance(25_000)
    assert.equal(board.lines.filter((line) => line.startsWith("sensor room: ")).length, 3)
    await board.say({ sensor: "ok" })
    await board.advance(10_000)
    assert.deepEqual(readingsOf(board.published, "room").map(({ temperature }) => temperature), [21.5])
  })

  test("don't publish nonsense", async (t) => {
    const board = await startVirtualBoard(t, { config: { sensors: [ROOM] }, faults: { sensor: { temperature: 900 } } })
    await board.advance(15_000)
    assert.match(board.lines.find((line) => line.startsWith("sensor room"))!, /temperature is 900 \(-?\d+ to \d+ is expected\)/)
    assert.deepEqual(readingsOf(board.published, "room"), [])
  })

  test("that throw all the time take no memory", async (t) => {
    const board = await startVirtualBoard(t, { creation: "static", config: { sensors: [ROOM, counter("10s")] }, faults: { sensor: "timeout" } })
    await board.say({ trouble: "throw" })
    await board.advance(600_000)
    const before = await board.figures()
    await board.advance(3_600_000)
    const after = await board.figures()
    assert.deepEqual([after.slotsInUse - before.slotsInUse, after.chunkBytesInUse - before.chunkBytesInUse], [0, 0])
  })

  test("are read together where that is wanted", async (t) => {
    const board = await startVirtualBoard(t, { config: { together: true, sensors: [ROOM, { id: "chip", driver: "chip-temperature", updateInterval: "10s" }, { id: "radio", driver: "rssi", updateInterval: "10s" }] } })
    await board.advance(15_000)
    const last = JSON.parse(board.published.filter(({ topic }) => topic === "30aea4123456").at(-1)!.payload) as { time: number }
    assert.deepEqual({ ...last, time: 0 }, { time: 0, room: { temperature: 21.5, humidity: 45 }, chip: { temperature: 41.5 }, radio: { rssi: -58 } })
  })
})
