/// <reference types="node" />
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { QOS_DOCUMENT, qosDocument } from "./qos-diagram.js"

test("docs/qos.md shows the QoS table as it is", () => {
  assert.equal(readFileSync(QOS_DOCUMENT, "utf8"), qosDocument(), "npm run docs brings it up to date")
})

test("the diagrams have an arrow from each acknowledgement that is waited for", () => {
  const text = qosDocument()
  for (const arrow of ["PUBACK --> [*]: PUBACK / DELIVERED", "PUBREC --> PUBCOMP: PUBREC / PUBREL", "PUBCOMP --> [*]: PUBCOMP / DELIVERED", "FREE --> PUBREL: PUBLISH2 / DELIVER_PUBREC"]) {
    assert.ok(text.includes(arrow), arrow)
  }
})
