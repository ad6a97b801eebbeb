/// <reference types="node" />
/** What the firmware takes of the machine: the bars, and what it took when this was last looked at. */
import assert from "node:assert/strict"
import { before, describe, test, type TestContext } from "node:test"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Board } from "../board/board.js"
import { AedesBroker } from "../support/aedes.js"
import { type Identity, makeIdentity } from "../support/certificates.js"
import { Door, Listener, readingsOf, startBoard, withoutXs } from "../support/firmware.js"
import { buildXsHost, type Counters, projectRoot } from "../xs/xs.js"

/** Codes from power-on to the first PUBLISH. */
const BAR_BOOT = 250_000
/** The same, as it was (37,225 and 191,056; the network makes a few hundred more or less): it may only become less. The first is without TLS. */
const RATCHET_BOOT = [38_000, 194_000] as const

/** Bytes, of the 94,208 of the creation "static". */
const BAR_HEAP = Math.floor(0.6 * 94_208)
const RATCHET_HEAP = [28_500, 32_800] as const

const SLOT = 16

const ON_BOARD = (updateInterval: string): object[] => [
  { id: "up", driver: "uptime", updateInterval },
  { id: "heap", driver: "free-heap", updateInterval },
]
const ROOM = { id: "room", driver: "Humidity-Temperature/SHT3x", updateInterval: "60s" }

/** A board's TCP that tells when the first PUBLISH is written. */
const COUNTING = {
  "real-tcp": join(projectRoot, "test-host/xs/modules/tcp.js"),
  "embedded:io/socket/tcp": fileURLToPath(new URL("fixtures/firmware-tcp.js", import.meta.url)),
}

describe("the firmware's budgets", { skip: withoutXs || (buildXsHost().bits === 64 && "LEFT OUT: needs 32-bit slots: gcc-multilib") }, () => {
  let ca: Identity
  let server: Identity

  before(async () => {
    ca = await makeIdentity("CA", { authority: true })
    server = await makeIdentity("server", { issuer: ca, names: ["broker.test"] })
  })

  /** On the creation "static", connected to a real broker. */
  async function connected(t: TestContext, secure: boolean, sensors: readonly object[]): Promise<{ board: Board; listener: Listener }> {
    const broker = await AedesBroker.start()
    t.after(() => broker.close())
    const listener = await Listener.start(t, broker.port)
    const door = await Door.start(t, broker.port, secure ? server : undefined)
    const board = await startBoard(t, {
      creation: "static",
      modules: COUNTING,
      resources: { "ca.pem": ca.cert },
      config: { broker: `${secure ? "mqtts" : "mqtt"}://broker.test:${door.port}`, ca: "ca.pem", sensors },
    })
    return { board, listener }
  }

  for (const [i, secure] of [false, true].entries()) {
    const how = secure ? "with TLS, whose ciphers are not the machine's work here," : "without TLS"

    test(`from power-on to the first publish ${how} take at most ${BAR_BOOT} codes`, async (t) => {
      const { board } = await connected(t, secure, [ROOM])
      const line = await board.line("first publish")
      const { codes } = JSON.parse(line.slice(line.indexOf("{"))) as Counters
      t.diagnostic(`${codes} codes`)
      assert.ok(codes <= BAR_BOOT, `${codes} codes, ${BAR_BOOT} are allowed`)
      assert.ok(codes <= RATCHET_BOOT[i]!, `${codes} codes, ${RATCHET_BOOT[i]} before`)
    })

    test(`connected and idle ${how} it has in use at most 60 % of a static machine`, async (t) => {
      const { board, listener } = await connected(t, secure, [ROOM])
      await listener.until(() => listener.messages.length === 3, "its reading, online and birth")
      const { slotsInUse, chunkBytesInUse } = await board.figures()
      const bytes = slotsInUse * SLOT + chunkBytesInUse
      t.diagnostic(`${bytes} bytes: ${slotsInUse} slots, ${chunkBytesInUse} bytes of chunks`)
      assert.ok(bytes <= BAR_HEAP, `${bytes} bytes, ${BAR_HEAP} are allowed`)
      assert.ok(bytes <= RATCHET_HEAP[i]!, `${bytes} bytes, ${RATCHET_HEAP[i]} before`)
    })
  }

  test("a published reading takes nothing of the heap", async (t) => {
    const { board, listener } = await connected(t, false, ON_BOARD("20ms"))
    assert.deepEqual(await perReadings(board, listener), [0, 0])
  })

  test("with TLS it takes what the records do", async (t) => {
    const { board, listener } = await connected(t, true, ON_BOARD("20ms"))
    const [slots, bytes] = await perReadings(board, listener)
    t.diagnostic(`${slots} slots and ${bytes} bytes of chunks more for 100 readings more`)
  })

  /** Slots and bytes of chunks that 100 readings more take: what asking for the counters itself takes is the same each time. */
  async function perReadings(board: Board, listener: Listener): Promise<[number, number]> {
    const heard = (count: number): Promise<void> => {
      const end = readingsOf(listener.messages, "up").length + count
      return listener.until(() => readingsOf(listener.messages, "up").length >= end, `${end} readings`)
    }
    await heard(10)
    const first = await board.figures()
    await heard(20)
    const second = await board.figures()
    await heard(70)
    const third = await board.figures()
    const [few, many] = [[first, second], [second, third]].map(([from, to]) => [to!.slotsAllocated - from!.slotsAllocated, to!.chunkBytesAllocated - from!.chunkBytesAllocated])
    return [many![0]! - few![0]!, many![1]! - few![1]!]
  }
})
