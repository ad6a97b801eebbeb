import type { Closable, Platform, Timer } from "../../platforms/platform.js"
import { encodePingreq } from "../codec/bare.js"
import { encodeConnect } from "../codec/connect.js"
import { ConnectReturnCode } from "../codec/packets.js"
import { describeViolation, Violation } from "../codec/violation.js"
import { Drop, type Session } from "../session/session.js"
import { Backoff } from "./backoff.js"
import type { Connection, ConnectionEvents } from "./connection.js"
import { type Disconnect, isHopeless, refused } from "./disconnect.js"
import { MAX_DURATION } from "./duration.js"
import type { Settings } from "./options.js"
import type { ReceiverEvents } from "./receiver.js"
import type { Reporter } from "./reporter.js"
import type { Subscriptions } from "./subscriptions.js"

const enum Phase {
  /** Not started, or ended. */
  IDLE,
  /** For the next attempt. */
  WAITING,
  /** From the name look-up to the CONNACK. */
  CONNECTING,
  ONLINE,
}

/** Connects, keeps the connection alive, connects again, and ends. One timer serves whatever the phase waits for. */
export class Lifecycle implements ConnectionEvents, ReceiverEvents {
  /** Set once, before anything else is called. */
  connection!: Connection
  /**
   * True: with `clean`, messages that were in flight when the connection ended are sent anew, as new messages, rather
   * than dropped; some may arrive twice. Absent until it is set.
   */
  republish: boolean | undefined
  private readonly platform: Platform
  private readonly settings: Settings
  private readonly session: Session
  private readonly subscriptions: Subscriptions
  private readonly reporter: Reporter
  private readonly backoff: Backoff
  private readonly timer: Timer
  private phase = Phase.IDLE
  /** Tick at which the phase has something to do. */
  private due = 0
  /** Which of the servers is next. */
  private server = 0
  private onlineSince = 0
  private stable = false
  /** A PINGREQ was sent at `pingSent`, and nothing has come since `heardBefore`. */
  private pinging = false
  private pingSent = 0
  private heardBefore = 0
  private onEnd: ((undelivered: number[]) => void) | undefined
  private endTimer: Timer | undefined
  private watch: Closable | undefined

  constructor(platform: Platform, settings: Settings, session: Session, subscriptions: Subscriptions, reporter: Reporter) {
    this.platform = platform
    this.settings = settings
    this.session = session
    this.subscriptions = subscriptions
    this.reporter = reporter
    this.backoff = new Backoff(settings.reconnectPeriod, settings.maxReconnectPeriod, platform)
    this.timer = platform.createTimer(() => this.tick())
  }

  get ending(): boolean {
    return this.onEnd !== undefined
  }

  /** Begins to connect, in the next turn. Does nothing when that has begun already. */
  start(): void {
    if (this.phase !== Phase.IDLE) return
    this.watch ??= this.platform.network?.watch(() => this.onNetwork())
    this.enter(Phase.WAITING, 0)
  }

  /** Waits until all is delivered, or `deadline` milliseconds have gone, and disconnects. */
  end(deadline: number, onEnd: (undelivered: number[]) => void): void {
    if (this.ending) throw new Error("end: has been called already")
    this.onEnd = onEnd
    this.endTimer = this.platform.createTimer(() => this.finished())
    this.endTimer.schedule(this.phase === Phase.IDLE ? 0 : deadline)
    this.connection.draining = true
    this.connection.wake()
  }

  onDrained(): void {
    if (this.connection.online) this.connection.disconnect()
    else this.finished()
  }

  onOpen(): void {
    const out = this.connection.transmit
    out.length = encodeConnect(out.bytes, 0, this.settings.connect)
  }

  onConnack(sessionPresent: boolean, returnCode: ConnectReturnCode): void {
    const { settings, session, connection } = this
    if (returnCode !== ConnectReturnCode.ACCEPTED) {
      this.onFail(refused(returnCode))
      return
    }
    if (sessionPresent && settings.connect.clean) {
      this.reporter.statistics.protocolErrors++
      connection.fail("peer", describeViolation(Violation.SESSION_PRESENT_AFTER_CLEAN))
      return
    }
    this.onlineSince = this.platform.clock.ticks()
    this.stable = this.pinging = false
    connection.online = true
    session.connected(sessionPresent)
    this.subscriptions.connected(sessionPresent, settings.resubscribe)
    this.phase = Phase.ONLINE
    this.keepAlive(this.onlineSince)
    this.arm()
    this.reporter.onConnect(sessionPresent)
  }

  onPingresp(): void {
    this.pinging = false
  }

  onFail(reason: Disconnect): void {
    this.close(reason)
    if (isHopeless(reason)) {
      if (this.settings.endOnRefusal) {
        if (this.ending) this.finished()
        else this.arm()
        return
      }
      this.enter(Phase.WAITING, this.backoff.longest())
    } else {
      this.enter(Phase.WAITING, this.backoff.next())
    }
    this.server = (this.server + 1) % this.settings.servers.length
    if (this.ending) this.connection.wake()
  }

