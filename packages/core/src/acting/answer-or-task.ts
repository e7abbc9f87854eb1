import type { Answer, Call } from '../call.ts'
import type { PluginOperation } from '../plugin.ts'
import { Problem } from '../problem.ts'
import type { Actions, Attempt } from './actions.ts'
import type { KeyedCall } from './kept-answers.ts'
import { taskAnswer } from './task-document.ts'

/** The longest that a caller may wait, in seconds: less than an answer may take. */
export const longestPatience = 40

/**
 * Runs an action that outlives its call. Whoever calls gets the answer, or a task if the answer takes longer than the
 * operation says.
 */
export async function answerOrTask(
  actions: Actions,
  { id, taskAfter = 0 }: PluginOperation,
  keyed: KeyedCall,
  call: Call,
  handle: (given: Attempt) => Promise<Answer>,
): Promise<Answer> {
  const begun = Promise.withResolvers<string>()
  const running = actions.resume(keyed, (attempt) => {
    begun.resolve(attempt.key)
    const name = { owner: keyed.owner, operation: id, key: attempt.key }
    return actions.longCalls.run(name, ({ signal, progress }) =>
      handle({
        ...attempt,
        signal,
        progress(...report) {
          call.progress(...report)
          progress(...report)
        },
      }),
    )
  })
  const patience = Math.min(call.patience ?? taskAfter, longestPatience)
  const waited = Promise.withResolvers<void>()
  const timer = setTimeout(waited.resolve, patience * 1000)
  const first = await Promise.race([running, waited.promise]).finally(() => clearTimeout(timer))
  if (first) return first
  const key = await Promise.race([running.then(() => undefined), begun.promise])
  if (key === undefined) return running
  running.catch((error) => {
    if (!(error instanceof Problem && error.status < 500))
      call.log.warn({ err: error, operation: id }, 'a task failed, and is tried again')
  })
  return Promise.race([running, actions.tasks.begin({ owner: keyed.owner, operation: id, key }).then(taskAnswer)])
}
