import { Online } from "../../platforms/esp32/online.js"
import { equal, test } from "../harness/harness.js"
import { VirtualNetwork } from "../support/virtual-network.js"
import { VirtualPlatform } from "../support/virtual-platform.js"

function rig(secure: boolean, wallTime?: number): { platform: VirtualPlatform; wifi: VirtualNetwork; online: Online; told: boolean[] } {
  const platform = new VirtualPlatform()
  platform.wallTime = wallTime
  const wifi = new VirtualNetwork()
  const online = new Online({ wifi, platform, secure })
  const told: boolean[] = []
  online.watch(() => told.push(online.up))
  return { platform, wifi, online, told }
}

test("without TLS the network is up and down with Wi-Fi", () => {
  const { wifi, online, told } = rig(false)
  equal(online.up, false)
  wifi.set(true)
  wifi.set(false)
  wifi.set(true)
  equal([online.up, told], [true, [true, false, true]])
})

test("with TLS it is up at once where the clock is set", () => {
  const { wifi, told, platform } = rig(true, 1_770_000_000_000)
  wifi.set(true)
  equal([told, platform.pending], [[true], 0])
})

test("with TLS it waits for the clock, whoever sets it", () => {
  const { wifi, told, platform } = rig(true)
  wifi.set(true)
  platform.advance(20_000)
  equal(told, [])
  platform.wallTime = 1_770_000_000_000
  platform.advance(100)
  equal([told, platform.pending, platform.lines], [[true], 0, []])
})

test("when the clock is not set in time that is told once, and it is up all the same", () => {
  const { wifi, told, platform } = rig(true)
  wifi.set(true)
  platform.advance(29_999)
  equal([told, platform.lines], [[], []])
  platform.advance(1)
  equal(told, [true])
  const line = "the clock is not set, so TLS can't check certificates: connections fail until a time server answers (sntp)"
  equal(platform.lines, [line])
  wifi.set(false)
  wifi.set(true)
  platform.advance(29_999)
  equal(told, [true, false], "each time Wi-Fi comes up the clock gets its time")
  platform.advance(1)
  equal([told, platform.lines, platform.pending], [[true, false, true], [line], 0])
})

test("when Wi-Fi goes while the clock is waited for, the wait ends, and begins anew", () => {
  const { wifi, told, platform } = rig(true)
  wifi.set(true)
  platform.advance(29_000)
  wifi.set(false)
  equal(platform.pending, 0)
  platform.advance(60_000)
  wifi.set(true)
  platform.advance(29_000)
  equal(told, [])
})

test("one that closes while it is told, or has been closed, is told nothing more", () => {
  const { wifi, online, told, platform } = rig(false)
  const closing = online.watch(() => closing.close())
  wifi.set(true)
  online.close()
  wifi.set(false)
  equal([told, online.up, platform.pending], [[true], true, 0])
})
