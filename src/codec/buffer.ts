/**
 * Memory taken once, with the views that reading and writing packets needs. The buffer is resizable, because a
 * socket sends and fills exactly the length that a buffer has: resizing it before the call and back after it
 * allocates nothing, where a view of the right length would.
 */
export class PacketBuffer {
  readonly capacity: number
  readonly buffer: ArrayBuffer
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly view: DataView
  /** Bytes in use, from 0 on, where the owner keeps count. */
  length = 0

  constructor(capacity: number, memory?: Memory) {
    this.capacity = capacity
    this.buffer = memory?.createBuffer?.(capacity) ?? new ArrayBuffer(capacity, { maxByteLength: capacity })
    this.bytes = new Uint8Array(this.buffer)
    this.view = new DataView(this.buffer)
  }
}

/** Where memory comes from, where the platform has better than a resizable ArrayBuffer. */
export interface Memory {
  createBuffer?(capacity: number): ArrayBuffer
}

/** Copies bytes from one buffer to another without a view, four at a time. Within one buffer, use copyWithin. */
export function copyBytes(from: DataView, at: number, end: number, to: DataView, start: number): void {
  while (at + 4 <= end) {
    to.setInt32(start, from.getInt32(at))
    at += 4
    start += 4
  }
  while (at < end) to.setUint8(start++, from.getUint8(at++))
}

declare global {
  interface ArrayBuffer {
    resize(byteLength: number): void
  }
  interface ArrayBufferConstructor {
    new (byteLength: number, options: { maxByteLength: number }): ArrayBuffer
  }
}
