import type { Reading, Transaction } from '../database.ts'
import { type TextIndex, type Tokens, toStatement } from './text-index.ts'

/*
 * A GIN index of arrays: no limit on the number of tokens, and no extension. It knows no order, and would read every match
 * to sort the newest ones. So each text also has the tokens of the segments that its key is in, which are 1,024 keys long,
 * 32 times as long, and so on. A search asks for the newest segments first, and most searches find enough there.
 *
 * `fastupdate` would collect new tokens in a list that every search reads. The arrays are kept outside of the rows, so that
 * few pages have the keys of many texts. Statistics of tokens would only make ANALYZE and planning slower.
 */
export const postgresTable = (table: string): string => `
  CREATE TABLE ${table} (
    owner TEXT NOT NULL, key bigint NOT NULL, tokens text[] COLLATE "C" NOT NULL, PRIMARY KEY (owner, key)
  );
  ALTER TABLE ${table} SET (toast_tuple_target = 128);
  ALTER TABLE ${table} ALTER COLUMN tokens SET STATISTICS 0;
  CREATE INDEX ${table}_tokens ON ${table} USING gin (tokens) WITH (fastupdate = off);`

// In keys.
const segments = [10, 15, 20, 25, 30].map((bits) => 2 ** bits)

export class PostgresIndex implements TextIndex {
  readonly #insert: TemplateStringsArray
  readonly #delete: TemplateStringsArray
  readonly #newest: TemplateStringsArray
  readonly #findInSegments: TemplateStringsArray
  readonly #find: TemplateStringsArray
  readonly #classify: TemplateStringsArray
  readonly #all: TemplateStringsArray

  constructor(table: string) {
    this.#insert = toStatement(
      `INSERT INTO ${table} (owner, key, tokens) VALUES (?, ?, ?::text[])
       ON CONFLICT (owner, key) DO UPDATE SET tokens = excluded.tokens`,
    )
    this.#delete = toStatement(`DELETE FROM ${table} WHERE owner = ? AND key IN (SELECT unnest(?::bigint[]))`)
    this.#newest = toStatement(`SELECT key FROM ${table} WHERE owner = ? ORDER BY key DESC LIMIT 1`)
    this.#findInSegments = toStatement(
      `SELECT key FROM ${table} WHERE tokens @> ?::text[] AND tokens && ?::text[] AND key < ? ORDER BY key DESC LIMIT ?`,
    )
    this.#find = toStatement(`SELECT key FROM ${table} WHERE tokens @> ?::text[] AND key < ? ORDER BY key DESC LIMIT ?`)
    this.#classify = toStatement(
      `SELECT key FROM ${table} WHERE owner = ? AND key IN (SELECT unnest(?::bigint[])) AND tokens @> ?::text[]
       ORDER BY key DESC`,
    )
    this.#all = toStatement(
      `SELECT found.key FROM unnest(?::text[]) AS sets (tokens)
       CROSS JOIN LATERAL (SELECT key FROM ${table} WHERE ${table}.tokens @> sets.tokens::text[]) found`,
    )
  }

  async put(transaction: Transaction, prefix: string, key: number, tokens: Tokens): Promise<void> {
    const all = [...tokens, ...segments.map((size) => segmentToken(prefix, size, Math.floor(key / size)))]
    await transaction.run(this.#insert, prefix, key, toArray(all))
  }

  async remove(transaction: Transaction, prefix: string, keys: readonly number[]): Promise<void> {
    await transaction.run(this.#delete, prefix, `{${keys.join(',')}}`)
  }

  async purge(): Promise<void> {
    // The server removes deleted rows by itself.
  }

  async rank(reading: Reading, prefix: string, classes: readonly Tokens[], count: number): Promise<number[]> {
    const newest = await reading.get<{ key: number }>(this.#newest, prefix)
    if (!newest) return []
    const widest = await this.#newestOf(reading, prefix, newest.key, classes.at(-1) ?? [], count)
    const ranked = new Set<number>()
    for (const tokens of classes.slice(0, -1)) {
      if (ranked.size >= Math.min(count, widest.length)) break
      const found =
        widest.length < count
          ? await this.#of(reading, prefix, widest, tokens)
          : await this.#newestOf(reading, prefix, newest.key, tokens, count)
      for (const key of found) ranked.add(key)
    }
    for (const key of widest) ranked.add(key)
    return [...ranked].slice(0, count)
  }

  async all(reading: Reading, sets: readonly Tokens[]): Promise<number[]> {
    const found = await reading.all<{ key: number }>(this.#all, toArray(sets.map(toArray)))
    return found.map(({ key }) => key)
  }

  /** The newest texts with all tokens: from two segments at a time, each pair longer than the one before. */
  async #newestOf(reading: Reading, prefix: string, newest: number, tokens: Tokens, count: number): Promise<number[]> {
    const found: number[] = []
    let below = newest + 1
    const add = (rows: { key: number }[]) => found.push(...rows.map(({ key }) => key))
    for (const size of segments) {
      const last = Math.floor(newest / size)
      const both = [last, last - 1].map((segment) => segmentToken(prefix, size, segment))
      add(await reading.all(this.#findInSegments, toArray(tokens), toArray(both), below, count - found.length))
      below = (last - 1) * size
      if (found.length >= count || below <= 0) return found
    }
    add(await reading.all(this.#find, toArray(tokens), below, count - found.length))
    return found
  }

  /** Those of the keys whose texts have all tokens. */
  async #of(reading: Reading, prefix: string, keys: readonly number[], tokens: Tokens): Promise<number[]> {
    const found = await reading.all<{ key: number }>(this.#classify, prefix, `{${keys.join(',')}}`, toArray(tokens))
    return found.map(({ key }) => key)
  }
}

const segmentToken = (prefix: string, size: number, segment: number): string => `${prefix}s${size}x${segment}`

const toArray = (texts: readonly string[]): string =>
  `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`
