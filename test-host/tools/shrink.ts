/// <reference types="node" />
/**
 * Rewrites a bundle so that XS makes less bytecode of it, and runs fewer codes; a step of the build, by which the
 * sources stay as people like to read them. What it relies on: the bundle is strict code without eval and without
 * BigInt; a template's values are texts and numbers; no property that is assigned a literal has a setter; a name that
 * is `private` in TypeScript is used in its class only.
 *
 * What XS spends bytes on: 6 for each constant or variable that is declared, where an assignment takes 2; 2 at the end
 * of each block with declarations; 40 for a method with two parameters that is called once; 14 for a value of `x++`,
 * where `++x` takes 5; 5 for each && and ||; 3 for a `return`; 11 for an object pattern; 4 for each empty text of a
 * template, and for each + of two texts, which it does not join.
 */
import type { Plugin } from "rollup"
import ts from "typescript"
import { inlineCalls } from "./shrink-calls.js"
import { hoistLoopVariables, shareVariables } from "./shrink-variables.js"

export interface Shrunk {
  code: string
  /** A source map from `code` to the text that was given. */
  map: string
}

/**
 * The steps in their order, each to be applied to what the one before it has made: a rollup plugin each, so that
 * rollup puts their source maps together.
 */
export function shrinkPlugins(): Plugin[] {
  return STEPS.map((step) => ({ name: `shrink-${step.name}`, renderChunk: (code: string) => step(code) }))
}

/** The same for modules of a folder that are bundled without being joined. */
export function shrinkModules(folder: string): Plugin[] {
  return STEPS.map((step) => ({ name: `shrink-${step.name}`, transform: (code: string, id: string) => (id.startsWith(folder) ? step(code) : null) }))
}

export function shrink(code: string): string {
  return STEPS.reduce((text, step) => step(text).code, code)
}

const STEPS: readonly ((code: string) => Shrunk)[] = [numbersInPlace, inlineCalls, simplify, hoistLoopVariables, shareVariables].map((step) => {
  const named = { [step.name]: (code: string) => apply(code, step) }
  return named[step.name]!
})

function apply(code: string, step: (program: ts.Program) => ts.TransformerFactory<ts.SourceFile>): Shrunk {
  const name = "/bundle.js"
  const options: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleDetection: ts.ModuleDetectionKind.Force, allowJs: true, noLib: true, noResolve: true, types: [], sourceMap: true, outDir: "/out", removeComments: true }
  const host = ts.createCompilerHost(options)
  const file = ts.createSourceFile(name, code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS)
  const program = ts.createProgram([name], options, { ...host, getSourceFile: (path) => (path === name ? file : undefined), fileExists: (path) => path === name })
  const [fault] = program.getSyntacticDiagnostics(file)
  if (fault) throw new Error(`shrink: ${ts.flattenDiagnosticMessageText(fault.messageText, "\n")}`)
  const out = { code: "", map: "" }
  program.emit(file, (path, text) => (out[path.endsWith(".map") ? "map" : "code"] = text), undefined, false, { before: [step(program)] })
  out.code = out.code.replace(/\n\/\/# sourceMappingURL=.*\s*$/, "\n")
  return out
}

const factory = ts.factory

/** Writes the module's constants that are whole numbers where they are used: there they take no binding. */
function numbersInPlace(program: ts.Program): ts.TransformerFactory<ts.SourceFile> {
  const checker = program.getTypeChecker()
  return (context) => (file) => {
    const exported = new Set(file.statements.filter(ts.isExportDeclaration).flatMap(({ exportClause }) => (exportClause && ts.isNamedExports(exportClause) ? exportClause.elements.map(({ propertyName, name }) => (propertyName ?? name).text) : [])))
    const numbers = new Map<ts.Symbol, ts.Expression>()
    const isNumber = (one: ts.VariableDeclaration): boolean => !!one.initializer && ts.isNumericLiteral(one.initializer) && (Number(one.initializer.text) | 0) === Number(one.initializer.text)
    const kept = file.statements.filter((statement) => {
      if (!ts.isVariableStatement(statement) || statement.modifiers || !(statement.declarationList.flags & ts.NodeFlags.Const)) return true
      const { declarations } = statement.declarationList
      if (!declarations.every((one) => ts.isIdentifier(one.name) && isNumber(one) && !exported.has(one.name.text))) return true
      for (const { name, initializer } of declarations) numbers.set(checker.getSymbolAtLocation(name)!, initializer!)
      return false
    })
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isShorthandPropertyAssignment(node)) {
        const number = numbers.get(checker.getShorthandAssignmentValueSymbol(node)!)
        return number ? factory.createPropertyAssignment(node.name, number) : node
      }
      const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined
      return (symbol && numbers.get(symbol)) ?? ts.visitEachChild(node, visit, context)
    }
    return ts.visitEachChild(factory.updateSourceFile(file, kept), visit, context)
  }
}

