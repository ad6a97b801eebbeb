/// <reference types="node" />
/** Reads names, values and comments out of TypeScript files, for what the documentation says of them. */
import { readFileSync } from "node:fs"
import ts from "typescript"

export interface EnumMember {
  name: string
  value: number
  /** What stands above it, in one line; "" when there is nothing. */
  comment: string
}

export function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true)
}

/** The members of an enum whose values count up, or are plain numbers. */
export function enumMembers(source: ts.SourceFile, name: string): EnumMember[] {
  const declaration = source.statements.filter(ts.isEnumDeclaration).find((statement) => statement.name.text === name)
  if (!declaration) throw new Error(`${source.fileName} has no enum ${name}`)
  let next = 0
  return declaration.members.map((member) => {
    const text = member.initializer?.getText()
    const value = text === undefined ? next : Number(text)
    if (Number.isNaN(value)) throw new Error(`${name}.${member.name.getText()}: ${text} is not a plain number`)
    next = value + 1
    return { name: member.name.getText(), value, comment: commentOf(member) }
  })
}

/** The names of an interface's own members. */
export function interfaceMembers(source: ts.SourceFile, name: string): string[] {
  return interfaceOf(source, name).members.map((member) => member.name!.getText())
}

/** The texts that a member of an interface may be, in their order. */
export function literalsOf(source: ts.SourceFile, name: string, member: string): string[] {
  const found = interfaceOf(source, name).members.find((other) => other.name!.getText() === member)
  if (!found || !ts.isPropertySignature(found) || !found.type || !ts.isUnionTypeNode(found.type)) throw new Error(`${name}.${member} is no union`)
  return found.type.types.map((type) => JSON.parse(type.getText()) as string)
}

function interfaceOf(source: ts.SourceFile, name: string): ts.InterfaceDeclaration {
  const declaration = source.statements.filter(ts.isInterfaceDeclaration).find((statement) => statement.name.text === name)
  if (!declaration) throw new Error(`${source.fileName} has no interface ${name}`)
  return declaration
}

function commentOf(node: ts.Node): string {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  return comments.map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? "").join(" ").replace(/\s+/g, " ").trim()
}
