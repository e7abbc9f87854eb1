import assert from 'node:assert/strict'
import { test } from 'node:test'
import { longestNote, type NoteFilter } from '../../src/notebook/notes.ts'
import { openNotebook } from './notebook.ts'

const { notes, database } = await openNotebook()
const plain = { text: '', tags: [] }

test('a new note is at version 1 and has each tag once', async () => {
  const added = await notes.add('ada', { title: 'Tea', text: 'Green', tags: ['kitchen', 'tea', 'kitchen'] })
  assert.equal(added.version, 1)
  assert.equal(added.createdAt, added.updatedAt)
  assert.deepEqual(await notes.read('ada', added.id, 0), { ...added, text: 'Green', tags: ['kitchen', 'tea'] })
})

test('an imported note keeps its times', async () => {
  const times = { createdAt: '2020-01-02T03:04:05.000Z', updatedAt: '2021-01-02T03:04:05.000Z' }
  const { createdAt, updatedAt } = await notes.add('import', { title: 'Old', ...plain, ...times })
  assert.deepEqual({ createdAt, updatedAt }, times)
})

test('adding several notes adds all of them or none', async () => {
  const broken = { title: null as unknown as string, ...plain }
  await assert.rejects(notes.addAll('batch', [{ title: 'First', ...plain }, broken]))
  assert.deepEqual(await notes.list('batch', {}, 0, 10), [])
  assert.deepEqual((await notes.search('batch', 'First', 10, 0)).results, [])
})

test('a change needs the current version, changes only the given parts, and increases version and time', async () => {
  const { id, updatedAt } = await notes.add('versions', { title: 'Plan', text: 'one', tags: ['a'] })
  const result = await notes.change('versions', id, { version: 1, text: 'two' })
  assert.ok(typeof result === 'object' && 'note' in result)
  const { note } = result
  assert.deepEqual([note.title, note.tags, note.version], ['Plan', ['a'], 2])
  assert.ok(note.updatedAt > updatedAt)
  assert.deepEqual(await notes.change('versions', id, { version: 1, text: 'three' }), { changed: 2 })
  assert.equal(await notes.text('versions', id), 'two')
  assert.equal(await notes.change('versions', 'none', { version: 1 }), 'missing')
})

test('the time increases with each change, even if the clock goes back', async (t) => {
  const { id, updatedAt } = await notes.add('clock', { title: 'Plan', ...plain })
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse(updatedAt) - 60_000 })
  const result = await notes.append('clock', id, 'x')
  t.mock.timers.reset()
  assert.ok(typeof result === 'object' && result.updatedAt > updatedAt)
})

test('of many changes to the same version exactly one succeeds', async () => {
  const { id } = await notes.add('race', { title: 'Plan', ...plain })
  const results = await Promise.all(
    Array.from({ length: 10 }, (_, index) => notes.change('race', id, { version: 1, text: `${index}` })),
  )
  assert.equal(results.filter((result) => typeof result === 'object' && 'note' in result).length, 1)
  assert.equal((await notes.read('race', id, 0))?.version, 2)
})

test('text is appended as a paragraph, up to exactly the longest note', async () => {
  const { id } = await notes.add('append', { title: 'Log', ...plain })
  await notes.append('append', id, 'one')
  await notes.append('append', id, 'two')
  assert.equal(await notes.text('append', id), 'one\n\ntwo')
  const room = longestNote - Array.from('one\n\ntwo\n\n').length
  assert.equal(await notes.append('append', id, '🥛'.repeat(room + 1)), 'full')
  assert.equal(await notes.text('append', id), 'one\n\ntwo', 'a refused text changes nothing')
  const filled = await notes.append('append', id, '🥛'.repeat(room))
  assert.ok(typeof filled === 'object' && filled.version === 4)
  assert.equal(await notes.append('append', id, 'x'), 'full')
  assert.equal(await notes.append('append', 'none', 'x'), 'missing')
})

test('a long text is read in parts that neither lose nor repeat a character', async () => {
  const text = Array.from({ length: 40_000 }, (_, index) => (index % 7 === 0 ? '🥛' : String(index % 10))).join('')
  const { id } = await notes.add('parts', { title: 'Long', text, tags: [] })
  let read = ''
  let parts = 0
  for (let offset: number | undefined = 0; offset !== undefined; parts++) {
    const part: Awaited<ReturnType<typeof notes.read>> = await notes.read('parts', id, offset)
    read += part?.text
    offset = part?.nextOffset
  }
  assert.equal(read, text)
  assert.equal(parts, 3)
  const past = await notes.read('parts', id, 50_000)
  assert.deepEqual([past?.text, past?.nextOffset], ['', undefined])
})

