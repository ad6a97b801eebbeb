import { equal, ok, test, throws } from "../harness/harness.js"
import { connack, publish, suback, unsuback } from "../support/client-packets.js"
import { Rig } from "../support/rig.js"

const none = (): void => {}

test("filters that wait together go out in one SUBSCRIBE, each with its QoS", () => {
  const rig = new Rig().online()
  rig.client.subscribe("a", 0, none)
  rig.client.subscribe("b/+", 1, none)
  rig.client.subscribe("c/#", 2, none)
  equal(rig.sent(), ["SUBSCRIBE id=1 a:0 b/+:1 c/#:2"])
})

test("filtersPerSubscribe: 1 sends one filter a packet, for clouds that take no more", () => {
  const rig = new Rig({ filtersPerSubscribe: 1 })
  for (const filter of ["a", "b", "c"]) rig.client.subscribe(filter, 1, none)
  rig.online()
  rig.client.unsubscribe("a")
  rig.client.subscribe("d", 0, none)
  rig.receive(suback(1, 1), suback(2, 1), suback(3, 1))
  equal(rig.sent(), ["UNSUBSCRIBE id=4 a", "SUBSCRIBE id=5 d:0"])
})

test("filters that don't fit into one packet go out in several", () => {
  const rig = new Rig({ transmitBufferSize: 128 }).online()
  const filters = ["a", "b", "c"].map((letter) => letter.repeat(60))
  for (const filter of filters) rig.client.subscribe(filter, 1, none)
  equal(rig.packets().map((packet) => packet.filters.map(({ filter }) => filter)), filters.map((filter) => [filter]))
  throws(() => rig.client.subscribe("x".repeat(128), 0, none), /transmitBufferSize: 128; a SUBSCRIBE to this filter of 128 bytes is longer/)
})

test("SUBACK is told filter by filter; a refusal that nobody asked to be told goes to onError", () => {
  const rig = new Rig().online()
  const granted = (code: number, filter: string): void => void rig.log.push(`${filter} ${code}`)
  rig.client.subscribe("a", 2, none, granted)
  rig.client.subscribe("b", 2, none, granted)
  rig.client.subscribe("c", 2, none)
  rig.client.subscribe("d", 2, none)
  rig.turn()
  rig.receive(suback(1, 1, 0x80, 0x80, 2))
  equal(rig.told(), ["a 1", "b 128", 'error: the server refuses the subscription to "c"'])
  equal(rig.client.statistics.refusedFilters, 2)
})

test("a SUBACK that does not answer each filter closes the connection, and the filters are asked for again", () => {
  for (const codes of [[0], [0, 0, 0], []]) {
    const rig = new Rig()
    rig.client.subscribe("a", 0, none)
    rig.client.subscribe("b", 0, none)
    rig.online()
    rig.receive(suback(1, ...codes))
    ok(rig.told()[0]!.startsWith("peer: "), `${codes.length} codes`)
    equal(rig.client.statistics.protocolErrors, 1)
    rig.again(false)
    equal(rig.packets().map(({ filters }) => filters.length), [2])
  }
})

test("a SUBACK or UNSUBACK for nothing that was asked is ignored and counted", () => {
  const rig = new Rig()
  rig.client.subscribe("a", 0, none)
  rig.online()
  rig.receive(suback(9, 0), unsuback(9), suback(1, 0), suback(1, 0))
  equal([rig.told(), rig.client.statistics.unexpectedAcks, rig.client.connected], [[], 3, true])
})

test("an UNSUBACK that answers a SUBSCRIBE is ignored and counted, and the SUBACK still counts", () => {
  const rig = new Rig()
  rig.client.subscribe("a", 0, none, (code, filter) => rig.log.push(`${filter} ${code}`))
  rig.online()
  rig.receive(unsuback(1))
  equal([rig.told(), rig.client.statistics.unexpectedAcks], [[], 1])
  rig.receive(suback(1, 0))
  equal([rig.told(), rig.client.statistics.unexpectedAcks], [["a 0"], 1])
})

test("subscriptions are made again when the server has lost the session, and not when it has kept it", () => {
  const rig = new Rig({ clean: false })
  rig.client.subscribe("a", 1, none)
  rig.client.subscribe("b", 0, none)
  rig.online()
  rig.receive(suback(1, 1, 0x80))
  rig.reconnect(true)
  equal(rig.sent(), [])
  rig.reconnect(false)
  const [packet, ...rest] = rig.packets()
  equal([packet!.filters, rest.length], [[{ filter: "a", qos: 1 }], 0], "what was refused is not asked for again")
})

test("a subscription that was asked for and not answered is asked for again, whether the session was kept or not", () => {
  for (const sessionPresent of [true, false]) {
    const rig = new Rig({ clean: false })
    rig.client.subscribe("a", 1, none)
    rig.online()
    rig.reconnect(sessionPresent)
    equal(rig.packets().map(({ filters }) => filters), [[{ filter: "a", qos: 1 }]])
  }
})

