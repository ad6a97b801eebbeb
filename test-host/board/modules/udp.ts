import { state, wallClock } from "board-simulation"
import { isAddress } from "simulated-names"
import Timer, { type Handle } from "timer"

type Datagram = ArrayBuffer & { address: string; port: number }

/** Milliseconds that an answer takes. */
const DELAY = 20
const SNTP_PORT = 123
const FROM_1900 = 2_208_988_800

interface Options {
  port?: number
  target?: unknown
  onReadable?(this: UDP, count: number): void
}

/** ECMA-419 UDP, on a network where everybody answers SNTP, and nothing else. */
export default class UDP {
  readonly target: unknown
  private readonly onReadable: Options["onReadable"]
  private readonly timers: Handle[] = []
  private datagrams: Datagram[] = []
  private closed = false

  constructor(options: Options) {
    this.target = options.target
    this.onReadable = options.onReadable
  }

  read(): Datagram | undefined {
    return this.datagrams.shift()
  }

  write(buffer: ArrayBuffer | ArrayBufferView, address: string, port: number): void {
    if (this.closed) throw new SyntaxError("closed")
    if (!isAddress(address)) throw new RangeError("invalid IP address")
    if (!state.online) throw new Error("UDP send failed")
    if (port !== SNTP_PORT || buffer.byteLength < 48 || state.sntp === "silent") return
    const request = buffer instanceof ArrayBuffer ? new DataView(buffer) : new DataView(buffer.buffer as ArrayBuffer, buffer.byteOffset, buffer.byteLength)
    const answer = answerOf(request)
    this.timers.push(Timer.set((timer) => {
      this.timers.splice(this.timers.indexOf(timer), 1)
      if (!state.online) return
      this.datagrams.push(Object.assign(answer, { address, port }))
      this.onReadable?.(this.datagrams.length)
    }, DELAY))
  }

  close(): void {
    this.closed = true
    this.datagrams = []
    for (let i = 0; i < this.timers.length; i++) Timer.clear(this.timers[i])
  }
}

/** RFC 4330. */
function answerOf(request: DataView): ArrayBuffer {
  const answer = new DataView(new ArrayBuffer(48))
  const refuses = state.sntp === "leave-me"
  const time = wallClock() + DELAY / 2
  answer.setUint8(0, (request.getUint8(0) & 0x38) | 4 | (refuses ? 0xc0 : 0))
  answer.setUint8(1, refuses ? 0 : 2)
  answer.setUint32(24, request.getUint32(40))
  answer.setUint32(28, request.getUint32(44))
  for (let at = 16; at <= 40; at += 8) {
    if (at === 24) continue
    answer.setUint32(at, Math.floor(time / 1000) + FROM_1900)
    answer.setUint32(at + 4, Math.floor(((time % 1000) / 1000) * 2 ** 32))
  }
  return answer.buffer as ArrayBuffer
}
