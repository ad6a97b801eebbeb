/// <reference types="node" />
import { nodePlatform } from "../../platforms/node/platform.js"
import { Client } from "../../src/client/client.js"
import { Topic } from "../../src/codec/topic.js"
import { Counter, PAYLOAD, port, TOPIC, WINDOW } from "./client-work.js"

// Sizes as one would choose them on a PC.
const client = new Client(nodePlatform({ sendBuffer: 65_536, receiveBuffer: 65_536 }), {
  host: "127.0.0.1",
  port,
  clientId: "ours",
  maxInflight: WINDOW,
  outboxMessages: WINDOW,
  outboxBytes: 4096,
  transmitBufferSize: 4096,
  readSize: 4096,
  onConnect: () => {
    for (let i = 0; i < WINDOW; i++) send()
  },
  onDelivered: () => {
    if (counter.done()) client.end(1000)
    else send()
  },
})
const counter = new Counter()
const topic = new Topic(TOPIC)
const options = { qos: 1 } as const

client.connect()

function send(): void {
  if (counter.next() && client.publish(topic, PAYLOAD, options) < 0) throw new Error("the outbox is full")
}
