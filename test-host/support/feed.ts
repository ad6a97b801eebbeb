import type { Decoder } from "../../src/codec/decoder.js"

/** Feeds bytes to a decoder, cut at the given places (ascending offsets). */
export function feed(decoder: Decoder, stream: Uint8Array, ...cuts: number[]): void {
  let start = 0
  for (const cut of cuts) start = feedPiece(decoder, stream, start, cut)
  feedPiece(decoder, stream, start, stream.length)
}

/** Feeds bytes in pieces of `size`. */
export function feedEvery(decoder: Decoder, stream: Uint8Array, size: number): void {
  for (let start = 0; start < stream.length; ) start = feedPiece(decoder, stream, start, Math.min(start + size, stream.length))
}

function feedPiece(decoder: Decoder, stream: Uint8Array, start: number, end: number): number {
  const input = decoder.input.bytes
  // What stands behind the piece is not to be read: garbage shows whether it is.
  input.fill(0xf7)
  input.set(stream.subarray(start, end))
  decoder.feed(end - start)
  return end
}
