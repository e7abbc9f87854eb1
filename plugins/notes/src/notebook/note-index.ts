import { createHash } from 'node:crypto'
import { type Database, searchText, type Transaction, toMatch } from '@reference-plugins/store'

/** Indexes by tag and by word. Both start with the owner, so the notes of other users do not slow down a search. */
export const noteIndexTables = `
    CREATE TABLE note_tag (
      owner TEXT NOT NULL, tag TEXT NOT NULL, note INTEGER NOT NULL REFERENCES note ON DELETE CASCADE, PRIMARY KEY (owner, tag, note)
    ) WITHOUT ROWID;
    CREATE INDEX note_tag_note ON note_tag (note);
    CREATE VIRTUAL TABLE note_text USING fts5 (title, tags, text, content = '', contentless_delete = 1);`

interface Indexed {
  key: number
  title: string
  text: string
  /** A JSON array. */
  tags: string
}

export async function indexNote(transaction: Transaction, owner: string, { key, title, tags, text }: Indexed) {
  const words = JSON.parse(tags) as string[]
  const [inTitle, inTags, inText] = [title, words.join('\n'), text].map((part) => searchText(part, ownerWord(owner)))
  await transaction.run`
    INSERT INTO note_text (rowid, title, tags, text) VALUES (${key}, ${inTitle ?? ''}, ${inTags ?? ''}, ${inText ?? ''})`
  for (const tag of words)
    await transaction.run`INSERT INTO note_tag (owner, tag, note) VALUES (${owner}, ${tag}, ${key})`
}

export async function removeFromIndex(transaction: Transaction, key: number): Promise<void> {
  await transaction.run`DELETE FROM note_text WHERE rowid = ${key}`
  await transaction.run`DELETE FROM note_tag WHERE note = ${key}`
}

/**
 * The keys of notes that contain all the words. Notes with the exact words come before notes with longer words that start
 * with them. In both groups notes with all words in the title come first, then in title and tags, then anywhere, newest
 * first. There is no ranking by frequency: it would depend on the notes of other users and read every match.
 */
export async function matches(database: Database, owner: string, query: string, count: number): Promise<number[]> {
  const { words, beginnings } = toMatch(query, ownerWord(owner))
  if (words === '') return []
  const keys: number[] = []
  for (const match of [...inClasses(words), ...inClasses(beginnings).map((one) => `(${one}) NOT (${words})`)]) {
    if (keys.length >= count) break
    const found = await database.all<{ key: number }>`
      SELECT rowid AS key FROM note_text WHERE note_text MATCH ${match} ORDER BY rowid DESC LIMIT ${count - keys.length}`
    keys.push(...found.map(({ key }) => key))
  }
  return keys
}

/** Three disjoint queries: all words in the title, all in the title and the tags, all anywhere. */
const inClasses = (words: string): string[] => [
  `{title} : (${words})`,
  `({title tags} : (${words})) NOT ({title} : (${words}))`,
  `(${words}) NOT ({title tags} : (${words}))`,
]

/** The prefix of every word of an owner in the full-text table, so that a search reads no words of other users. */
const ownerWord = (owner: string): string => `u${createHash('sha256').update(owner).digest('hex').slice(0, 16)}`
