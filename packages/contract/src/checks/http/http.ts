import type { CheckRun } from '../../calls/check-run.ts'
import type { SpecOperation } from '../../spec/spec.ts'
import { checkCaching } from './caching.ts'
import { checkCors } from './cors.ts'
import { checkMethods } from './methods.ts'
import { checkMediaTypeForms, checkReads } from './requests.ts'

export interface HttpOptions {
  /** Every operation of the spec, also those that the run does not call. */
  described: readonly SpecOperation[]
  /** Sends only methods that read. */
  safe: boolean
  /** Whether each user has a token of its own, so that answers are for one user. */
  hasUsers: boolean
}

/** What HTTP demands of every server, whatever its spec says. */
export async function checkHttp(run: CheckRun, { described, safe, hasUsers }: HttpOptions): Promise<void> {
  const { operations, client } = run
  const paths = [...Map.groupBy(operations, (one) => one.path)]
  await client.pace.each(
    paths.map(
      ([path, group]) =>
        () =>
          checkMethods(run, path, group, { described, safe }),
    ),
    run.isOver,
  )
  await client.pace.each(
    operations.map((operation) => async () => {
      await checkReads(run, operation)
      if (hasUsers) await checkCaching(run, operation)
    }),
    run.isOver,
  )
  for (const operation of operations) if (!run.isOver()) await checkMediaTypeForms(run, operation)
  await checkCors(run, operations)
}
