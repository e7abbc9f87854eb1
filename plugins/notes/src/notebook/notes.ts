import { randomBytes } from 'node:crypto'
import { Problem } from '@reference-plugins/core'
import { type Database, snippetOf, type Transaction } from '@reference-plugins/store'
import { NoteIndex } from './note-index.ts'
import { notesByKey } from './notes-by-key.ts'

/** The longest note, in characters. */
export const longestNote = 100_000
// Even if every character is escaped as \u0000, one part and the other members fit into a response.
const longestPart = 15_000

export interface NewNote {
  title: string
  text: string
  tags: readonly string[]
  /** Only for imported notes; the default is now. */
  createdAt?: string | undefined
  updatedAt?: string | undefined
}

export interface Note {
  id: string
  title: string
  tags: string[]
  version: number
  createdAt: string
  updatedAt: string
}

export interface NoteChange {
  version: number
  title?: string | undefined
  text?: string | undefined
  tags?: readonly string[] | undefined
}

export interface NoteFilter {
  tag?: string | undefined
  since?: string | undefined
  until?: string | undefined
}

interface Row {
  key: number
  id: string
  owner: string
  title: string
  text: string
  tags: string
  version: number
  created_at: string
  updated_at: string
}

/** The change was refused: the note is at this version. */
interface Changed {
  changed: number
}

// In characters and notes: at most a few tens of milliseconds of work, or one note.
const longestBatch = 50_000
const mostInBatch = 100

function* inBatches(notes: readonly NewNote[]): Generator<NewNote[]> {
  let batch: NewNote[] = []
  let length = 0
  for (const note of notes) {
    if (batch.length > 0 && (batch.length === mostInBatch || length + note.text.length > longestBatch)) {
      yield batch
      batch = []
      length = 0
    }
    batch.push(note)
    length += note.text.length
  }
  if (batch.length > 0) yield batch
}

/** The notes of all users. The first parameter of each method is the owner, and it sees no other notes. */
export class Notes {
  readonly #database: Database
  readonly #index: NoteIndex

  constructor(database: Database) {
    this.#database = database
    this.#index = new NoteIndex(database)
  }

  /** Must have finished before the first search. */
  prepare(): Promise<void> {
    return this.#index.prepare()
  }

  async add(owner: string, note: NewNote): Promise<Note> {
    const [added] = await this.addAll(owner, [note])
    return added as Note
  }

