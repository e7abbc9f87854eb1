/** A value as the engine stores it: texts are not decoded, and integers are bigints. */
export type StoredValue = string | number | bigint | null | Uint8Array

export type StoredRow = readonly StoredValue[]

export interface Table {
  name: string
  columns: readonly string[]
}

/** One of the two databases of a move, in one transaction. */
export interface Side {
  /** All tables, those that others refer to first. Without full-text indexes. */
  readonly tables: readonly Table[]
  /** Full-text indexes, where the engine marks them. */
  readonly indexes: readonly string[]
  /** Whether a table has rows. */
  hasRows(table: string): Promise<boolean>
  /** The names of the steps that have run. */
  steps(): Promise<string[]>
  /** All rows, in portions. */
  rows(table: Table): AsyncIterable<StoredRow[]>
  /** Keeps other programs from writing until the end. */
  lock(tables: readonly Table[]): Promise<void>
  /** Deletes all rows, and prepares for {@link insert}, which no trigger changes. */
  clear(tables: readonly Table[]): Promise<void>
  insert(table: Table, rows: readonly StoredRow[]): Promise<void>
  /** Sets what follows from the rows: triggers again, and the next numbers of sequences. */
  settle(tables: readonly Table[]): Promise<void>
  commit(): Promise<void>
  /** Undoes everything that was not committed. */
  close(): Promise<void>
}

/** Rows of one portion, and their size in characters and bytes, at most about. */
export const largestPortion = { rows: 1_000, size: 4_000_000 }

export const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const columnList = ({ columns }: Table): string => columns.map(quote).join(', ')
