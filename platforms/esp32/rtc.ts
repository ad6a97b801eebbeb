import type * as Board from "mqtt-xs/board"
import { decodeText, encodeText } from "../../src/index.js"
import type { Birth } from "./birth.js"

/** All that RTC memory holds. */
const CAPACITY = 1024
/** Another number is another layout. */
const VERSION = 1

/** Big-endian: version, boots (2), uncaught errors (2), when it slept (8), the latest error, with zeros behind it; then the session. */
const enum At {
  BOOTS = 1,
  UNCAUGHT = 3,
  TIME = 5,
  ERROR = 13,
  SESSION = 128,
}

/** What a board remembers from one start to the next, as long as it has power. */
export class RtcMemory {
  /** Starts since power was switched on, this one included. */
  readonly boots: number
  /** When the session below was kept, milliseconds since 1970; 0 when the clock had not been set. */
  readonly time: number
  /** What freezeSession wrote; empty when nothing. */
  readonly session: Uint8Array
  private readonly board: Pick<typeof Board, "readRtc" | "writeRtc">
  /** Kept, because there may be no memory for another when an uncaught error is to be counted. */
  private readonly head = new Uint8Array(At.SESSION)
  private readonly view = new DataView(this.head.buffer)

  constructor(board: Pick<typeof Board, "readRtc" | "writeRtc">) {
    const buffer = new ArrayBuffer(CAPACITY)
    const length = board.readRtc(buffer)
    const bytes = new Uint8Array(buffer)
    const { head, view } = this
    const known = length >= At.SESSION && bytes[0] === VERSION
    if (known) head.set(bytes.subarray(0, At.SESSION))
    this.board = board
    this.session = known ? bytes.slice(At.SESSION, length) : new Uint8Array()
    this.time = view.getFloat64(At.TIME)
    this.boots = view.getUint16(At.BOOTS) + 1
    head[0] = VERSION
    view.setUint16(At.BOOTS, this.boots)
    view.setFloat64(At.TIME, 0)
    // Without the session: what this start sends again must not be sent a third time if it crashes.
    board.writeRtc(head.buffer)
  }

  get birth(): Omit<Birth, "reason"> {
    const { head, boots } = this
    const end = head.indexOf(0, At.ERROR)
    const error = decodeText(head, At.ERROR, end)
    return { boots, uncaught: this.view.getUint16(At.UNCAUGHT), ...(error && { error }) }
  }

  /** Counts an error that nothing caught. */
  count(error: string): void {
    const { head, view, board } = this
    view.setUint16(At.UNCAUGHT, view.getUint16(At.UNCAUGHT) + 1)
    board.writeRtc(head.buffer)
    const room = At.SESSION - At.ERROR - 1
    let text = encodeText((error = error.slice(0, room)))
    while (text.length > room) text = encodeText((error = error.slice(0, -4)))
    head.fill(0, At.ERROR)
    head.set(text, At.ERROR)
    board.writeRtc(head.buffer)
  }

  /** Keeps a session while the board sleeps. `freeze` writes it into the buffer it is given, and returns its length. */
  keep(freeze: (room: ArrayBuffer) => number, now: number | undefined): void {
    const session = new ArrayBuffer(CAPACITY - At.SESSION)
    const length = freeze(session)
    const bytes = new Uint8Array(At.SESSION + length)
    this.view.setFloat64(At.TIME, now ?? 0)
    bytes.set(this.head)
    bytes.set(new Uint8Array(session, 0, length), At.SESSION)
    this.board.writeRtc(bytes.buffer)
  }
}
