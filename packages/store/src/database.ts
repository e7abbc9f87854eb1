/** The values for `${}` in a statement. Write true and false as 1 and 0, and a time as text or a number. */
export type Value = string | number | bigint | null | Uint8Array

/** One row, by column name. An integer above 2^53 is an error; it is never rounded. */
export type Row = Record<string, string | number | null | Uint8Array>

/**
 * Statements are tagged templates: every `${value}` is bound, never inserted into the SQL.
 * Use only SQL that SQLite and Postgres share.
 */
export interface Reading {
  all<Result = Row>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result[]>
  get<Result = Row>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result | undefined>
}

export interface Transaction extends Reading {
  /** Returns the number of rows that were written or deleted. Writes that do not wait for each other are done in any order. */
  run(sql: TemplateStringsArray, ...values: Value[]): Promise<number>
}

export type Engine = 'sqlite' | 'postgres'

/** One count within its window, which begins with its first addition. */
export interface Count {
  used: number
  /** Until its window ends, in milliseconds. */
  left: number
}

/** Counts that all processes with one database share, such as the calls of a user within a minute. */
export interface SharedCounts {
  /** Whether processes on other machines may share them. */
  readonly isRemote: boolean
  /**
   * Adds to counts, by key, and returns what all processes together have counted.
   * @param seconds how long the window of a new count is
   */
  add(additions: ReadonlyMap<string, number>, seconds: number): Promise<Map<string, Count>>
}

export interface Database extends Transaction {
  /** Only for a file of SQL that the engines cannot share. */
  readonly engine: Engine
  /** Counts that all processes with this database share. Core finds them here, for its rate limits. */
  readonly counts: SharedCounts
  /**
   * Runs `work` alone: no other writer, in this or another process, writes between its statements.
   * Its writes are on the disk when the promise resolves, and rolled back when it rejects.
   * `work` must use the transaction that it receives, and finish within 5 seconds.
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>
  /** Rejects while the database cannot be read. */
  ready(): Promise<unknown>
  /** Moves all writes from the write-ahead log into the database file, and empties the log. */
  checkpoint(): Promise<void>
  /** Refuses new work, finishes running work, and closes the file. */
  close(): Promise<void>
}

/**
 * The database is not available: no folder, a full disk, or another process that locks it for too long.
 * `status` and `expose` follow the convention of the http-errors package, so that an HTTP server answers 503.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly status = 503
  readonly expose = true
  readonly headers = { 'retry-after': '1' }
}

export interface DatabaseOptions {
  /** Overwrites deleted data, so that nothing of it is on the disk after `checkpoint`. Deleting then costs more. Only for SQLite. */
  overwriteDeleted?: boolean
  /** For Postgres: returns the password for each new connection, for example a token that expires after minutes. */
  password?: () => string | Promise<string>
}
