import { PLAUSIBLE } from "../../platforms/esp32/plausible.js"
import { SntpClock, type UDP } from "../../platforms/esp32/time.js"
import type { Clock } from "../../platforms/platform.js"
import { equal, ok, test } from "../harness/harness.js"
import { VirtualNetwork } from "../support/virtual-network.js"
import { VirtualPlatform } from "../support/virtual-platform.js"

/** 2026-02-03 04:05:06.5 UTC, in seconds since 1970. */
const NOW = 1_770_091_506.5
const FROM_1900 = 2_208_988_800

class FakeUDP implements UDP {
  readonly inbox: ArrayBuffer[] = []
  readonly sent: { request: DataView; to: string }[] = []
  closed = false
  broken = false
  readonly onReadable: (count: number) => void

  constructor(options: { onReadable(count: number): void }) {
    this.onReadable = options.onReadable
  }

  read(): ArrayBuffer | undefined {
    if (this.closed) throw new Error("read after close")
    return this.inbox.shift()
  }

  write(buffer: ArrayBuffer, address: string, port: number): void {
    if (this.broken) throw new Error("UDP send failed")
    this.sent.push({ request: new DataView(buffer.slice(0)), to: `${address}:${port}` })
  }

  close(): void {
    this.closed = true
  }

  receive(...datagrams: ArrayBuffer[]): void {
    if (this.closed) return
    this.inbox.push(...datagrams)
    this.onReadable(datagrams.length)
  }
}

interface Answer {
  first?: number
  stratum?: number
  /** Seconds since 1970. */
  time?: number
  cookie?: number
  length?: number
}

class Rig {
  readonly platform = new VirtualPlatform()
  readonly network = new VirtualNetwork()
  readonly sockets: FakeUDP[] = []
  readonly set: number[] = []
  readonly clock: SntpClock
  /** The next sockets can't send. */
  broken = false

  constructor(hosts: readonly string[] = ["time.example"]) {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const rig = this
    const { platform } = this
    platform.wallTime = undefined
    const clock: Clock = {
      ticks: () => platform.clock.ticks(),
      now: () => platform.clock.now(),
      set: (milliseconds) => {
        this.set.push(milliseconds)
        platform.wallTime = milliseconds
      },
    }
    this.clock = new SntpClock({
      UDP: class extends FakeUDP {
        constructor(options: { onReadable(count: number): void }) {
          super(options)
          this.broken = rig.broken
          rig.sockets.push(this)
        }
      },
      hosts,
      network: this.network,
      platform: {
        clock,
        createTimer: (callback) => platform.createTimer(callback),
        random: () => platform.random(),
        log: (line) => platform.log(line),
        resolve: (host, onResolved, onError) => platform.resolve(host, onResolved, onError),
      },
    })
    this.clock.start()
  }

  /** The network is there, and the first question has been sent. */
  asked(): this {
    this.network.set(true)
    this.platform.turn()
    return this
  }

  get udp(): FakeUDP {
    return this.sockets[this.sockets.length - 1]!
  }

  answer({ first = 0x24, stratum = 2, time = NOW, cookie, length = 48 }: Answer = {}): ArrayBuffer {
    const bytes = new DataView(new ArrayBuffer(48))
    bytes.setUint8(0, first)
    bytes.setUint8(1, stratum)
    bytes.setUint32(24, cookie ?? this.udp.sent[0]!.request.getUint32(40))
    bytes.setUint32(40, (Math.floor(time) + FROM_1900) % 2 ** 32)
    bytes.setUint32(44, (time % 1) * 2 ** 32)
    return bytes.buffer.slice(0, length)
  }
}

test("the clock is asked for when the network comes up, by 48 bytes of a version 4 client to port 123", () => {
  const rig = new Rig()
  rig.platform.advance(60_000)
  equal(rig.platform.lookups, [])
  rig.asked()
  equal(rig.platform.lookups, ["time.example"])
  const { request, to } = rig.udp.sent[0]!
  equal([request.byteLength, request.getUint8(0), to], [48, 0x23, "192.0.2.1:123"])
})

test("the answer sets the clock, its fraction of a second included, and the socket is closed", () => {
  const rig = new Rig().asked()
  equal(rig.clock.plausible, false)
  rig.udp.receive(rig.answer())
  equal([rig.set, rig.clock.plausible, rig.udp.closed], [[NOW * 1000], true, true])
})

