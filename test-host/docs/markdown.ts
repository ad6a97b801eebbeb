/** Takes apart what the READMEs use of Markdown. */

export interface CodeBlock {
  language: string
  text: string
}

export type TableRow = readonly string[]

const BLOCK = /^```(\w*)\n([\s\S]*?)^```$/gm

export function codeBlocks(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(BLOCK)].map(([, language, text]) => ({ language: language!, text: text! }))
}

export function headings(markdown: string): { level: number; text: string }[] {
  return [...withoutCode(markdown).matchAll(/^(#+) (.*)$/gm)].map(([, marks, text]) => ({ level: marks!.length, text: text! }))
}

export function links(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)
}

/** The rows of each table, without its head. */
export function rowsOf(markdown: string): TableRow[][] {
  return tables(markdown).map(([, , ...rows]) => rows)
}

/** The rows of the tables with four columns: name, default, values, meaning. */
export function optionTables(markdown: string): TableRow[][] {
  return rowsOf(markdown).filter(([row]) => row!.length === 4)
}

function tables(markdown: string): TableRow[][] {
  const found: TableRow[][] = []
  let before = ""
  for (const line of withoutCode(markdown).split("\n")) {
    if (line.startsWith("|")) {
      if (!before.startsWith("|")) found.push([])
      found[found.length - 1]!.push(line.split("|").slice(1, -1).map((cell) => cell.trim()))
    }
    before = line
  }
  return found
}

function withoutCode(markdown: string): string {
  return markdown.replace(BLOCK, "")
}
