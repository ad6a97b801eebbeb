// A program of one's own with mqtt-xs as a library. The SDK joins Wi-Fi before this begins:
// mcconfig -d -m -p esp32 ssid=... password=... broker=mqtt://192.168.1.10
import config from "mc/config"
import { Client, parseServerUrl } from "mqtt-xs"
import { esp32Platform } from "mqtt-xs/platform"
import Net from "net"

const platform = esp32Platform({ deviceId: "board1", dns: { system: Net.resolve } })
const client = new Client(platform, {
  ...parseServerUrl(config.broker),
  onConnect() {
    trace("connected\n")
  },
  onDisconnect({ message }) {
    trace(message, "\n")
  },
})
client.subscribe("board1/say", 1, (message) => trace(message.text(), "\n"))
client.connect()
client.publish("board1/hello", "from a board", { qos: 1 })
