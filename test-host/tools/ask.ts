/// <reference types="node" />
/** Questions on the terminal, or answered line by line from a pipe. */
import { createInterface } from "node:readline"
import { Writable } from "node:stream"

export interface Question {
  text: string
  /** What an empty line stands for; "-" stands for nothing then. */
  fallback?: string
  /** Shows nothing of what is typed. */
  secret?: boolean
  /** Throws an Error that says what is wrong; it is shown, and the question asked again. */
  check?(answer: string): void
}

export class Asker {
  private readonly lines: AsyncIterator<string>
  private readonly reader
  private readonly terminal: boolean
  private muted = false

  constructor(input: NodeJS.ReadStream = process.stdin, private readonly output: NodeJS.WritableStream = process.stdout) {
    this.terminal = input.isTTY ?? false
    const echo = new Writable({
      write: (chunk, _, done) => {
        if (!this.muted) output.write(chunk as Buffer)
        done()
      },
    })
    this.reader = createInterface({ input, output: echo, terminal: this.terminal })
    this.reader.on("SIGINT", () => {
      output.write("\n")
      process.exit(130)
    })
    this.lines = this.reader[Symbol.asyncIterator]()
  }

  /** Throws when a pipe has no more lines, or has one that is refused. */
  async ask({ text, fallback, secret = false, check }: Question): Promise<string> {
    for (;;) {
      this.output.write(`${text}${fallback ? ` [${secret ? "as it was" : fallback}]` : ""}: `)
      this.muted = secret
      const { value, done } = await this.lines.next()
      this.muted = false
      if (secret || !this.terminal) this.output.write("\n")
      if (done) throw new Error(`no answer to: ${text}`)
      const typed = (value as string).trim()
      const answer = fallback && typed === "-" ? "" : typed || (fallback ?? "")
      try {
        check?.(answer)
        return answer
      } catch (error) {
        if (!this.terminal) throw error
        this.output.write(`  ${(error as Error).message}\n`)
      }
    }
  }

  close(): void {
    this.reader.close()
  }
}
