import { randomUUID } from 'node:crypto'
import type { DocumentOperation } from '@reference-plugins/reader'
import type { ModelEvent } from '../models/index.ts'
import type { RegisteredPlugin } from '../plugins/plugins.ts'
import { now } from '../tables.ts'
import type { Call } from '../wire.ts'
import type { ChosenTools } from './prompt.ts'

/** A call before it is made. */
export function newCall(
  { id, document: { name, title } }: RegisteredPlugin,
  operation: DocumentOperation,
  given: Record<string, unknown>,
  byHand: boolean,
): Call {
  return {
    id: randomUUID(),
    plugin: { id, name, title },
    operation: operation.name,
    title: operation.title,
    arguments: given,
    state: 'running',
    byHand,
    at: now(),
  }
}

/** A call of the host's own tool. It has its result at once. */
function toPluginSearch(event: Extract<ModelEvent, { type: 'call' }>, tools: ChosenTools): Call {
  return {
    id: randomUUID(),
    plugin: { id: '', name: '', title: 'Host' },
    operation: event.name,
    title: 'Find plugins',
    arguments: event.arguments,
    state: 'done',
    byHand: false,
    at: now(),
    tool: event.name,
    result: tools.find(String(event.arguments.query ?? '').slice(0, 1_000)),
  }
}

/** The call that the model asks for. It is refused if there is no such tool or its arguments are not readable. */
export function toCall(event: Extract<ModelEvent, { type: 'call' | 'bad-call' }>, tools: ChosenTools): Call {
  if (event.type === 'call' && event.name === 'find_plugins' && tools.leftOut.length > 0)
    return toPluginSearch(event, tools)
  const found = tools.byName.get(event.name)
  const given = event.type === 'call' ? (found?.toArguments(event.arguments) ?? event.arguments) : {}
  const call = found
    ? { ...newCall(found.plugin, found.operation, given, false), tool: event.name }
    : {
        id: randomUUID(),
        plugin: { id: '', name: '', title: 'no plugin' },
        operation: event.name.slice(0, 64),
        title: 'Unknown tool',
        arguments: given,
        state: 'running' as const,
        byHand: false,
        at: now(),
        tool: event.name.slice(0, 64),
      }
  if (event.type === 'bad-call')
    return {
      ...call,
      state: 'refused',
      result: `Nothing was sent: ${event.fault}. Send the arguments again as one JSON object.`,
    }
  if (!found)
    return {
      ...call,
      state: 'refused',
      result: `Nothing was sent: the tool ${event.name.slice(0, 64)} does not exist. Available tools: ${[...tools.byName.keys()].join(', ') || 'none'}.`,
    }
  return call
}
