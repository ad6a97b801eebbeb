/// <reference types="node" />
/**
 * `npm run docs`: writes docs/qos.md, the QoS state machine as diagrams and tables, from the table that the client runs
 * by: src/session/qos.ts.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Action, actionOf, type Event, nextOf, State } from "../../src/session/qos.js"
import { projectRoot } from "../xs/build.js"
import { type EnumMember, enumMembers, parse } from "./source.js"

export const QOS_DOCUMENT = join(projectRoot, "docs/qos.md")

/** Outgoing or incoming: its states, and the names of its events, which share their numbers with the other's. */
interface Direction {
  states: readonly EnumMember[]
  events: readonly EnumMember[]
}

export function qosDocument(): string {
  const source = parse(join(projectRoot, "src/session/qos.ts"))
  const states = enumMembers(source, "State")
  const events = enumMembers(source, "Event").filter(({ name }) => name !== "COUNT")
  const actions = enumMembers(source, "Action")
  const outgoing = { states: states.filter(({ value }) => value < State.FREE), events: byNumber([...events].reverse()) }
  const incoming = { states: states.filter(({ value }) => value >= State.FREE), events: byNumber(events) }
  const nameOf = (action: Action): string => actions.find(({ value }) => value === action)!.name

  /** What happens in a state, unless that is nothing, or only counting what was not expected. */
  function arrows(state: EnumMember, events: readonly EnumMember[]): string[] {
    const name = (value: State): string => (value === State.NONE ? "[*]" : states.find((state) => state.value === value)!.name)
    return events.flatMap((event) => {
      const action = actionOf(state.value, event.value as Event)
      const next = nextOf(state.value, event.value as Event)
      if (next === state.value && (action === Action.NOTHING || action === Action.UNEXPECTED)) return []
      return [`    ${name(state.value)} --> ${name(next)}: ${event.name}${action === Action.NOTHING ? "" : ` / ${nameOf(action)}`}`]
    })
  }

  function diagram({ states, events }: Direction, entries: readonly string[]): string {
    return ["```mermaid", "stateDiagram-v2", ...entries.map((entry) => `    ${entry}`), ...states.flatMap((state) => arrows(state, events)), "```"].join("\n")
  }

  function table({ states, events }: Direction): string {
    const cell = (state: EnumMember, event: EnumMember): string => {
      const action = actionOf(state.value, event.value as Event)
      const next = nextOf(state.value, event.value as Event)
      const words = [...(action === Action.NOTHING ? [] : [nameOf(action)]), ...(next === state.value ? [] : [`→ ${outgoing.states.concat(incoming.states).find(({ value }) => value === next)!.name}`])]
      return words.join(" ") || "-"
    }
    const rows = [["", ...events.map(({ name }) => name)], events.map(() => "---").concat("---"), ...states.map((state) => [state.name, ...events.map((event) => cell(state, event))])]
    return rows.map((row) => `| ${row.join(" | ")} |`).join("\n")
  }

  return `# The QoS state machine

Made by \`npm run docs\` from the table in [src/session/qos.ts](../src/session/qos.ts). A test compares them. Do not edit this
file.

An arrow says \`EVENT / ACTION\`. An event that has no arrow in a state changes nothing there; the tables below have all of
them.

## Outgoing

A message that \`publish\` has taken. \`[*]\` is the state NONE: no such message. \`publish\` itself is no event of the table: it
puts the message into SEND0, SEND1 or SEND2.

${diagram(outgoing, ["[*] --> SEND0: publish, QoS 0", "[*] --> SEND1: publish, QoS 1", "[*] --> SEND2: publish, QoS 2"])}

${table(outgoing)}

## Incoming

A packet id that the server has sent.

${diagram(incoming, ["[*] --> FREE"])}

${table(incoming)}

## States

${legend(states)}

## Events

SENT: the packet has been put into the transmit buffer. PUBACK, PUBREC, PUBCOMP, PUBREL: it has come from the server.
PUBLISH0, PUBLISH1, PUBLISH2: a PUBLISH of that QoS has come.

${legend(events.filter(({ comment }) => comment !== ""))}

## Actions

${legend(actions)}
`
}

/** An event for each number: of those that share one, the last. */
function byNumber(events: readonly EnumMember[]): EnumMember[] {
  return [...new Map(events.map((event) => [event.value, event])).values()].sort((a, b) => a.value - b.value)
}

/** A line for each comment; it is that of the members which follow without one, too. */
function legend(members: readonly EnumMember[]): string {
  const lines: { names: string[]; comment: string }[] = []
  for (const { name, comment } of members) {
    if (comment === "" && lines.length > 0) lines[lines.length - 1]!.names.push(name)
    else lines.push({ names: [name], comment })
  }
  return lines.map(({ names, comment }) => `- ${names.join(", ")}${comment === "" ? "" : `: ${comment}`}`).join("\n")
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = qosDocument()
  if (text !== readFileSync(QOS_DOCUMENT, { encoding: "utf8", flag: "a+" })) writeFileSync(QOS_DOCUMENT, text)
  console.log("docs/qos.md")
}
