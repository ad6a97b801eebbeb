/**
 * Whether `text` is 1 to `longest` letters, digits, or characters of `more`. Without a regular expression, whose engine
 * would take more flash than this folder.
 */
export function isWord(text: string, longest: number, more = ""): boolean {
  let i = text.length
  let good = i > 0 && i <= longest
  while (good && i-- > 0) {
    const character = text.charAt(i)
    // The digits of base 36 are 0-9, a-z and A-Z.
    good = parseInt(character, 36) >= 0 || more.includes(character)
  }
  return good
}
