import { createHash } from 'node:crypto'
import { type Database, searchText, type Transaction, toMatch } from '@reference-plugins/store'

/** By tag and by words. Both begin with the owner, so that the notes of others cost a search nothing. */
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
 * The keys of notes that have all words: first those with all in the title, then those with all in title and tags, then
 * the rest, then in the same order those that have words which begin so; of each the newest first. No rank by frequency,
 * since that would depend on the notes of other users, and would have to look at every note that fits.
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

/** One after the other: all in the title, all in the title and the tags, all anywhere. */
const inClasses = (words: string): string[] => [
  `{title} : (${words})`,
  `({title tags} : (${words})) NOT ({title} : (${words}))`,
  `(${words}) NOT ({title tags} : (${words}))`,
]

/** What stands before each word of an owner in the full-text table, so that the words of others are not looked at. */
const ownerWord = (owner: string): string => `u${createHash('sha256').update(owner).digest('hex').slice(0, 16)}`
