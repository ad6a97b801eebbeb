import type { Platform } from "../../platforms/platform.js"
import { announceBirth } from "../../platforms/esp32/birth.js"
import type { SleepConfig } from "../../platforms/esp32/config.js"
import { RtcMemory } from "../../platforms/esp32/rtc.js"
import { SleepCycle } from "../../platforms/esp32/sleep-cycle.js"
import { Telemetry } from "../../src/telemetry/telemetry.js"
import type { Sensor } from "../../src/telemetry/sensor.js"
import { equal, ok, test, throws } from "../harness/harness.js"
import { ClientPackets, connack, puback, publish, suback } from "../support/client-packets.js"
import { VirtualPlatform } from "../support/virtual-platform.js"

/** What of a board outlives its sleep. */
class FakeBoard {
  rtc = new Uint8Array()
  slept: number[] = []

  readRtc(buffer: ArrayBuffer): number {
    new Uint8Array(buffer).set(this.rtc)
    return this.rtc.length
  }

  writeRtc(buffer: ArrayBuffer): void {
    this.rtc = new Uint8Array(buffer.slice(0))
  }

  deepSleep(milliseconds: number): void {
    this.slept.push(milliseconds)
  }
}

/** A board that wakes up again and again, and its server, which keeps the session. */
class SleepRig {
  readonly board = new FakeBoard()
  sensor: Sensor = { sample: () => ({ temperature: 21.5 }) }
  /** The retained message that keeps the board awake. */
  stayAwake: string | undefined
  /** The server is there, and acknowledges. */
  answers = true
  reachable = true
  config: SleepConfig = { runDuration: "20s", sleepDuration: "10min" }
  platform!: VirtualPlatform
  telemetry!: Telemetry
  private sessionKept = false
  private parser = new ClientPackets()
  private seen: string[] = []

  /** Starts the firmware of one waking. */
  wake(wallTime?: number): this {
    const platform = (this.platform = new VirtualPlatform())
    if (wallTime !== undefined) platform.wallTime = wallTime
    const memory = new RtcMemory(this.board)
    this.telemetry = new Telemetry(platform as Platform, {
      availabilityTopic: "",
      topic: "{sensorId}",
      sensors: [{ id: "room", sensor: this.sensor, updateInterval: "2s" }],
      onPublished: (_, handle) => cycle.onDelivered(handle),
      onSensorError: () => {},
      client: { host: "h", clientId: "dev", keepalive: 0, clean: false, onDelivered: (handle) => cycle.onDelivered(handle) },
    })
    const cycle = new SleepCycle(platform as Platform, this.telemetry, memory, this.board, this.config)
    cycle.wake(() => announceBirth(this.telemetry.client, "dev", { reason: "deep-sleep", ...memory.birth }))
    this.telemetry.start()
    this.parser = new ClientPackets()
    this.board.slept = []
    return this
  }

  /** Lets time go by, a tenth of a second at a time, until the board sleeps or the time is over; what it sent. */
  run(milliseconds: number): string[] {
    for (let gone = 0; gone <= milliseconds && this.board.slept.length === 0; gone += 100) {
      this.serve()
      this.platform.advance(100)
    }
    this.serve()
    const seen = this.seen
    this.seen = []
    return seen
  }

  get asleep(): boolean {
    return this.board.slept.length > 0
  }

  private serve(): void {
    const socket = this.platform.sockets[this.platform.sockets.length - 1]
    if (!socket || !this.reachable) return
    if (!socket.closed && socket.writes.length === 0) socket.open()
    for (const packet of this.parser.feed(socket.sent())) {
      this.seen.push(packet.line)
      if (packet.type === "CONNECT") {
        socket.receive(connack(this.sessionKept))
        this.sessionKept = true
      } else if (packet.type === "SUBSCRIBE") {
        socket.receive(suback(packet.id, 1))
        if (this.stayAwake !== undefined) socket.receive(publish({ topic: "0011223344ff/stay-awake", qos: 1, id: 1, payload: this.stayAwake, retain: true }))
      } else if (packet.qos === 1 && this.answers) {
        socket.receive(puback(packet.id))
      }
    }
  }

  /** A message on the topic that keeps it awake. */
  say(payload: string): void {
    this.platform.socket.receive(publish({ topic: "0011223344ff/stay-awake", qos: 1, id: 2, payload }))
  }
}

const TIME = 1_700_000_000_000

test("a board wakes, samples, connects, delivers, disconnects and sleeps", () => {
  const rig = new SleepRig().wake()
  equal(rig.run(20_000), [
    "CONNECT flags=00 keepalive=0 dev",
    `PUBLISH room {"time":${TIME},"temperature":21.5} qos=1 id=2`,
    "SUBSCRIBE id=3 0011223344ff/stay-awake:1",
    `PUBLISH dev/birth {"reason":"deep-sleep","boots":1,"uncaught":0} qos=1 id=4 retain`,
    "DISCONNECT",
  ])
  equal(rig.board.slept, [600_000])
})

