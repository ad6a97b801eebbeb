import { Client } from "../../src/client/client.js"
import { parseDuration } from "../../src/client/duration.js"
import { checkOptions, type ClientOptions } from "../../src/client/options.js"
import { parseServerUrl } from "../../src/client/server.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { Rig } from "../support/rig.js"
import { VirtualPlatform } from "../support/virtual-platform.js"

/** Options that only a program without types could give. */
function settings(options: object): ReturnType<typeof checkOptions> {
  return checkOptions(new VirtualPlatform(), options as ClientOptions)
}

test("every wrong option throws at once, and says its name, its value and what is allowed", () => {
  const wrong: [object, RegExp][] = [
    [{ clean: 1 }, /clean: 1; true or false/],
    [{ clean: false, clientId: "" }, /clientId: is empty; with clean: false/],
    [{ clientId: "a\0b" }, /clientId: has U\+0000/],
    [{ clientId: "\ud800" }, /clientId: has half of a surrogate pair/],
    [{ clientId: 5 }, /clientId: 5; .*text/],
    [{ keepalive: -1 }, /keepalive: -1; a time from 0/],
    [{ keepalive: 65_536 }, /keepalive: 65536 s; at most 65535/],
    [{ keepalive: "1 week" }, /keepalive: "1 week"; a time/],
    [{ keepalive: NaN }, /keepalive: NaN; a time/],
    [{ password: "secret" }, /password: is given without a username/],
    [{ username: "u\0" }, /username: has U\+0000/],
    [{ username: 7 }, /username: 7; .*text/],
    [{ username: "u", password: 123 }, /password: .* string or a Uint8Array/],
    [{ username: "u", password: "x".repeat(65_536) }, /password: 65536 bytes; at most 65535/],
    [{ will: { topic: "a/+", payload: "" } }, /will\.topic: "a\/\+" has a wildcard/],
    [{ will: { topic: "", payload: "" } }, /will\.topic: is empty/],
    [{ will: { payload: "x" } }, /will\.topic: undefined; .*text/],
    [{ will: { topic: "t", payload: 1 } }, /will\.payload: .*string or a Uint8Array/],
    [{ will: { topic: "t", payload: "", qos: 3 } }, /will\.qos: 3; 0, 1 or 2/],
    [{ will: { topic: "t", payload: "", retain: "yes" } }, /will\.retain: "yes"; true or false/],
    [{ will: "t" }, /will: "t"; .*topic/],
    [{ resubscribe: null }, undefined!],
    [{ resubscribe: 0 }, /resubscribe: 0; true or false/],
    [{ queueQoSZero: "no" }, /queueQoSZero: "no"; true or false/],
    [{ reconnectPeriod: 0 }, /reconnectPeriod: 0; a time from 1 ms/],
    [{ reconnectPeriod: "5m" }, /reconnectPeriod: "5m"; a time from 1 ms/],
    [{ reconnectPeriod: 5000, maxReconnectPeriod: 4000 }, /maxReconnectPeriod: 4000; a time from 5000 ms/],
    [{ stableAfter: "13d" }, /stableAfter: "13d"; a time from 0 ms to 12 d/],
    [{ connectTimeout: 0 }, /connectTimeout: 0; a time from 1 ms/],
    [{ pingTimeout: {} }, /pingTimeout: .*; a time from 1 ms/],
    [{ endOnRefusal: 1 }, /endOnRefusal: 1; true or false/],
    [{ outboxBytes: 63 }, /outboxBytes: 63; a whole number from 64/],
    [{ outboxBytes: 100.5 }, /outboxBytes: 100\.5; a whole number/],
    [{ outboxMessages: 0 }, /outboxMessages: 0; a whole number from 1 to 1000/],
    [{ outboxMessages: 1001 }, /outboxMessages: 1001; a whole number from 1 to 1000/],
    [{ outboxPolicy: "drop" }, /outboxPolicy: "drop"; one of refuse, drop-oldest, drop-newest, latest-per-topic/],
    [{ outboxMessages: 4, maxInflight: 5 }, /maxInflight: 5; a whole number from 1 to 4/],
    [{ maxInbound: 65_536 }, /maxInbound: 65536; a whole number from 1 to 65535/],
    [{ receiveBufferSize: 63 }, /receiveBufferSize: 63; a whole number from 64/],
    [{ readSize: 65_537 }, /readSize: 65537; a whole number from 64 to 65536/],
    [{ transmitBufferSize: 127 }, /transmitBufferSize: 127; a whole number from 128 to 5760/],
    [{ transmitBufferSize: "1024" }, /transmitBufferSize: "1024"; a whole number/],
    [{ maxSubscriptions: -1 }, /maxSubscriptions: -1; a whole number from 0 to 1000/],
    [{ filtersPerSubscribe: 0 }, /filtersPerSubscribe: 0; a whole number from 1 to 1000/],
    [{ redeliverOnError: true }, /redeliverOnError: true; needs clean: false/],
    [{ port: 0 }, /port: 0; 1 to 65535/],
    [{ port: 70_000 }, /port: 70000; 1 to 65535/],
    [{ port: "1883" }, /port: .*1883.*; 1 to 65535/],
    [{ protocol: "ws" }, /protocol: "ws"; "mqtt" or "mqtts"/],
    [{ host: "" }, /host: ""; a host name/],
    [{ host: undefined }, /host, servers: one of the two/],
    [{ servers: [{ host: "a" }] }, /host, servers: one of the two/],
    [{ host: undefined, servers: [] }, /servers: is empty/],
    [{ host: undefined, servers: "a" }, /servers: "a"; .*list/],
    [{ host: undefined, servers: [{ host: "a" }, { host: "b", port: -1 }] }, /servers\.port: -1; 1 to 65535/],
    [{ onConnect: 5 }, /onConnect: 5; a function/],
    [{ onMessage: {} }, /onMessage: .*; a function/],
  ]
  for (const [options, pattern] of wrong) {
    // null is what a JSON file has for "not given".
    if (!pattern) {
      settings({ host: "h", ...options })
      continue
    }
    throws(() => settings({ host: "h", ...options }), pattern)
    throws(() => settings({ host: "h", ...options }), /^RangeError: /)
  }
})

