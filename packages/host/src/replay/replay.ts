import { isNumber, keyOf, numberText, parseExact } from '@reference-plugins/reader/exact-json'
import type { AnsweredQuestion } from '../wire.ts'
import type { Script, ScriptCall } from './script.ts'
import { shapeFaults } from './shape.ts'

export interface ReplayedCall {
  call: ScriptCall
  /** Empty if the answer is as recorded. */
  faults: string[]
}

/** Makes the call now. */
export type Perform = (call: ScriptCall) => Promise<{
  status: number | undefined
  body: string
  result: string
  answered?: AnsweredQuestion[]
}>

/** Makes the calls of a conversation again, one after the other, and compares each answer with the recorded one. */
export async function replay({ entries }: Script, perform: Perform): Promise<ReplayedCall[]> {
  const replayed: ReplayedCall[] = []
  const values = new NewValues()
  for (const entry of entries) {
    if (entry.kind !== 'call') continue
    const found = await perform({ ...entry, arguments: values.replace(entry.arguments) })
    values.learn(entry, found.body)
    replayed.push({ call: entry, faults: differencesOf(entry, found) })
  }
  return replayed
}

/** How an answer differs from the recorded one by its questions, status and shape, in sentences. */
export function differencesOf(
  { status: recorded, answer, answered: asked = [] }: Pick<ScriptCall, 'status' | 'answer' | 'answered'>,
  { status, body, result, answered = [] }: Awaited<ReturnType<Perform>>,
): string[] {
  const questions = questionFaults(asked, answered)
  if (questions.length > 0) return questions
  if (status !== recorded)
    return [`the status is ${status ?? 'none'} instead of ${recorded ?? 'none'}: ${result.slice(0, 300)}`]
  return answer === undefined ? [] : shapeFaults(answer, toJson(body))
}

/** The words and figures of a question may be others today: its facts have the same labels. */
function questionFaults(recorded: AnsweredQuestion[], found: AnsweredQuestion[]): string[] {
  if (recorded.length !== found.length) return [`the plugin asks ${times(found)} instead of ${times(recorded)}`]
  return recorded.flatMap(({ facts, decision }, index) => {
    const now = found[index] as AnsweredQuestion
    const [labels, nowLabels] = [labelsOf(facts), labelsOf(now.facts)]
    return [
      ...(decision === now.decision ? [] : [`the call is ${now.decision} instead of ${decision}`]),
      ...(labels === nowLabels ? [] : [`the question has the facts ${nowLabels} instead of ${labels}`]),
    ]
  })
}

const times = ({ length }: unknown[]): string => (length === 1 ? 'once' : `${length} times`)
const labelsOf = (facts: AnsweredQuestion['facts']): string => facts.map(({ label }) => label).join(', ') || 'none'

/** The values that a plugin creates, such as IDs: in later calls the new ones stand in place of the recorded ones. */
export class NewValues {
  readonly #learnt = new Map<unknown, unknown>()

  /** @param body what the plugin answers now */
  learn({ answer }: Pick<ScriptCall, 'answer'>, body: string): void {
    learn(answer, toJson(body), this.#learnt)
  }

  replace(given: Record<string, unknown>): Record<string, unknown> {
    return replaced(given, this.#learnt) as Record<string, unknown>
  }
}

/** Whether a value is long enough to stand for one thing only. */
const isDistinctive = (value: unknown): boolean =>
  (typeof value === 'string' && value.length >= 6) || (isNumber(value) && Number(numberText(value)) >= 10_000)

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

/** The JSON value of a text, or the text if it is not JSON. */
export function toJson(text: string): unknown {
  try {
    return parseExact(text)
  } catch {
    return text
  }
}
