/** What may stand in `${}` of a statement. Say true and false as 1 and 0, and a time as text or a number. */
export type Value = string | number | bigint | null | Uint8Array

/** One row, by column name. Integers beyond 2^53 are refused, not rounded. */
export type Row = Record<string, string | number | null | Uint8Array>

/**
 * Statements as tagged templates: every `${value}` is bound, never pasted into the SQL.
 * Keep to SQL that SQLite and Postgres share.
 */
export interface Reading {
  all<Result = Row>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result[]>
  get<Result = Row>(sql: TemplateStringsArray, ...values: Value[]): Promise<Result | undefined>
}

export interface Transaction extends Reading {
  /** Answers how many rows were written or deleted. */
  run(sql: TemplateStringsArray, ...values: Value[]): Promise<number>
}

export interface Database extends Transaction {
  /**
   * Runs `work` alone: no other writer, here or in another process, comes between its statements.
   * What it wrote is on the disk when the promise resolves, and undone when it rejects.
   * Statements must go through the transaction that `work` is given, and be done within 5 seconds.
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>
  /** Rejects while the database cannot be read. */
  ready(): Promise<unknown>
  /** Brings what was written into the file itself, and empties the log of changes, in which it was kept until now. */
  checkpoint(): Promise<void>
  /** Refuses new work, finishes what was begun, and closes the file. */
  close(): Promise<void>
}

/**
 * The database itself is the trouble: no folder, no room, or another process that holds it for too long.
 * `status` and `expose` follow the convention of the http-errors package, so that an HTTP server can answer 503.
 */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
  readonly status = 503
  readonly expose = true
  readonly headers = { 'retry-after': '1' }
}

export interface DatabaseOptions {
  /** Writes over what is deleted, so that `checkpoint` leaves nothing of it on the disk. Deleting costs more then. */
  overwriteDeleted?: boolean
}