test("times after February 2036, when NTP's seconds begin anew, are right", () => {
  const rig = new Rig().asked()
  rig.udp.receive(rig.answer({ time: 2_200_000_000 }))
  equal(rig.set, [2_200_000_000_000])
})

test("it asks again a day after the answer, and at once when the network comes back after that day", () => {
  const rig = new Rig().asked()
  rig.udp.receive(rig.answer())
  rig.platform.advance(86_399_999)
  equal(rig.sockets.length, 1)
  rig.platform.advance(1)
  equal(rig.sockets.length, 2)
  rig.udp.receive(rig.answer({ time: NOW + 86_400 }))
  rig.network.set(false)
  rig.network.set(true)
  rig.platform.turn()
  equal(rig.sockets.length, 2, "it is not due yet")
  rig.network.set(false)
  rig.platform.advance(90_000_000)
  equal(rig.sockets.length, 2)
  rig.network.set(true)
  rig.platform.turn()
  equal(rig.sockets.length, 3)
})

test("what is no answer to the question is passed over: too short, not from a server, to another question", () => {
  const rig = new Rig().asked()
  rig.udp.receive(rig.answer({ length: 47 }), rig.answer({ first: 0x23 }), rig.answer({ cookie: 1 }))
  equal([rig.set, rig.udp.closed], [[], false])
  rig.udp.receive(rig.answer())
  equal(rig.set, [NOW * 1000])
})

for (const [what, answer] of [
  ["that tells us to leave it alone (kiss of death)", { stratum: 0 }],
  ["that does not know the time itself", { first: 0xe4 }],
  ["that is not synchronised", { stratum: 16 }],
  ["whose time is before 2025", { time: PLAUSIBLE / 1000 - 1 }],
] as const) {
  test(`a server ${what} is not believed, and the next one is asked at once`, () => {
    const rig = new Rig(["a.example", "b.example"]).asked()
    rig.udp.receive(rig.answer(answer))
    equal([rig.set, rig.udp.closed], [[], true])
    rig.platform.turn()
    equal(rig.platform.lookups, ["a.example", "b.example"])
    rig.platform.turn()
    rig.udp.receive(rig.answer())
    equal(rig.set, [NOW * 1000])
    equal(rig.platform.lines, [])
  })
}

test("a server that is silent, has no address or can't be sent to is given up after its time, and the next one is asked", () => {
  const rig = new Rig(["a.example", "b.example", "c.example", "d.example"])
  rig.platform.unknownHosts.add("b.example")
  rig.asked()
  rig.broken = true
  rig.platform.advance(3999)
  equal(rig.platform.lookups, ["a.example"])
  rig.platform.advance(1)
  equal(rig.platform.lookups, ["a.example", "b.example", "c.example", "d.example"])
  equal(rig.platform.lines, ["clock: no answer from a.example, b.example, c.example, d.example: is the internet in reach, and UDP port 123 let through? Else set sntp to a server of your own network"])
})

test("a name may take as long as silent DNS servers take, and no longer", () => {
  const rig = new Rig(["a.example", "b.example"])
  rig.platform.resolves = false
  rig.asked()
  rig.platform.advance(29_999)
  equal(rig.platform.lookups, ["a.example"])
  rig.platform.advance(1)
  equal(rig.platform.lookups, ["a.example", "b.example"])
})

test("when no server answers it asks ever less often, and says so once", () => {
  const rig = new Rig().asked()
  rig.platform.advance(86_400_000)
  const count = rig.sockets.length
  ok(count > 90 && count < 230, `${count} questions in a day`)
  equal([rig.platform.lines.length, rig.sockets.filter(({ closed }) => !closed).length <= 1], [1, true])
})

test("when the network goes the question is dropped, and asked anew when it is back", () => {
  const rig = new Rig().asked()
  rig.network.set(false)
  equal([rig.udp.closed, rig.platform.pending], [true, 0])
  rig.network.set(true)
  rig.platform.turn()
  rig.udp.receive(rig.answer())
  equal([rig.sockets.length, rig.set, rig.platform.lines], [2, [NOW * 1000], []])
})

test("a clock that something else has set is plausible too", () => {
  const rig = new Rig()
  rig.platform.wallTime = PLAUSIBLE
  equal(rig.clock.plausible, true)
})

test("after it is closed it does nothing more", () => {
  const rig = new Rig().asked()
  rig.clock.close()
  equal([rig.udp.closed, rig.platform.pending, rig.network.watched], [true, 0, 0])
})