test("a will of QoS 3 is refused [MQTT-3.1.2-14]", () => {
  throws(() => settings({ host: "h", will: { topic: "t", payload: "", qos: 3 } }), /will\.qos: 3; 0, 1 or 2/)
})

test("TLS is refused where the platform has none", () => {
  const platform = new VirtualPlatform()
  const without = Object.create(platform, { TLS: { value: undefined } }) as VirtualPlatform
  throws(() => checkOptions(without, { host: "h", protocol: "mqtts" }), /protocol: "mqtts"; this platform has no TLS/)
  checkOptions(platform, { host: "h", protocol: "mqtts" })
})

test("only the host is needed; all else has a default", () => {
  const { servers, connect, ...rest } = settings({ host: "h" })
  equal(servers.map(({ host }) => host), ["h"])
  equal([connect.clean, connect.keepalive, connect.will, connect.username, connect.password], [true, 60, undefined, undefined, undefined])
  equal(rest, {
    clientId: "xs-0011223344ff",
    keepalive: 60_000,
    resubscribe: true,
    queueQoSZero: true,
    reconnectPeriod: 1000,
    maxReconnectPeriod: 120_000,
    stableAfter: 30_000,
    connectTimeout: 30_000,
    pingTimeout: 10_000,
    endOnRefusal: false,
    session: { outboxBytes: 2048, outboxMessages: 16, outboxPolicy: 0, maxInflight: 8, maxInbound: 32 },
    receiveBufferSize: 1024,
    readSize: 512,
    transmitBufferSize: 768,
    maxSubscriptions: 16,
    filtersPerSubscribe: 8,
    redeliverOnError: false,
  })
})

test("defaults that depend on others follow them", () => {
  equal(settings({ host: "h", reconnectPeriod: "5min" }).maxReconnectPeriod, 300_000)
  equal(settings({ host: "h", outboxMessages: 3 }).session.maxInflight, 3)
  equal(settings({ host: "h", keepalive: "1500ms" }).keepalive, 2000)
  equal(settings({ host: "h", keepalive: "5min" }).connect.keepalive, 300)
})

test("a client id is made from the platform's, of at most 23 letters, digits and a hyphen", () => {
  const platform = Object.create(new VirtualPlatform(), { deviceId: { value: "0123456789abcdef0123456789" } }) as VirtualPlatform
  const { clientId } = checkOptions(platform, { host: "h" })
  equal(clientId, "xs-0123456789abcdef0123")
  equal(clientId.length, 23)
})

