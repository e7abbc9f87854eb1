import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Database, openDatabase, searchText, snippetOf, toMatch } from '../src/index.ts'
import { temporaryDatabase } from '../src/temporary.ts'

let database: Database
before(async () => {
  database = await openDatabase(temporaryDatabase(), {
    text: "CREATE VIRTUAL TABLE page USING fts5 (title, text, content = '', contentless_delete = 1)",
  })
})
after(() => database.close())

const keep = (key: number, title: string, text: string, owner = '') =>
  database.run`INSERT INTO page (rowid, title, text) VALUES (${key}, ${searchText(title, owner)}, ${searchText(text, owner)})`
const find = async (expression: string) =>
  expression === ''
    ? []
    : (await database.all<{ rowid: number }>`SELECT rowid FROM page WHERE page MATCH ${expression} ORDER BY rowid`).map(
        ({ rowid }) => rowid,
      )

test('rows that are deleted from a full-text table are counted and gone, every time', async () => {
  for (let round = 0; round < 50; round++) {
    await keep(1, 'milk', 'bread')
    assert.deepEqual(await find(toMatch('milk').words), [1])
    assert.equal(await database.run`DELETE FROM page WHERE rowid = 1`, 1)
    assert.deepEqual(await find(toMatch('milk').words), [])
  }
})

test('the words of one owner are not those of another', async () => {
  await keep(10, 'milk 牛奶', 'Brot', 'a')
  await keep(11, 'milk 牛奶', 'Brot', 'b')
  for (const query of ['milk', '牛奶', '奶', 'brot'])
    for (const [owner, key] of [
      ['a', 10],
      ['b', 11],
    ] as const)
      assert.deepEqual(await find(toMatch(query, owner).words), [key], `${query} of ${owner}`)
  assert.deepEqual(await find(toMatch('mil', 'a').words), [])
  assert.deepEqual(await find(toMatch('mil', 'a').beginnings), [10])
  assert.deepEqual(
    await find(toMatch('bmilk').beginnings),
    [11],
    'an owner is a mark of the program, and not of who searches',
  )
  await database.run`DELETE FROM page WHERE rowid IN (10, 11)`
})

test('no text of a query is treated as syntax', async () => {
  await keep(20, 'AND or NOT near', 'a-b c:d "e" (f) {g} h* ^i')
  for (const query of [
    '"',
    '*',
    '(',
    ')',
    '{}',
    '-',
    '^',
    ':',
    "'",
    '\\',
    'a AND',
    'NEAR(a b)',
    'title:a',
    'a*',
    '-a',
    '"a',
    'a"',
    '🥛',
    '\u0000',
    ' ',
    '',
  ])
    await find(toMatch(query).beginnings)
  assert.deepEqual(await find(toMatch('and NOT').words), [20])
  assert.deepEqual(await find(toMatch('"e" (f)').words), [20])
})

test('a snippet shows the first place, and is well-formed', () => {
  const text = `${'🥛'.repeat(100)} needle ${'🥛'.repeat(100)}`
  const snippet = snippetOf(text, 'Needle')
  assert.ok(snippet.includes('needle') && snippet.isWellFormed() && snippet.length < 200)
  assert.equal(snippetOf('short\n\ttext', 'x'), 'short text')
})
