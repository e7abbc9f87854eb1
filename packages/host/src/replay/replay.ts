import { isNumber, keyOf, numberText, parseExact } from '@reference-plugins/reader/exact-json'
import type { Script, ScriptCall } from './conversation-file.ts'
import { shapeFaults } from './shape.ts'

export interface ReplayedCall {
  call: ScriptCall
  /** Empty if the answer is as recorded. */
  faults: string[]
}

/** Makes the call now. */
export type Perform = (call: ScriptCall) => Promise<{ status: number | undefined; body: string; result: string }>

/**
 * Makes the calls of a conversation again, one after the other, and compares each answer with the recorded one by status
 * and shape. A generated value, such as an id, is replaced by the new one in later calls.
 */
export async function replay({ entries }: Script, perform: Perform): Promise<ReplayedCall[]> {
  const replayed: ReplayedCall[] = []
  const learnt = new Map<unknown, unknown>()
  for (const entry of entries) {
    if (entry.kind !== 'call') continue
    const { status, body, result } = await perform({
      ...entry,
      arguments: replaced(entry.arguments, learnt) as Record<string, unknown>,
    })
    const answer = toJson(body)
    const faults =
      status !== entry.status
        ? [`the status is ${status ?? 'none'} instead of ${entry.status ?? 'none'}: ${result.slice(0, 300)}`]
        : entry.answer === undefined
          ? []
          : shapeFaults(entry.answer, answer)
    learn(entry.answer, answer, learnt)
    replayed.push({ call: entry, faults })
  }
  return replayed
}

/** Whether a value is long enough to stand for one thing only. */
const isDistinctive = (value: unknown): boolean =>
  (typeof value === 'string' && value.length >= 6) || (isNumber(value) && Number(numberText(value)) >= 100_000)

const kindOf = (value: unknown): string => (isNumber(value) ? 'number' : typeof value)

function learn(recorded: unknown, found: unknown, learnt: Map<unknown, unknown>): void {
  if (isDistinctive(recorded) && kindOf(found) === kindOf(recorded)) learnt.set(keyOf(recorded), found)
  if (kindOf(recorded) !== 'object' || kindOf(found) !== 'object' || !recorded || !found) return
  for (const [name, value] of Object.entries(recorded)) learn(value, (found as Record<string, unknown>)[name], learnt)
}

function replaced(value: unknown, learnt: ReadonlyMap<unknown, unknown>): unknown {
  if (typeof value === 'string' || isNumber(value)) return learnt.get(keyOf(value)) ?? value
  if (Array.isArray(value)) return value.map((one) => replaced(one, learnt))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one, learnt)]))
}

function toJson(text: string): unknown {
  try {
    return parseExact(text)
  } catch {
    return text
  }
}
