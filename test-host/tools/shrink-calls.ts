/// <reference types="node" />
/**
 * Puts private methods, and functions of the module, that are called in one place there: a method takes 17 bytes of
 * bytecode, each of its parameters 10, and its call 9. See shrink.ts.
 */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import ts from "typescript"
import { Names } from "./shrink-variables.js"

interface Callee {
  node: (ts.MethodDeclaration | ts.FunctionDeclaration) & { name: ts.Identifier, body: ts.Block }
  call: ts.CallExpression
  /** What the call is all of. */
  site: Site
}

type Site =
  | { kind: "statement", statement: ts.ExpressionStatement }
  | { kind: "return", statement: ts.ReturnStatement }
  | { kind: "value", statement: ts.ExpressionStatement | ts.VariableStatement }

const factory = ts.factory

export function inlineCalls(program: ts.Program): ts.TransformerFactory<ts.SourceFile> {
  const checker = program.getTypeChecker()
  return (context) => (file) => {
    const all = calleesOf(file, checker)
    // One that is called in another is left to the next round, when that is in its place.
    const callees = all.filter((one) => !all.some((other) => isWithin(one.call, other.node)))
    const names = new Names(file)
    const taken = new Map<ts.Node, Set<string>>()
    const removed = new Set<ts.Node>(callees.map(({ node }) => node))
    const bodies = new Map<ts.Node, () => ts.Statement[]>()
    for (const callee of callees) {
      const { site } = callee
      bodies.set(site.statement, () => inPlace(callee, namesIn(functionAround(callee.call)!), names, checker, context))
    }
    const namesIn = (caller: ts.Node): Set<string> => {
      const found = taken.get(caller) ?? new Set()
      if (!taken.has(caller)) walk(caller, (node) => ts.isIdentifier(node) && found.add(node.text))
      taken.set(caller, found)
      return found
    }
    const visit = (node: ts.Node): ts.VisitResult<ts.Node> | undefined => {
      if (removed.has(node)) return undefined
      const body = bodies.get(node)?.().map((statement) => ts.visitEachChild(statement, visit, context))
      if (!body) return ts.visitEachChild(node, visit, context)
      return ts.isBlock(node.parent) ? body : factory.createBlock(body, true)
    }
    return ts.visitEachChild(file, visit, context)
  }
}

/** Private names of the project's classes that no class has as a public one too. */
export const privateNames: ReadonlySet<string> = (() => {
  const found = new Set<string>()
  const open = new Set<string>()
  const root = fileURLToPath(new URL("../../", import.meta.url))
  for (const folder of ["src/", "platforms/"]) {
    for (const path of readdirSync(root + folder, { recursive: true, encoding: "utf8" })) {
      if (!path.endsWith(".d.ts")) continue
      for (const [, isPrivate, name] of readFileSync(root + folder + path, "utf8").matchAll(/^ +(private )?(?:(?:protected|static|abstract|readonly|get|set) )*(\w+)\??[;:(<]/gm)) (isPrivate ? found : open).add(name!)
    }
  }
  return new Set([...found].filter((name) => !open.has(name)))
})()

function calleesOf(file: ts.SourceFile, checker: ts.TypeChecker): Callee[] {
  const methods = new Map<string, ts.Node[]>()
  const functions = new Map<ts.Symbol, ts.Node[]>()
  const mentions = new Map<string, ts.Identifier[]>()
  walk(file, (node) => {
    if (!ts.isIdentifier(node)) return
    const { parent } = node
    if (ts.isFunctionDeclaration(parent) && parent.name === node && parent.parent === file && !parent.modifiers) functions.set(checker.getSymbolAtLocation(node)!, [parent])
    if (isPropertyName(node)) put(mentions, node.text, node)
    if (ts.isMethodDeclaration(parent) && parent.name === node && ts.isClassLike(parent.parent) && privateNames.has(node.text) && !parent.modifiers && !parent.asteriskToken) put(methods, node.text, parent)
  })
  walk(file, (node) => {
    if (!ts.isIdentifier(node) || isPropertyName(node) || ts.isFunctionDeclaration(node.parent)) return
    const symbol = ts.isShorthandPropertyAssignment(node.parent) ? checker.getShorthandAssignmentValueSymbol(node.parent) : ts.isExportSpecifier(node.parent) ? checker.getExportSpecifierLocalTargetSymbol(node.parent) : checker.getSymbolAtLocation(node)
    if (symbol) functions.get(symbol)?.push(node)
  })
  const found: Callee[] = []
  for (const [name, [node, second]] of methods) {
    const call = mentions.get(name)!.find((mention) => mention.parent !== node)?.parent.parent
    if (second || mentions.get(name)!.length !== 2 || !call || !ts.isCallExpression(call) || !ts.isPropertyAccessExpression(call.expression)) continue
    if (call.expression.expression.kind === ts.SyntaxKind.ThisKeyword && call.expression.name.text === name && classAround(call) === node!.parent) add(node!, call)
  }
  for (const [node, mention, second] of functions.values()) {
    const call = mention?.parent
    if (!second && call && ts.isCallExpression(call) && call.expression === mention) add(node!, call)
  }
  return found

  function add(node: ts.Node, call: ts.CallExpression): void {
    const callee = node as Callee["node"]
    const site = siteOf(call)
    if (site && isSimple(callee) && call.arguments.length <= callee.parameters.length && !call.arguments.some(ts.isSpreadElement) && !isWithin(call, callee) && fits(callee, site) && !hidesNames(callee, call, checker)) found.push({ node: callee, call, site })
  }
}

/** In methods and functions of the module only: XS copies the code of other functions to the heap when it makes them. */
function siteOf(call: ts.CallExpression): Site | undefined {
  const { parent } = call
  const caller = functionAround(call)
  if (!caller || functionAround(caller) || call.questionDotToken) return undefined
  if (ts.isExpressionStatement(parent) && isInList(parent)) return { kind: "statement", statement: parent }
  if (ts.isReturnStatement(parent)) return { kind: "return", statement: parent }
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name) && ts.isVariableDeclarationList(parent.parent) && parent.parent.declarations.length === 1) {
    const statement = parent.parent.parent
    return ts.isVariableStatement(statement) && isInList(statement) ? { kind: "value", statement } : undefined
  }
  if (ts.isBinaryExpression(parent) && parent.right === call && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isExpressionStatement(parent.parent) && isInList(parent.parent) && isPath(parent.left)) return { kind: "value", statement: parent.parent }
  return undefined
}

