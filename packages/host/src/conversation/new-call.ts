import { randomUUID } from 'node:crypto'
import { type DocumentOperation, plainText } from '@reference-plugins/reader'
import { takesKey, withoutKey } from '../calls/idempotency-key.ts'
import type { ModelEvent } from '../models/model.ts'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { now } from '../tables.ts'
import { toolName } from '../tools/tool.ts'
import type { Call } from '../wire.ts'
import type { ChosenTools } from './prompt.ts'

type Named = Pick<Call, 'plugin' | 'operation' | 'title' | 'hasKey'>

const toCall = (named: Named, given: Record<string, unknown>, byHand: boolean): Call => ({
  id: randomUUID(),
  ...named,
  arguments: given,
  state: 'running',
  byHand,
  at: now(),
})

const nameOf = ({ id, document }: RegisteredPlugin, operation: DocumentOperation): Named => ({
  plugin: { id, name: document.name, title: document.title },
  operation: operation.name,
  title: operation.title,
  ...(takesKey(operation) && { hasKey: true }),
})

/** A call that the user makes by hand, before it is made. */
export const callByHand = (
  plugin: RegisteredPlugin,
  operation: DocumentOperation,
  given: Record<string, unknown>,
): Call => toCall(nameOf(plugin, operation), withoutKey(operation, given), true)

/** A call that the view of an answer asks for. @param viewOf the call that has the answer */
export const callByView = (
  plugin: RegisteredPlugin,
  operation: DocumentOperation,
  given: Record<string, unknown>,
  viewOf: string,
): Call => ({ ...toCall(nameOf(plugin, operation), withoutKey(operation, given), false), viewOf })

/** A call of an example. */
export const callByExample = (
  plugin: RegisteredPlugin,
  operation: DocumentOperation,
  { arguments: given, recorded }: Pick<Call, 'arguments' | 'recorded'>,
): Call => ({
  ...toCall(nameOf(plugin, operation), withoutKey(operation, given), false),
  tool: toolName(plugin.document.name, operation.name),
  ...(recorded && { recorded }),
})

/** A call that the model asks for. It is refused if there is no such tool or its arguments cannot be read. */
export function callByModel(event: Extract<ModelEvent, { type: 'call' | 'bad-call' }>, tools: ChosenTools): Call {
  const given = event.type === 'call' ? event.arguments : {}
  // The host's own tool has its result at once.
  if (event.type === 'call' && event.name === 'find_plugins' && tools.leftOut.length > 0) {
    const named = { plugin: { id: '', name: '', title: 'Host' }, operation: event.name, title: 'Find plugins' }
    const result = tools.find(plainText(given.query, 1_000))
    return { ...toCall(named, given, false), state: 'done', tool: event.name, result }
  }
  const tool = event.name.slice(0, 64)
  const found = tools.byName.get(event.name)
  const unknown = { plugin: { id: '', name: '', title: 'no plugin' }, operation: tool, title: 'Unknown tool' }
  const call = found
    ? {
        ...toCall(nameOf(found.plugin, found.operation), withoutKey(found.operation, found.toArguments(given)), false),
        tool: event.name,
      }
    : { ...toCall(unknown, given, false), tool }
  const refused = (reason: string): Call => ({ ...call, state: 'refused', result: `Nothing was sent: ${reason}` })
  if (event.type === 'bad-call') return refused(`${event.fault}. Send the arguments again as one JSON object.`)
  if (found) return call
  return refused(`the tool ${tool} does not exist. Available tools: ${[...tools.byName.keys()].join(', ') || 'none'}.`)
}
