import { equal, ok, test, throws } from "../harness/harness.js"
import { connack, puback, pubcomp, publish, pubrec } from "../support/client-packets.js"
import { Rig } from "../support/rig.js"

/** Ends it, and writes down what was not delivered. */
function end(rig: Rig, deadline: number | string): Rig {
  rig.client.end(deadline, (undelivered) => rig.log.push(`undelivered ${undelivered.join()}`))
  return rig
}

/** Nothing is left that could happen. */
function over(rig: Rig): void {
  equal(rig.platform.pending, 0, "timers")
  for (const socket of rig.platform.sockets) ok(socket.closed, "a socket is open")
  ok(!rig.client.connected)
}

test("end sends DISCONNECT, closes the connection and sends nothing after it [MQTT-3.14.4-1] [MQTT-3.14.4-2]", () => {
  const rig = end(new Rig().online(), "5s")
  equal(rig.sent(), ["DISCONNECT"])
  equal(rig.told(), ["ended: end was called", "undelivered "])
  over(rig)
  rig.client.publish("t", "")
  rig.client.subscribe("t", 0, () => {})
  rig.advance(1e6)
  equal(rig.socket.sent(), [])
  over(rig)
})

test("DISCONNECT has no flags set [MQTT-3.14.1-1]", () => {
  const rig = new Rig().online()
  rig.socket.sent()
  end(rig, 0).turn()
  equal(rig.socket.sent(), [0xe0, 0])
})

test("end waits until everything is acknowledged, and takes nothing more meanwhile", () => {
  const rig = new Rig({ maxInflight: 1 }).online()
  rig.client.publish("t", "1", { qos: 1 })
  rig.client.publish("t", "2", { qos: 2 })
  rig.client.publish("t", "3")
  end(rig, "10s")
  equal(rig.sent(), ["PUBLISH t 1 qos=1 id=1"])
  ok(rig.client.publish("t", "4") < 0)
  rig.receive(puback(1))
  rig.receive(pubrec(2))
  equal(rig.sent(), ["PUBLISH t 2 qos=2 id=2", "PUBLISH t 3", "PUBREL id=2"])
  equal(rig.told(), ["delivered 1", "delivered 3"])
  rig.receive(pubcomp(2))
  equal(rig.sent(), ["DISCONNECT"])
  equal(rig.told(), ["delivered 2", "ended: end was called", "undelivered "])
  over(rig)
})

test("at the deadline it disconnects all the same, and tells what was not delivered", () => {
  const rig = new Rig({ clean: false, maxInflight: 2 }).online()
  for (let i = 0; i < 4; i++) rig.client.publish("t", `${i}`, { qos: 1 })
  end(rig, "3s").turn()
  rig.receive(puback(1))
  equal(rig.sent().length, 3)
  rig.advance(2999)
  equal(rig.told(), ["delivered 1"])
  rig.advance(1)
  equal(rig.sent(), ["DISCONNECT"])
  equal(rig.told(), ["ended: end was called", "undelivered 2,3,4"])
  over(rig)
})

test("end without ever having connected ends in the next turn, told and not at once", () => {
  const rig = new Rig()
  rig.client.publish("t", "", { qos: 1 })
  end(rig, "10s")
  equal(rig.told(), [])
  rig.turn()
  equal(rig.told(), ["undelivered 1"])
  over(rig)
})

test("end while looking up, connecting or waiting for CONNACK: with nothing to deliver at once, else at the deadline", () => {
  for (const phase of ["look-up", "connection", "connack"]) {
    for (const message of [false, true]) {
      const rig = new Rig()
      rig.platform.resolves = phase !== "look-up"
      rig.client.connect()
      rig.turn()
      if (phase === "connack") rig.opened()
      if (message) rig.client.publish("t", "", { qos: 1 })
      end(rig, "4s").turn()
      if (message) {
        equal(rig.told(), [], phase)
        rig.advance(4000)
      }
      equal(rig.told(), ["ended: end was called", message ? "undelivered 1" : "undelivered "], phase)
      over(rig)
      if (phase === "connack") equal(rig.sent(), ["CONNECT flags=02 keepalive=60 it"])
    }
  }
})

test("end while waiting for the next attempt: with a message to deliver it still connects, delivers and disconnects", () => {
  const rig = new Rig({ clean: false }).online()
  rig.client.publish("t", "x", { qos: 1 })
  rig.turn()
  rig.socket.fail()
  end(rig, "1min")
  rig.again(true)
  equal(rig.sent(), ["PUBLISH t x qos=1 id=1 dup"])
  rig.receive(puback(1))
  equal(rig.sent(), ["DISCONNECT"])
  equal(rig.told().slice(-3), ["delivered 1", "ended: end was called", "undelivered "])
  over(rig)
})

test("end while waiting for the next attempt, with nothing to deliver, is over at once", () => {
  const rig = new Rig().online()
  rig.socket.fail()
  rig.told()
  end(rig, "1min").turn()
  equal(rig.told(), ["ended: end was called", "undelivered "])
  over(rig)
})

