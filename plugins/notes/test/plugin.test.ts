import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Served, serveNotes, type User } from './fixture.ts'

let served: Served
let user: User
let users = 0
before(async () => {
  served = await serveNotes()
})
after(() => served.close())

const newUser = () => served.as(`user${users++}`)
const add = async (user: User, note: object) => (await user.post('/notes', note).expect(200)).body

test('a note has the text, title and tags that it was added with', async () => {
  user = await newUser()
  for (const text of ['Tea', '# 标题\n\n牛奶 🥛\u0000\r\n"quoted" \\ <b>', 'x'.repeat(15_000)]) {
    const added = await add(user, { title: 'Äpfel 🍎', text, tags: ['a', 'b', 'a'] })
    assert.deepEqual(added.tags, ['a', 'b'])
    assert.equal(added.version, 1)
    const { body } = await user.get(`/notes/${added.id}`).expect(200)
    assert.deepEqual(body, { ...added, text })
  }
})

test('a change needs the current version, so that no other change is lost', async () => {
  user = await newUser()
  const { id } = await add(user, { title: 'Plan', text: 'one' })
  const first = (await user.put(`/notes/${id}`, { version: 1, text: 'two' }).expect(200)).body
  assert.equal(first.version, 2)
  assert.equal(first.title, 'Plan')
  const { body: refused } = await user.put(`/notes/${id}`, { version: 1, text: 'three' }).expect(409)
  assert.match(refused.detail, /version 2/)
  await user.put(`/notes/${id}`, { text: 'three' }).expect(400)
  assert.equal((await user.get(`/notes/${id}`)).body.text, 'two')
  await user.delete(`/notes/${id}?version=1`).expect(409)
  await user.delete(`/notes/${id}?version=2`).expect(200)
  await user.get(`/notes/${id}`).expect(404)
})

test('of twenty changes to the same version exactly one succeeds', async () => {
  user = await newUser()
  const { id } = await add(user, { title: 'Plan' })
  const statuses = await Promise.all(
    Array.from(
      { length: 20 },
      async (_, index) => (await user.put(`/notes/${id}`, { version: 1, text: `${index}` })).status,
    ),
  )
  assert.equal(statuses.filter((status) => status === 200).length, 1)
  assert.equal(statuses.filter((status) => status === 409).length, 19)
})

test('text is appended as paragraphs, by several callers at the same time, until the note is full', async () => {
  user = await newUser()
  const { id } = await add(user, { title: 'Log' })
  await Promise.all(
    Array.from({ length: 10 }, (_, index) => user.post(`/notes/${id}/text`, { text: `line ${index}` }).expect(200)),
  )
  const { body } = await user.get(`/notes/${id}`)
  assert.equal(body.version, 11)
  assert.deepEqual(
    body.text.split('\n\n').sort(),
    Array.from({ length: 10 }, (_, index) => `line ${index}`),
  )
  for (let count = 0; count < 4; count++)
    await user.post(`/notes/${id}/text`, { text: '語'.repeat(20_000) }).expect(200)
  await user.post(`/notes/${id}/text`, { text: '語'.repeat(20_000) }).expect(422)
})

test('a long note is read in parts that neither lose nor repeat text', async () => {
  user = await newUser()
  const { id } = await add(user, { title: 'Long', text: '\u0001'.repeat(10_000) })
  let whole = '\u0001'.repeat(10_000)
  for (let count = 0; count < 3; count++) {
    await user.post(`/notes/${id}/text`, { text: '🥛'.repeat(15_000) }).expect(200)
    whole += `\n\n${'🥛'.repeat(15_000)}`
  }
  let read = ''
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const { body }: { body: { text: string; nextOffset?: number } } = await user
      .get(`/notes/${id}?offset=${offset}`)
      .expect(200)
    read += body.text
    offset = body.nextOffset
  }
  assert.equal(read, whole)
})

test('notes are listed by tag and by time, last changed first', async () => {
  user = await newUser()
  const ids: string[] = []
  for (const [title, tags] of [
    ['one', ['x']],
    ['two', ['x', 'y']],
    ['three', []],
  ] as const) {
    ids.push((await add(user, { title, tags })).id)
    await sleep(3)
  }
  const titles = async (query: string) =>
    (await user.get(`/notes?${query}`).expect(200)).body.notes.map((note: { title: string }) => note.title)
  assert.deepEqual(await titles(''), ['three', 'two', 'one'])
  assert.deepEqual(await titles('tag=x'), ['two', 'one'])
  assert.deepEqual(await titles('tag=X'), [])
  await user.put(`/notes/${ids[0]}`, { version: 1, tags: ['z'] }).expect(200)
  assert.deepEqual(await titles(''), ['one', 'three', 'two'])
  assert.deepEqual(await titles('tag=x'), ['two'])
  const { updatedAt } = (await user.get(`/notes/${ids[1]}`)).body
  assert.deepEqual(await titles(`until=${updatedAt}`), [])
  assert.deepEqual(await titles(`since=${updatedAt}&limit=1`), ['one'])
  const inTokyo = new Date(Date.parse(updatedAt) + 9 * 3_600_000).toISOString().replace('Z', '%2B09:00')
  assert.deepEqual(await titles(`since=${inTokyo}`), ['one', 'three', 'two'])
  const { body } = await user.get('/tags').expect(200)
  assert.deepEqual(body, {
    tags: [
      { tag: 'x', notes: 1 },
      { tag: 'y', notes: 1 },
      { tag: 'z', notes: 1 },
    ],
  })
})

test('a list of many notes is read in pages that neither lose nor repeat notes', async () => {
  user = await newUser()
  const added = new Set<string>()
  for (let index = 0; index < 120; index++)
    added.add((await add(user, { title: '語'.repeat(200), tags: ['t'.repeat(40)] })).id)
  for (const query of ['', `&tag=${'t'.repeat(40)}`, '&limit=7']) {
    const seen: string[] = []
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const { body }: { body: { notes: { id: string }[]; nextOffset?: number } } = await user
        .get(`/notes?offset=${offset}${query}`)
        .expect(200)
      seen.push(...body.notes.map(({ id }) => id))
      offset = body.nextOffset
    }
    assert.equal(seen.length, 120)
    assert.deepEqual(new Set(seen), added)
  }
})

test('input that is too long or not well-formed is refused, and the message says what to do', async () => {
  user = await newUser()
  const refused: [note: object, reason: RegExp][] = [
    [{ title: 'a', text: 'x'.repeat(20_001) }, /text/],
    [{ title: '', text: 'a' }, /title/],
    [{ title: 'x'.repeat(201), text: 'a' }, /title/],
    [{ title: 'a', text: 'a', tags: Array.from({ length: 21 }, String) }, /tags/],
    [{ title: 'a', text: '\ud800' }, /text/],
    [{ text: 'a' }, /title: is missing/],
  ]
  for (const [note, reason] of refused) assert.match((await user.post('/notes', note).expect(400)).body.detail, reason)
})
