/// <reference types="node" />
import assert from "node:assert/strict"
import { test as nodeTest } from "node:test"

// The harness of the tests that run in both engines, over Node's own. Its twin for XS is harness-xs.ts.

/** Declares a test. It fails when `body` throws, or when the promise it returns is rejected. */
export function test(name: string, body: () => void | Promise<void>): void {
  void nodeTest(name, () => body())
}

/** Deep and strict: same types, same prototypes, same values; typed arrays are compared element by element. */
export function equal(actual: unknown, expected: unknown, message?: string): void {
  assert.deepStrictEqual(actual, expected, message)
}

export function ok(condition: unknown, message?: string): asserts condition {
  assert.ok(condition, message)
}

/** `body` throws an Error whose message matches. */
export function throws(body: () => void, pattern: RegExp): void {
  assert.throws(body, pattern)
}

export function fail(message: string): never {
  assert.fail(message)
}
