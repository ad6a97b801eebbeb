/// <reference types="node" />
/**
 * Which test shows which of the specification's statements:
 * node build/js/test-host/conformance/conformance.js [--check] [--summary] [version of MQTT]
 *
 * A test shows the statements that stand in its name, as in test("... [MQTT-3.3.1-4]", ...). With --check, the exit
 * code is 1 when a statement has neither a test nor a reason why it can't apply, when it has both, and when a test or a
 * reason names a statement that is not in the list.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { projectRoot } from "../xs/build.js"

/** How test names cite the statements of each version, whose own numbers overlap. */
const CITED_AS: Record<string, string> = { "3.1.1": "MQTT-", "5": "MQTT5-" }

const words = process.argv.slice(2)
const version = words.find((word) => !word.startsWith("--")) ?? "3.1.1"
const cited = CITED_AS[version]
if (!cited) throw new Error(`version: "${version}"; there are ${Object.keys(CITED_AS).join(", ")}`)

const folder = join(projectRoot, "test-host/conformance")
const statements = new Map(readTable(join(folder, `mqtt-statements-${version}.csv`)).map((row) => [row["statement"]!, row["paraphrase"]!]))
const reasons = new Map(readTable(join(folder, `not-applicable-${version}.csv`)).map((row) => [row["statement"]!, row["reason"]!]))
const shownBy = readTestNames()

const faults: string[] = []
const count = { shown: 0, notApplicable: 0, missing: 0 }
for (const [statement, paraphrase] of statements) {
  const tests = shownBy.get(statement) ?? []
  const reason = reasons.get(statement)
  if (tests.length > 0) count.shown++
  else if (reason) count.notApplicable++
  else count.missing++
  if (tests.length > 0 && reason) faults.push(`${statement} has a test and a reason why it can't apply`)
  if (tests.length === 0 && !reason) faults.push(`${statement} is neither shown by a test nor is there a reason: ${paraphrase}`)
  if (words.includes("--summary")) continue
  console.log(`${tests.length > 0 ? "shown  " : reason ? "n/a    " : "MISSING"} ${statement}  ${paraphrase}`)
  for (const test of tests) console.log(`          ${test}`)
  if (reason) console.log(`          ${reason}`)
}
const known = `a statement of ${version} that binds a client; for one that binds only the server, cite the section`
for (const [statement, tests] of shownBy) if (!statements.has(statement)) faults.push(`${statement} is not ${known}: ${tests.join("; ")}`)
for (const statement of reasons.keys()) if (!statements.has(statement)) faults.push(`${statement} is not ${known}: not-applicable-${version}.csv`)

console.log(`\nMQTT ${version}: ${statements.size} statements, ${count.shown} shown by tests, ${count.notApplicable} not applicable, ${count.missing} missing`)
if (words.includes("--check")) {
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
}

/** For each statement that is cited in a test's name, the tests that cite it. */
function readTestNames(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  const files = readdirSync(join(projectRoot, "test-host"), { recursive: true, encoding: "utf8" })
  for (const file of files.filter((file) => file.endsWith(".test.ts")).sort()) {
    const source = readFileSync(join(projectRoot, "test-host", file), "utf8")
    for (const [, , name] of source.matchAll(/\b(?:test|it)\(\s*(["'`])((?:\\.|(?!\1)[^\\])*)\1/g)) {
      const words = name!.replace(/ *\[MQTT5?-[^\]]*\]/g, "")
      for (const [, prefix, number] of name!.matchAll(/\[(MQTT5?-)([^\]]*)\]/g)) {
        if (prefix !== cited) continue
        const statement = `MQTT-${number}`
        found.set(statement, [...(found.get(statement) ?? []), `${file}: ${words}`])
      }
    }
  }
  return found
}

/** A file of comma-separated values, its first line naming the columns. */
function readTable(path: string): Record<string, string>[] {
  const [columns, ...rows] = readFileSync(path, "utf8").trim().split(/\r?\n/).map(cells)
  return rows.map((row) => Object.fromEntries(columns!.map((column, i) => [column, row[i] ?? ""])))
}

function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!)
}
