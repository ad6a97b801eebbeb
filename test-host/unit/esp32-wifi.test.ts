import type { WiFi, WifiNetwork, WifiOptions } from "../../platforms/esp32/wifi.js"
import { WifiSupervisor } from "../../platforms/esp32/wifi.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { VirtualPlatform } from "../support/virtual-platform.js"

const HOME: WifiNetwork = { ssid: "home", password: "secret-of-home" }
const BARN: WifiNetwork = { ssid: "barn", password: "secret-of-barn" }

/** The SDK's class, and the radio behind it, as the test moves them. */
class FakeWiFi implements WiFi {
  connection = 200
  address: string | undefined
  SSID: string | undefined
  RSSI: number | undefined
  /** What was called. */
  readonly calls: string[] = []
  /** What the next connect or configure throws. */
  wrong = ""
  readonly onChanged: () => void

  constructor(options: { onChanged(): void }) {
    this.onChanged = options.onChanged
  }

  connect({ SSID, password }: { SSID: string; password?: string }): void {
    this.refuse()
    if (this.connection === 300) throw new Error("already connecting")
    this.calls.push(password === undefined ? `connect ${SSID}` : `connect ${SSID} ${password}`)
    this.connection = 300
  }

  disconnect(): void {
    this.calls.push("disconnect")
    this.connection = 200
    this.address = this.SSID = this.RSSI = undefined
  }

  configure(options: { static: { address: string; mask: string; gateway: string } | false }): void {
    this.refuse()
    const { static: fixed } = options
    this.calls.push(fixed ? `static ${fixed.address} ${fixed.mask} ${fixed.gateway}` : "dhcp")
  }

  close(): void {
    this.calls.push("close")
  }

  become(connection: number, address?: string): void {
    this.connection = connection
    this.address = address
    if (connection >= 400) {
      this.SSID = "home"
      this.RSSI = -61
    }
    this.onChanged()
  }

  taken(): string[] {
    return this.calls.splice(0)
  }

  private refuse(): void {
    const { wrong } = this
    this.wrong = ""
    if (wrong) throw new Error(wrong)
  }
}

class Rig {
  readonly platform = new VirtualPlatform()
  readonly supervisor: WifiSupervisor
  /** Each change that was told. */
  readonly told: boolean[] = []
  private made: FakeWiFi | undefined

  constructor(networks: readonly WifiNetwork[], options: Partial<WifiOptions> = {}, before?: (wifi: FakeWiFi) => void) {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const rig = this
    this.supervisor = new WifiSupervisor({
      WiFi: class extends FakeWiFi {
        constructor(options: { onChanged(): void }) {
          super(options)
          rig.made = this
          before?.(this)
        }
      },
      networks,
      platform: this.platform,
      ...options,
    })
    this.supervisor.watch(() => this.told.push(this.supervisor.up))
    this.supervisor.start()
  }

  get wifi(): FakeWiFi {
    return this.made!
  }

  get lines(): string[] {
    return this.platform.lines.splice(0)
  }
}

test("the first network is joined, and it is up when there is an address", () => {
  const rig = new Rig([HOME, BARN])
  equal(rig.wifi.taken(), ["connect home secret-of-home"])
  rig.wifi.become(400)
  equal([rig.supervisor.up, rig.told], [false, []])
  rig.wifi.become(500, "192.0.2.7")
  equal([rig.supervisor.up, rig.told], [true, [true]])
  equal([rig.supervisor.ssid, rig.supervisor.address, rig.supervisor.rssi], ["home", "192.0.2.7", -61])
  equal(rig.lines, ['Wi-Fi "home": joined, address 192.0.2.7, failed attempts before: 0'])
})

test("an open network is joined without a password", () => {
  equal(new Rig([{ ssid: "open", password: "" }]).wifi.taken(), ["connect open"])
  equal(new Rig([{ ssid: "open" }]).wifi.taken(), ["connect open"])
})

test("without any network it can't be made, and the error says what to set", () => {
  throws(() => new Rig([]), /set ssid and password/)
})

test("an IPv4 address is enough where there is no IPv6, of which the driver does not tell; IPv6 alone is not", () => {
  const rig = new Rig([HOME])
  rig.wifi.become(400, "FE80::1")
  rig.platform.advance(2000)
  equal(rig.supervisor.up, false)
  rig.wifi.address = "192.0.2.7"
  rig.platform.advance(500)
  equal(rig.supervisor.up, true)
  rig.wifi.become(500, "192.0.2.7")
  equal(rig.told, [true])
})

test("a network that the SDK's own set-up has joined is taken as it is", () => {
  const rig = new Rig([HOME], {}, (wifi) => {
    wifi.connection = 500
    wifi.address = "192.0.2.7"
  })
  rig.platform.advance(500)
  equal([rig.supervisor.up, rig.wifi.taken()], [true, []])
})

test("a network that refuses is told of in one line that never shows the password, and the next one is tried", () => {
  const rig = new Rig([HOME, BARN])
  rig.wifi.become(200)
  equal(rig.lines, [`Wi-Fi "home": can't join: is the password right, and is the network in reach (2.4 GHz)?`])
  rig.platform.advance(300)
  equal(rig.wifi.taken(), ["connect home secret-of-home", "disconnect", "connect barn secret-of-barn"])
  rig.wifi.become(200)
  rig.platform.advance(3_600_000)
  ok(rig.wifi.taken().length > 100, "it goes on")
  equal(rig.lines, [`Wi-Fi "barn": can't join: is the password right, and is the network in reach (2.4 GHz)?`], "and says nothing twice")
  equal(rig.told, [])
})

