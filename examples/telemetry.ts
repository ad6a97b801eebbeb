/// <reference types="node" />
import { nodePlatform } from "../platforms/node/platform.js"
import { describeDrop, parseServerUrl, Telemetry } from "../src/index.js"
import { SawtoothSensor } from "./sawtooth-sensor.js"

const sensor = new SawtoothSensor()
sensor.configure({ from: 18, to: 22 })

const telemetry = new Telemetry(nodePlatform(), {
  client: {
    ...parseServerUrl(process.argv[2] ?? "mqtt://127.0.0.1:1883"),
    clientId: "greenhouse",
    onDropped: (handle, reason) => console.log(`message ${handle}: ${describeDrop(reason)}`),
    onDisconnect: ({ message }) => console.log(`disconnected: ${message}`),
  },
  // {"time":...,"temperature":18.5} to greenhouse/bench-1, once a second.
  sensors: [{ id: "bench-1", sensor, updateInterval: "1s", accuracyDecimals: 1 }],
  onSensorError: (sensorId, error) => console.log(`${sensorId}: ${error.message}`),
})
telemetry.start()
process.once("SIGINT", () => telemetry.end("5s", (undelivered) => console.log(`undelivered: ${undelivered.length}`)))