test("resubscribe: false leaves it to the application, which may ask again", () => {
  const rig = new Rig({ resubscribe: false })
  rig.client.subscribe("a", 1, none)
  rig.online()
  rig.receive(suback(1, 1))
  rig.reconnect(false)
  equal(rig.sent(), [])
  rig.client.subscribe("a", 1, none)
  equal(rig.sent(), ["SUBSCRIBE id=2 a:1"])
})

test("subscribing again replaces QoS and handler", () => {
  const rig = new Rig()
  const first: string[] = []
  rig.client.subscribe("a", 0, (message) => first.push(message.text()))
  rig.online()
  rig.receive(suback(1, 0), publish({ topic: "a", payload: "1" }))
  rig.client.subscribe("a", 2, rig.note)
  equal(rig.sent(), ["SUBSCRIBE id=2 a:2"])
  rig.receive(publish({ topic: "a", payload: "2" }), suback(2, 2))
  equal([first, rig.told()], [["1"], ["a 2"]])
})

test("another QoS asked for while the SUBSCRIBE is under way is asked for when that is answered, and told then", () => {
  const rig = new Rig()
  const granted = (code: number, filter: string): void => void rig.log.push(`${filter} ${code}`)
  rig.client.subscribe("a", 0, none, granted)
  rig.online()
  rig.client.subscribe("a", 2, none, granted)
  equal(rig.sent(), [])
  rig.receive(suback(1, 0))
  equal([rig.sent(), rig.told()], [["SUBSCRIBE id=2 a:2"], []])
  rig.receive(suback(2, 2))
  equal([rig.sent(), rig.told()], [[], ["a 2"]])
})

test("unsubscribe sends UNSUBSCRIBE, and the handler is not called from then on", () => {
  const rig = new Rig()
  rig.client.subscribe("a", 1, rig.note)
  rig.client.subscribe("b/#", 1, rig.note)
  rig.online()
  rig.receive(suback(1, 1, 1))
  ok(rig.client.unsubscribe("a"))
  ok(rig.client.unsubscribe("b/#"))
  ok(!rig.client.unsubscribe("a"))
  ok(!rig.client.unsubscribe("c"))
  equal(rig.sent(), ["UNSUBSCRIBE id=2 a b/#"])
  rig.receive(publish({ topic: "a" }), publish({ topic: "b" }), unsuback(2))
  equal(rig.told(), ["unmatched a", "unmatched b"])
  rig.reconnect(false)
  equal(rig.sent(), [])
})

test("unsubscribe while the SUBSCRIBE is under way sends UNSUBSCRIBE as soon as that is answered", () => {
  const rig = new Rig()
  rig.client.subscribe("a", 1, rig.note)
  rig.online()
  ok(rig.client.unsubscribe("a"))
  equal(rig.sent(), [])
  rig.receive(suback(1, 1))
  equal(rig.sent(), ["UNSUBSCRIBE id=2 a"])
  rig.receive(unsuback(2))
  equal([rig.sent(), rig.told()], [[], []])
})

test("unsubscribe while a SUBSCRIBE is under way that is then refused leaves nothing", () => {
  const rig = new Rig({ maxSubscriptions: 1 })
  rig.client.subscribe("a", 1, none)
  rig.online()
  rig.client.unsubscribe("a")
  rig.receive(suback(1, 0x80))
  equal(rig.sent(), [])
  rig.client.subscribe("b", 1, none)
  equal(rig.sent(), ["SUBSCRIBE id=2 b:1"])
})

test("subscribing again while the UNSUBSCRIBE is under way sends SUBSCRIBE as soon as that is answered", () => {
  const rig = new Rig()
  rig.client.subscribe("a", 1, rig.note)
  rig.online()
  rig.receive(suback(1, 1))
  rig.client.unsubscribe("a")
  equal(rig.sent(), ["UNSUBSCRIBE id=2 a"])
  rig.client.subscribe("a", 2, rig.note)
  equal(rig.sent(), [])
  rig.receive(unsuback(2))
  equal(rig.sent(), ["SUBSCRIBE id=3 a:2"])
  rig.receive(suback(3, 2), publish({ topic: "a", payload: "x" }))
  equal(rig.told(), ["a x"])
})

test("subscribe, unsubscribe and subscribe in one turn ask once", () => {
  const rig = new Rig().online()
  rig.client.subscribe("a", 1, none)
  rig.client.unsubscribe("a")
  rig.client.subscribe("a", 2, none)
  equal(rig.sent(), ["SUBSCRIBE id=1 a:2"])
})