test("after each round of all networks the wait doubles up to its limit, with full jitter", () => {
  const rig = new Rig([HOME], { retryPeriod: 1000, maxRetryPeriod: 4000 })
  const waits: number[] = []
  for (let i = 0; i < 5; i++) {
    rig.platform.chance = i === 4 ? 0 : 0.999
    rig.wifi.taken()
    rig.wifi.become(200)
    let waited = 0
    while (!rig.wifi.calls.includes("connect home secret-of-home")) {
      rig.platform.advance(1)
      waited++
    }
    waits.push(waited)
  }
  equal(waits, [2298, 4296, 4296, 4296, 300])
})

test("an attempt that comes to nothing is broken off, and what the driver says of it later does no harm", () => {
  const rig = new Rig([HOME], { joinTimeout: 10_000 })
  rig.platform.advance(9999)
  equal(rig.wifi.taken(), ["connect home secret-of-home"])
  rig.platform.advance(1)
  equal(rig.wifi.taken(), ["disconnect"])
  rig.wifi.onChanged()
  rig.wifi.onChanged()
  rig.platform.advance(60_000)
  ok(rig.wifi.taken().includes("connect home secret-of-home"))
  equal(rig.lines.length, 1)
})

test("a network that gives no address is told of as such", () => {
  const rig = new Rig([HOME])
  rig.wifi.become(400, "FE80::1")
  rig.platform.advance(15_000)
  equal(rig.lines, ['Wi-Fi "home": gives no IP address: does its DHCP server work? Else set address and gateway'])
})

test("what the driver throws is told of, and is tried again", () => {
  const rig = new Rig([{ ssid: "x".repeat(40) }], {}, (wifi) => (wifi.wrong = "buffer too small"))
  equal(rig.lines, [`Wi-Fi "${"x".repeat(40)}": can't join: buffer too small: check ssid, password, address, netmask, gateway`])
  rig.platform.advance(60_000)
  ok(rig.wifi.taken().length > 1)
})

test("a loss is noticed and counted, and the best network is tried first again, though another was joined", () => {
  const rig = new Rig([HOME, BARN])
  rig.wifi.become(200)
  rig.platform.advance(300)
  rig.wifi.become(500, "192.0.2.7")
  equal(rig.lines[1], 'Wi-Fi "barn": joined, address 192.0.2.7, failed attempts before: 1')
  rig.wifi.taken()
  rig.wifi.become(200)
  equal([rig.supervisor.up, rig.told, rig.supervisor.losses], [false, [true, false], 1])
  equal(rig.lines, ['Wi-Fi "barn": lost; trying to join again'])
  rig.platform.advance(1300)
  equal(rig.wifi.taken(), ["disconnect", "connect home secret-of-home"])
  rig.wifi.become(500, "192.0.2.8")
  equal(rig.told, [true, false, true])
})

test("a lost address, of which the driver does not tell, is noticed within a minute", () => {
  const rig = new Rig([HOME])
  rig.wifi.become(500, "192.0.2.7")
  rig.platform.advance(100_000)
  equal(rig.told, [true])
  rig.wifi.address = "FE80::1"
  rig.platform.advance(60_000)
  equal([rig.told, rig.supervisor.losses], [[true, false], 1])
})

test("an address of one's own is set before joining, and taken back for a network that gives one", () => {
  const rig = new Rig([{ ...HOME, address: "192.0.2.9", gateway: "192.0.2.1" }, BARN])
  equal(rig.wifi.taken(), ["static 192.0.2.9 255.255.255.0 192.0.2.1", "connect home secret-of-home"])
  rig.wifi.become(200)
  rig.platform.advance(300)
  equal(rig.wifi.taken(), ["disconnect", "dhcp", "connect barn secret-of-barn"])
  rig.wifi.become(200)
  rig.platform.advance(3000)
  equal(rig.wifi.taken().slice(0, 3), ["disconnect", "static 192.0.2.9 255.255.255.0 192.0.2.1", "connect home secret-of-home"])
})

test("an hourly loss of 90 s for a day is joined again each time, and leaves nothing behind", () => {
  const rig = new Rig([HOME])
  rig.wifi.become(500, "192.0.2.7")
  for (let hour = 0; hour < 24; hour++) {
    rig.platform.advance(3_510_000)
    rig.wifi.become(200)
    // Out of reach: each attempt ends at once.
    for (let second = 0; second < 90; second++) {
      rig.platform.advance(1000)
      if (rig.wifi.connection === 300) rig.wifi.become(200)
    }
    while (rig.wifi.connection !== 300) rig.platform.advance(1000)
    rig.wifi.become(500, "192.0.2.7")
  }
  equal([rig.supervisor.up, rig.supervisor.losses, rig.told.length, rig.platform.pending], [true, 24, 49, 1])
})

test("after it is closed it does nothing more", () => {
  const rig = new Rig([HOME])
  rig.wifi.become(500, "192.0.2.7")
  rig.supervisor.close()
  equal([rig.supervisor.up, rig.told, rig.platform.pending, rig.supervisor.address], [false, [true, false], 0, undefined])
})
