import { neededFunctions, selectTransactionId } from './commit.ts'
import { type Connection, longestWork } from './connections.ts'

/** What the store needs to know of a server. */
export interface Server {
  /** Whether a pooler stands between, which gives each transaction another connection of the server. */
  isPooled: boolean
  /** The SQL that begins a transaction. */
  begin: string
}

export async function examine(connection: Connection): Promise<Server> {
  const { rows } = await connection.exec(`
    SELECT pg_backend_pid() AS id, current_setting('server_encoding') AS encoding,
      current_setting('synchronous_commit') AS durability`)
  const [{ id, encoding, durability }] = rows
  if (encoding !== 'UTF8') throw new Error(`the database has the encoding ${encoding}: create one with ENCODING 'UTF8'`)
  const begin = [
    'BEGIN ISOLATION LEVEL SERIALIZABLE',
    `SET LOCAL statement_timeout = ${longestWork}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${longestWork}`,
    // A server that does not wait for its disk would lose acknowledged writes.
    ...(durability === 'off' ? ['SET LOCAL synchronous_commit = on'] : []),
    ...((await hasTransactionIds(connection)) ? [selectTransactionId] : []),
  ]
  return { isPooled: id !== connection.id, begin: begin.join('; ') }
}

async function hasTransactionIds(connection: Connection): Promise<boolean> {
  const names = neededFunctions.map((name) => `'${name}'`).join(', ')
  const { rows } = await connection.exec(
    `SELECT count(DISTINCT proname) AS count FROM pg_proc WHERE proname IN (${names})`,
  )
  return rows[0].count === neededFunctions.length
}
