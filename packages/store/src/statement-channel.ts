import { AsyncResource } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import type { Engine, Transaction } from './database.ts'

/** A statement, from its call to its result, as subscribers of `reference-plugins:statement` see it. */
export interface StatementEvent {
  readonly engine: Engine
  /** The parts of the tagged template, without the values between them. */
  readonly sql: readonly string[]
}

const channel = tracingChannel<unknown, StatementEvent>('reference-plugins:statement')

/** Runs a statement, and publishes it if anyone listens. Otherwise it costs nothing. */
export const publishStatement = <Result>(
  engine: Engine,
  sql: readonly string[],
  run: () => Promise<Result>,
): Promise<Result> => (channel.hasSubscribers ? channel.tracePromise(run, { engine, sql }) : run())

/** Runs a transaction so that its statements are published, in the context of the caller. */
export function publishTransaction<Result>(
  engine: Engine,
  work: (transaction: Transaction) => Promise<Result>,
): (transaction: Transaction) => Promise<Result> {
  if (!channel.hasSubscribers) return work
  return AsyncResource.bind((inner: Transaction) =>
    work({
      all: (sql, ...values) => publishStatement(engine, sql, () => inner.all(sql, ...values)),
      get: (sql, ...values) => publishStatement(engine, sql, () => inner.get(sql, ...values)),
      run: (sql, ...values) => publishStatement(engine, sql, () => inner.run(sql, ...values)),
    }),
  )
}
