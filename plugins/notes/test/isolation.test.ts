import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Served, serveNotes, type User } from './fixture.ts'

let served: Served
let ada: User
let bob: User
let id: string
before(async () => {
  served = await serveNotes()
  ada = await served.as('ada')
  bob = await served.as('bob')
  id = (await ada.post('/notes', { title: 'Secret', text: 'the canary sings', tags: ['hidden'] })).body.id
  await bob.post('/notes', { title: 'Mine', text: 'nothing', tags: ['open'] }).expect(200)
})
after(() => served.close())

/** Everything that a user can list or find. */
async function everything(user: User): Promise<unknown> {
  const answers: unknown[] = []
  for (const path of [
    ...[
      '/notes',
      '/notes?limit=1',
      '/notes?offset=1',
      '/notes?tag=hidden',
      '/notes?tag=open',
      '/tags',
      '/tags?offset=1',
    ],
    ...['/search?query=canary', '/search?query=secret', '/search?query=hidden', '/search?query=mine&limit=1'],
  ])
    answers.push((await user.get(path).expect(200)).body)
  return answers
}

test('to every operation a note of another user looks like one that does not exist', async () => {
  const operations = (other: string) => [
    bob.get(`/notes/${other}`),
    bob.put(`/notes/${other}`, { version: 1, title: 'x' }),
    bob.put(`/notes/${other}`, { version: 9, title: 'x' }),
    bob.post(`/notes/${other}/text`, { text: 'x' }),
    bob.delete(`/notes/${other}`),
    bob.delete(`/notes/${other}?version=9`),
  ]
  const [foreign, absent] = await Promise.all([Promise.all(operations(id)), Promise.all(operations('A'.repeat(16)))])
  foreign.forEach(({ status, body }, index) => {
    assert.equal(status, 404)
    assert.equal(body.detail.replace(id, ''), absent[index]?.body.detail.replace('A'.repeat(16), ''))
  })
  assert.equal((await ada.get(`/notes/${id}`)).body.version, 1)
})

test('the notes of another user change nothing in lists, tags, search results and pages', async () => {
  const before = await everything(bob)
  for (let index = 0; index < 30; index++)
    await ada.post('/notes', { title: `mine ${index}`, text: 'canary', tags: ['open', 'hidden'] }).expect(200)
  assert.deepEqual(await everything(bob), before)
})

test('import and export handle only the notes of the user', async () => {
  const { body } = await bob.get('/export').buffer(true).parse(toBuffer).expect(200)
  assert.equal(countEntries(body as Buffer), 1)
  const upload = await served.api
    .post('/import')
    .set('Authorization', `Bearer ${bob.token}`)
    .attach('file', Buffer.from('imported canary'), 'imported.md')
    .expect(200)
  assert.equal(upload.body.imported.length, 1)
  assert.equal((await ada.get('/search?query=imported').expect(200)).body.results.length, 0)
})

function toBuffer(response: unknown, done: (error: Error | null, body: Buffer) => void): void {
  const chunks: Buffer[] = []
  const stream = response as NodeJS.ReadableStream
  stream.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => done(null, Buffer.concat(chunks)))
}

/** From the end of central directory record of a zip file. */
const countEntries = (zip: Buffer): number => zip.readUInt16LE(zip.lastIndexOf('PK\x05\x06', undefined, 'latin1') + 10)
