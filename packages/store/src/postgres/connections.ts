import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import pg, { type PoolClient, type PoolConfig, type QueryResult } from 'pg'
import { DatabaseError, type Value } from '../database.ts'
import { cancel } from './cancel.ts'
import { isLost, isPooled, isStale, toStatementError } from './faults.ts'
import { statementOf } from './statement.ts'
import { encodeValue, types } from './values.ts'

/** The longest that one piece of work may use a connection, in milliseconds. */
export const longestWork = 5_000

/** What telemetry publishes empty, for each pool to add its own. */
interface PoolFigures {
  used: number
  idle: number
  waiting: number
}

const figuresChannel = 'reference-plugins:pool'

/** The connections to one database. One piece of work at a time uses each. */
export class Connections {
  readonly #pool: pg.Pool
  /** Whether each connection prepares a statement once. A pooler would run it on a connection that has not prepared it. */
  isPreparing = false

  constructor(settings: PoolConfig) {
    // @types/pg does not know `pipeline` yet.
    this.#pool = new pg.Pool({ ...settings, pipeline: true } as PoolConfig)
    // Without a listener, a connection that breaks would end the process. Its next use fails and says why.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => client.on('error', () => {}))
    subscribe(figuresChannel, this.#addFigures)
  }

  /** How many there can be. */
  get most(): number {
    return this.#pool.options.max
  }

  /** @throws DatabaseError if no connection is free or possible, and after 5 seconds */
  async use<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection = new Connection(await this.#connect(), this.isPreparing)
    const { promise: overdue, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      connection.interrupt()
      reject(new DatabaseError(`a transaction took over ${longestWork / 1000} seconds`))
    }, longestWork)
    try {
      return await Promise.race([work(connection), overdue])
    } finally {
      clearTimeout(timer)
      connection.release()
      if (isPooled(connection.fault)) this.isPreparing = false
    }
  }

  close(): Promise<void> {
    unsubscribe(figuresChannel, this.#addFigures)
    return this.#pool.end()
  }

  readonly #addFigures = (message: unknown): void => {
    const figures = message as PoolFigures
    const { totalCount, idleCount, waitingCount } = this.#pool
    figures.used += totalCount - idleCount
    figures.idle += idleCount
    figures.waiting += waitingCount
  }

  async #connect(): Promise<PoolClient> {
    try {
      return await this.#pool.connect()
    } catch (error) {
      // The message may contain the address of the server, which is not for users.
      throw new DatabaseError('the database is not available', { cause: error })
    }
  }
}

/** One connection, while a piece of work uses it. Statements run in the order in which they are sent, without waiting. */
export class Connection {
  readonly #client: PoolClient
  readonly #isPreparing: boolean
  /** The first error of a statement. */
  fault: unknown
  isInterrupted = false
  #isGathering = false

  constructor(client: PoolClient, isPreparing: boolean) {
    this.#client = client
    this.#isPreparing = isPreparing
  }

  /** The number of the connection at the server, or at the pooler in front of it. */
  get id(): number {
    return (this.#client as unknown as { processID: number }).processID
  }

  query(sql: TemplateStringsArray, values: readonly Value[]): Promise<QueryResult> {
    const { name, text } = statementOf(sql)
    return this.#send({ ...(this.#isPreparing && { name }), text, values: values.map(encodeValue), types })
  }

  /** Runs statements without values, which may be several. Returns the last result. */
  async exec(text: string): Promise<QueryResult> {
    const result: QueryResult | QueryResult[] = await this.#send({ text, types })
    return Array.isArray(result) ? (result.at(-1) as QueryResult) : result
  }

  /** Writes the statements of one turn of the event loop at once: a system call for each takes longer than the rest. */
  #gather(): void {
    if (this.#isGathering) return
    const stream = this.#stream
    this.#isGathering = true
    stream.cork()
    process.nextTick(() => {
      this.#isGathering = false
      stream.uncork()
    })
  }

  get #stream(): Socket {
    return (this.#client as unknown as { connection: { stream: Socket } }).connection.stream
  }

  /** Ends the connection and the statement that runs on it. */
  interrupt(): void {
    this.isInterrupted = true
    const stream = this.#stream
    // pg itself would wait for the end of the statement. A pooler cancels nothing for a connection that is gone.
    cancel(this.#client).finally(() => stream.destroy())
  }

  release(): void {
    this.#client.release(this.isInterrupted || isLost(this.fault) || isStale(this.fault))
  }

  async #send(query: pg.QueryConfig): Promise<QueryResult> {
    this.#gather()
    try {
      return await this.#client.query(query)
    } catch (error) {
      const fault = toStatementError(error)
      this.fault ??= fault
      throw fault
    }
  }
}
