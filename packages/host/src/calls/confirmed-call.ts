import type { AnsweredQuestion } from '../wire.ts'
import type { CallInput, Outcome } from './call.ts'
import type { Caller } from './caller.ts'
import { type Question, whyAgain } from './question.ts'

/**
 * Makes a call outside of a conversation. If the plugin asks the user first, `decide` answers each question: after yes, the
 * plugin may ask again, because something has changed.
 */
export async function callConfirmed(
  caller: Caller,
  input: CallInput,
  decide: (question: Question, again: string | undefined) => boolean | Promise<boolean>,
): Promise<Outcome & { answered: AnsweredQuestion[] }> {
  const answered: AnsweredQuestion[] = []
  let outcome = await caller.call(input)
  while (outcome.question) {
    const { question, facts, token: confirmation } = outcome.question
    const isConfirmed = await decide(outcome.question, whyAgain(answered, outcome.question))
    answered.push({ question, facts, decision: isConfirmed ? 'confirmed' : 'declined' })
    if (!isConfirmed) return { state: 'refused', result: 'Nothing was done: it was not confirmed.', answered }
    outcome = await caller.call({ ...input, confirmation })
  }
  return { ...outcome, answered }
}
