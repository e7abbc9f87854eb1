import { keyPlaceOf } from '../../acting/key.ts'
import type { CheckRun } from '../../calls/check-run.ts'
import type { Credentials } from '../../calls/credentials.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import type { Words } from '../../state/making.ts'
import { asksFirst, checkConfirmation } from './confirmation.ts'
import { checkOnce } from './once.ts'
import { checkQuotes } from './quotes.ts'
import { checkUndo } from './undo.ts'

export interface ActingOptions {
  words: Words
  /** The credentials of a second user. They may be empty. */
  second: Credentials
  onProgress: (what: string) => void
}

const noTime = 'there was no time for it: --max-time'

/** Operations that act: each is done once for its key, only when it was confirmed, and can be taken back. */
export async function checkActing(
  run: CheckRun,
  operations: readonly SpecOperation[],
  { words, second, onProgress }: ActingOptions,
): Promise<void> {
  const acting = operations.filter(({ method }) => method !== 'GET')
  for (const operation of acting) {
    const place = ['POST', 'PATCH'].includes(operation.method) ? keyPlaceOf(operation) : undefined
    const steps = [
      ...(asksFirst(operation) ? [() => checkConfirmation(run, operation, { words, second })] : []),
      ...(place ? [() => checkOnce(run, operation, place, { words, second })] : []),
    ]
    for (const step of steps) {
      if (run.isOver()) return run.report.skip(operation.id, 'once, and only when it was confirmed', noTime)
      onProgress(`${operation.id}: acting`)
      await step()
    }
  }
  await checkUndo(run, acting, words)
  await checkQuotes(run, acting, words)
}
