import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { type AnyNode, type AssignmentProperty, type Property, parse } from 'acorn'

/** A property of an object literal, with the file that it stands in. */
interface Found {
  property: Property | AssignmentProperty
  code: string
}

/** The TypeScript source of a plugin, by the names of its properties. */
export class PluginSource {
  readonly #files: { code: string; tree: AnyNode }[]

  /** `plugin` is the name of a folder in `plugins`. */
  constructor(plugin: string) {
    const folder = new URL(`../../plugins/${plugin}/src/`, import.meta.url)
    const names = readdirSync(folder).filter((name) => name.endsWith('.ts'))
    this.#files = names.sort().map((name) => {
      const code = readFileSync(new URL(name, folder), 'utf8')
      // Types become spaces, so positions in the tree are positions in the source.
      return { code, tree: parse(stripTypeScriptTypes(code), { ecmaVersion: 'latest', sourceType: 'module' }) }
    })
  }

  /** The source of a member of `definePlugin({ … })`, such as `auth`. */
  member(name: string): string {
    return toSource(this.#only(name, this.#properties(['definePlugin'])))
  }

  /** The source of an operation, such as `getTodos`, or of a member of one, such as `getTodos.input`. */
  operation(path: string): string {
    const [name, member] = path.split('.') as [string, string?]
    const found = this.#only(name, this.#operations())
    if (member === undefined) return toSource(found)
    return toSource(this.#only(member, propertiesOf(found.property.value, found.code)))
  }

  /** The source of each member of an operation, by name. */
  members(name: string): Map<string, string> {
    const { property, code } = this.#only(name, this.#operations())
    return new Map(
      propertiesOf(property.value, code).map((found) => [
        (found.property.key as { name: string }).name,
        toSource(found),
      ]),
    )
  }

  /** The source of the operation with the fewest characters. */
  shortestOperation(): string {
    const [shortest = ''] = this.#operations()
      .map(toSource)
      .sort((a, b) => a.length - b.length)
    return shortest
  }

  #operations(): Found[] {
    return this.#nodes().flatMap(({ node, code }) =>
      node.type === 'Property' && isCall(node.value, ['operation', 'userOperation']) ? [{ property: node, code }] : [],
    )
  }

  #properties(callees: string[]): Found[] {
    return this.#nodes().flatMap(({ node, code }) => (isCall(node, callees) ? propertiesOf(node, code) : []))
  }

  #nodes(): { node: AnyNode; code: string }[] {
    return this.#files.flatMap(({ tree, code }) => [...walk(tree)].map((node) => ({ node, code })))
  }

  #only(name: string, all: Found[]): Found {
    const [found, ...others] = all.filter(({ property: { key } }) => key.type === 'Identifier' && key.name === name)
    if (!found || others.length > 0) throw new Error(`${found ? 'More than one' : 'No'} property is named ${name}`)
    return found
  }
}

const isCall = (node: AnyNode, callees: string[]): boolean =>
  node.type === 'CallExpression' && node.callee.type === 'Identifier' && callees.includes(node.callee.name)

/** The properties of the object that is the last argument of a call. */
function propertiesOf(node: AnyNode, code: string): Found[] {
  const last = node.type === 'CallExpression' ? node.arguments.at(-1) : undefined
  if (last?.type !== 'ObjectExpression') return []
  return last.properties.flatMap((property) => (property.type === 'Property' ? [{ property, code }] : []))
}

function* walk(node: AnyNode): Generator<AnyNode> {
  yield node
  for (const child of Object.values(node).flat())
    if (child !== null && typeof child === 'object' && 'type' in child) yield* walk(child as AnyNode)
}

/** The lines of the property, without the indentation that they share. */
function toSource({ property: { start, end }, code }: Found): string {
  const indent = start - (code.lastIndexOf('\n', start) + 1)
  return `${code.slice(start, end).replaceAll(`\n${' '.repeat(indent)}`, '\n')},`
}
