import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { type Database, DatabaseError } from '../../src/index.ts'
import { type ServerSettings, startPostgres, type TemporaryPostgres } from '../../src/temporary-postgres.ts'

/** The URL of the server that the tests share. */
export const server = process.env.POSTGRES ?? ''

/** For tests that need Postgres: without a server they are skipped. */
export const onPostgres = { skip: server === '' && 'the variable POSTGRES is not set', timeout: 120_000 }

/** A server of its own for tests that stop it. */
export async function startServer(settings?: ServerSettings): Promise<TemporaryPostgres> {
  const started = await startPostgres(settings)
  if (!started) throw new Error('Postgres is not installed')
  return started
}

export const entries = { entry: 'CREATE TABLE entry (name TEXT, number INTEGER)' }

export const isUnavailable = (error: unknown): boolean =>
  error instanceof DatabaseError && error.status === 503 && error.headers['retry-after'] === '1'

export interface Written {
  acknowledged: Set<string>
  /** Answered with 503. */
  refused: Set<string>
  /** The times of the acknowledgements, from performance.now(). */
  times: number[]
}

/**
 * Eight clients write unique names, by single statements and by transactions, until `isOver`.
 * @throws the first error that is not a 503
 */
export async function writeUntil(database: Database, isOver: () => boolean): Promise<Written> {
  const written: Written = { acknowledged: new Set(), refused: new Set(), times: [] }
  const write = async (client: number) => {
    for (let count = 0; !isOver(); count++) {
      const name = `${client}-${count}`
      try {
        if (client % 2 === 0) await database.run`INSERT INTO entry (name, number) VALUES (${name}, ${count})`
        else
          await database.transaction(async (transaction) => {
            await transaction.get`SELECT name FROM entry WHERE name = ${name}`
            await transaction.run`INSERT INTO entry (name, number) VALUES (${name}, ${count})`
          })
        written.acknowledged.add(name)
        written.times.push(performance.now())
      } catch (error) {
        if (!isUnavailable(error)) throw error
        written.refused.add(name)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
  }
  await Promise.all(Array.from({ length: 8 }, (_, client) => write(client)))
  return written
}

/** The names that are in the table, and those that are there more than once. */
export async function findWritten(database: Database): Promise<{ names: Set<string>; twice: string[] }> {
  const rows = await database.all<{ name: string; count: number }>`
    SELECT name, count(*) AS count FROM entry GROUP BY name`
  return {
    names: new Set(rows.map(({ name }) => name)),
    twice: rows.filter(({ count }) => count > 1).map(({ name }) => name),
  }
}

export interface Proxy {
  url: string
  /** Looks at what a client sends. `cut` ends the connection before the server gets it, `cut after` when it has got it. */
  watch: (data: Buffer) => 'cut' | 'cut after' | undefined
  close(): void
}

/** A connection to the server at `url` that can break. */
export async function openProxy(url: string): Promise<Proxy> {
  const target = new URL(url)
  const sockets = new Set<Socket>()
  const listener = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    let isCut = false
    const cut = () => {
      isCut = true
      client.destroy()
    }
    upstream.on('data', (data) => isCut || client.write(data))
    upstream.on('close', () => client.destroy())
    client.on('close', () => isCut || upstream.destroy())
    client.on('data', (data) => {
      const action = proxy.watch(data)
      if (action === 'cut') cut()
      if (action === 'cut') upstream.destroy()
      else upstream.write(data)
      if (action === 'cut after') cut()
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const own = new URL(url)
  own.port = String((listener.address() as { port: number }).port)
  const proxy: Proxy = {
    url: own.href,
    watch: () => undefined,
    close() {
      listener.close()
      for (const socket of sockets) socket.destroy()
    },
  }
  return proxy
}
