import type { ModelMessage } from '../models/index.ts'
import type { Call, Message } from '../wire.ts'

/** In characters; some 100,000 tokens. */
const longestHistory = 400_000
/** Of an answer that is not of the last turn. */
const longestOldResult = 4_000

const pending = 'The user has not answered yet whether this may be called.'

/**
 * What has been said, as the model is told it: the newest whole, older answers of plugins shortened, and what is too
 * much left out from the beginning.
 */
export function toHistory(messages: Message[]): ModelMessage[] {
  const last = messages.findLastIndex(({ role, parts }) => role === 'user' && parts.some(({ type }) => type === 'text'))
  const told = messages.map((message, index) => toModelMessages(message, index >= last))
  let length = 0
  let first = told.length
  while (first > 0) {
    length += JSON.stringify(told[first - 1]).length
    if (length > longestHistory && first <= last) break
    first--
  }
  return told.slice(first).flat()
}

function toModelMessages({ role, parts }: Message, isRecent: boolean): ModelMessage[] {
  const told: ModelMessage[] = []
  const result = (call: Call) => {
    const text = call.result ?? pending
    return isRecent || text.length <= longestOldResult
      ? text
      : `${text.slice(0, longestOldResult).toWellFormed()}\n[Shortened: it is an answer of before.]`
  }
  let text = ''
  let calls: Call[] = []
  const flush = () => {
    if (text !== '' || calls.length > 0)
      told.push({
        role: 'assistant',
        text,
        calls: calls.map((call) => ({ id: call.id, name: call.tool ?? call.operation, arguments: call.arguments })),
      })
    for (const call of calls)
      told.push({ role: 'tool', callId: call.id, name: call.tool ?? call.operation, text: result(call) })
    text = ''
    calls = []
  }
  for (const part of parts) {
    if (role === 'user') {
      if (part.type === 'text') told.push({ role: 'user', text: part.text })
      if (part.type === 'call') told.push({ role: 'user', text: byHand(part.call, result(part.call)) })
      continue
    }
    if (part.type === 'call') calls.push(part.call)
    if (part.type === 'text') {
      if (calls.length > 0) flush()
      text += part.text
    }
  }
  flush()
  return told
}

const byHand = ({ plugin, operation, arguments: given }: Call, result: string): string =>
  `[I called ${operation} of ${plugin.title} by hand, with ${JSON.stringify(given)}. It answered:\n${result}]`
