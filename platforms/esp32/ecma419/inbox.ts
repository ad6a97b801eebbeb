import type { Message } from "../../../src/index.js"
import { type Bytes, bytesOf, NUMBER, type ReadableOptions } from "./options.js"

/** Longest piece in which a message is handed on: a long one takes less of the program's memory so. */
const PIECE = 4096

export interface InboxOwner {
  /** Calls the program. False when it failed. */
  call<A, B>(callback: ((a: A, b: B) => void) | undefined, a?: A, b?: B): boolean
  /** Pieces wait, and what was before them has been read: `next` is to be called, in a turn of its own. */
  wake(): void
  log(text: string): void
}

/**
 * Messages that have come: what the program does not read at once is kept until it does. Calls go through few functions
 * here, since the stack of a board is short and the program has yet to do its part.
 */
export class Inbox {
  private data: Uint8Array<ArrayBuffer> | undefined
  /** What is left of the present piece. */
  private at = 0
  private end = 0
  /** Pieces behind it: the options of each, followed by its bytes. */
  private readonly waiting: (ReadableOptions | Uint8Array<ArrayBuffer>)[] = []
  /** Bytes that these may still take. */
  private room: number
  private readonly owner: InboxOwner
  private readonly onReadable: ((count: number, options: ReadableOptions) => void) | undefined

  constructor(room: number, owner: InboxOwner, onReadable: ((count: number, options: ReadableOptions) => void) | undefined) {
    this.room = room
    this.owner = owner
    this.onReadable = onReadable
  }

  /** A message has come, whole. */
  readonly take = (message: Message): void => {
    const { bytes, payloadEnd } = message
    const waiting = this.waiting
    let at = message.payloadStart
    let options: ReadableOptions = { more: false, topic: message.topic, byteLength: payloadEnd - at, QoS: message.qos, retain: message.retain, duplicate: message.dup }
    if (this.onReadable === undefined) return
    do {
      const end = payloadEnd - at > PIECE ? at + PIECE : payloadEnd
      options.more = end !== payloadEnd
      if (this.at === this.end && waiting.length === 0) {
        this.offer(options, bytes, at, end)
        // The bytes are another message's soon.
        this.data = this.at === this.end ? undefined : bytes.slice(0, this.end)
      } else if (end - at > this.room) {
        this.owner.log("a message was left out, since those before it were not read")
      } else {
        this.room -= end - at
        waiting.push(options, bytes.slice(at, end))
      }
      if (options.more) options = { more: true }
      at = end
    } while (at !== payloadEnd)
  }

  private offer(options: ReadableOptions, data: Uint8Array<ArrayBuffer>, at: number, end: number): void {
    this.data = data
    this.at = at
    this.end = end
    if (!this.owner.call(this.onReadable, end - at, options)) this.at = end
    if (this.at === end && this.waiting.length !== 0) this.owner.wake()
  }

  /** Offers the next piece that waits. */
  next(): void {
    if (this.at !== this.end || this.waiting.length === 0) return
    const options = this.waiting.shift() as ReadableOptions
    const data = this.waiting.shift() as Uint8Array<ArrayBuffer>
    this.room += data.length
    this.offer(options, data, 0, data.length)
  }

  read(count?: number | Bytes): ArrayBuffer | number | undefined {
    const { data, at } = this
    const left = this.end - at
    if (data === undefined || (left === 0 && count !== 0)) return undefined
    const into = count === undefined || typeof count === NUMBER ? undefined : bytesOf(count as Bytes)
    const wanted = into !== undefined ? into.length : count === undefined ? left : (count as number)
    const end = wanted < left ? at + wanted : this.end
    if (into !== undefined && ((count as Uint8Array).BYTES_PER_ELEMENT ?? 1) > 1) throw new Error("read: only a buffer of bytes can be filled")
    this.at = end
    if (end === this.end && this.waiting.length !== 0) this.owner.wake()
    if (into === undefined) return data.buffer.slice(at, end)
    into.set(data.subarray(at, end))
    return end - at
  }
}