test("an empty client id is sent when the session is clean, and refused when it is not [MQTT-3.1.3-7]", () => {
  const rig = new Rig({ clientId: "" })
  rig.client.connect()
  equal(rig.opened().sent(), ["CONNECT flags=02 keepalive=60 "])
  throws(() => new Rig({ clientId: "", clean: false }), /clientId: is empty.*\[MQTT-3.1.3-7\]/)
})

test("a CONNECT longer than the transmit buffer is found at once", () => {
  throws(() => new Client(new VirtualPlatform(), { host: "h", transmitBufferSize: 128, username: "u", password: "x".repeat(200) }), /transmitBufferSize: 128; the CONNECT/)
})

test("times are numbers or texts with a unit", () => {
  const good: [number | string, number][] = [[0, 0], [250, 250], ["200ms", 200], ["10s", 10_000], ["1.5s", 1500], ["5min", 300_000], ["2h", 7_200_000], ["1d", 86_400_000], ["10 s", 10_000], ["0s", 0], [1.4, 1]]
  for (const [value, milliseconds] of good) equal(parseDuration("it", value), milliseconds, String(value))
  for (const value of ["", "s", "10", "10m", "ten s", "-1s", "1e9d", "10sec", "s10", NaN, -1, Infinity, 2 ** 30, null, {}, true]) {
    throws(() => parseDuration("it", value as string), /^RangeError: it: .*; a time from 0 ms to 12 d is needed/)
  }
  equal(parseDuration("keepalive", 60, 0, 1000), 60_000)
  equal(parseDuration("keepalive", "60ms", 0, 1000), 60)
  throws(() => parseDuration("it", 4, 5), /a time from 5 ms/)
})

test("a server is also given as a URL", () => {
  equal(parseServerUrl("mqtt://broker.test"), { protocol: "mqtt", host: "broker.test" })
  equal(parseServerUrl("mqtts://broker.test:8884/"), { protocol: "mqtts", host: "broker.test", port: 8884 })
  equal(parseServerUrl("mqtt://me@10.0.0.1:1"), { protocol: "mqtt", host: "10.0.0.1", port: 1, username: "me" })
  equal(parseServerUrl("mqtt://m%40e:p%3Aw%2F@h"), { protocol: "mqtt", host: "h", username: "m@e", password: "p:w/" })
  equal(parseServerUrl("mqtt://u:p:q@h"), { protocol: "mqtt", host: "h", username: "u", password: "p:q" })
  equal(parseServerUrl("mqtt://[::1]:1883"), { protocol: "mqtt", host: "::1", port: 1883 })
  for (const url of ["", "broker.test", "http://h", "mqtt://", "mqtt://h:port", "mqtt://h:0", "mqtt://h:65536", "mqtt://h/path", "mqtt://[::1", "mqtt://%zz@h"]) {
    throws(() => parseServerUrl(url), /^RangeError: server/)
  }
})

test("a password is not told in the error about a URL", () => {
  for (const url of ["mqtt://me:se%cret@h", "mqtt://me:secret@", "ftp://me:secret@h", "mqtt://me:secret@h:99999"]) {
    try {
      parseServerUrl(url)
    } catch (error) {
      ok(!String(error).includes("se"+"cret") && !String(error).includes("se%cret"), String(error))
    }
  }
})

test("a QoS that is none, a topic that is none and a filter that is none are refused where they are given", () => {
  const { client } = new Rig().online()
  throws(() => client.publish("t", "", { qos: 3 as 2 }), /qos: 3; 0, 1 or 2/)
  throws(() => client.publish("a/#", ""), /topic: "a\/#" has a wildcard.*\[MQTT-3.3.2-2\]/)
  throws(() => client.publish("", ""), /topic: is empty/)
  throws(() => client.subscribe("", 0, () => {}), /filter: "" is empty/)
  throws(() => client.subscribe("a/#/b", 0, () => {}), /filter: .*\[MQTT-4.7.1-2\]/)
  throws(() => client.subscribe("a", 4 as 2, () => {}), /qos: 4; 0, 1 or 2/)
  throws(() => client.subscribe("a", 0, undefined!), /handler: undefined; a function/)
  throws(() => client.end("soon"), /deadline: "soon"; a time/)
  throws(() => client.publish("t", "", { qos: 1, timeToLive: -1 }), /timeToLive: -1; a time/)
  throws(() => client.publish("t", "", { qos: 1, timeToLive: NaN }), /timeToLive: NaN; a time/)
})
