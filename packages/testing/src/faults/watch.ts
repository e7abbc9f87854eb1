import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Database, Transaction, Value } from '@reference-plugins/store'
import { type Life, ServiceOutage } from './life.ts'

/**
 * Makes each call of a method of another service a point. Its methods must be async.
 * @param toError what the client of the service throws when the connection breaks
 */
export type Watch = <Service extends object>(
  service: Service,
  toError?: (outage: ServiceOutage, method: string) => Error,
) => Service

type Method = (...values: unknown[]) => Promise<unknown>

export const watchService =
  (life: Life): Watch =>
  (service, toError = (outage) => outage) =>
    new Proxy(service, {
      get(target, name) {
        const value = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return async (...values: unknown[]) => {
          try {
            return await life.call(String(name), () => (value as Method).apply(target, values))
          } catch (error) {
            throw error instanceof ServiceOutage ? toError(error, String(name)) : error
          }
        }
      },
    })

/** Runs `open`, and makes each statement and COMMIT of the databases that it opens a point. */
export async function watchDatabases<Result>(life: Life, open: () => Promise<Result>): Promise<Result> {
  const onOpen = (database: unknown) => watchDatabase(life, database as Database)
  subscribe('reference-plugins:open', onOpen)
  try {
    return await open()
  } finally {
    unsubscribe('reference-plugins:open', onOpen)
  }
}

function watchDatabase(life: Life, database: Database): void {
  const { transaction } = database
  Object.assign(database, watchStatements(life, database), {
    async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
      await life.reach('before BEGIN')
      const result = await transaction.call(database, async (inner) => {
        const done = await work(watchStatements(life, inner))
        await life.reach('before COMMIT')
        return done
      })
      await life.reach('after COMMIT')
      return result as Result
    },
  })
}

function watchStatements(life: Life, target: Transaction): Transaction {
  const watch = (name: 'all' | 'get' | 'run') => {
    const method = target[name].bind(target) as (sql: TemplateStringsArray, ...values: Value[]) => Promise<never>
    return (sql: TemplateStringsArray, ...values: Value[]) => life.pass(nameOf(sql), () => method(sql, ...values))
  }
  return { all: watch('all'), get: watch('get'), run: watch('run') }
}

/** The first words of a statement. */
export const nameOf = (sql: readonly string[]): string => sql.join('?').trim().replaceAll(/\s+/g, ' ').slice(0, 60)
