import type { Database, Reading, Transaction } from '../database.ts'
import type { Step } from '../migrations.ts'
import { PostgresIndex, postgresTable } from './postgres-index.ts'
import { Query } from './query.ts'
import { SqliteIndex, sqliteTable } from './sqlite-index.ts'
import type { TextIndex } from './text-index.ts'
import { Tokenizer } from './tokenizer.ts'

export interface SearchableText {
  /** A positive integer that no other text has. Newer texts have higher keys. */
  key: number
  /** Whose text it is. Each owner has an index of their own. */
  owner: string
  /** The most important one first. */
  fields: readonly string[]
}

export interface TextSource {
  /** The table of the index, that {@link fullTextStep} creates. */
  table: string
  /** How many fields each text has. */
  fields: number
  /** Reads the texts with the lowest keys above `after`, at most `count`, in the order of their keys. */
  read(reading: Reading, after: number, count: number): Promise<SearchableText[]>
}

// Increase it when the same text gets other tokens: every index is then built again.
const version = 1
// Of one transaction. A text has at most some 100,000 characters, which take some tenths of a second.
const mostTexts = 100
const longestBatch = 100_000
const mostRead = 10_000

/** The step of a migration that creates the index. The texts that exist are added by {@link FullText.prepare}. */
export function fullTextStep(table: string): Step {
  const built = 'CREATE TABLE IF NOT EXISTS full_text (name TEXT PRIMARY KEY);'
  return { sqlite: `${built}${sqliteTable(table)}`, postgres: `${built}${postgresTable(table)}` }
}

/** Finds texts by their words, in any script, on each engine the same ones in the same order. */
export class FullText {
  readonly #database: Database
  readonly #source: TextSource
  readonly #index: TextIndex

  constructor(database: Database, source: TextSource) {
    this.#database = database
    this.#source = source
    this.#index = database.engine === 'sqlite' ? new SqliteIndex(source.table) : new PostgresIndex(source.table)
  }

  /** Builds the index, unless it has been built: after an update of the program, or when the texts came from another database. */
  async prepare(): Promise<void> {
    const name = `${this.#source.table} ${version}`
    if (await this.#database.get`SELECT name FROM full_text WHERE name = ${name}`) return
    for (let after: number | undefined = 0; after !== undefined; ) {
      const from: number = after
      after = await this.#database.transaction((transaction) => this.#putSome(transaction, from))
    }
    await this.#database.run`INSERT INTO full_text (name) VALUES (${name}) ON CONFLICT DO NOTHING`
  }

  /** Adds a text, or replaces the one with its key. */
  put(transaction: Transaction, { key, owner, fields }: SearchableText): Promise<void> {
    const tokenizer = new Tokenizer(owner)
    return this.#index.put(transaction, tokenizer.prefix, key, tokenizer.ofFields(fields))
  }

  async remove(transaction: Transaction, owner: string, keys: readonly number[]): Promise<void> {
    if (keys.length > 0) await this.#index.remove(transaction, new Tokenizer(owner).prefix, keys)
  }

  /** Overwrites what is left of the words of removed texts, in a database that overwrites what is deleted. It takes a while. */
  purge(transaction: Transaction): Promise<void> {
    return this.#index.purge(transaction)
  }

  /**
   * The keys of the owner's texts that contain all words of a query, at most `count`. Texts with the exact words come before
   * texts with longer words that start with them. In both groups texts with all words in the first field come first, then
   * in the first two, and so on, newest first. There is no ranking by frequency: it would depend on other owners, and read
   * every match.
   */
  search(owner: string, query: string, count: number): Promise<number[]> {
    return this.#search(owner, query, count, ({ ranks }) => ranks)
  }

  /** The keys of the owner's newest texts that contain all words of a query, each at least as the beginning of a word. */
  newest(owner: string, query: string, count: number): Promise<number[]> {
    return this.#search(owner, query, count, ({ ranks }) => ranks.slice(-1))
  }

  /**
   * All texts of some owners that contain all words of a query, each at least as the beginning of a word: their keys, each
   * with the index of the first field up to which the words are.
   */
  async matches(owners: readonly string[], words: string): Promise<Map<number, number>> {
    const query = new Query(words, this.#source.fields)
    const found = new Map<number, number>()
    if (query.isEmpty || owners.length === 0) return found
    const classes = query.ranks.slice(-this.#source.fields)
    const tokenizers = owners.map((owner) => new Tokenizer(owner))
    for (const one of classes.toReversed()) {
      const sets = tokenizers.map((tokenizer) => query.tokens(tokenizer, one))
      for (const key of await this.#index.all(this.#database, sets)) found.set(key, one.level)
    }
    if (!query.isUncertain) return found
    for (const key of found.keys()) {
      const text = await this.#read(key)
      const level = text && query.classify(text.fields, classes)?.level
      if (level === undefined) found.delete(key)
      else found.set(key, level)
    }
    return found
  }

  async #search(owner: string, words: string, count: number, classesOf: (query: Query) => Query['ranks']) {
    const query = new Query(words, this.#source.fields)
    if (query.isEmpty) return []
    const classes = classesOf(query)
    const tokenizer = new Tokenizer(owner)
    const sets = classes.map((one) => query.tokens(tokenizer, one))
    const rank = (most: number) => this.#index.rank(this.#database, tokenizer.prefix, sets, most)
    if (!query.isUncertain) return rank(count)
    const places = new Map<number, number>()
    for (let most = count; ; most *= 4) {
      const ranked = await rank(most)
      for (const key of ranked) if (!places.has(key)) places.set(key, await this.#place(key, query, classes))
      const found = ranked.filter((key) => places.get(key) !== -1)
      if (found.length >= count || ranked.length < most || most >= mostRead)
        return found.toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0) || b - a).slice(0, count)
    }
  }

  /** The index of the class that a text is in, or -1. */
  async #place(key: number, query: Query, classes: Query['ranks']): Promise<number> {
    const text = await this.#read(key)
    const found = text && query.classify(text.fields, classes)
    return found ? classes.indexOf(found) : -1
  }

  async #read(key: number): Promise<SearchableText | undefined> {
    const [text] = await this.#source.read(this.#database, key - 1, 1)
    return text?.key === key ? text : undefined
  }

  /** Returns the key of the last text, or undefined after all of them. */
  async #putSome(transaction: Transaction, after: number): Promise<number | undefined> {
    let length = 0
    let last: number | undefined
    for (const text of await this.#source.read(transaction, after, mostTexts)) {
      await this.put(transaction, text)
      last = text.key
      length += text.fields.reduce((sum, field) => sum + field.length, 0)
      if (length > longestBatch) break
    }
    return last
  }
}
