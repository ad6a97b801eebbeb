/// <reference types="node" />
import { connect } from "mqtt"
import { Counter, PAYLOAD, port, TOPIC, WINDOW } from "./client-work.js"

const client = connect({ host: "127.0.0.1", port, clientId: "mqttjs", protocolVersion: 4, clean: true })
const counter = new Counter()
const payload = Buffer.from(PAYLOAD)
const options = { qos: 1 } as const

client.on("connect", () => {
  for (let i = 0; i < WINDOW; i++) send()
})
client.on("error", (error) => {
  throw error
})

function send(): void {
  if (counter.next()) client.publish(TOPIC, payload, options, acknowledged)
}

function acknowledged(error?: Error): void {
  if (error) throw error
  if (counter.done()) client.end()
  else send()
}
