import { stripTypeScriptTypes } from 'node:module'
import { type AnyNode, type CallExpression, type Program, type Property, parse } from 'acorn'

/** A part of a source text. */
export interface Span {
  start: number
  end: number
}

/** The TypeScript source of one file, by its syntax tree. */
export class DefinitionSource {
  readonly code: string
  readonly #tree: Program

  constructor(code: string) {
    this.code = code
    // Types become spaces, so positions in the tree are positions in the source.
    this.#tree = parse(stripTypeScriptTypes(code), { ecmaVersion: 'latest', sourceType: 'module' })
  }

  text({ start, end }: Span): string {
    return this.code.slice(start, end)
  }

  /** The value of a member of `definePlugin({ … })`, such as `auth`. */
  member(name: string): (Span & AnyNode) | undefined {
    const [definition] = this.calls('definePlugin')
    return definition && memberOf(definition, name)?.value
  }

  /** The text of a member that is one string. */
  textMember(name: string): string | undefined {
    const value = this.member(name)
    return value?.type === 'Literal' && typeof value.value === 'string' ? value.value : undefined
  }

  calls(callee: string): CallExpression[] {
    return this.nodes().flatMap((node) =>
      node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === callee ? [node] : [],
    )
  }

  /** The names that the file exports, types included. */
  exportedNames(): string[] {
    return Array.from(
      this.code.matchAll(/^export (?:async )?(?:const|function|class|interface|type) (\w+)/gm),
      ([, name = '']) => name,
    )
  }

  nodes(): AnyNode[] {
    return [...walk(this.#tree)]
  }

  statements(): AnyNode[] {
    return this.#tree.body
  }
}

/** A member of the object that is the last argument of a call. */
export function memberOf(call: CallExpression, name: string): Property | undefined {
  const last = call.arguments.at(-1)
  if (last?.type !== 'ObjectExpression') return undefined
  return last.properties.find(
    (property): property is Property =>
      property.type === 'Property' && property.key.type === 'Identifier' && property.key.name === name,
  )
}

export function* walk(node: AnyNode): Generator<AnyNode> {
  yield node
  for (const child of Object.values(node).flat())
    if (child !== null && typeof child === 'object' && 'type' in child) yield* walk(child as AnyNode)
}
