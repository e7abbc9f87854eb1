import type { AnyNode, CallExpression, Property } from 'acorn'
import type { Name } from '../name.ts'
import { Refusal } from '../refusal.ts'
import { DefinitionSource, memberOf, walk } from '../source/definition-source.ts'
import { Edits } from '../source/edits.ts'
import { withImports } from '../source/imports.ts'
import type { AuthMode } from './auth-mode.ts'

/** The input that says whose data an operation is about, where nobody signs in. */
export const userInput = 'username'

const callsOf = (source: DefinitionSource): CallExpression[] => [
  ...source.calls('operation'),
  ...source.calls('userOperation'),
]

/** Whether an operation in the file takes the name of a user. */
export const takesUser = (code: string): boolean =>
  new DefinitionSource(code).calls('operation').some((call) => routeOf(call).includes(`{${userInput}}`))

/** Whether an operation in the file writes. */
export const hasWrites = (code: string): boolean =>
  callsOf(new DefinitionSource(code)).some((call) => !routeOf(call).startsWith('GET '))

/**
 * Changes operations for a mode with users: in place of the name of a user they get the caller, and with OAuth they need a
 * scope.
 */
export function changeOperations(code: string, name: Name, to: AuthMode): string {
  const byCaller = takesUser(code)
  const source = new DefinitionSource(code)
  const edits = new Edits(code)
  for (const call of callsOf(source)) {
    const route = routeOf(call)
    const forUser = route.includes(`{${userInput}}`)
    if (forUser) useCaller(source, edits, call)
    if (forUser || to === 'oauth') edits.replace(call.callee, 'userOperation')
    const input = memberOf(call, 'input')
    if (to === 'oauth' && input)
      edits.insert(input.start, `scope: '${name.kebab}:${route.startsWith('GET ') ? 'read' : 'write'}',\n`)
  }
  if (byCaller)
    for (const statement of source.statements())
      if (statement.type === 'VariableDeclaration' && statement.declarations.some(({ id }) => isUserInput(id)))
        edits.removeLines(statement)
  return withImports(edits.apply(), { '@reference-plugins/core': ['userOperation'] })
}

function routeOf({ arguments: [route] }: CallExpression): string {
  return route?.type === 'Literal' && typeof route.value === 'string' ? route.value : ''
}

const isUserInput = (node: AnyNode): boolean => node.type === 'Identifier' && node.name === userInput

/** Takes the name of the user out of the path and the input, and gives the handler the caller in its place. */
function useCaller(source: DefinitionSource, edits: Edits, call: CallExpression): void {
  const [route] = call.arguments
  if (route) edits.replace(route, `'${routeOf(call).replace(`/{${userInput}}`, '')}'`)
  const summary = memberOf(call, 'summary')?.value
  if (summary) edits.replace(summary, source.text(summary).replaceAll(' of a user', ' of the user'))
  const input = memberOf(call, 'input')?.value
  const handler = memberOf(call, 'handler')?.value
  if (handler?.type !== 'ArrowFunctionExpression' && handler?.type !== 'FunctionExpression')
    throw new Refusal(`The handler of ${routeOf(call)} must be a function: its auth mode cannot be changed`)

  for (const node of input ? walk(input) : []) {
    if (node.type !== 'ObjectExpression') continue
    const found = node.properties.find((property) => isProperty(property))
    const [other, another] = node.properties.filter((property) => property !== found)
    if (!found) continue
    if (other?.type === 'SpreadElement' && !another) edits.replace(node, source.text(other.argument))
    else edits.removeElement(found, node.properties)
  }

  const [first, second] = handler.params
  if (first?.type === 'ObjectPattern') {
    const rest = first.properties.filter((property) => !isProperty(property))
    const [only] = rest
    if (rest.length === 0) edits.replace(first, '_')
    else if (rest.length === 1 && only?.type === 'RestElement') edits.replace(first, source.text(only.argument))
    else {
      const found = first.properties.find((property) => isProperty(property))
      if (found) edits.removeElement(found, first.properties)
    }
  }
  if (second?.type === 'ObjectPattern') edits.insert(second.start + 1, ' caller,')
  else if (second) edits.replace(second, `{ caller, ...${source.text(second)} }`)
  else if (first) edits.insert(first.end, ', { caller }')

  const keys = new Set<AnyNode>()
  for (const node of walk(handler.body)) {
    if (node.type === 'Property') {
      keys.add(node.key)
      if (node.shorthand && isUserInput(node.key)) edits.insert(node.end, ': caller.id')
    }
    if (node.type === 'MemberExpression' && !node.computed) keys.add(node.property)
  }
  for (const node of walk(handler.body)) if (isUserInput(node) && !keys.has(node)) edits.replace(node, 'caller.id')
}

const isProperty = (node: AnyNode): node is Property =>
  node.type === 'Property' && node.key.type === 'Identifier' && node.key.name === userInput
