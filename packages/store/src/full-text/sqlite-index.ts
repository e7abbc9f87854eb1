import type { Reading, Transaction } from '../database.ts'
import { type TextIndex, type Tokens, toStatement } from './text-index.ts'

/*
 * FTS5 as a plain index of tokens: no columns, no positions, and a tokenizer that only splits at spaces. It reads matches
 * in the order of their keys and stops at the limit, so that a search takes no longer among more texts. A search reads each
 * part of the index, so two parts of a size are merged at once: writing takes a little longer, and a search half the time.
 */
export const sqliteTable = (table: string): string => `
  DROP TABLE IF EXISTS ${table};
  CREATE VIRTUAL TABLE ${table} USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii');
  INSERT INTO ${table} (${table}, rank) VALUES ('automerge', 2);`

export class SqliteIndex implements TextIndex {
  readonly #insert: TemplateStringsArray
  readonly #delete: TemplateStringsArray
  readonly #optimize: TemplateStringsArray
  readonly #find: TemplateStringsArray
  readonly #all: TemplateStringsArray

  constructor(table: string) {
    this.#insert = toStatement(`INSERT INTO ${table} (rowid, tokens) VALUES (?, ?)`)
    this.#delete = toStatement(`DELETE FROM ${table} WHERE rowid = ?`)
    this.#optimize = toStatement(`INSERT INTO ${table} (${table}) VALUES ('optimize')`)
    this.#find = toStatement(`SELECT rowid AS key FROM ${table} WHERE ${table} MATCH ? ORDER BY rowid DESC LIMIT ?`)
    this.#all = toStatement(
      `SELECT found.rowid AS key FROM json_each(?) sets CROSS JOIN ${table} found WHERE ${table} MATCH sets.value`,
    )
  }

  async put(transaction: Transaction, _prefix: string, key: number, tokens: Tokens): Promise<void> {
    await transaction.run(this.#delete, key)
    await transaction.run(this.#insert, key, tokens.join(' '))
  }

  async remove(transaction: Transaction, _prefix: string, keys: readonly number[]): Promise<void> {
    for (const key of keys) await transaction.run(this.#delete, key)
  }

  async purge(transaction: Transaction): Promise<void> {
    // FTS5 keeps deleted words until it merges its parts.
    await transaction.run(this.#optimize)
  }

  async rank(reading: Reading, _prefix: string, classes: readonly Tokens[], count: number): Promise<number[]> {
    const ranked = new Set<number>()
    for (const tokens of classes) {
      if (ranked.size >= count) break
      // At most `ranked.size` of these are known from the classes before.
      for (const { key } of await reading.all<{ key: number }>(this.#find, toExpression(tokens), count)) ranked.add(key)
    }
    return [...ranked].slice(0, count)
  }

  async all(reading: Reading, sets: readonly Tokens[]): Promise<number[]> {
    const found = await reading.all<{ key: number }>(this.#all, JSON.stringify(sets.map(toExpression)))
    return found.map(({ key }) => key)
  }
}

const toExpression = (tokens: Tokens): string => tokens.map((token) => `"${token}"`).join(' AND ')
