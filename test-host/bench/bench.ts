/// <reference types="node" />
/**
 * `npm run bench -- [--suite xs,codec,client] [--json] [--check]`: measures, and prints a table or, with --json, one
 * object a line. With --check it exits with 1 when a bar is missed.
 */
import { parseArgs } from "node:util"
import { clientRows } from "./client-suite.js"
import { codecRows } from "./codec-suite.js"
import { missed, type Row, table } from "./report.js"
import { xsRows } from "./xs-suite.js"

const SUITES: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  xs: xsRows,
  codec: codecRows,
  client: clientRows,
}

const { values } = parseArgs({ options: { json: { type: "boolean" }, check: { type: "boolean" }, suite: { type: "string" } } })
const names = values.suite?.split(",") ?? Object.keys(SUITES)
for (const name of names) if (!(name in SUITES)) throw new RangeError(`--suite: ${name}; some of ${Object.keys(SUITES).join(",")} are needed`)

const rows: Row[] = []
for (const name of names) {
  for (const row of await SUITES[name]!()) {
    rows.push(row)
    if (values.json) console.log(JSON.stringify(row))
  }
}
if (!values.json) console.log(table(rows))
if (values.check) {
  const faults = rows.map(missed).filter((fault) => fault !== undefined)
  for (const fault of faults) console.error(`missed: ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}
