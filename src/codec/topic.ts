import { checkText, encodeString } from "./text.js"
import { Violation } from "./violation.js"

const enum Char {
  HASH = 0x23,
  DOLLAR = 0x24,
  PLUS = 0x2b,
  SLASH = 0x2f,
}

/** A topic name, encoded once so that publishing to it only copies bytes. */
export class Topic {
  readonly name: string
  /** Two bytes of length, then UTF-8. */
  readonly bytes: Uint8Array<ArrayBuffer>

  /** Throws a RangeError when `name` is not a topic name. `option` begins the error's text. */
  constructor(name: string, option = "topic") {
    const bytes = encodeString(option, name)
    if (bytes.length === 2) throw new RangeError(`${option}: is empty; at least one character is needed [MQTT-4.7.3-1]`)
    if (checkText(new DataView(bytes.buffer), 2, bytes.length, true) !== Violation.NONE)
      throw new RangeError(`${option}: "${name}" has a wildcard; a topic name can't have + or # [MQTT-3.3.2-2]`)
    this.name = name
    this.bytes = bytes
  }
}

/** A topic filter, ready to be compared with topic names that stand in a receive buffer. */
export class TopicFilter {
  readonly filter: string
  /** Two bytes of length, then UTF-8. */
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Has no wildcard and can be compared by `equals`. */
  readonly exact: boolean
  /** Bytes of its text. */
  readonly length: number
  /** See `matches`. */
  plain = true
  private readonly view: DataView
  /**
   * The filter as numbers of eight bytes, the last of them its last eight, the others from its beginning in reverse
   * order: one comparison a number, where a loop over bytes costs 20 codes a byte. Equal numbers are equal bytes,
   * because no text has the zeros of 0 and -0; one that is no number (NaN) takes the filter out of this way.
   */
  private readonly words: readonly number[]
  /** Of the parts without wildcards: where each begins and ends in `bytes`. */
  private readonly literals: readonly number[]
  /** Begins with a wildcard; ends with #. */
  private readonly first: boolean
  private readonly rest: boolean

  /** Throws a RangeError when `filter` is not a topic filter. */
  constructor(filter: string) {
    this.filter = filter
    this.bytes = encodeString("filter", filter)
    this.view = new DataView(this.bytes.buffer)
    this.length = this.bytes.length - 2
    this.words = wordsOf(this.view, this.length)
    this.literals = literalsOf(this.bytes)
    this.first = filter.startsWith("+") || filter.startsWith("#")
    this.rest = filter.endsWith("#")
    this.exact = this.words.length > 0 && !filter.includes("+") && !filter.includes("#")
    const fault = filterFault(filter)
    if (fault) throw new RangeError(`filter: "${filter}" ${fault}`)
  }

  /** Whether the topic name, as long as the filter, is the filter itself, byte for byte. Needs `exact`. */
  equals(topic: DataView, start: number, end: number): boolean {
    const words = this.words
    let i = words.length - 1
    // The end first, where topics of one device differ most.
    if (topic.getFloat64(end - 8) !== words[i]) return false
    while (--i >= 0) {
      if (topic.getFloat64(start) !== words[i]) return false
      start += 8
    }
    return true
  }

  /**
   * Whether the filter matches a topic name. + stands for one level, # for the rest of the levels, its parent
   * included; neither matches a first level that begins with $ [MQTT-4.7.2-1]. `plain` tells whether what the
   * wildcards stood for was all letters, digits and the like: then the topic is known to be well-formed.
   */
  matches(topic: DataView, start: number, end: number): boolean {
    const filter = this.view
    const literals = this.literals
    let i = 0
    let four
    let byte
    this.plain = true
    if (start === end || (this.first && topic.getUint8(start) === Char.DOLLAR)) return false
    for (;;) {
      let at = literals[i]!
      const stop = literals[i + 1]!
      if (stop - at > end - start) return false
      if (stop - at > 3) {
        // Four bytes at a time, the last four perhaps once more.
        start += stop - at
        let from = start - stop + at
        while (at + 4 < stop) {
          if (topic.getInt32(from) !== filter.getInt32(at)) return false
          at += 4
          from += 4
        }
        if (topic.getInt32(start - 4) !== filter.getInt32(stop - 4)) return false
      } else while (at < stop) if (topic.getUint8(start++) !== filter.getUint8(at++)) return false
      i += 2
      if (i === literals.length) break
      // As long as four bytes at once are from 0x30 to 0x7F, there is nothing to look at.
      while (start + 4 <= end && (((four = topic.getInt32(start)) | (four - 0x30303030)) & 0x80808080) === 0) start += 4
      while (start < end && (byte = topic.getUint8(start)) !== Char.SLASH) {
        if (byte < 0x2d || byte > 0x7e) this.plain = false
        ++start
      }
    }
    if (start === end) return true
    this.plain = false
    return this.rest && (this.length === 1 || topic.getUint8(start) === Char.SLASH)
  }
}

/**
 * Where the texts before, between and behind the + of a filter begin and end; of "/#" at its end only the # stands
 * for something.
 */
function literalsOf(bytes: Uint8Array): number[] {
  const literals = [2]
  let end = bytes.length
  if (bytes[end - 1] === Char.HASH) end = Math.max(2, end - 2)
  for (let at = 2; at < end; at++) if (bytes[at] === Char.PLUS) literals.push(at, at + 1)
  literals.push(end)
  return literals
}

function wordsOf(view: DataView, length: number): number[] {
  const words: number[] = []
  if (length < 8) return words
  for (let at = 0; at < length - 8; at += 8) words.unshift(view.getFloat64(2 + at))
  words.push(view.getFloat64(2 + length - 8))
  return words.some(Number.isNaN) ? [] : words
}

function filterFault(filter: string): string | undefined {
  if (filter === "") return "is empty; at least one character is needed [MQTT-4.7.3-1]"
  const levels = filter.split("/")
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i]!
    if (level.includes("#") && (level !== "#" || i !== levels.length - 1))
      return "has a # that is not alone in the last level [MQTT-4.7.1-2]"
    if (level.includes("+") && level !== "+") return "has a + that does not fill its level [MQTT-4.7.1-3]"
  }
  return undefined
}

