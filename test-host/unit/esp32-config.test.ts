import { clientOptionsOf, effectiveConfig, type FirmwareConfig, networksOf, sensorsOf } from "../../platforms/esp32/config.js"
import { checkOptions } from "../../src/client/options.js"
import { encodeText } from "../../src/codec/text.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { VirtualPlatform } from "../support/virtual-platform.js"

const lines: string[] = []
const log = (line: string): void => {
  lines.push(line)
}

function stored(text: string): VirtualPlatform["storage"] {
  const { storage } = new VirtualPlatform()
  storage.write("config", encodeText(text).buffer)
  return storage
}

test("without anything in the device's storage the firmware's own configuration holds", () => {
  const built = { broker: "mqtt://h" }
  equal(effectiveConfig(built, new VirtualPlatform().storage, log), built)
})

test("what the device keeps in its storage takes precedence, name by name", () => {
  const built = { broker: "mqtt://h", ssid: "built", password: "built" }
  equal(effectiveConfig(built, stored('{"ssid":"own","topic":"温"}'), log), { broker: "mqtt://h", ssid: "own", password: "built", topic: "温" })
})

test("a stored configuration that can't be read is reported, and the firmware's own holds", () => {
  const built = { broker: "mqtt://h" }
  equal(effectiveConfig(built, stored('{"ssid":'), log), built)
  equal(effectiveConfig(built, { ...new VirtualPlatform().storage, read: () => { throw new Error("worn out") } }, log), built)
  equal(lines.length, 2)
  ok(lines[0]!.startsWith('storage, "config": '))
  equal(lines[1], `storage, "config": worn out; the firmware's own configuration is used`)
})

test("one network may be given by ssid and password, several as a list", () => {
  equal(networksOf({ broker: "", ssid: "a", password: "p" }), [{ ssid: "a", password: "p" }])
  equal(networksOf({ broker: "", ssid: "open" }), [{ ssid: "open" }])
  equal(networksOf({ broker: "", wifi: [{ ssid: "a" }, { ssid: "b" }], ssid: "c" }), [{ ssid: "a" }, { ssid: "b" }])
})

test("what is missing is said with the way to give it", () => {
  throws(() => networksOf({ broker: "mqtt://h" }), /ssid: is missing; give it to mcconfig \(ssid="name" password="..."\) or with `npm run configure`$/)
  throws(() => clientOptionsOf({} as FirmwareConfig), /broker: is missing; give it to mcconfig \(broker="mqtt:\/\/host"\) or with `npm run configure`$/)
})

test("an address of one's own needs DNS servers of one's own", () => {
  const wifi = [{ ssid: "a", address: "192.168.1.9", gateway: "192.168.1.1" }]
  throws(() => networksOf({ broker: "", wifi }), /dns: is missing/)
  equal(networksOf({ broker: "", wifi, dns: ["192.168.1.1"] }), wifi)
})

test("the broker's URL gives server and login; certificates go with mqtts alone", () => {
  equal(clientOptionsOf({ broker: "mqtts://u:p%40@h:8884", ca: "ca.der", cert: "c.der", key: "k.der", servername: "s", alpn: ["mqtt"] }), {
    clean: false,
    servers: [{ protocol: "mqtts", host: "h", port: 8884, secure: { ca: "ca.der", cert: "c.der", key: "k.der", servername: "s", ALPNProtocols: ["mqtt"] } }],
    username: "u",
    password: "p@",
  })
  equal(clientOptionsOf({ broker: ["mqtt://a", "mqtt://b:1"], ca: "ca.der" }), { clean: false, servers: [{ protocol: "mqtt", host: "a" }, { protocol: "mqtt", host: "b", port: 1 }] })
})

test("a board keeps its session, unless told otherwise; what the client is told directly comes last", () => {
  equal(clientOptionsOf({ broker: "mqtt://h", client: { clean: true } }).clean, true)
  equal(clientOptionsOf({ broker: "mqtt://u:p@h", client: { username: "v", keepalive: 5 } }), { clean: false, servers: [{ protocol: "mqtt", host: "h" }], username: "v", password: "p", keepalive: 5 })
})

test("verification is switched off only by the option that says so", () => {
  const { servers } = clientOptionsOf({ broker: "mqtts://h", dangerouslyAcceptAnyServer: true })
  equal(servers![0]!.secure, { dangerouslyAcceptAnyServer: true })
  equal(clientOptionsOf({ broker: "mqtts://h" }).servers![0]!.secure, {})
})

test("the client takes these options as they are", () => {
  checkOptions(new VirtualPlatform(), clientOptionsOf({ broker: "mqtts://u:p@h", ca: "ca.der", sleep: { sleepDuration: 1 } }))
})

test("without sensors the board tells of itself", () => {
  const own = ["rssi", "free-heap", "uptime"].map((driver) => ({ id: driver, driver }))
  equal([sensorsOf({ broker: "" }), sensorsOf({ broker: "", sensors: [] })], [own, own])
  const sensors = [{ id: "room", driver: "battery" }]
  equal(sensorsOf({ broker: "", sensors }), sensors)
})
