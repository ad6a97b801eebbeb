/**
 * Memory of a fixed length that has the size a socket is to use beside it. In V8, resizing an ArrayBuffer is a system
 * call that also gives pages back, and views of one that can be resized are several times as slow.
 */
export class SizedBuffer extends ArrayBuffer {
  size: number

  constructor(capacity: number) {
    super(capacity)
    this.size = capacity
  }

  /** Moves nothing: the bytes behind `size` stay as they are. */
  override resize(size: number): void {
    this.size = size
  }
}
