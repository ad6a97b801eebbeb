// The harness of the tests that run in both engines, written for XS, where there is no node:test. Same exports as
// harness.ts, plus `run`, with which the bundle ends.

interface Test {
  name: string
  body: () => void | Promise<void>
}

const tests: Test[] = []

/** Runs the tests one after another; prints a line for each failure and the summary. Tells whether all passed. */
export async function run(print: (line: string) => void): Promise<boolean> {
  let failed = 0
  for (const { name, body } of tests) {
    try {
      await body()
    } catch (error) {
      failed++
      print(`not ok: ${name}\n${describe(error)}`)
    }
  }
  print(`${tests.length - failed} passed, ${failed} failed`)
  return failed === 0
}

export function test(name: string, body: () => void | Promise<void>): void {
  tests.push({ name, body })
}

export function equal(actual: unknown, expected: unknown, message?: string): void {
  const path = difference(actual, expected, "value")
  if (path) fail(`${message ? message + ": " : ""}${path}`)
}

export function ok(condition: unknown, message = "not true"): asserts condition {
  if (!condition) fail(message)
}

export function throws(body: () => void, pattern: RegExp): void {
  let error: unknown
  try {
    body()
  } catch (thrown) {
    error = thrown
  }
  if (error === undefined) fail("did not throw")
  // As Node does it: the pattern is to match the error as a string, its class name included.
  if (!pattern.test(String(error))) fail(`threw "${String(error)}", which ${String(pattern)} does not match`)
}

export function fail(message: string): never {
  throw new Error(message)
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `  ${String(error)}`
  const stack = error.stack ?? ""
  const text = stack.includes(error.message) ? stack : `${String(error)}\n${stack}`
  return `  ${text.trimEnd().split("\n").join("\n  ")}`
}

/** Where two values differ and how, or undefined when they don't. */
function difference(actual: unknown, expected: unknown, path: string): string | undefined {
  if (Object.is(actual, expected)) return undefined
  if (typeof actual !== "object" || typeof expected !== "object" || actual === null || expected === null) return differs(actual, expected, path)
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return differs(actual, expected, path)
  if (actual instanceof ArrayBuffer) return difference(new Uint8Array(actual), new Uint8Array(expected as ArrayBuffer), path)
  const keys = Object.keys(expected)
  if (Object.keys(actual).length !== keys.length) return differs(actual, expected, path)
  for (const key of keys) {
    if (!Object.hasOwn(actual, key)) return `${path} lacks ${key}`
    const found = difference((actual as Record<string, unknown>)[key], (expected as Record<string, unknown>)[key], `${path}.${key}`)
    if (found) return found
  }
  return undefined
}

function differs(actual: unknown, expected: unknown, path: string): string {
  return `${path} is ${show(actual)}, not ${show(expected)}`
}

function show(value: unknown): string {
  if (value === undefined) return "undefined"
  if (value instanceof Error) return String(value)
  if (ArrayBuffer.isView(value)) return String(value)
  if (typeof value === "object" || typeof value === "string") return JSON.stringify(value)
  return Object.is(value, -0) ? "-0" : String(value)
}
