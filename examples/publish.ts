/// <reference types="node" />
import { nodePlatform } from "../platforms/node/platform.js"
import { Client, describeRefusal, parseServerUrl } from "../src/index.js"

const client = new Client(nodePlatform(), {
  ...parseServerUrl(process.argv[2] ?? "mqtt://127.0.0.1:1883"),
  onDelivered: (handle) => console.log(`message ${handle}: the broker has it`),
  onDisconnect: ({ message }) => console.log(`disconnected: ${message}`),
})
client.subscribe("example/room/temperature", 1, (message) => {
  console.log(`received ${message.topic} = ${message.text()}`)
  client.end("5s", (undelivered) => console.log(`undelivered: ${undelivered.length}`))
}, () => {
  const handle = client.publish("example/room/temperature", "21.5", { qos: 1 })
  console.log(handle < 0 ? describeRefusal(handle) : `message ${handle}: taken`)
})
client.connect()
