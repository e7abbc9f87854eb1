import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Connections } from './connections.ts'

/** A transaction, as the server knows it. */
export interface TransactionId {
  id: string
  /** Which run of which server gave the id. Another run may give it to another transaction. */
  run: string
}

/*
 * A server that ends cleanly, or another one after a failover, has another start time. One that starts again after the
 * crash of a connection keeps its start time and resets its statistics.
 */
const serverRun = `concat_ws(' ',
  extract(epoch FROM pg_postmaster_start_time()), extract(epoch FROM pg_stat_get_bgwriter_stat_reset_time()))`

/** What a server must have, so that it can say what has become of a transaction. */
export const neededFunctions = [
  'pg_current_xact_id',
  'pg_xact_status',
  'pg_postmaster_start_time',
  'pg_stat_get_bgwriter_stat_reset_time',
]

export const selectTransactionId = `SELECT pg_current_xact_id()::text AS id, ${serverRun} AS run`

const { escapeLiteral } = pg
const longestSearch = 3_000

/** Whether a transaction was committed whose COMMIT was not answered, because the connection broke. */
export async function findOutcome(
  connections: Connections,
  { id, run }: TransactionId,
): Promise<'committed' | 'aborted' | 'unknown'> {
  const query = `SELECT CASE WHEN ${serverRun} = ${escapeLiteral(run)}
    THEN pg_xact_status(${escapeLiteral(id)}::xid8) ELSE 'unknown' END AS status`
  const giveUp = Date.now() + longestSearch
  while (Date.now() < giveUp) {
    const found = await connections.use((connection) => connection.exec(query)).catch(() => undefined)
    const status = found?.rows[0].status
    if (status === 'committed' || status === 'aborted') return status
    if (found && status !== 'in progress') return 'unknown'
    await sleep(20)
  }
  return 'unknown'
}
