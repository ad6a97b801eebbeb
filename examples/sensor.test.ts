/// <reference types="node" />
import assert from "node:assert/strict"
import { test } from "node:test"
import { Telemetry } from "../src/index.js"
import { ClientPackets, connack } from "../test-host/support/client-packets.js"
import { VirtualPlatform } from "../test-host/support/virtual-platform.js"
import { SawtoothSensor } from "./sawtooth-sensor.js"

test("a minute of the greenhouse, in no time", () => {
  const platform = new VirtualPlatform()
  const sensors = [{ id: "bench-1", sensor: new SawtoothSensor(), updateInterval: "20s" }]
  const telemetry = new Telemetry(platform, { client: { host: "broker.test", clientId: "greenhouse" }, sensors, qos: 0 })
  telemetry.start()
  platform.advance(10)
  platform.socket.open()
  platform.socket.receive(connack())
  platform.advance(60_000)

  const packets = new ClientPackets().feed(platform.socket.sent())
  const readings = packets.filter(({ topic }) => topic === "greenhouse/bench-1").map(({ payload }) => JSON.parse(payload).temperature)
  assert.deepEqual(readings, [20.5, 21, 21.5, 22])
})
