/// <reference types="node" />
/** What both clients of the client suite do, each in a process of its own. */
export const TOPIC = "site/hall-4/device-0123/humidity"
export const PAYLOAD = new Uint8Array(64).fill(0x78)
/** QoS 1 messages that are sent and not yet acknowledged. */
export const WINDOW = 20
/** For the engine to compile, and the counts to settle. */
const WARM_UP = 100_000

/** What a process reports: one line of JSON. */
export interface Work {
  messages: number
  cpuSeconds: number
  seconds: number
}

export const port = Number(process.argv[2])
const messages = Number(process.argv[3])

/** Counts acknowledgements, of which each lets one more message be sent, and measures between the warm-up and the end. */
export class Counter {
  private sent = 0
  private acknowledged = 0
  private cpu: NodeJS.CpuUsage | undefined
  private start = 0

  /** Whether another message is to be sent. */
  next(): boolean {
    return this.sent < WARM_UP + messages && ++this.sent > 0
  }

  /** An acknowledgement has come. True after the last. */
  done(): boolean {
    this.acknowledged++
    if (this.acknowledged === WARM_UP) {
      this.cpu = process.cpuUsage()
      this.start = performance.now()
    }
    if (this.acknowledged < WARM_UP + messages) return false
    const { user, system } = process.cpuUsage(this.cpu)
    const work: Work = { messages, cpuSeconds: (user + system) / 1e6, seconds: (performance.now() - this.start) / 1000 }
    console.log(JSON.stringify(work))
    return true
  }
}
