/// <reference types="node" />
/** The unit tests run the shrunk code in XS; here is what becomes of single pieces. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { rollup } from "rollup"
import { shrink, shrinkPlugins } from "../tools/shrink.js"

function becomes(source: string, result: string): void {
  const bare = (code: string): string => code.replace(/^"use strict"/, "").replace(/[\s;]+/g, "")
  assert.equal(bare(shrink(source)), bare(result))
}

test("a template becomes a sum of as few texts as possible", () => {
  becomes("f(`${a}: ${b} ms`)", `f((a + ": " + b + " ms"))`)
  becomes("f(`a ${b}`)", `f(("a " + b))`)
  becomes("f(`${a}${b}`)", `f(("" + a + b))`)
  becomes(`f("a" + "|b" + "|c")`, `f("a|b|c")`)
})

test("the value of x++ is made of ++x", () => {
  becomes("function f(a, i) { a[i++] = 1; i++; for (;; i++) ; }", "function f(a, i) { a[(++i - 1)] = 1; i++; for (;; i++) ; }")
})

test("an if of several conditions becomes several ifs, unless it has an else", () => {
  becomes("if (a && b && c) f()", "if (a) if (b) if (c) f()")
  becomes("if (a && b) f(); else g()", "if (a && b) f(); else g()")
  becomes("if (!a) f(); else g()", "if (a) { g() } else { f() }")
})

test("a function's early end becomes a block", () => {
  becomes("function f(a) { if (a === 1) return; g(); h() }", "function f(a) { if (a !== 1) { g(); h() } }")
  becomes("function f(a) { if (a) { g(); return } h() }", "function f(a) { if (a) { g() } else { h() } }")
  becomes("function f(a) { if (a) return 1; h() }", "function f(a) { if (a) return 1; h() }")
  becomes("function f(a, b) { while (a) { if (a || !b) continue; h() } }", "function f(a, b) { while (a) { if (!a) if (b) { h() } } }")
})

test("assignments of one literal are chained in their order", () => {
  becomes("class A { constructor() { this.a = 0; this.b = 0; this.c = true } }", "class A { constructor() { this.b = this.a = 0; this.c = true } }")
})

test("numbers of the module stand where they are used, but for those that are exported", () => {
  becomes("const N = 3; const M = 4; const S = 's'; f({ N }, S); export { M }", "const M = 4; const S = 's'; f({ N: 3 }, S); export { M }")
})

test("an object pattern becomes plain constants", () => {
  becomes("function f(x, { a, b: c }) { g(a, c, x, a, c) }", "function f(x, given_1) { const a = given_1.a; given_1 = given_1.b; g(a, given_1, x, a, given_1) }")
  becomes("{ const { a, b: c } = o; const { d } = o.p; const { e, f } = g() }", "{ const a = o.a, c = o.b; const d = o.p.d; const { e, f } = g() }")
})

test("variables whose uses do not overlap share one", () => {
  becomes("function f(a, b) { const c = a.x; const d = c + b; return g(d, b) }", "function f(a, b) { a = a.x; a = a + b; return g(a, b) }")
  becomes("function f(a) { const at = a; return at }", "function f(a) { return a }")
})

test("a variable that a loop comes back to, or that an inner function uses, is not shared", () => {
  const loop = "function f(a, n) { while (n) { const b = g(a); n = h(b) } }"
  becomes(loop, loop)
  const inner = "function f(a) { g(() => a); const b = h(); return b }"
  becomes(inner, inner)
  const after = "function f(a) { try { const b = g(); h(b) } catch { i(a) } }"
  becomes(after, after)
})

test("a shared variable does not hide another of its name", () => {
  becomes("function f(a) { a.x(); const b = g(); { const a = h(b); i(a, b) } }", "function f(a$1) { a$1.x(); a$1 = g(); { const a = h(a$1); i(a, a$1) } }")
})

test("a variable without a value begins as undefined again", () => {
  becomes("function f(a) { a(); let b; if (g()) b = 1; return b }", "function f(a) { a(); a = undefined; if (g()) a = 1; return a }")
})

test("the variable of a for loop is declared before it", () => {
  becomes("function f(a) { for (let i = 0; i < a.n; i++) g(i); for (let i = 0; i < a.n; i++) h(() => i) }", "function f(a) { let i$1 = 0; for (; i$1 < a.n; i$1++) g(i$1); for (let i = 0; i < a.n; i++) h(() => i) }")
})

test("a function that is called once stands where it is called", () => {
  becomes("function f(a) { g(a, 1); h() } function g(b, c) { const d = k(b); m(d, c, b) } export { f }", "function f(a) { const d = k(a); m(d, 1, a); h() } export { f }")
  becomes("function f(a) { const x = g(a); h(x, a) } function g(b) { b = k(b); return b + 1 } export { f }", "function f(a) { let b = a; b = k(b); b = b + 1; h(b, a) } export { f }")
  becomes("function f(a) { while (a) g(a) } function g(b) { if (k(b)) return m(); n() } export { f }", "function f(a) { while (a) { end$1: { if (k(a)) { m(); break end$1 } n() } } } export { f }")
})

test("a function stays that is called twice, exported, or called where functions are made at run time", () => {
  for (const code of [
    "function f() { g(); g() } function g() { h() } export { f }",
    "function f() { g() } function g() { h() } export { f, g }",
    "function f() { k(() => { g() }) } function g() { h() } export { f }",
    "function f(h) { g(); h() } function g() { h() } function h() { i() } export { f, h }",
  ]) becomes(code, code)
})

test("a private method that is called once stands where it is called; one that others can call stays", () => {
  becomes("class A { publish(a) { this.topicOf(a) } topicOf(b) { this.x = b } } export { A }", "class A { publish(a) { this.x = a } } export { A }")
  const open = "class A { subscribe(a) { this.publish(a) } publish(b) { this.x = b } } export { A }"
  becomes(open, open)
})

test("the plugins lead from what is shrunk to the source", async () => {
  const bundle = await rollup({ input: "m", plugins: [{ name: "m", resolveId: (id) => id, load: () => "let a = 0\nexport function f(b) {\n  a++\n  throw new Error(`${b}: wrong`)\n}\n" }, ...shrinkPlugins()] })
  const { output } = await bundle.generate({ sourcemap: true })
  assert.match(output[0].code, /throw new Error\(\(b \+ ": wrong"\)\)/)
  assert.deepEqual(output[0].map?.sources, ["m"])
  assert.notEqual(output[0].map?.mappings, "")
})
