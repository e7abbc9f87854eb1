import type { ModelMessage } from '../models/index.ts'
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
  const sent: ModelMessage[] = []
  const result = (call: Call) => {
    const text = call.result ?? pending
    return isRecent || text.length <= longestOldResult
      ? text
      : `${text.slice(0, longestOldResult).toWellFormed()}\n[Shortened, because this is an earlier answer.]`
  }
  let text = ''
  let calls: Call[] = []
  const flush = () => {
    if (text !== '' || calls.length > 0)
      sent.push({
        role: 'assistant',
        text,
        calls: calls.map((call) => ({ id: call.id, name: call.tool ?? call.operation, arguments: call.arguments })),
      })
    for (const call of calls)
      sent.push({ role: 'tool', callId: call.id, name: call.tool ?? call.operation, text: result(call) })
    text = ''
    calls = []
  }
  for (const part of parts) {
    if (role === 'user') {
      if (part.type === 'text') sent.push({ role: 'user', text: part.text })
      if (part.type === 'call') sent.push({ role: 'user', text: byHand(part.call, result(part.call)) })
      continue
    }
    if (part.type === 'call') calls.push(part.call)
    if (part.type === 'text') {
      if (calls.length > 0) flush()
      text += part.text
    }
  }
  flush()
  return sent
}

const byHand = ({ plugin, operation, arguments: given }: Call, result: string): string =>
  `[I called ${operation} of ${plugin.title} by hand with ${JSON.stringify(given)}. It answered:\n${result}]`