/** What can be said shorter where it stands. */
function simplify(): ts.TransformerFactory<ts.SourceFile> {
  return (context) => {
    const visit = (node: ts.Node): ts.Node => {
      const unfolded = ts.isFunctionLike(node) || ts.isIterationStatement(node, false) ? withoutEarlyEnds(node) : node
      const inner = ts.visitEachChild(unfolded, visit, context)
      if (ts.isTemplateExpression(inner)) return concatenated(inner)
      if (ts.isBinaryExpression(inner)) return joined(inner)
      if (ts.isPostfixUnaryExpression(inner) && isUsed(node)) return prefixed(inner)
      if (ts.isIfStatement(inner)) return nestedIf(inner)
      if (ts.isFunctionLike(inner)) return withoutPatternParameters(inner)
      if (ts.isVariableDeclarationList(inner)) return withoutPatterns(inner)
      if (ts.isBlock(inner)) return factory.updateBlock(inner, chained(inner.statements))
      return inner
    }
    return (file) => ts.visitNode(file, visit, ts.isSourceFile)
  }
}

/** `${name}: ${n} s` becomes name + ": " + n + " s": the empty text at its beginning goes, and the conversions. */
function concatenated(node: ts.TemplateExpression): ts.Expression {
  const parts: ts.Expression[] = []
  if (node.head.text !== "") parts.push(factory.createStringLiteral(node.head.text))
  for (const { expression, literal } of node.templateSpans) {
    parts.push(expression)
    if (literal.text !== "") parts.push(factory.createStringLiteral(literal.text))
  }
  // One of the first two has to be a text, or numbers would be added.
  if (!parts.slice(0, 2).some(ts.isStringLiteral)) parts.unshift(factory.createStringLiteral(""))
  return factory.createParenthesizedExpression(parts.reduce((left, right) => joined(factory.createAdd(left, right))))
}

/** "a" + "b" becomes "ab", which XS doesn't see to, and x + "a" + "b" likewise. */
function joined(node: ts.BinaryExpression): ts.Expression {
  const { left, right, operatorToken } = node
  if (operatorToken.kind !== ts.SyntaxKind.PlusToken || !ts.isStringLiteral(right)) return node
  if (ts.isStringLiteral(left)) return factory.createStringLiteral(left.text + right.text)
  if (!ts.isBinaryExpression(left) || left.operatorToken.kind !== ts.SyntaxKind.PlusToken || !ts.isStringLiteral(left.right)) return node
  return factory.createAdd(left.left, factory.createStringLiteral(left.right.text + right.text))
}

/** const { a, b } = object becomes const a = object.a, b = object.b. */
function withoutPatterns(node: ts.VariableDeclarationList): ts.VariableDeclarationList {
  const plain = node.declarations.flatMap((declaration) => {
    const { name, initializer } = declaration
    if (!ts.isObjectBindingPattern(name) || !initializer || !isPlainPattern(name) || !isCheap(initializer, name.elements.length)) return declaration
    return name.elements.map((element) => {
      const property = (element.propertyName ?? element.name) as ts.Identifier
      return factory.createVariableDeclaration(element.name, undefined, undefined, factory.createPropertyAccessExpression(initializer, property.text))
    })
  })
  return factory.updateVariableDeclarationList(node, plain)
}

