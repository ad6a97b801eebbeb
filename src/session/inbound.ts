/** The ids of QoS 2 messages that were delivered and wait for their PUBREL: a message with one of them is a duplicate. */
export class InboundIds {
  count = 0
  readonly ids: Uint16Array

  constructor(limit: number) {
    this.ids = new Uint16Array(limit)
  }

  get full(): boolean {
    return this.count === this.ids.length
  }

  has(packetId: number): boolean {
    return this.indexOf(packetId) >= 0
  }

  /** Needs room: see `full`. */
  add(packetId: number): void {
    this.ids[this.count++] = packetId
  }

  delete(packetId: number): void {
    const at = this.indexOf(packetId)
    if (at >= 0) this.ids[at] = this.ids[--this.count]!
  }

  clear(): void {
    this.count = 0
  }

  private indexOf(packetId: number): number {
    const ids = this.ids
    let at = this.count
    while (--at >= 0) if (ids[at] === packetId) break
    return at
  }
}
