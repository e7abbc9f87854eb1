import { parseExact } from '@reference-plugins/reader/exact-json'
import type { Transaction } from '@reference-plugins/store'
import type { Call, Part } from '../wire.ts'

/** A row of the table `call`. */
export interface CallRow {
  id: string
  state: Call['state']
  plugin: string
  plugin_name: string
  plugin_title: string
  operation: string
  title: string
  /** JSON, as `ask` and `outcome` are. */
  arguments: string
  by_hand: number
  at: string
  tool: string | null
  ask: string | null
  outcome: string
}

/** Writes a new call, or what has changed of one: what was called never does. */
export async function storeCall(transaction: Transaction, message: string, call: Call): Promise<void> {
  const { arguments: given, ask, view: _, ...rest } = call
  const { id, plugin, operation, title, state, byHand, at, tool = null, ...outcome } = rest
  await transaction.run`
    INSERT INTO call (
      id, message, state, plugin, plugin_name, plugin_title, operation, title, arguments, by_hand, at, tool, ask, outcome
    )
    VALUES (
      ${id}, ${message}, ${state}, ${plugin.id}, ${plugin.name}, ${plugin.title}, ${operation}, ${title},
      ${JSON.stringify(given)}, ${byHand ? 1 : 0}, ${at}, ${tool}, ${ask ? JSON.stringify(ask) : null},
      ${JSON.stringify(outcome)}
    )
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, ask = excluded.ask, outcome = excluded.outcome`
}

/** Calls by their id. */
export const readCalls = (rows: CallRow[]): Map<string, Call> => new Map(rows.map((row) => [row.id, readCall(row)]))

export const readCall = (row: CallRow): Call => ({
  id: row.id,
  plugin: { id: row.plugin, name: row.plugin_name, title: row.plugin_title },
  operation: row.operation,
  title: row.title,
  arguments: parseExact(row.arguments) as Call['arguments'],
  state: row.state,
  byHand: row.by_hand === 1,
  at: row.at,
  ...(row.tool !== null && { tool: row.tool }),
  ...(row.ask !== null && { ask: JSON.parse(row.ask) }),
  ...JSON.parse(row.outcome),
})

/** A call has a row of its own; its part says only which. */
type StoredPart = Exclude<Part, { type: 'call' }> | { type: 'call'; id: string }

export const storeParts = (parts: Part[]): string =>
  JSON.stringify(parts.map((part): StoredPart => (part.type === 'call' ? { type: 'call', id: part.call.id } : part)))

export const readParts = (stored: string, calls: ReadonlyMap<string, Call>): Part[] =>
  (JSON.parse(stored) as StoredPart[]).flatMap((part): Part[] => {
    if (part.type !== 'call') return [part]
    const call = calls.get(part.id)
    return call ? [{ type: 'call', call }] : []
  })