test('a note is deleted only at the given version, and with it its tags and words', async () => {
  const { id } = await notes.add('delete', { title: 'Zebra', text: '', tags: ['stripes'] })
  assert.deepEqual(await notes.delete('delete', id, 2), { changed: 1 })
  assert.equal(await notes.delete('delete', id, 1), 'deleted')
  assert.equal(await notes.delete('delete', id), 'missing')
  assert.equal(await notes.read('delete', id, 0), undefined)
  assert.equal(await notes.text('delete', id), '')
  assert.deepEqual(await notes.tags('delete', 0, 10), [])
  assert.deepEqual((await notes.search('delete', 'zebra', 10, 0)).results, [])
})

test('notes are listed last changed first, in pages, by tag and by time', async () => {
  const day = (date: number) => new Date(Date.UTC(2026, 0, date)).toISOString()
  await notes.addAll(
    'lists',
    [1, 2, 3, 4, 5].map((date) => ({
      title: `${date}`,
      text: '',
      tags: date % 2 === 0 ? ['even'] : ['odd'],
      updatedAt: day(date),
    })),
  )
  const titles = async (filter: NoteFilter, offset: number, count: number) =>
    (await notes.list('lists', filter, offset, count)).map(({ title }) => title).join('')
  assert.equal(await titles({}, 0, 10), '54321')
  assert.deepEqual([await titles({}, 0, 2), await titles({}, 2, 2), await titles({}, 4, 2)], ['54', '32', '1'])
  assert.equal(await titles({ tag: 'even' }, 0, 10), '42')
  assert.equal(await titles({ tag: 'odd' }, 1, 1), '3')
  assert.equal(await titles({ since: day(2), until: day(4) }, 0, 10), '32')
  assert.equal(await titles({ since: '2026-01-03T09:00:00+09:00' }, 0, 10), '543', 'an offset is understood')
  assert.equal(await titles({ tag: 'even', since: day(3) }, 0, 10), '4')
})

test('tags are listed with their number of notes, in pages, and follow each change', async () => {
  const { id } = await notes.add('tags', { title: 'One', text: '', tags: ['a', 'b'] })
  await notes.add('tags', { title: 'Two', text: '', tags: ['b', 'c'] })
  const counts = async (offset = 0, count = 10) =>
    (await notes.tags('tags', offset, count)).map(({ tag, notes }) => `${tag}${notes}`)
  assert.deepEqual(await counts(), ['a1', 'b2', 'c1'])
  assert.deepEqual(await counts(1, 1), ['b2'])
  await notes.change('tags', id, { version: 1, tags: ['c'] })
  assert.deepEqual(await counts(), ['b1', 'c2'])
})

test('the export goes through every note, oldest first', async () => {
  await notes.addAll(
    'export',
    Array.from({ length: 1_001 }, (_, index) => ({ title: `${index}`, ...plain })),
  )
  const titles: string[] = []
  for await (const { title } of notes.all('export')) titles.push(title)
  assert.deepEqual(
    titles,
    Array.from({ length: 1_001 }, (_, index) => `${index}`),
  )
})

test('no method reads or changes a note of another user', async () => {
  const { id } = await notes.add('owner', { title: 'Secret', text: 'canary', tags: ['hidden'] })
  assert.equal(await notes.read('other', id, 0), undefined)
  assert.equal(await notes.text('other', id), '')
  assert.equal(await notes.change('other', id, { version: 1, text: 'x' }), 'missing')
  assert.equal(await notes.append('other', id, 'x'), 'missing')
  assert.equal(await notes.delete('other', id), 'missing')
  assert.deepEqual(await notes.list('other', {}, 0, 10), [])
  assert.deepEqual(await notes.list('other', { tag: 'hidden' }, 0, 10), [])
  assert.deepEqual(await notes.tags('other', 0, 10), [])
  assert.deepEqual((await notes.search('other', 'canary', 10, 0)).results, [])
  for await (const _ of notes.all('other')) assert.fail('the other user has no notes')
  assert.equal(await notes.text('owner', id), 'canary')
})

test('the index has no words of deleted notes', async () => {
  const { id } = await notes.add('index', { title: 'walrus', text: 'walrus', tags: ['walrus'] })
  const rows = () => database.get<{ count: number }>`SELECT count(*) AS count FROM note_text`
  const before = (await rows())?.count ?? 0
  await notes.change('index', id, { version: 1, title: 'seal' })
  assert.equal((await rows())?.count, before, 'a changed note is indexed once')
  await notes.delete('index', id)
  assert.equal((await rows())?.count, before - 1)
})
