import type { Value } from '../database.ts'
import type { Connection, Connections } from './connections.ts'
import { isLost, isStale, toFault } from './faults.ts'

interface Read {
  sql: TemplateStringsArray
  values: Value[]
  tries: number
  resolve: (rows: never[]) => void
  reject: (error: unknown) => void
}

const largestBatch = 16

/**
 * Reads committed data. The reads of one turn of the event loop are sent together on few connections, which takes less than
 * half the time of a connection for each. A read that fails does not change the others.
 */
export class Reader {
  readonly #connections: Connections
  #waiting: Read[] = []

  constructor(connections: Connections) {
    this.#connections = connections
  }

  read<Result>(sql: TemplateStringsArray, values: Value[]): Promise<Result[]> {
    return new Promise<Result[]>((resolve, reject) => this.#enqueue({ sql, values, tries: 0, resolve, reject }))
  }

  #enqueue(read: Read): void {
    if (this.#waiting.push(read) === 1) setImmediate(() => this.#drain())
  }

  #drain(): void {
    while (this.#waiting.length > 0) this.#perform(this.#waiting.splice(0, largestBatch))
  }

  async #perform(reads: Read[]): Promise<void> {
    try {
      await this.#connections.use((connection) => Promise.all(reads.map((read) => this.#send(connection, read))))
    } catch (error) {
      for (const { reject } of reads) reject(error)
    }
  }

  async #send(connection: Connection, read: Read): Promise<void> {
    try {
      read.resolve((await connection.query(read.sql, read.values)).rows as never[])
    } catch (error) {
      if (connection.isInterrupted) throw error
      // Any connection of the pool may be one that the server has closed, or one that has prepared the statement too early.
      if ((isLost(error) || isStale(error)) && read.tries++ < this.#connections.most) this.#enqueue(read)
      else read.reject(toFault(error, 'nothing could be read'))
    }
  }
}
