import { setTimeout as sleep } from 'node:timers/promises'
import type { Connections } from './connections.ts'

/** A transaction, as the server knows it. */
export interface TransactionId {
  id: string
  /** When the server started. After a failover another server may have given the same id to another transaction. */
  server: string
}

export const selectTransactionId = 'SELECT pg_current_xact_id()::text AS id, pg_postmaster_start_time()::text AS server'

const longestSearch = 3_000

/** Whether a transaction was committed whose COMMIT was not answered, because the connection broke. */
export async function findOutcome(
  connections: Connections,
  { id, server }: TransactionId,
): Promise<'committed' | 'aborted' | 'unknown'> {
  const giveUp = Date.now() + longestSearch
  while (Date.now() < giveUp) {
    const found = await connections
      .use((connection) =>
        connection.query(
          ...statement`SELECT CASE WHEN pg_postmaster_start_time() = ${server}::timestamptz THEN pg_xact_status(${id}::xid8) ELSE 'unknown' END AS status`,
        ),
      )
      .catch(() => undefined)
    const status = found?.rows[0].status
    if (status === 'committed' || status === 'aborted') return status
    if (found && status !== 'in progress') return 'unknown'
    await sleep(20)
  }
  return 'unknown'
}

const statement = (sql: TemplateStringsArray, ...values: string[]) => [sql, values] as const
