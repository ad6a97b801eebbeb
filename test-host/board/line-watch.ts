/// <reference types="node" />

interface Waiting {
  /** Resolves its promise, and returns true, when what was waited for is there. */
  look(): boolean
  fail(why: string): void
}

/** Milliseconds after which waiting has failed, where nothing else is said: far more than anything here takes. */
const LIMIT = 30_000

/** Lines as they come, and those who wait for one. */
export class LineWatch {
  readonly lines: string[] = []
  private waiting: Waiting[] = []
  /** The line after the one that was found last. */
  private position = 0
  private over: string | undefined

  add(line: string): void {
    this.lines.push(line)
    this.look()
  }

  /** Something has changed. */
  look(): void {
    this.waiting = this.waiting.filter((each) => !each.look())
  }

  /** No more lines will come: all that wait, and will wait, fail. */
  end(why: string): void {
    this.over = why
    this.look()
    for (const each of this.waiting) each.fail(why)
    this.waiting = []
  }

  async next(wanted: string | RegExp, limit?: number): Promise<string> {
    let found = ""
    await this.until(() => {
      while (this.position < this.lines.length) {
        found = this.lines[this.position++]!
        if (typeof wanted === "string" ? found.includes(wanted) : wanted.test(found)) return true
      }
      return false
    }, limit, `a line with ${String(wanted)}`)
    return found
  }

  until(predicate: () => boolean, limit = LIMIT, what = String(predicate)): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(timer)
        reject(new Error(`waiting for ${what}: ${why}. All lines:\n${this.lines.join("\n")}`))
      }
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((each) => each !== waiting)
        fail(`not within ${limit} ms`)
      }, limit)
      const waiting: Waiting = {
        fail,
        look() {
          if (!predicate()) return false
          clearTimeout(timer)
          resolve()
          return true
        },
      }
      if (waiting.look()) return
      if (this.over === undefined) this.waiting.push(waiting)
      else fail(this.over)
    })
  }
}
