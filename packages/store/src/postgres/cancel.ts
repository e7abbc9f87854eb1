import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import pg, { type PoolClient } from 'pg'

/** What pg keeps of a connection: its server, and the numbers that a request to cancel must name. */
interface Connected {
  host: string
  port: number
  ssl: boolean | object
  processID: number
  secretKey: number
}

interface Canceller extends pg.Connection {
  connect(portOrSocket: number | string, host?: string): void
  requestSsl(): void
  cancel(processId: number, secretKey: number): void
}

const longestRequest = 1_000

/**
 * Asks the server, or the pooler in front of it, to end the statement that runs on a connection.
 * Resolves when the request has been handled, or after a second.
 */
export async function cancel(client: PoolClient): Promise<void> {
  const { host, port, ssl, processID, secretKey } = client as unknown as Connected
  const connection = new pg.Connection({ ssl } as pg.ConnectionConfig) as Canceller
  connection.on('error', () => {})
  if (ssl) connection.on('connect', () => connection.requestSsl())
  connection.on(ssl ? 'sslconnect' : 'connect', () => connection.cancel(processID, secretKey))
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`)
  else connection.connect(port, host)
  await Promise.race([once(connection, 'end'), sleep(longestRequest)])
  connection.stream.destroy()
}
