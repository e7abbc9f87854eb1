import { type Database, FullText, type Reading, type SearchableText, type Transaction } from '@reference-plugins/store'

/** The columns of a note that are indexed. */
export interface IndexedNote {
  key: number
  owner: string
  title: string
  text: string
  /** A JSON array. */
  tags: string
}

/** Finds notes by tag and by word. Both indexes start with the owner, so the notes of other users do not slow down a search. */
export class NoteIndex {
  readonly #text: FullText

  constructor(database: Database) {
    this.#text = new FullText(database, { table: 'note_text', fields: 3, read: readTexts })
  }

  /** Indexes the notes that are not indexed yet. */
  prepare(): Promise<void> {
    return this.#text.prepare()
  }

  async put(transaction: Transaction, note: IndexedNote): Promise<void> {
    const { owner, key } = note
    await this.#text.put(transaction, toSearchable(note))
    await transaction.run`DELETE FROM note_tag WHERE owner = ${owner} AND note = ${key}`
    for (const tag of JSON.parse(note.tags) as string[])
      await transaction.run`INSERT INTO note_tag (owner, tag, note) VALUES (${owner}, ${tag}, ${key})`
  }

  async remove(transaction: Transaction, owner: string, key: number): Promise<void> {
    await this.#text.remove(transaction, owner, [key])
    await transaction.run`DELETE FROM note_tag WHERE owner = ${owner} AND note = ${key}`
  }

  async removeAll(transaction: Transaction, owner: string): Promise<void> {
    const notes = await transaction.all<{ key: number }>`SELECT key FROM note WHERE owner = ${owner}`
    await this.#text.remove(
      transaction,
      owner,
      notes.map(({ key }) => key),
    )
    await transaction.run`DELETE FROM note_tag WHERE owner = ${owner}`
  }

  /** The keys of notes that contain all the words, the best first: see {@link FullText.search}. */
  search(owner: string, query: string, count: number): Promise<number[]> {
    return this.#text.search(owner, query, count)
  }
}

async function readTexts(reading: Reading, after: number, count: number): Promise<SearchableText[]> {
  const notes = await reading.all<IndexedNote>`
    SELECT key, owner, title, tags, text FROM note WHERE key > ${after} ORDER BY key LIMIT ${count}`
  return notes.map(toSearchable)
}

const toSearchable = ({ key, owner, title, tags, text }: IndexedNote): SearchableText => ({
  key,
  owner,
  fields: [title, (JSON.parse(tags) as string[]).join('\n'), text],
})