test("end is over when the last message is dropped: its time to live ran out, or the session was lost", () => {
  const rig = new Rig()
  rig.client.connect()
  rig.client.publish("t", "x", { qos: 1, timeToLive: "2s" })
  end(rig, "1min").advance(2000)
  equal(rig.told(), ["dropped 1: its time to live has run out", "ended: end was called", "undelivered "])
  over(rig)

  const clean = new Rig().online()
  clean.client.publish("t", "x", { qos: 1 })
  end(clean, "1min").turn()
  clean.socket.fail()
  clean.turn()
  equal(clean.told(), ["dropped 1: the session ended while it was in flight; it may have arrived", "transport", "ended: end was called", "undelivered "])
  over(clean)
})

test("a DISCONNECT that has no room is written when there is some, and nothing after it, not even PINGREQ [MQTT-3.14.4-2]", () => {
  const rig = new Rig({ keepalive: 2, pingTimeout: "1min" }).online()
  rig.socket.room(0)
  rig.client.publish("t", "last")
  end(rig, "30s")
  rig.advance(10_000)
  equal(rig.socket.sent(), [])
  rig.receive(publish({ topic: "t", qos: 1, id: 1 }))
  rig.socket.room()
  const sent = rig.sent()
  equal([sent.indexOf("DISCONNECT"), sent.length - 1, sent[0]], [sent.length - 1, sent.indexOf("DISCONNECT"), "PUBLISH t last"])
  over(rig)
})

test("a DISCONNECT that never finds room does not hold up the end beyond the deadline", () => {
  const rig = new Rig().online()
  rig.socket.room(1)
  end(rig, "3s").advance(2999)
  equal(rig.told(), [])
  rig.advance(1)
  equal(rig.told(), ["ended: end was called", "undelivered "])
  over(rig)
})

test("in the middle of a packet no DISCONNECT is sent at the deadline, since it would be read as a part of it", () => {
  const rig = new Rig().online()
  rig.socket.room(20)
  rig.client.publish("t", "x".repeat(100), { qos: 1 })
  end(rig, "1s").advance(1000)
  equal([rig.sent(), rig.unfinished], [[], 20])
  equal(rig.told().slice(-1), ["undelivered 1"])
  over(rig)
})

test("end twice is refused, and after the end it may be connected and ended again", () => {
  const rig = end(new Rig({ clean: false }).online(), "1s")
  throws(() => rig.client.end(0), /end: has been called already/)
  rig.turn()
  rig.client.publish("t", "between", { qos: 1 })
  rig.online()
  rig.client.publish("t", "second", { qos: 1 })
  equal(rig.packets().map(({ payload }) => payload), ["second"])
  rig.receive(puback(2), puback(1), puback(3))
  end(rig, "1s").turn()
  over(rig)
  equal(rig.client.statistics.connections, 2)
})

test("connect may be called from onDisconnect or from the end's callback, and connects", () => {
  for (const where of ["onDisconnect", "onEnd"]) {
    let ended = 0
    const rig = new Rig({ onDisconnect: ({ kind }) => void (kind === "ended" && where === "onDisconnect" && ended++ === 0 && rig.client.connect()) }).online()
    rig.client.end("1s", () => void (where === "onEnd" && rig.client.connect()))
    rig.turn().turn()
    equal(rig.platform.sockets.length, 2, where)
    rig.opened().receive(connack())
    ok(rig.client.connected, where)
    end(rig, "1s").turn()
    over(rig)
  }
})

test("the end's callback may throw: that is reported, and nothing is left", () => {
  const rig = new Rig().online()
  rig.client.end("1s", () => {
    throw new Error("in onEnd")
  })
  rig.turn()
  equal(rig.told(), ["ended: end was called", "error: in onEnd"])
  over(rig)
})

test("endAsync resolves with what was not delivered", async () => {
  const rig = new Rig().online()
  const handle = rig.client.publish("t", "x", { qos: 1 })
  const ended = rig.client.endAsync(1000)
  rig.advance(1000)
  equal(await ended, [handle])
})

test("what was told undelivered after a clean session is also told dropped, exactly once", () => {
  const rig = new Rig().online()
  rig.client.publish("t", "x", { qos: 1 })
  rig.turn()
  end(rig, 0).turn()
  equal(rig.told(), ["dropped 1: the session ended while it was in flight; it may have arrived", "ended: end was called", "undelivered 1"])
  equal(rig.client.statistics.dropped, 1)
})

test("end in the callback of a connection, a delivery or a drop", () => {
  const connected = new Rig({ onConnect: () => void end(connected, "1s") })
  connected.client.connect()
  connected.opened().receive(connack())
  equal(connected.sent(), ["CONNECT flags=02 keepalive=60 it", "DISCONNECT"])
  over(connected)

  const delivered = new Rig({ onDelivered: () => void end(delivered, "1s") }).online()
  delivered.client.publish("t", "", { qos: 1 })
  delivered.turn()
  delivered.receive(puback(1))
  equal(delivered.sent(), ["PUBLISH t  qos=1 id=1", "DISCONNECT"])
  over(delivered)

  const dropped = new Rig({ onDropped: () => void end(dropped, "1s") }).online()
  dropped.client.publish("t", "", { qos: 1 })
  dropped.turn()
  dropped.socket.fail()
  dropped.turn()
  over(dropped)
})

test("the server closing the connection while it is being ended is an end as well", () => {
  const rig = new Rig().online()
  rig.socket.room(0)
  end(rig, "5s").turn()
  rig.socket.fail()
  rig.advance(5000)
  ok(rig.told().includes("undelivered "))
  over(rig)
})
