/** Bytes from text such as `30 05 "a/b" 68 69`: two hexadecimal digits each, or ASCII between quotation marks. */
export function bytes(text: string): Uint8Array<ArrayBuffer> {
  const out: number[] = []
  for (const part of text.trim().split(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
    if (part.startsWith('"')) for (let i = 1; i < part.length - 1; i++) out.push(part.charCodeAt(i))
    else if (part !== "") out.push(...hexadecimal(part))
  }
  return Uint8Array.from(out)
}

/** Bytes from hexadecimal digits without anything between them. */
export function hexadecimal(digits: string): number[] {
  const out: number[] = []
  for (let i = 0; i < digits.length; i += 2) out.push(parseInt(digits.slice(i, i + 2), 16))
  return out
}

/** Bytes as text that can be read and compared: two hexadecimal digits each, with spaces between. */
export function hex(from: Uint8Array, start = 0, end = from.length): string {
  let text = ""
  for (let i = start; i < end; i++) text += (i > start ? " " : "") + DIGITS[from[i]! >> 4] + DIGITS[from[i]! & 15]
  return text
}

const DIGITS = [..."0123456789abcdef"]

export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