  /** Looks again at what the timer is needed for; to be called when a message with a time to live was taken. */
  arm(): void {
    const now = this.platform.clock.ticks()
    const expiry = this.session.dropExpired()
    let wait = this.phase === Phase.IDLE ? MAX_DURATION : Math.max(0, (this.due - now) | 0)
    if (expiry !== 0 && expiry < wait) wait = expiry
    if (wait === MAX_DURATION) this.timer.stop()
    else this.timer.schedule(wait)
  }

  private tick(): void {
    const now = this.platform.clock.ticks()
    const isDue = ((this.due - now) | 0) <= 0
    if (isDue && this.phase === Phase.WAITING) this.connect()
    else if (isDue && this.phase === Phase.CONNECTING) this.connection.fail("transport", `no CONNACK within connectTimeout, ${this.settings.connectTimeout} ms: is this the port of an MQTT server?`)
    else if (isDue && this.phase === Phase.ONLINE) this.keepAlive(now)
    this.arm()
    if (this.ending) this.connection.wake()
  }

  /** There is a network again, or none any more. */
  private onNetwork(): void {
    if (!this.platform.network!.up) {
      if (this.phase > Phase.WAITING) this.connection.fail("transport", "there is no network")
    } else if (this.phase === Phase.WAITING) {
      // A device that has lost its network did so with its neighbours; one that has just been switched on need not wait.
      this.backoff.reset()
      this.enter(Phase.WAITING, this.reporter.statistics.connections === 0 ? 0 : this.backoff.next())
    }
  }

  private connect(): void {
    // Without a network an attempt would only make the next one wait longer.
    if (this.platform.network?.up === false) {
      this.enter(Phase.WAITING, MAX_DURATION)
      return
    }
    this.enter(Phase.CONNECTING, this.settings.connectTimeout)
    this.connection.open(this.settings.servers[this.server]!)
  }

  /**
   * PINGREQ when nothing was sent, or nothing was received, for `keepalive`: someone who only publishes at QoS 0 must
   * notice a dead link too. Anything received is an answer.
   */
  private keepAlive(now: number): void {
    const { connection, settings } = this
    const { keepalive, pingTimeout, stableAfter } = settings
    const online = (now - this.onlineSince) | 0
    if (!this.stable && online >= stableAfter) {
      this.stable = true
      this.backoff.reset()
    }
    let wait = this.stable ? MAX_DURATION : stableAfter - online
    if (keepalive !== 0) {
      if (connection.lastReceived !== this.heardBefore) this.pinging = false
      if (this.pinging && ((now - this.pingSent) | 0) >= pingTimeout) {
        connection.fail("transport", `no answer to PINGREQ within pingTimeout, ${pingTimeout} ms`)
        return
      }
      const sinceSent = (now - connection.lastSent) | 0
      // While a long message leaves in parts, that it moves tells enough; a PINGREQ can't stand inside it.
      const sinceReceived = this.session.midPacket ? 0 : (now - connection.lastReceived) | 0
      if (sinceSent >= keepalive || (sinceReceived >= keepalive && !this.pinging)) {
        if (!this.pinging) {
          this.pinging = true
          this.pingSent = now
          this.heardBefore = connection.lastReceived
        }
        connection.gather(encodePingreq)
        wait = Math.min(wait, keepalive)
      } else {
        wait = Math.min(wait, keepalive - sinceSent)
      }
      wait = Math.min(wait, this.pinging ? pingTimeout - ((now - this.pingSent) | 0) : keepalive - sinceReceived)
    }
    this.due = (now + wait) | 0
  }

  private finished(): void {
    // At the deadline: DISCONNECT all the same, if it can be written at once.
    this.connection.draining = false
    if (this.connection.online) this.connection.disconnect()
    const undelivered = this.session.handles()
    const onEnd = this.onEnd!
    this.endTimer!.close()
    this.onEnd = this.endTimer = undefined
    // Before the callbacks, which may connect anew.
    this.timer.stop()
    this.watch?.close()
    this.watch = undefined
    this.close({ kind: "ended", message: "end was called" })
    this.reporter.onEnd(onEnd, undelivered)
  }

  private close(reason: Disconnect): void {
    const lost = this.connection.takenQoSZero - this.connection.writtenQoSZero
    const wasIdle = this.phase === Phase.IDLE
    this.phase = Phase.IDLE
    this.connection.close()
    this.session.disconnected(this.settings.connect.clean && !this.republish)
    this.subscriptions.disconnected()
    for (let i = 0; i < lost; i++) this.reporter.onDropped(0, Drop.CONNECTION_LOST)
    if (!wasIdle) this.reporter.onDisconnect(reason)
  }

  private enter(phase: Phase, wait: number): void {
    this.phase = phase
    this.due = (this.platform.clock.ticks() + wait) | 0
    this.arm()
  }
}