test("an UNSUBSCRIBE that was not answered is sent again to a server that kept the session, and to no other", () => {
  for (const sessionPresent of [true, false]) {
    const rig = new Rig({ clean: false })
    rig.client.subscribe("a", 1, none)
    rig.online()
    rig.receive(suback(1, 1))
    rig.client.unsubscribe("a")
    equal(rig.sent(), ["UNSUBSCRIBE id=2 a"])
    rig.reconnect(sessionPresent)
    equal(rig.sent(), sessionPresent ? ["UNSUBSCRIBE id=3 a"] : [])
    rig.receive(unsuback(3))
    rig.reconnect(true)
    equal(rig.sent(), [])
  }
})

test("what is subscribed and unsubscribed while there is no connection takes effect on the next", () => {
  const rig = new Rig({ clean: false })
  rig.client.subscribe("kept", 0, none)
  rig.client.subscribe("gone", 0, none)
  rig.online()
  rig.receive(suback(1, 0, 0))
  rig.socket.fail()
  rig.client.unsubscribe("gone")
  rig.client.subscribe("new", 1, none)
  rig.again(true)
  equal(rig.sent(), ["UNSUBSCRIBE id=2 gone", "SUBSCRIBE id=3 new:1"])
})

test("no more subscriptions than maxSubscriptions, and an ended one makes room", () => {
  const rig = new Rig({ maxSubscriptions: 2 }).online()
  rig.client.subscribe("a", 0, none)
  rig.client.subscribe("b", 0, none)
  rig.client.subscribe("a", 1, none)
  throws(() => rig.client.subscribe("c", 0, none), /maxSubscriptions: 2 are taken/)
  rig.turn()
  rig.receive(suback(1, 1, 0))
  rig.client.unsubscribe("b")
  rig.turn()
  rig.receive(unsuback(2))
  rig.client.subscribe("c", 0, none)
  equal(rig.sent(), ["SUBSCRIBE id=1 a:1 b:0", "UNSUBSCRIBE id=2 b", "SUBSCRIBE id=3 c:0"])
  throws(() => new Rig({ maxSubscriptions: 0 }).client.subscribe("a", 0, none), /maxSubscriptions: 0/)
})

test("callbacks of SUBACK may subscribe and unsubscribe, or throw", () => {
  const rig = new Rig()
  rig.client.subscribe("a", 0, none, () => {
    rig.client.unsubscribe("b")
    rig.client.subscribe("c", 0, none)
    throw new Error("in onSuback")
  })
  rig.client.subscribe("b", 0, none, (code) => rig.log.push(`b ${code}`))
  rig.online()
  rig.receive(suback(1, 0, 0))
  ok(rig.told().includes("error: in onSuback"))
  equal(rig.sent(), ["UNSUBSCRIBE id=2 b", "SUBSCRIBE id=3 c:0"])
})

test("a refused filter may be asked for again", () => {
  const rig = new Rig()
  rig.client.subscribe("a", 2, none, none)
  rig.online()
  rig.receive(suback(1, 0x80))
  rig.client.subscribe("a", 0, none, none)
  equal(rig.sent(), ["SUBSCRIBE id=2 a:0"])
})

test("what is subscribed before `connect` is asked for behind the CONNACK", () => {
  const rig = new Rig()
  rig.client.subscribe("a", 0, none)
  rig.client.connect()
  equal(rig.opened().sent(), ["CONNECT flags=02 keepalive=60 it"])
  rig.receive(connack())
  equal(rig.sent(), ["SUBSCRIBE id=1 a:0"])
})

test("unsubscribe tells of the UNSUBACK, or that the server's session is gone and the subscription with it", () => {
  const rig = new Rig({ clean: false })
  const note = (what: string) => () => rig.log.push(what)
  rig.client.subscribe("a", 0, none)
  rig.client.subscribe("b", 0, none)
  rig.online(true)
  rig.receive(suback(1, 0, 0))
  rig.client.unsubscribe("a", note("a is gone"))
  rig.sent()
  equal(rig.told(), [])
  rig.receive(unsuback(2))
  equal(rig.told(), ["a is gone"])
  equal(rig.client.unsubscribe("a", note("never")), false)
  rig.client.unsubscribe("b", note("b is gone"))
  rig.sent()
  rig.reconnect(false)
  equal(rig.told(), ["transport", "b is gone", "connected false"])
})

test("a filter that is unsubscribed before its SUBACK has come is told as ended once, by its UNSUBACK", () => {
  const rig = new Rig()
  rig.client.subscribe("a", 0, none, (code) => rig.log.push(`a ${code}`))
  rig.online()
  rig.client.unsubscribe("a", () => rig.log.push("a is gone"))
  rig.receive(suback(1, 0))
  equal(rig.told(), ["a 0"])
  equal(rig.sent(), ["UNSUBSCRIBE id=2 a"])
  rig.receive(unsuback(2))
  equal(rig.told(), ["a is gone"])
})
