import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openDatabase } from '../../src/index.ts'
import { temporaryDatabase, temporaryFolder } from '../../src/temporary.ts'
import { programMigrations } from '../program/migrations.ts'
import { onPostgres } from './fixture.ts'

const program = join(import.meta.dirname, '../program')
const command = join(import.meta.dirname, '../../bin/database.ts')

function move(
  from: string,
  to: string,
  ...options: string[]
): { status: number | null; stdout: string; stderr: string } {
  const words = ['--disable-warning=ExperimentalWarning', command, 'move', from, to, ...options]
  return spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000 })
}
const newFile = () => `file:${join(temporaryFolder(), 'moved.sqlite')}`

test('a database moves to Postgres and back, with everything in it', onPostgres, async () => {
  const from = newFile()
  const source = await openDatabase(from, programMigrations)
  const books = 30
  for (let index = 0; index < books; index++) {
    const cover = index % 3 === 0 ? null : new Uint8Array([0, index, 255])
    await source.run`
      INSERT INTO author_book (id, length, cover, "order") VALUES (${`book ${index}`}, ${index / 3}, ${cover}, ${2 ** 40 + index})`
  }
  for (let index = 0; index < 2500; index++) {
    const text = [null, `nul \0 and 🥛語 ${index}`, `${'long '.repeat(2000)}`, ''][index % 4] as string | null
    await source.run`INSERT INTO word (book, text) VALUES (${`book ${index % books}`}, ${text})`
  }
  await source.run`INSERT INTO word (number, book, text) VALUES (${2n ** 62n}, 'book 1', 'a large number')`
  await source.run`INSERT INTO word_text (rowid, text) VALUES (1, 'long')`
  await source.run`INSERT INTO full_text (name) VALUES ('word_text 1')`
  await source.close()
  // A row that the trigger would ignore today.
  const file = new DatabaseSync(from.slice('file:'.length))
  const { sql } = file.prepare("SELECT sql FROM sqlite_schema WHERE name = 'no_draft'").get() as { sql: string }
  file.exec(`DROP TRIGGER no_draft; INSERT INTO author_book (id, "order") VALUES ('draft', 1); ${sql}`)
  file.close()

  const to = temporaryDatabase()
  const moved = move(from, to, '--program', program)
  assert.equal(moved.status, 0, moved.stderr)
  assert.match(
    moved.stdout,
    /^author_book: 31 rows, checksum [0-9a-f]{32}\n(.*\n)*word: 2501 rows, checksum [0-9a-f]{32}\n/,
  )
  assert.match(moved.stdout, /Moved 2532 rows of 3 tables in [\d.]+ s. Counts and checksums are the same in both.\n/)
  assert.match(moved.stdout, /builds word_text at its next start/)

  const target = await openDatabase(to, programMigrations)
  assert.deepEqual(await target.get`SELECT count(*) AS count, sum(length) AS sum FROM author_book`, {
    count: 31,
    sum: 145,
  })
  assert.deepEqual(await target.get`SELECT text FROM word WHERE number = 2`, { text: 'nul \0 and 🥛語 1' })
  assert.deepEqual(await target.all`SELECT name FROM full_text`, [])
  // The trigger works again, and new numbers follow the old ones.
  assert.equal(await target.run`INSERT INTO author_book (id, "order") VALUES ('draft 2', 1)`, 0)
  await target.run`INSERT INTO word (book, text) VALUES ('book 1', 'new')`
  const found = await target.get`SELECT number - ${2n ** 62n}::bigint AS above FROM word WHERE text = 'new'`
  assert.deepEqual(found, { above: 1 })
  await target.run`DELETE FROM word WHERE text = 'new'`
  await target.close()

  const again = newFile()
  const back = move(to, again, '--program', program)
  assert.equal(back.status, 0, back.stderr)
  assert.deepEqual(back.stdout.match(/checksum \w+/g)?.sort(), moved.stdout.match(/checksum \w+/g)?.sort())
  const last = await openDatabase(again, programMigrations)
  assert.deepEqual(await last.get`SELECT text FROM word WHERE number = 2`, { text: 'nul \0 and 🥛語 1' })
  assert.equal(await last.run`INSERT INTO author_book (id, "order") VALUES ('draft 2', 1)`, 0)
  await last.close()
})

test('a move that cannot be whole changes nothing', onPostgres, async () => {
  const from = newFile()
  const source = await openDatabase(from, programMigrations)
  await source.run`INSERT INTO author_book (id, "order") VALUES ('a', 1)`
  await source.run`INSERT INTO author_book (id, "order") VALUES ('b', 'not a number')`
  await source.close()
  const to = temporaryDatabase()
  const refused = move(from, to, '--program', program)
  assert.equal(refused.status, 1)
  assert.match(
    refused.stderr,
    /^Nothing was moved: the table author_book cannot be copied: invalid input syntax for type bigint: "not a number"\n$/,
  )
  const target = await openDatabase(to, programMigrations)
  assert.deepEqual(await target.all`SELECT * FROM author_book`, [])

  await target.run`INSERT INTO author_book (id, "order") VALUES ('mine', 1)`
  const occupied = move(from, to, '--program', program)
  assert.match(
    occupied.stderr,
    /^Nothing was moved: the target has rows in the table author_book: name an empty database\n$/,
  )
  assert.equal(occupied.status, 1)
  await target.close()
})

test('a wrong command is refused in one line', onPostgres, () => {
  const file = newFile()
  const other = newFile()
  const database = temporaryDatabase()
  for (const [words, expected] of [
    [[file, other, '--program', program], /one database must be a SQLite file/],
    [[file, database, '--program', program], /there is no file .*moved.sqlite/],
    [[database, other, '--program', 'nothing'], /there is no program nothing: name a plugin/],
    [['postgres://todo:secret@127.0.0.1:1/todo', other, '--program', program], /no server answers at 127.0.0.1:1/],
  ] as const) {
    const { status, stderr } = move(...(words as unknown as [string, string]))
    assert.equal(status, 1)
    assert.match(stderr, /^Nothing was moved: [^\n]+\n$/)
    assert.match(stderr, expected)
    assert.doesNotMatch(stderr, /secret/)
  }
  assert.match(move(file, database).stderr, /^Usage: pnpm database move FROM TO --program NAME\n/)
  assert.ok(!existsSync(other.slice('file:'.length)))
})