function isInList(node: ts.Node): boolean {
  return ts.isBlock(node.parent) || ts.isIfStatement(node.parent) || ts.isIterationStatement(node.parent, false)
}

function isPath(node: ts.Expression): boolean {
  if (ts.isIdentifier(node)) return true
  return ts.isPropertyAccessExpression(node) && (ts.isIdentifier(node.expression) || node.expression.kind === ts.SyntaxKind.ThisKeyword)
}

/** Plain parameters, and nothing in it that means something else in another function. */
function isSimple(callee: Callee["node"]): boolean {
  if (!callee.parameters.every(({ name, initializer, dotDotDotToken }) => ts.isIdentifier(name) && !initializer && !dotDotDotToken)) return false
  let simple = !callee.asteriskToken
  walk(callee.body, (node) => {
    if (ts.isAwaitExpression(node) || ts.isYieldExpression(node) || node.kind === ts.SyntaxKind.SuperKeyword || ts.isMetaProperty(node) || ts.isFunctionDeclaration(node) || ts.isClassLike(node)) simple = false
    if (ts.isIdentifier(node) && node.text === "arguments") simple = false
  })
  return simple
}

/** A value is taken from one `return` at the end only; a statement that is left early is left by a `break`. */
function fits(callee: Callee["node"], site: Site): boolean {
  if (site.kind !== "value") return true
  const returns = returnsOf(callee.body)
  return returns.length === 1 && returns[0] === callee.body.statements.at(-1) && returns[0].expression !== undefined
}

function returnsOf(body: ts.Block): ts.ReturnStatement[] {
  const found: ts.ReturnStatement[] = []
  walk(body, (node) => {
    if (ts.isReturnStatement(node) && around(node, ts.isFunctionLike) === body.parent) found.push(node)
  })
  return found
}

/** Whether the callee uses something outside whose name the caller has for another. */
function hidesNames(callee: Callee["node"], call: ts.CallExpression, checker: ts.TypeChecker): boolean {
  const visible = new Map(checker.getSymbolsInScope(call, ts.SymbolFlags.Value).map((symbol) => [symbol.name, symbol]))
  let hides = false
  walk(callee.body, (node) => {
    if (!ts.isIdentifier(node) || isPropertyName(node)) return
    const symbol = ts.isShorthandPropertyAssignment(node.parent) ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node)
    if (symbol?.declarations?.some((declaration) => isWithin(declaration, callee))) return
    // What is global has no declaration here.
    if (visible.get(node.text) !== (symbol?.declarations && symbol)) hides = true
  })
  return hides
}

