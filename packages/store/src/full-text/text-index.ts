import type { Reading, Transaction } from '../database.ts'

/** What an engine stores of a text: its key and its tokens. */
export interface TextIndex {
  put(transaction: Transaction, prefix: string, key: number, tokens: readonly string[]): Promise<void>
  remove(transaction: Transaction, prefix: string, keys: readonly number[]): Promise<void>
  /** Removes what is left of removed texts from the pages of the database. */
  purge(transaction: Transaction): Promise<void>
  /**
   * Keys of the texts with all tokens of at least one class, at most `count`: by the first class that they are in, in a
   * class the highest key first. Each class contains the classes before it. The tokens start with `prefix`.
   */
  rank(reading: Reading, prefix: string, classes: readonly Tokens[], count: number): Promise<number[]>
  /** The keys of all texts that have all tokens of at least one set. */
  all(reading: Reading, sets: readonly Tokens[]): Promise<number[]>
}

/** Each consists of letters and digits. */
export type Tokens = readonly string[]

/** A statement with `?` for each value, for a table whose name is a variable. */
export const toStatement = (sql: string): TemplateStringsArray => sql.split('?') as unknown as TemplateStringsArray
