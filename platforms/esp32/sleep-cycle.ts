import type * as Board from "mqtt-xs/board"
import { freezeSession, type Message, parseDuration, type Telemetry, thawSession } from "../../src/index.js"
import type { Platform, Timer } from "../platform.js"
import type { SleepConfig } from "./config.js"
import type { RtcMemory } from "./rtc.js"

/** For DISCONNECT and what is still on its way, when the time is up; milliseconds. */
const FAREWELL = 2000
/** What a retained message may come later than the acknowledgement of what was published after the SUBACK; milliseconds. Some brokers look it up while they serve others. */
const LATE = 250

/**
 * One waking of a board that sleeps most of the time: sample, connect, deliver, disconnect, sleep. It stays awake while
 * a retained message on `stayAwakeTopic` says so: that is how a sleeping board is reached.
 */
export class SleepCycle {
  private readonly platform: Platform
  private readonly telemetry: Telemetry
  private readonly memory: RtcMemory
  private readonly board: Pick<typeof Board, "deepSleep">
  private readonly runDuration: number
  private readonly sleepDuration: number
  private readonly topic: string
  private readonly limit: Timer
  private readonly soon: Timer
  private readonly late: Timer
  private say: (() => number) | undefined
  private stayAwake = false
  private ending = false
  /**
   * A message that was published after the SUBACK; 0: not yet; negative: the outbox was full. When it is delivered, a
   * retained message has come, or will soon.
   */
  private farewell = 0
  private heard = false

  constructor(platform: Platform, telemetry: Telemetry, memory: RtcMemory, board: Pick<typeof Board, "deepSleep">, config: SleepConfig) {
    this.platform = platform
    this.telemetry = telemetry
    this.memory = memory
    this.board = board
    this.runDuration = parseDuration("sleep.runDuration", config.runDuration ?? "30s", 1)
    this.sleepDuration = parseDuration("sleep.sleepDuration", config.sleepDuration, 1)
    this.topic = config.stayAwakeTopic ?? `${platform.deviceId}/stay-awake`
    this.limit = platform.createTimer(() => this.sleep(FAREWELL))
    this.soon = platform.createTimer(() => this.look())
    this.late = platform.createTimer(() => {
      this.heard = true
      this.look()
    })
  }

  /**
   * Takes back the session from before the sleep; to be called before the client connects. `say` publishes a message,
   * once the server knows that we want to hear whether to stay awake, and returns its handle.
   */
  wake(say: () => number): void {
    const { memory, platform, telemetry } = this
    const now = platform.clock.now()
    const elapsed = now !== undefined && memory.time !== 0 ? Math.max(0, now - memory.time) : this.sleepDuration
    if (memory.session.length !== 0 && thawSession(telemetry.client.session, memory.session, elapsed) < 0) platform.log("what the board kept of its session before the sleep can't be read; it is left out")
    this.limit.schedule(this.runDuration)
    telemetry.client.subscribe(this.topic, 1, (message) => this.onStayAwake(message), () => {
      this.farewell = say()
    })
    this.say = say
  }

  /** A message was delivered, or published: it may be time to sleep. */
  onDelivered(handle: number): void {
    if (this.farewell < 0) this.farewell = this.say!()
    // A handle of 0, of a QoS 0 message, is that of no message.
    else if (handle > 0 && handle === this.farewell) this.late.schedule(LATE)
    this.soon.schedule(0)
  }

  private onStayAwake(message: Message): void {
    const text = message.text()
    this.stayAwake = text !== "" && text !== "0" && text !== "off"
    if (this.stayAwake) {
      this.limit.stop()
      this.platform.log(`kept awake by "${this.topic}"`)
    } else {
      this.limit.schedule(this.runDuration)
      this.soon.schedule(0)
    }
  }

  /** Sleeps when every sensor has been read and all is delivered. */
  private look(): void {
    const { client, readings } = this.telemetry
    if (!this.stayAwake && this.heard && client.backlog === 0 && readings.every(({ good }) => good)) this.sleep(this.runDuration)
  }

  private sleep(deadline: number): void {
    if (this.ending) return
    this.ending = true
    const { client } = this.telemetry
    this.telemetry.end(client.connected ? deadline : 0, () => {
      const { memory, platform } = this
      memory.keep((room) => freezeSession(client.session, room), platform.clock.now())
      platform.log(`asleep for ${this.sleepDuration} ms; messages kept: ${client.backlog}`)
      this.board.deepSleep(this.sleepDuration)
    })
  }
}