test("the next waking goes on with the session: packet ids do not begin anew, and starts are counted", () => {
  const rig = new SleepRig().wake()
  rig.run(20_000)
  const lines = rig.wake(TIME + 600_000).run(20_000)
  equal(lines[1], `PUBLISH room {"time":${TIME + 600_000},"temperature":21.5} qos=1 id=5`)
  ok(lines[3]!.includes('"boots":2'))
})

test("what could not be delivered is sent after the sleep, with DUP, id and time as they were", () => {
  const rig = new SleepRig()
  rig.answers = false
  rig.wake().run(30_000)
  ok(rig.asleep)
  rig.answers = true
  const lines = rig.wake(TIME + 600_000).run(20_000)
  equal(lines[1], `PUBLISH room {"time":${TIME},"temperature":21.5} qos=1 id=2 dup`)
  ok(rig.asleep && rig.telemetry.client.backlog === 0)
})

test("without a server the board sleeps when runDuration is over, and keeps its readings", () => {
  const rig = new SleepRig()
  rig.reachable = false
  for (let i = 0; i < 3; i++) {
    rig.wake(TIME + i * 600_000)
    equal([rig.run(19_000), rig.asleep], [[], false])
    rig.run(2000)
    ok(rig.asleep)
  }
  rig.reachable = true
  const lines = rig.wake(TIME + 1_800_000).run(20_000)
  ok(lines.filter((line) => line.includes("PUBLISH room")).length > 3)
  equal(rig.telemetry.client.backlog, 0)
})

test("a sensor that has nothing yet is waited for, but no longer than runDuration", () => {
  const rig = new SleepRig()
  let samples = 0
  rig.sensor = { sample: () => (++samples < 4 ? undefined : { co2: 600 }) }
  rig.wake()
  rig.run(5000)
  ok(!rig.asleep)
  rig.run(3000)
  ok(rig.asleep)
  rig.sensor = { sample: () => undefined }
  rig.wake().run(19_000)
  ok(!rig.asleep)
  rig.run(4000)
  ok(rig.asleep)
})

test("a retained message on the stay-awake topic keeps the board awake, also past runDuration, until it is taken back", () => {
  const rig = new SleepRig()
  rig.stayAwake = "1"
  rig.wake()
  const publishes = rig.run(60_000).filter((line) => line.startsWith("PUBLISH room"))
  ok(!rig.asleep)
  ok(publishes.length > 25, "and it goes on measuring")
  rig.say("off")
  rig.run(3000)
  ok(rig.asleep)
})

test("a stay-awake message that is empty, 0 or off does not", () => {
  for (const payload of ["", "0", "off"]) {
    const rig = new SleepRig()
    rig.stayAwake = payload
    rig.wake().run(10_000)
    ok(rig.asleep, payload)
  }
})

test("wrong durations are refused at once, by their names", () => {
  const rig = new SleepRig()
  rig.config = { sleepDuration: "soon" }
  throws(() => rig.wake(), /sleep\.sleepDuration: "soon"/)
  rig.config = { sleepDuration: 1000, runDuration: 0 }
  throws(() => rig.wake(), /sleep\.runDuration: 0/)
})

test("RTC memory that is empty, of another version or too short counts as power-on", () => {
  const other = new FakeBoard()
  new RtcMemory(other)
  other.rtc[0]!++
  for (const bytes of [[], [1], [...other.rtc]]) {
    const board = new FakeBoard()
    board.rtc = new Uint8Array(bytes)
    equal(new RtcMemory(board).birth, { boots: 1, uncaught: 0 })
  }
})

test("an error that nothing caught is counted and remembered, cut to what has room", () => {
  const board = new FakeBoard()
  new RtcMemory(board).count("early")
  for (const [text, bytes] of [["温", 3], ["😀", 4], ["e", 1]] as const) {
    new RtcMemory(board).count(text.repeat(300))
    const kept = new RtcMemory(board).birth.error!.split(text).length - 1
    ok(kept * bytes > 90 && kept * bytes <= 114, `${kept} times ${text}`)
  }
  equal([new RtcMemory(board).birth.uncaught, new RtcMemory(board).boots], [4, 9])
})

test("a crash after a sleep does not bring the session of before it back", () => {
  const rig = new SleepRig()
  rig.answers = false
  rig.wake().run(30_000)
  rig.wake()
  equal(new RtcMemory(rig.board).session.length, 0)
})
