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

const longestRequest = 5_000

/** Asks the server, or the pooler in front of it, to end the statement that runs on a connection. */
export function cancel(client: PoolClient): void {
  const { host, port, ssl, processID, secretKey } = client as unknown as Connected
  const connection = new pg.Connection({ ssl } as pg.ConnectionConfig) as Canceller
  connection.on('error', () => {})
  if (ssl) connection.on('connect', () => connection.requestSsl())
  connection.on(ssl ? 'sslconnect' : 'connect', () => connection.cancel(processID, secretKey))
  const timer = setTimeout(() => connection.stream.destroy(), longestRequest)
  connection.on('end', () => clearTimeout(timer))
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`)
  else connection.connect(port, host)
}