/** The body, in the words of the caller, whose names are `used`. */
function inPlace({ node, call, site }: Callee, used: Set<string>, names: Names, checker: ts.TypeChecker, context: ts.TransformationContext): ts.Statement[] {
  const renamed = new Map<ts.Symbol, ts.Expression>()
  const before: ts.Statement[] = []
  node.parameters.forEach((parameter, i) => {
    const symbol = checker.getSymbolAtLocation(parameter.name)!
    const argument = call.arguments[i] ?? factory.createIdentifier("undefined")
    if (!isWritten(symbol, node, checker) && isConstant(argument, call, checker)) renamed.set(symbol, argument)
    else {
      const name = fresh((parameter.name as ts.Identifier).text)
      renamed.set(symbol, factory.createIdentifier(name))
      before.push(factory.createVariableStatement(undefined, factory.createVariableDeclarationList([factory.createVariableDeclaration(name, undefined, undefined, argument)], ts.NodeFlags.Let)))
    }
  })
  walk(node.body, (each) => {
    if (!ts.isIdentifier(each) || !isDeclaredName(each)) return
    const symbol = checker.getSymbolAtLocation(each)!
    if (!renamed.has(symbol)) renamed.set(symbol, factory.createIdentifier(fresh(each.text)))
  })
  const label = names.unused("end")
  let broken = false
  const visit = (each: ts.Node): ts.VisitResult<ts.Node> => {
    if (ts.isReturnStatement(each) && around(each, ts.isFunctionLike) === node) return ended(each)
    if (ts.isShorthandPropertyAssignment(each)) {
      const value = renamed.get(checker.getShorthandAssignmentValueSymbol(each)!)
      return value ? factory.createPropertyAssignment(each.name.text, value) : each
    }
    if (ts.isBindingElement(each) && !each.propertyName && ts.isIdentifier(each.name) && !each.dotDotDotToken) {
      const name = renamed.get(checker.getSymbolAtLocation(each.name)!) as ts.Identifier
      return factory.createBindingElement(undefined, each.name.text, name, ts.visitNode(each.initializer, visit, ts.isExpression))
    }
    const symbol = ts.isIdentifier(each) && !isPropertyName(each) ? checker.getSymbolAtLocation(each) : undefined
    return (symbol && renamed.get(symbol)) ?? ts.visitEachChild(each, visit, context)
  }
  const body = node.body.statements.flatMap((statement) => visit(statement) as ts.Statement | ts.Statement[])
  const statements = [...before, ...body]
  if (site.kind === "return" && !ts.isReturnStatement(statements.at(-1)!)) statements.push(factory.createReturnStatement())
  return broken ? [factory.createLabeledStatement(label, factory.createBlock(statements, true))] : statements

  function fresh(name: string): string {
    const free = used.has(name) ? names.unused(name) : name
    used.add(free)
    return free
  }

  function ended(each: ts.ReturnStatement): ts.VisitResult<ts.Node> {
    const value = each.expression && ts.visitNode(each.expression, visit, ts.isExpression)
    if (site.kind === "return") return factory.updateReturnStatement(each, value)
    if (site.kind === "value") {
      const { statement } = site
      if (ts.isVariableStatement(statement)) {
        const [declaration] = statement.declarationList.declarations
        return factory.createVariableStatement(undefined, factory.createVariableDeclarationList([factory.createVariableDeclaration(declaration!.name, undefined, undefined, value)], statement.declarationList.flags & ts.NodeFlags.BlockScoped))
      }
      return factory.createExpressionStatement(factory.createAssignment((statement.expression as ts.BinaryExpression).left, value!))
    }
    const isLast = each === node.body.statements.at(-1)
    const effect = value && ts.isCallExpression(value) ? [factory.createExpressionStatement(value)] : []
    if (isLast) return effect
    broken = true
    return factory.createBlock([...effect, factory.createBreakStatement(label)])
  }
}

/** A literal, or a variable that is written nowhere but where it is declared. */
function isConstant(node: ts.Expression, call: ts.Node, checker: ts.TypeChecker): boolean {
  if (ts.isNumericLiteral(node) || node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword) return true
  if (!ts.isIdentifier(node)) return false
  const symbol = checker.getSymbolAtLocation(node)
  return symbol !== undefined && node.text !== "undefined" && !isWritten(symbol, call.getSourceFile(), checker)
}

function isWritten(symbol: ts.Symbol, within: ts.Node, checker: ts.TypeChecker): boolean {
  let written = false
  walk(within, (node) => {
    if (!ts.isIdentifier(node) || isPropertyName(node) || !isTarget(node)) return
    if (checker.getSymbolAtLocation(node) === symbol) written = true
  })
  return written
}

function isTarget(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent)) return parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken
  if (ts.isBinaryExpression(parent)) return parent.left === node && parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment && parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
  return ts.isForInStatement(parent) || ts.isForOfStatement(parent) || ts.isArrayLiteralExpression(parent) || ts.isShorthandPropertyAssignment(parent)
}

function isDeclaredName(node: ts.Identifier): boolean {
  const { parent } = node
  return (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) && parent.name === node
}

/** The name of a property, which is no variable. */
function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node
  if (ts.isBindingElement(parent)) return parent.propertyName === node
  return (ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isAccessor(parent) || ts.isPropertyDeclaration(parent)) && parent.name === node
}

function classAround(node: ts.Node): ts.Node | undefined {
  const found = around(node, (each) => ts.isClassLike(each) || (ts.isFunctionLike(each) && !ts.isArrowFunction(each) && !ts.isClassLike(each.parent)))
  return found && ts.isClassLike(found) ? found : undefined
}

function functionAround(node: ts.Node): ts.Node | undefined {
  return around(node, ts.isFunctionLike)
}

function around(node: ts.Node, is: (node: ts.Node) => boolean): ts.Node | undefined {
  let each = node.parent
  while (each && !is(each)) each = each.parent
  return each
}

function isWithin(inner: ts.Node, outer: ts.Node): boolean {
  return inner.pos >= outer.pos && inner.end <= outer.end
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  ts.forEachChild(node, (child) => {
    visit(child)
    walk(child, visit)
  })
}

function put<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