  /**
   * Adds all of them; if one cannot be added, those before it are deleted again. Many notes are written in several
   * transactions, because indexing takes half a second for each megabyte and other calls must not wait so long.
   */
  async addAll(owner: string, notes: readonly NewNote[]): Promise<Note[]> {
    const added: Note[] = []
    try {
      for (const batch of inBatches(notes)) added.push(...(await this.#addBatch(owner, batch)))
    } catch (error) {
      for (const { id } of added) await this.delete(owner, id)
      throw error
    }
    return added
  }

  #addBatch(owner: string, notes: readonly NewNote[]): Promise<Note[]> {
    return this.#database.transaction(async (transaction) => {
      if (await transaction.get`SELECT 1 FROM removed_owner WHERE owner = ${owner}`)
        throw new Problem(403, 'The account has been deleted: sign in with another one')
      const added: Note[] = []
      for (const { title, text, tags, createdAt, updatedAt } of notes) {
        const now = new Date().toISOString()
        const id = randomBytes(12).toString('base64url')
        await transaction.run`
          INSERT INTO note (id, owner, title, text, tags, version, created_at, updated_at)
          VALUES (${id}, ${owner}, ${title}, ${text}, ${JSON.stringify(unique(tags))}, 1, ${createdAt ?? now}, ${updatedAt ?? now})`
        const row = (await find(transaction, owner, id)) as Row
        await this.#index.put(transaction, row)
        added.push(toNote(row))
      }
      return added
    })
  }

  /** Returns undefined if the owner has no such note. `nextOffset` is set if the text goes on. */
  async read(owner: string, id: string, offset: number) {
    const row = await find(this.#database, owner, id)
    if (!row) return undefined
    const characters = Array.from(row.text)
    const end = offset + longestPart
    const text = characters.slice(offset, end).join('')
    return { ...toNote(row), text, ...(end < characters.length && { nextOffset: end }) }
  }

  /** Changes the note if it is still at this version. */
  change(owner: string, id: string, { version, ...parts }: NoteChange): Promise<{ note: Note } | Changed | 'missing'> {
    return this.#database.transaction(async (transaction) => {
      const row = await find(transaction, owner, id)
      if (!row) return 'missing'
      if (row.version !== version) return { changed: row.version }
      return { note: await this.#write(transaction, row, parts) }
    })
  }

  append(owner: string, id: string, text: string): Promise<Note | 'missing' | 'full'> {
    return this.#database.transaction(async (transaction) => {
      const row = await find(transaction, owner, id)
      if (!row) return 'missing'
      const longer = row.text === '' ? text : `${row.text}\n\n${text}`
      if (Array.from(longer).length > longestNote) return 'full'
      return this.#write(transaction, row, { text: longer })
    })
  }

  delete(owner: string, id: string, version?: number): Promise<'deleted' | Changed | 'missing'> {
    return this.#database.transaction(async (transaction) => {
      const row = await find(transaction, owner, id)
      if (!row) return 'missing'
      if ((version ?? row.version) !== row.version) return { changed: row.version }
      await this.#index.remove(transaction, owner, row.key)
      await transaction.run`DELETE FROM note WHERE owner = ${owner} AND key = ${row.key}`
      return 'deleted'
    })
  }

  /** Deletes all notes of an account that is deleted in the same transaction. Nothing can be added for it later. */
  async removeAll(owner: string, transaction: Transaction): Promise<void> {
    await this.#index.removeAll(transaction, owner)
    await transaction.run`DELETE FROM note WHERE owner = ${owner}`
    await transaction.run`INSERT INTO removed_owner (owner) VALUES (${owner}) ON CONFLICT DO NOTHING`
  }

  /** Last changed first. */
  async list(owner: string, { tag, since, until }: NoteFilter, offset: number, count: number): Promise<Note[]> {
    const [from, to] = [toTime(since, '0'), toTime(until, 'a')]
    const rows =
      tag === undefined
        ? await this.#database.all<Row>`
            SELECT id, title, tags, version, created_at, updated_at FROM note
            WHERE owner = ${owner} AND updated_at >= ${from} AND updated_at < ${to}
            ORDER BY updated_at DESC, key DESC LIMIT ${count} OFFSET ${offset}`
        : await this.#database.all<Row>`
            SELECT n.id, n.title, n.tags, n.version, n.created_at, n.updated_at
            FROM note_tag t JOIN note n ON n.owner = t.owner AND n.key = t.note
            WHERE t.owner = ${owner} AND t.tag = ${tag} AND n.updated_at >= ${from} AND n.updated_at < ${to}
            ORDER BY n.updated_at DESC, n.key DESC LIMIT ${count} OFFSET ${offset}`
    return rows.map(toNote)
  }

  tags(owner: string, offset: number, count: number): Promise<{ tag: string; notes: number }[]> {
    return this.#database.all<{ tag: string; notes: number }>`
      SELECT tag, count(*) AS notes FROM note_tag WHERE owner = ${owner}
      GROUP BY tag ORDER BY tag LIMIT ${count} OFFSET ${offset}`
  }

  /** Notes that contain all the words, the best first, each with the best-matching part of its text. */
  async search(owner: string, query: string, limit: number, offset: number) {
    const keys = await this.#index.search(owner, query, offset + limit + 1)
    const page = keys.slice(offset, offset + limit)
    const rows = await notesByKey<Row>(this.#database, owner, page)
    const byKey = new Map(rows.map((row) => [row.key, row]))
    const results = page.flatMap((key) => {
      const row = byKey.get(key)
      return row ? [{ ...toNote(row), snippet: snippetOf(row.text, query) }] : []
    })
    return { results, ...(keys.length > offset + limit && { nextOffset: offset + limit }) }
  }

  /** The whole text of one note, or an empty text if the note has been deleted. */
  async text(owner: string, id: string): Promise<string> {
    return (await find(this.#database, owner, id))?.text ?? ''
  }

  /** Every note, oldest first. */
  async *all(owner: string): AsyncGenerator<Note> {
    for (let after = 0; ; ) {
      const rows = await this.#database.all<Row>`
        SELECT key, id, title, tags, version, created_at, updated_at FROM note
        WHERE owner = ${owner} AND key > ${after} ORDER BY key LIMIT 1000`
      for (const row of rows) yield toNote(row)
      const last = rows.at(-1)
      if (!last) return
      after = last.key
    }
  }

  async #write(transaction: Transaction, row: Row, parts: Omit<NoteChange, 'version'>): Promise<Note> {
    const { title = row.title, text = row.text, tags = JSON.parse(row.tags) as string[] } = parts
    // The clock may not advance between two changes, or may go back.
    const now = new Date(Math.max(Date.now(), Date.parse(row.updated_at) + 1)).toISOString()
    await transaction.run`
      UPDATE note SET title = ${title}, text = ${text}, tags = ${JSON.stringify(unique(tags))},
        version = version + 1, updated_at = ${now} WHERE owner = ${row.owner} AND key = ${row.key}`
    const changed = (await find(transaction, row.owner, row.id)) as Row
    await this.#index.put(transaction, changed)
    return toNote(changed)
  }
}

const find = (reading: Pick<Database, 'get'>, owner: string, id: string): Promise<Row | undefined> =>
  reading.get<Row>`SELECT * FROM note WHERE id = ${id} AND owner = ${owner}`

const unique = (tags: readonly string[]): string[] => [...new Set(tags)]

/** In the form that the database has, so that texts sort like times. */
const toTime = (time: string | undefined, otherwise: string): string =>
  time === undefined ? otherwise : new Date(time).toISOString()

const toNote = ({ id, title, tags, version, created_at, updated_at }: Row): Note => ({
  id,
  title,
  tags: JSON.parse(tags),
  version,
  createdAt: created_at,
  updatedAt: updated_at,
})