/** f({ a, b }) { ... } becomes f(given) { const a = given.a, b = given.b; ... } */
function withoutPatternParameters(node: ts.SignatureDeclaration): ts.Node {
  const body = "body" in node ? (node.body as ts.Node | undefined) : undefined
  if (!body || !ts.isBlock(body)) return node
  const replaced = new Map<ts.Node, ts.Node>()
  const constants: ts.Statement[] = []
  for (const parameter of node.parameters) {
    if (!ts.isObjectBindingPattern(parameter.name) || parameter.initializer || !isPlainPattern(parameter.name)) continue
    const given = factory.createUniqueName("given")
    const list = factory.createVariableDeclarationList([factory.createVariableDeclaration(parameter.name, undefined, undefined, given)], ts.NodeFlags.Const)
    constants.push(factory.createVariableStatement(undefined, withoutPatterns(list)))
    replaced.set(parameter, factory.createParameterDeclaration(undefined, undefined, given))
  }
  if (constants.length === 0) return node
  replaced.set(body, factory.createBlock([...constants, ...body.statements], true))
  return ts.visitEachChild(node, (each) => replaced.get(each) ?? each, undefined)
}

function isPlainPattern({ elements }: ts.ObjectBindingPattern): boolean {
  return elements.every(({ name, propertyName, dotDotDotToken, initializer }) => !dotDotDotToken && !initializer && ts.isIdentifier(name) && (!propertyName || ts.isIdentifier(propertyName)))
}

/** Whether it can be read so often without another result, and without more bytes than the pattern has. */
function isCheap(node: ts.Expression, times: number): boolean {
  if (times === 1 || ts.isIdentifier(node) || node.kind === ts.SyntaxKind.ThisKeyword) return true
  return times === 2 && ts.isPropertyAccessExpression(node) && isCheap(node.expression, times + 1)
}

/** x++ becomes (++x - 1). */
function prefixed(node: ts.PostfixUnaryExpression): ts.Expression {
  const up = node.operator === ts.SyntaxKind.PlusPlusToken
  const changed = factory.createPrefixUnaryExpression(node.operator, node.operand)
  const one = factory.createNumericLiteral(1)
  return factory.createParenthesizedExpression(up ? factory.createSubtract(changed, one) : factory.createAdd(changed, one))
}

function isUsed(node: ts.Node): boolean {
  const { parent } = node
  return !(ts.isExpressionStatement(parent) || (ts.isForStatement(parent) && parent.incrementor === node))
}

/** if (a && b) ... becomes if (a) if (b) ..., and if (!a) x else y becomes if (a) y else x. */
function nestedIf(node: ts.IfStatement): ts.IfStatement {
  const condition = bare(node.expression)
  if (node.elseStatement) {
    if (!isNot(condition)) return node
    return factory.updateIfStatement(node, bare(condition.operand), block(node.elseStatement), block(node.thenStatement))
  }
  if (!ts.isBinaryExpression(condition) || condition.operatorToken.kind !== ts.SyntaxKind.AmpersandAmpersandToken) return node
  const inner = nestedIf(factory.createIfStatement(condition.right, node.thenStatement))
  return nestedIf(factory.updateIfStatement(node, condition.left, inner, undefined))
}

/**
 * if (x) return; rest() becomes if (!x) { rest() }, in functions that return nothing there; likewise `continue`
 * in loops.
 */
function withoutEarlyEnds(node: ts.Node): ts.Node {
  if (ts.isFunctionLike(node) && "body" in node && node.body && ts.isBlock(node.body as ts.Node)) {
    const body = node.body as ts.Block
    const shorter = unfold(body.statements, (end) => ts.isReturnStatement(end) && !end.expression)
    if (shorter === body.statements) return node
    return replaceChild(node, body, factory.createBlock(shorter, true))
  }
  if (ts.isIterationStatement(node, false) && ts.isBlock(node.statement)) {
    const shorter = unfold(node.statement.statements, (end) => ts.isContinueStatement(end) && !end.label)
    if (shorter === node.statement.statements) return node
    return replaceChild(node, node.statement, factory.createBlock(shorter, true))
  }
  return node
}

function replaceChild(node: ts.Node, child: ts.Node, by: ts.Node): ts.Node {
  const result = ts.visitEachChild(node, (each) => (each === child ? by : each), undefined)
  return result
}

type Statements = readonly ts.Statement[] & ts.NodeArray<ts.Statement>

