import type { Message } from "../codec/message.js"
import { Packet } from "../codec/packets.js"
import { describeDrop, type Drop, type SessionEvents } from "../session/session.js"
import type { Disconnect } from "./disconnect.js"
import type { ClientCallbacks } from "./options.js"
import { Statistics } from "./statistics.js"
import type { SubackHandler, SubscriptionsEvents } from "./subscriptions.js"

interface Settle {
  resolve: () => void
  reject: (error: Error) => void
}

/** Counts what happens, and tells the application. An error that a callback throws is reported, and stops nothing. */
export class Reporter implements SessionEvents, SubscriptionsEvents {
  readonly statistics = new Statistics()
  /** Promises of `publishAsync`, by handle. */
  private promises: Map<number, Settle> | undefined
  private readonly callbacks: ClientCallbacks

  constructor(callbacks: ClientCallbacks) {
    this.callbacks = callbacks
  }

  onDelivered(handle: number): void {
    this.statistics.delivered++
    const callbacks = this.callbacks
    if (callbacks.onDelivered !== undefined) this.guard(callbacks.onDelivered, handle)
    if (this.promises !== undefined) this.settle(handle)?.resolve()
  }

  onDropped(handle: number, reason: Drop): void {
    this.statistics.dropped++
    this.guard(this.callbacks.onDropped, handle, reason)
    if (this.promises !== undefined) this.settle(handle)?.reject(new Error(`message ${handle} was dropped: ${describeDrop(reason)}`))
  }

  onUnmatched(message: Message): void {
    this.statistics.unmatched++
    this.guard(this.callbacks.onMessage, message)
  }

  onOversize(message: Message): void {
    this.statistics.oversize++
    this.guard(this.callbacks.onOversize, message)
  }

  onSuback(filter: string, granted: number, handler: SubackHandler | undefined): void {
    if (granted === Packet.SUBSCRIBE_FAILURE) {
      this.statistics.refusedFilters++
      if (!handler) this.onError(new Error(`the server refuses the subscription to "${filter}"`))
    }
    this.guard(handler, granted, filter)
  }

  onConnect(sessionPresent: boolean): void {
    this.statistics.connections++
    this.guard(this.callbacks.onConnect, sessionPresent)
  }

  onDisconnect(reason: Disconnect): void {
    if (reason.kind !== "ended") this.statistics.failures++
    this.guard(this.callbacks.onDisconnect, reason)
  }

  onEnd(callback: (undelivered: number[]) => void, undelivered: number[]): void {
    const promises = this.promises
    this.promises = undefined
    promises?.forEach(({ reject }, handle) => reject(new Error(`message ${handle} was not delivered before the end`)))
    this.guard(callback, undelivered)
  }

  onHandlerError(error: unknown): void {
    this.statistics.handlerErrors++
    this.onError(error instanceof Error ? error : new Error(String(error)))
  }

  /** Resolves when the message with this handle is delivered. */
  promise(handle: number): Promise<void> {
    const promises = (this.promises ??= new Map())
    return new Promise((resolve, reject) => promises.set(handle, { resolve, reject }))
  }

  private settle(handle: number): Settle | undefined {
    const settle = this.promises!.get(handle)
    this.promises!.delete(handle)
    return settle
  }

  private guard<A, B>(callback: ((a: A, b: B) => void) | undefined, a?: A, b?: B): void {
    if (callback === undefined) return
    try {
      callback(a!, b!)
    } catch (error) {
      this.onHandlerError(error)
    }
  }

  /** The last resort: an error that `onError` itself throws is only counted. */
  private onError(error: Error): void {
    try {
      this.callbacks.onError?.(error)
    } catch {
      this.statistics.handlerErrors++
    }
  }
}
