/// <reference types="node" />
import type { WriteStream } from "node:tty"
import type { Style } from "./table.js"

const ESCAPE = "\x1b["

/** A block of lines at the bottom of a terminal, drawn over itself again and again. */
export class Screen {
  readonly style: Style
  private readonly out: WriteStream
  private height = 0
  private shown = false

  constructor(out: WriteStream, env: NodeJS.ProcessEnv) {
    this.out = out
    const plain = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb"
    this.style = {
      bold: (text) => (plain ? text : `${ESCAPE}1m${text}${ESCAPE}22m`),
      dim: (text) => (plain ? text : `${ESCAPE}2m${text}${ESCAPE}22m`),
    }
    // What the terminal has made of the lines when its width changes, nobody knows: begin anew.
    out.on("resize", () => {
      if (!this.shown) return
      this.height = 0
      out.write(`${ESCAPE}H${ESCAPE}J`)
    })
  }

  get width(): number {
    return this.out.columns - 1
  }

  /** In one write, each line over the old one before the rest of that is erased, so that nothing flickers. */
  draw(lines: readonly string[]): void {
    const visible = lines.slice(0, this.out.rows - 1)
    let text = this.shown ? "" : `${ESCAPE}?25l`
    if (this.height > 0) text += `${ESCAPE}${this.height}A\r`
    text += visible.map((line) => `${line}${ESCAPE}K\n`).join("")
    this.out.write(`${text}${ESCAPE}J`)
    this.height = visible.length
    this.shown = true
  }

  /** Leaves the last picture where it is, and gives the cursor back. */
  close(): void {
    if (this.shown) this.out.write(`${ESCAPE}?25h`)
    this.shown = false
  }
}
