import type { InputRequiredResult } from '@modelcontextprotocol/client'
import { objectOf, pairsOf } from '@reference-plugins/reader'
import type { CallInput } from './call.ts'
import { type Question, QuestionRefused, questionOfLines } from './question.ts'

/**
 * The question of an MCP server: a form with one box to check. Its token has the state of the server, and the answer yes.
 * @throws QuestionRefused for anything else that the server asks
 */
export function toElicited({ inputRequests, requestState }: InputRequiredResult): Question {
  const [request, ...others] = Object.entries(inputRequests ?? {})
  const [name, { method, params }] = request ?? ['', { method: '', params: undefined }]
  const { mode = 'form', message, requestedSchema } = objectOf(params)
  const [box, ...more] = pairsOf(objectOf(requestedSchema).properties)
  const isBox = box !== undefined && objectOf(box[1]).type === 'boolean' && more.length === 0
  if (others.length > 0 || method !== 'elicitation/create' || mode !== 'form' || !isBox || typeof message !== 'string')
    throw new QuestionRefused()
  const inputResponses = { [name]: { action: 'accept', content: { [box[0]]: true } } }
  return questionOfLines(message, JSON.stringify({ inputResponses, requestState }))
}

/** What a repeated call has besides when the user has said yes. */
export const answerOf = ({ confirmation }: Pick<CallInput, 'confirmation'>): object =>
  confirmation === undefined ? {} : JSON.parse(confirmation)
