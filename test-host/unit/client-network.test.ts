import type { Platform } from "../../platforms/platform.js"
import { equal, ok, test } from "../harness/harness.js"
import { connack } from "../support/client-packets.js"
import { Rig } from "../support/rig.js"
import { VirtualNetwork } from "../support/virtual-network.js"
import { VirtualPlatform } from "../support/virtual-platform.js"

function rigOn(network: VirtualNetwork, options = {}): Rig {
  const platform = new VirtualPlatform() as VirtualPlatform & Platform
  return new Rig(options, Object.assign(platform, { network }))
}

test("while there is no network nothing is tried, however long that is, and the first attempt is made as soon as there is one", () => {
  const network = new VirtualNetwork()
  const rig = rigOn(network)
  rig.client.connect()
  rig.advance(3_600_000)
  equal([rig.platform.lookups.length, rig.platform.sockets.length, rig.platform.pending], [0, 0, 0])
  equal(rig.told(), [])
  network.set(true)
  rig.opened().receive(connack())
  equal(rig.told(), ["connected false"])
})

test("when the network goes the connection ends at once, and nothing is tried until it is back", () => {
  const network = new VirtualNetwork(true)
  const rig = rigOn(network).online()
  network.set(false)
  equal([rig.told(), rig.reason, rig.socket.closed], [["transport"], "there is no network", true])
  rig.advance(3_600_000)
  equal(rig.platform.sockets.length, 1)
  network.set(true)
  rig.advance(1000)
  equal(rig.platform.sockets.length, 2, "within reconnectPeriod, by chance, so that neighbours do not come back together")
})

test("an attempt that is under way when the network goes is given up", () => {
  const network = new VirtualNetwork(true)
  const rig = rigOn(network)
  rig.client.connect()
  rig.turn().turn()
  network.set(false)
  equal([rig.told(), rig.socket.closed], [["transport"], true])
  network.set(false)
  equal(rig.told(), [])
})

test("attempts that failed before the network went do not make the wait longer after it", () => {
  const network = new VirtualNetwork(true)
  const rig = rigOn(network)
  rig.client.connect()
  for (let i = 0; i < 8; i++) {
    rig.advance(120_000)
    rig.socket.fail()
  }
  network.set(false)
  rig.advance(500_000)
  const sockets = rig.platform.sockets.length
  network.set(true)
  rig.turn().turn()
  ok(rig.platform.sockets.length === sockets + 1)
})

test("a message is kept while there is no network, and its time to live goes on", () => {
  const network = new VirtualNetwork()
  const rig = rigOn(network)
  rig.client.connect()
  rig.client.publish("t", "kept", { qos: 1 })
  rig.client.publish("t", "short-lived", { qos: 1, timeToLive: 1000 })
  rig.advance(1000)
  equal(rig.told(), ["dropped 2: its time to live has run out"])
  network.set(true)
  rig.opened().receive(connack())
  equal(rig.sent(), ["CONNECT flags=02 keepalive=60 it", "PUBLISH t kept qos=1 id=3"])
})

test("an ended client no longer watches the network", () => {
  const network = new VirtualNetwork()
  const rig = rigOn(network)
  rig.client.connect()
  equal(network.watched, 1)
  rig.client.end(0)
  rig.turn()
  network.set(true)
  rig.advance(1000)
  equal([network.watched, rig.platform.sockets.length, rig.told()], [0, 0, ["ended: end was called"]])
})
