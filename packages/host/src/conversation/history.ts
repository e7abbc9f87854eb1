import { withoutFiles } from '../calls/shown-arguments.ts'
import type { ModelMessage } from '../models/model.ts'
import type { Call, Message } from '../wire.ts'

/** In characters; some 100,000 tokens. */
const longestHistory = 400_000
/** Of a plugin's answer before the last turn, in characters. */
const longestOldResult = 4_000

const pending = 'The user has not decided about this call yet.'

/**
 * The conversation as the model sees it: the last turn in full, older answers of plugins shortened, and the oldest
 * messages left out if it is too long.
 */
export function toHistory(messages: Message[]): ModelMessage[] {
  const last = messages.findLastIndex(({ role, parts }) => role === 'user' && parts.some(({ type }) => type === 'text'))
  const sent = messages.map((message, index) => toModelMessages(message, index >= last))
  let length = 0
  let first = sent.length
  while (first > 0) {
    length += JSON.stringify(sent[first - 1]).length
    if (length > longestHistory && first <= last) break
    first--
  }
  return sent.slice(first).flat()
}

function toModelMessages({ role, parts }: Message, isRecent: boolean): ModelMessage[] {
  const resultOf = (call: Call) => (call.viewOf === undefined ? '' : byView) + shortened(call)
  const shortened = ({ result = pending }: Call) =>
    isRecent || result.length <= longestOldResult
      ? result
      : `${result.slice(0, longestOldResult).toWellFormed()}\n[Shortened, because this is an earlier answer.]`
  if (role === 'user')
    return parts.flatMap((part) => {
      if (part.type === 'notice') return []
      return { role, text: part.type === 'call' ? byHand(part.call, resultOf(part.call)) : part.text }
    })
  const answers: { text: string; calls: Call[] }[] = [{ text: '', calls: [] }]
  for (const part of parts) {
    // Text after calls is the next answer.
    if (part.type === 'text' && answers.at(-1)?.calls.length) answers.push({ text: '', calls: [] })
    const answer = answers.at(-1) as (typeof answers)[0]
    if (part.type === 'text') answer.text += part.text
    if (part.type === 'call') answer.calls.push(part.call)
  }
  return answers
    .filter(({ text, calls }) => text !== '' || calls.length > 0)
    .flatMap(({ text, calls }): ModelMessage[] => [
      {
        role,
        text,
        calls: calls.map((call) => ({ id: call.id, name: nameOf(call), arguments: withoutFiles(call.arguments) })),
      },
      ...calls.map((call) => ({ role: 'tool' as const, callId: call.id, name: nameOf(call), text: resultOf(call) })),
    ])
}

const nameOf = ({ tool, operation }: Call): string => tool ?? operation

const byView = '[A view of the plugin made this call, neither you nor the user.]\n'

const byHand = ({ plugin, operation, arguments: given }: Call, result: string): string =>
  `[I called ${operation} of ${plugin.title} by hand with ${JSON.stringify(withoutFiles(given))}. It answered:\n${result}]`
