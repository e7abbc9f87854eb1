import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openDatabase } from '@reference-plugins/store'
import { temporaryFolder } from '@reference-plugins/testing/temporary'
import { Notes } from '../../src/notebook/notes.ts'
import { noteMigrations } from '../../src/notebook/tables.ts'

/** A SQLite file as version 0.1 of the plugin has made it. */
function makeReleasedFile(): string {
  const file = join(temporaryFolder(), 'notes.sqlite')
  const database = new DatabaseSync(file)
  database.exec(`
    CREATE TABLE migration (name TEXT PRIMARY KEY);
    INSERT INTO migration (name) VALUES ('notes'), ('removed owners');
    CREATE TABLE note (
      key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
      tags TEXT NOT NULL, version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
    );
    CREATE INDEX note_time ON note (owner, updated_at);
    CREATE TABLE note_tag (
      owner TEXT NOT NULL, tag TEXT NOT NULL, note INTEGER NOT NULL REFERENCES note ON DELETE CASCADE, PRIMARY KEY (owner, tag, note)
    ) WITHOUT ROWID;
    CREATE INDEX note_tag_note ON note_tag (note);
    CREATE VIRTUAL TABLE note_text USING fts5 (title, tags, text, content = '', contentless_delete = 1);
    CREATE TABLE removed_owner (owner TEXT PRIMARY KEY) WITHOUT ROWID;`)
  const at = '2026-01-01T00:00:00.000Z'
  const note = database.prepare('INSERT INTO note VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)')
  const words = database.prepare('INSERT INTO note_text (rowid, title, tags, text) VALUES (?, ?, ?, ?)')
  for (const [key, owner, title, text, tags] of [
    [3, 'ada', 'Shopping', 'Milk and Crème brûlée', ['home']],
    [4, 'bob', 'Shopping', 'Milk', []],
    [9, 'ada', '图书馆', '星期天开门', ['home', '家']],
  ] as const) {
    note.run(key, `id${key}`, owner, title, text, JSON.stringify(tags), at, at)
    words.run(key, title, tags.join(' '), text)
    for (const tag of tags) database.prepare('INSERT INTO note_tag VALUES (?, ?, ?)').run(owner, tag, key)
  }
  // More than one transaction of building the index.
  for (let key = 100; key < 350; key++) note.run(key, `id${key}`, 'eve', `Tea ${key}`, 'green', '[]', at, at)
  database.close()
  return `file:${file}`
}

test('notes of the released version are kept, found, changed and deleted', async () => {
  const url = makeReleasedFile()
  for (const round of ['first start', 'second start']) {
    const database = await openDatabase(url, noteMigrations)
    const notes = new Notes(database)
    await notes.prepare()
    const find = async (owner: string, query: string) =>
      (await notes.search(owner, query, 300, 0)).results.map(({ id }) => id)
    assert.deepEqual(await find('ada', 'milk creme'), ['id3'], round)
    assert.deepEqual(await find('bob', 'milk'), ['id4'])
    assert.deepEqual(await find('ada', '星期天'), ['id9'])
    assert.deepEqual(await find('ada', 'home'), ['id9', 'id3'])
    assert.equal((await find('eve', 'tea')).length, 250)
    assert.deepEqual((await notes.list('ada', { tag: 'home' }, 0, 10)).length, 2)
    await database.close()
  }
  const database = await openDatabase(url, noteMigrations)
  const notes = new Notes(database)
  await notes.prepare()
  await notes.change('ada', 'id3', { version: 1, text: 'Bread' })
  await notes.delete('ada', 'id9')
  assert.deepEqual((await notes.search('ada', 'milk', 10, 0)).results, [])
  assert.deepEqual(
    (await notes.search('ada', 'bread', 10, 0)).results.map(({ id, version }) => [id, version]),
    [['id3', 2]],
  )
  assert.deepEqual((await notes.search('ada', '星期天', 10, 0)).results, [])
  assert.deepEqual(await notes.tags('ada', 0, 10), [{ tag: 'home', notes: 1 }])
  await database.close()
})
