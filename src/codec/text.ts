import { Violation } from "./violation.js"

/** Whether a text of a packet is well-formed; `topicName` also refuses wildcards [MQTT-3.3.2-2]. */
export function checkText(view: DataView, start: number, end: number, topicName: boolean): Violation {
  // A topic name is read on every message, and a loop over its bytes costs 20 codes a byte, so four bytes are
  // looked at as one number: those that hold one above 0x7F, a zero, or a "+" or "#" (alike but for bit 3) are read
  // byte by byte.
  const wildcard = topicName ? 0x2b2b2b2b : 0x80808080
  const last = end - 4
  let at = start
  while (at < end) {
    if (at <= last) {
      const four = view.getInt32(at)
      const other = (four | 0x08080808) ^ wildcard
      if (((four | ((four - 0x01010101) & ~four) | ((other - 0x01010101) & ~other)) & 0x80808080) === 0) {
        at += 4
        continue
      }
    }
    const lead = view.getUint8(at++)
    if (lead < 0x80) {
      if (lead === 0) return Violation.NULL_IN_TEXT
      if (topicName && (lead === 0x23 || lead === 0x2b)) return Violation.WILDCARD_IN_TOPIC
      continue
    }
    at = afterCharacter(view, lead, at, end)
    if (at === 0) return Violation.ILL_FORMED_UTF8
  }
  return Violation.NONE
}

/** Where the character ends whose lead byte was just read; 0 when it is overlong, a surrogate, too large or cut off. */
function afterCharacter(view: DataView, lead: number, at: number, end: number): number {
  const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
  const after = at + more
  if (lead < 0xc2 || lead > 0xf4 || after > end) return 0
  let code = lead & (0x3f >> more)
  while (at < after) {
    const byte = view.getUint8(at) - 0x80
    if (byte < 0 || byte > 0x3f) return 0
    code = (code << 6) | byte
    ++at
  }
  // Overlong, a surrogate, or too large. Of two bytes only those leads are overlong.
  return (more > 1 && code < 1 << (5 * more + 1)) || code >> 11 === 0x1b || code > 0x10ffff ? 0 : at
}

/** The UTF-8 bytes of a text. Allocates. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return ArrayBuffer.fromString ? new Uint8Array(ArrayBuffer.fromString(text)) : new TextEncoder().encode(text)
}

/** The text that stands in a range of bytes. A leading U+FEFF is kept [MQTT-1.5.3-3]. Allocates. */
export function decodeText(bytes: Uint8Array<ArrayBuffer>, start: number, end: number): string {
  if (String.fromArrayBuffer) return String.fromArrayBuffer(bytes.buffer, bytes.byteOffset + start, end - start)
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start, end))
}

/**
 * A text as packets carry it: two bytes of length, then UTF-8. Throws a RangeError that begins with `name` when it is
 * no text, or has U+0000, a lone surrogate, or more than 65,535 bytes.
 */
export function encodeString(name: string, text: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== "string") throw new RangeError(`${name}: ${String(text)}; text is needed`)
  const bytes = prefixLength(encodeText(text), name)
  if (text.includes("\0")) throw new RangeError(`${name}: has U+0000 [MQTT-1.5.3-2]`)
  const fault = checkText(new DataView(bytes.buffer), 2, bytes.length, false)
  // Node's encoder has put U+FFFD in the place of a lone surrogate, so only the text itself can tell.
  if (fault !== Violation.NONE || hasLoneSurrogate(text)) throw new RangeError(`${name}: has half of a surrogate pair [MQTT-1.5.3-1]`)
  return bytes
}

/** Bytes as packets carry them: two bytes of length, then the bytes. Throws a RangeError when they are more than 65,535. */
export function prefixLength(bytes: Uint8Array, name?: string): Uint8Array<ArrayBuffer> {
  const length = bytes.length
  if (length > 65_535) throw new RangeError(`${name}: ${length} bytes; at most 65535 are possible`)
  const out = new Uint8Array(2 + length)
  out[0] = length >> 8
  out[1] = length
  out.set(bytes, 2)
  return out
}

function hasLoneSurrogate(text: string): boolean {
  try {
    encodeURIComponent(text)
    return false
  } catch {
    return true
  }
}

// Node has these two; XS has the two below them as native code.
declare const TextEncoder: { new (): { encode(text: string): Uint8Array<ArrayBuffer> } }
declare const TextDecoder: { new (label: string, options: { ignoreBOM: boolean }): { decode(bytes: Uint8Array): string } }

declare global {
  interface ArrayBufferConstructor {
    fromString?(text: string): ArrayBuffer
  }
  interface StringConstructor {
    fromArrayBuffer?(buffer: ArrayBuffer, byteOffset?: number, byteLength?: number): string
  }
}
