/// <reference types="node" />
/** Variables of a bundle: those that are never in use at the same time share one. See shrink.ts. */
import ts from "typescript"

/** A parameter, or a variable with one declaration, that no inner function uses. */
interface Variable {
  declaration: ts.VariableDeclaration | ts.ParameterDeclaration
  references: ts.Identifier[]
  /** Where it is in use: offsets in the text. */
  start: number
  end: number
}

/** What is left of several variables. */
interface Place {
  name: string
  /** The first is the one that stays declared. */
  members: Variable[]
}

const factory = ts.factory

/** for (let i = 0; ...) becomes let i = 0; for (; ...), without the copy of i that each turn makes. */
export function hoistLoopVariables(program: ts.Program): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const names = new Names(file)
    const renamed = new Map<ts.Identifier, string>()
    const hoisted = new Set<ts.Node>()
    for (const each of functionsOf(file)) {
      const variables = variablesOf(each, program.getTypeChecker())
      for (const { declaration, references } of variables) {
        const list = declaration.parent
        if (!isLoopHead(list) || !isInStatements(list.parent) || !list.declarations.every((one) => variables.some((variable) => variable.declaration === one))) continue
        hoisted.add(list.parent)
        const name = names.free(declaration.name as ts.Identifier, each)
        for (const reference of references) renamed.set(reference, name)
      }
    }
    const visit = (node: ts.Node): ts.VisitResult<ts.Node> => {
      if (ts.isForStatement(node) && hoisted.has(node)) {
        const loop = factory.updateForStatement(node, undefined, node.condition, node.incrementor, node.statement)
        const list = ts.visitNode(node.initializer, visit, ts.isVariableDeclarationList)!
        return [factory.createVariableStatement(undefined, list), ts.visitEachChild(loop, visit, context)]
      }
      return withName(node, renamed) ?? ts.visitEachChild(node, visit, context)
    }
    return ts.visitNode(file, visit, ts.isSourceFile)
  }
}

export function shareVariables(program: ts.Program): ts.TransformerFactory<ts.SourceFile> {
  return (context) => (file) => {
    const names = new Names(file)
    const renamed = new Map<ts.Identifier, string>()
    const assigned = new Set<ts.Node>()
    const written = new Set<ts.Node>()
    for (const each of functionsOf(file)) {
      for (const { members } of placesOf(variablesOf(each, program.getTypeChecker()))) {
        const [first, ...others] = members
        if (others.length === 0) continue
        const name = names.free(first!.declaration.name as ts.Identifier, each)
        for (const { references } of members) for (const reference of references) renamed.set(reference, name)
        written.add(first!.declaration)
        for (const { declaration } of others) assigned.add(declaration)
      }
    }
    const statementOf = (declaration: ts.VariableDeclaration, list: ts.VariableDeclarationList): ts.Statement | undefined => {
      if (!assigned.has(declaration)) {
        const flags = written.has(declaration) ? ts.NodeFlags.Let : list.flags & ts.NodeFlags.BlockScoped
        return factory.createVariableStatement(undefined, factory.createVariableDeclarationList([declaration], flags))
      }
      const name = declaration.name as ts.Identifier
      const value = declaration.initializer
      if (!value && isSetNext(declaration)) return undefined
      // An own value that only changes its name.
      if (value && ts.isIdentifier(value) && renamed.get(value) === renamed.get(name)) return undefined
      return ts.setTextRange(factory.createExpressionStatement(factory.createAssignment(name, value ?? factory.createIdentifier("undefined"))), declaration)
    }
    const visit = (node: ts.Node): ts.VisitResult<ts.Node> => {
      if (ts.isVariableStatement(node)) {
        const { declarations } = node.declarationList
        if (declarations.some((one) => assigned.has(one) || written.has(one))) {
          const statements = declarations.map((one) => statementOf(one, node.declarationList)).filter((one) => one !== undefined)
          return statements.map((one) => ts.visitEachChild(one, visit, context))
        }
      }
      return withName(node, renamed) ?? ts.visitEachChild(node, visit, context)
    }
    return ts.visitNode(file, visit, ts.isSourceFile)
  }
}

function withName(node: ts.Node, renamed: ReadonlyMap<ts.Identifier, string>): ts.Node | undefined {
  if (ts.isShorthandPropertyAssignment(node) && renamed.has(node.name)) {
    return factory.createPropertyAssignment(node.name.text, factory.createIdentifier(renamed.get(node.name)!))
  }
  return ts.isIdentifier(node) && renamed.has(node) ? ts.setTextRange(factory.createIdentifier(renamed.get(node)!), node) : undefined
}

/** Gives each variable, in the order of their declarations, a place that is free then. */
function placesOf(variables: readonly Variable[]): Place[] {
  const places: Place[] = []
  for (const variable of variables) {
    const free = ts.isParameter(variable.declaration) ? [] : places.filter((place) => canTake(place, variable))
    // The one that became free last leaves the others to variables that are in use for longer.
    free.sort((a, b) => lastEnd(b) - lastEnd(a))
    if (free[0]) free[0].members.push(variable)
    else places.push({ name: (variable.declaration.name as ts.Identifier).text, members: [variable] })
  }
  return places
}

function lastEnd({ members }: Place): number {
  return members.at(-1)!.end
}