function unfold(statements: ts.NodeArray<ts.Statement>, isEnd: (node: ts.Statement) => boolean): ts.NodeArray<ts.Statement> {
  const at = statements.findIndex((statement) => ts.isIfStatement(statement) && !statement.elseStatement && isEnd(lastOf(statement.thenStatement)))
  if (at < 0 || at === statements.length - 1) return statements
  const rest = unfold(factory.createNodeArray(statements.slice(at + 1)), isEnd)
  if (rest.some((statement) => ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))) return statements
  const guard = statements[at] as ts.IfStatement
  const before = ts.isBlock(guard.thenStatement) ? guard.thenStatement.statements.slice(0, -1) : []
  const remaining = factory.createBlock(rest, true)
  const shorter = before.length > 0
    ? factory.createIfStatement(guard.expression, factory.createBlock(before, true), remaining)
    : factory.createIfStatement(negated(guard.expression), remaining)
  return factory.createNodeArray([...statements.slice(0, at), shorter]) as Statements
}

function lastOf(statement: ts.Statement): ts.Statement {
  return ts.isBlock(statement) ? statement.statements.at(-1) ?? statement : statement
}

const OPPOSITES = new Map<ts.SyntaxKind, ts.BinaryOperator>([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, ts.SyntaxKind.EqualsEqualsEqualsToken],
  [ts.SyntaxKind.BarBarToken, ts.SyntaxKind.AmpersandAmpersandToken],
])

function negated(expression: ts.Expression): ts.Expression {
  const condition = bare(expression)
  if (isNot(condition)) return condition.operand
  if (ts.isBinaryExpression(condition)) {
    const { left, right, operatorToken } = condition
    const opposite = OPPOSITES.get(operatorToken.kind)
    if (opposite === ts.SyntaxKind.AmpersandAmpersandToken) return factory.createBinaryExpression(wrapped(negated(left)), opposite, wrapped(negated(right)))
    if (opposite) return factory.createBinaryExpression(left, opposite, right)
  }
  return factory.createLogicalNot(wrapped(condition))
}

function isNot(node: ts.Expression): node is ts.PrefixUnaryExpression {
  return ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken
}

function wrapped(node: ts.Expression): ts.Expression {
  return ts.isBinaryExpression(node) || ts.isConditionalExpression(node) ? factory.createParenthesizedExpression(node) : node
}

function bare(node: ts.Expression): ts.Expression {
  return ts.isParenthesizedExpression(node) ? bare(node.expression) : node
}

function block(node: ts.Statement): ts.Block {
  return ts.isBlock(node) ? node : factory.createBlock([node], true)
}

/** this.a = 0; this.b = 0 becomes this.b = this.a = 0: in this order, so that `a` is still made first. */
function chained(statements: ts.NodeArray<ts.Statement>): ts.NodeArray<ts.Statement> {
  const out: ts.Statement[] = []
  for (const statement of statements) {
    const last = out.at(-1)
    const assignment = literalAssignment(statement)
    const before = last && literalAssignment(last)
    if (assignment && before && assignment.text === before.text) out[out.length - 1] = factory.createExpressionStatement(factory.createAssignment(assignment.target, before.whole))
    else out.push(statement)
  }
  return out.length === statements.length ? statements : ts.setTextRange(factory.createNodeArray(out), statements)
}

interface LiteralAssignment {
  target: ts.Expression
  whole: ts.Expression
  text: string
}

/** object.property = literal, or a chain of such. */
function literalAssignment(statement: ts.Statement): LiteralAssignment | undefined {
  if (!ts.isExpressionStatement(statement)) return undefined
  const whole = statement.expression
  if (!ts.isBinaryExpression(whole) || whole.operatorToken.kind !== ts.SyntaxKind.EqualsToken) return undefined
  let value = whole
  let target = value.left
  for (;;) {
    if (!ts.isPropertyAccessExpression(target)) return undefined
    if (target.expression.kind !== ts.SyntaxKind.ThisKeyword && !ts.isIdentifier(target.expression)) return undefined
    if (!ts.isBinaryExpression(value.right) || value.right.operatorToken.kind !== ts.SyntaxKind.EqualsToken) break
    value = value.right
    target = value.left
  }
  const text = literalText(value.right)
  return text === undefined ? undefined : { target: whole.left, whole, text }
}

function literalText(node: ts.Expression): string | undefined {
  if (ts.isNumericLiteral(node)) return node.text
  if (node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return ts.SyntaxKind[node.kind]
  return ts.isIdentifier(node) && node.text === "undefined" ? node.text : undefined
}
