import { differencesOf, NewValues, toJson } from '../replay/replay.ts'
import type { ScriptCall, ScriptEntry } from '../replay/script.ts'
import type { Call, Conversation, Message, Part, Recorded } from '../wire.ts'

/** The example that a conversation plays, as it was when the conversation began. */
export interface PlayedScript {
  /** The ID of the plugin that it is an example of. */
  plugin: string
  example: string
  entries: ScriptEntry[]
  /** The IDs of its plugins, by the names that its calls use. */
  plugins: Record<string, string>
}

/** Each played entry is one part, in the order of the entries. */
const partsOf = (messages: Message[]): Part[] =>
  messages.flatMap(({ parts }) => parts.filter(({ type }) => type !== 'notice'))

const isRecorded = (part: Part): boolean =>
  part.type === 'call' ? part.call.recorded !== undefined : part.type === 'text' && part.recorded === true

const isWaiting = (part: Part): boolean => part.type === 'call' && part.call.state === 'waiting'

export function toRecorded({ plugin, example, entries }: PlayedScript, messages: Message[]): Recorded {
  const parts = partsOf(messages)
  const played = parts.filter(isRecorded).length
  const canPlay = played < entries.length && parts.length === played && !parts.some(isWaiting)
  return { plugin, example, played, entries: entries.length, canPlay }
}

/** Why the example of a conversation cannot go on; undefined if it can. */
export function whyNotPlayed({ recorded, messages }: Conversation): string | undefined {
  if (!recorded) return 'This conversation does not play an example'
  if (recorded.canPlay) return undefined
  if (recorded.played === recorded.entries) return 'The example is over: play it again in a new conversation'
  if (partsOf(messages).some(isWaiting)) return 'A call waits for your decision: decide about it first'
  return 'You have said or called something else here: play the example again in a new conversation'
}

/** The arguments of a recorded call now, and what was recorded of it. */
export function toPlayedCall(entry: ScriptCall, messages: Message[]): Pick<Call, 'arguments' | 'recorded'> {
  const values = new NewValues()
  for (const part of partsOf(messages)) {
    if (part.type !== 'call' || !part.call.response || part.call.recorded?.answer === undefined) continue
    values.learn({ answer: toJson(part.call.recorded.answer) }, part.call.response.body)
  }
  const given = values.replace(entry.arguments)
  const changed = Object.entries(entry.arguments).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(given[name]),
  )
  return {
    arguments: given,
    recorded: {
      ...(entry.status !== undefined && { status: entry.status }),
      ...(entry.answer !== undefined && { answer: textOf(entry.answer) }),
      ...(entry.answered && { answered: entry.answered }),
      ...(changed.length > 0 && { changed: Object.fromEntries(changed) }),
    },
  }
}

/** Whether the user declined the call of an example when it was recorded. */
export const isDeclinedThen = ({ recorded }: Call): boolean => recorded?.answered?.at(-1)?.decision === 'declined'

/** A call of an example, with how its answer differs from the recorded one; any other call as it is. */
export function withDifferences(call: Call): Call {
  const { response, result = '', recorded, answered = [] } = call
  if (!recorded) return call
  if (!response && !isDeclinedThen(call))
    return { ...call, recorded: { ...recorded, differences: ['there is no answer'] } }
  const answer = recorded.answer === undefined ? undefined : toJson(recorded.answer)
  const entry = { ...recorded, answer } as Pick<ScriptCall, 'status' | 'answer'>
  const found = { status: response?.status, body: response?.body ?? '', result, answered }
  return { ...call, recorded: { ...recorded, differences: differencesOf(entry, found) } }
}

const textOf = (answer: unknown): string => (typeof answer === 'string' ? answer : JSON.stringify(answer, null, 2))