function canTake({ members }: Place, variable: Variable): boolean {
  const scope = scopeOf(members[0]!.declaration)
  if (!contains(scope, variable.declaration) || ts.isCaseBlock(scope)) return false
  return members.every((member) => variable.start >= member.end || member.start >= variable.end)
}

/** Those of a function that may share a place, in the order of their declarations. */
function variablesOf(each: ts.SignatureDeclaration, checker: ts.TypeChecker): Variable[] {
  const found = new Map<ts.Symbol, Variable | undefined>()
  walk(each, (node) => {
    if (!ts.isIdentifier(node)) return
    const symbol = ts.isShorthandPropertyAssignment(node.parent) ? checker.getShorthandAssignmentValueSymbol(node.parent) : checker.getSymbolAtLocation(node)
    const declaration = symbol?.valueDeclaration
    if (!symbol || !declaration || symbol.declarations!.length !== 1 || functionAround(declaration) !== each || !isPlain(declaration)) return
    const variable = found.get(symbol) ?? (found.has(symbol) ? undefined : newVariable(declaration, each))
    found.set(symbol, functionAround(node) === each ? variable : undefined)
    if (!variable) return
    variable.references.push(node)
    variable.end = Math.max(variable.end, endOfUse(node, declaration, each))
  })
  return [...found.values()].filter((variable) => variable !== undefined).sort((a, b) => a.start - b.start)
}

/** It has one name and its value from its own declaration, if any: not from a loop over values, nor from `catch`. */
function isPlain(node: ts.Node): node is ts.VariableDeclaration | ts.ParameterDeclaration {
  if (ts.isParameter(node)) return ts.isIdentifier(node.name) && !node.dotDotDotToken
  return ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && ts.isVariableDeclarationList(node.parent) &&
    (ts.isVariableStatement(node.parent.parent) || ts.isForStatement(node.parent.parent))
}

function newVariable(declaration: ts.VariableDeclaration | ts.ParameterDeclaration, each: ts.Node): Variable {
  // What a variable begins with is read before it is written: another's use may end there.
  const start = ts.isParameter(declaration) ? each.getStart() : declaration.end
  return { declaration, references: [], start, end: declaration.end }
}

/** The end of this use, or of the outermost loop that may come back to it. */
function endOfUse(node: ts.Node, declaration: ts.Node, each: ts.Node): number {
  let end = node.end
  for (let around = node.parent; around !== each; around = around.parent) {
    if (ts.isIterationStatement(around, false) && (!contains(around, declaration) || isLoopHead(declaration.parent))) end = around.end
    if (around === scopeOf(declaration)) break
  }
  return end
}

function scopeOf(declaration: ts.Node): ts.Node {
  let scope = declaration.parent
  while (!(ts.isBlock(scope) || ts.isCaseBlock(scope) || ts.isForStatement(scope) || ts.isFunctionLike(scope) || ts.isSourceFile(scope))) scope = scope.parent
  return scope
}

/** Whether a variable without a value gets one in the next statement. */
function isSetNext(declaration: ts.VariableDeclaration): boolean {
  const statement = declaration.parent.parent
  const around = statement.parent
  if (!ts.isBlock(around)) return false
  const next = around.statements[around.statements.indexOf(statement as ts.Statement) + 1]
  if (!next || !ts.isExpressionStatement(next) || !ts.isBinaryExpression(next.expression)) return false
  const { left, operatorToken } = next.expression
  return operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isIdentifier(left) && left.text === (declaration.name as ts.Identifier).text
}

function isLoopHead(node: ts.Node): node is ts.VariableDeclarationList & { parent: ts.ForStatement } {
  return ts.isVariableDeclarationList(node) && ts.isForStatement(node.parent)
}

function isInStatements(node: ts.Node): boolean {
  return ts.isBlock(node.parent)
}

function contains(outer: ts.Node, inner: ts.Node): boolean {
  return inner.pos >= outer.pos && inner.end <= outer.end
}

function functionAround(node: ts.Node): ts.Node | undefined {
  let around = node.parent
  while (around && !ts.isFunctionLike(around)) around = around.parent
  return around
}

function functionsOf(file: ts.SourceFile): ts.SignatureDeclaration[] {
  const found: ts.SignatureDeclaration[] = []
  walk(file, (node) => {
    if (ts.isFunctionLike(node)) found.push(node)
  })
  return found
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  ts.forEachChild(node, (child) => {
    visit(child)
    walk(child, visit)
  })
}

/** Names for variables whose own would be hidden by, or hide, another of the same function. */
export class Names {
  private readonly taken = new Set<string>()

  constructor(file: ts.SourceFile) {
    walk(file, (node) => {
      if (ts.isIdentifier(node)) this.taken.add(node.text)
    })
  }

  free(name: ts.Identifier, each: ts.Node): string {
    let declarations = 0
    walk(each, (node) => {
      if (ts.isIdentifier(node) && node.text === name.text && isName(node)) declarations++
    })
    return declarations === 1 ? name.text : this.unused(name.text)
  }

  unused(name: string): string {
    let count = 1
    while (this.taken.has(`${name}$${count}`)) ++count
    this.taken.add(`${name}$${count}`)
    return `${name}$${count}`
  }
}

function isName(node: ts.Identifier): boolean {
  const { parent } = node
  return (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent) || ts.isFunctionLike(parent)) && parent.name === node
}
