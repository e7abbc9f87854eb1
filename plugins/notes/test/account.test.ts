import '@reference-plugins/testing/cheap-passwords'
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Response } from 'supertest'
import { publicUrl, type Served, serveNotes } from './fixture.ts'
import { openNotebook } from './notebook/notebook.ts'

let served: Served
before(async () => {
  served = await serveNotes()
})
after(() => served.close())

const password = 'correct horse battery'
let cookie = ''
async function submit(form: Record<string, string>): Promise<Response> {
  const answer = await served.api.post('/oauth/apps').set({ origin: publicUrl, cookie }).type('form').send(form)
  cookie = String(answer.headers['set-cookie'] ?? cookie).split(';')[0] ?? ''
  return answer
}

test('the notes of an account are deleted with it, and no others', async () => {
  await submit({ action: 'sign-up', name: 'ada', password }).then(({ status }) => assert.equal(status, 303))
  const [ada, bob] = [await served.as('ada'), await served.as('bob')]
  await ada.post('/notes', { title: 'Secret', text: 'the canary sings', tags: ['hidden'] }).expect(200)
  await bob.post('/notes', { title: 'Mine', text: 'another canary', tags: ['hidden'] }).expect(200)
  const { text } = await served.api.get('/oauth/apps').set({ cookie })
  assert.ok(text.includes(`Everything that you have stored in ${served.plugin.title} is deleted too`))
  assert.equal((await submit({ action: 'delete-account', password: 'wrong password' })).status, 401)
  assert.equal((await ada.get('/notes').expect(200)).body.notes.length, 1)
  assert.equal((await submit({ action: 'delete-account', password })).status, 303)
  await ada.get('/notes').expect(401)
  assert.equal((await bob.get('/search?query=canary').expect(200)).body.results.length, 1)
  assert.equal((await bob.get('/tags').expect(200)).body.tags[0].notes, 1)
})

test('after the deletion nothing is left in the tables, and nothing can be added', async () => {
  const { notes, database } = await openNotebook()
  const many = Array.from({ length: 2_000 }, (_, index) => ({
    title: `note ${index}`,
    text: 'x '.repeat(100),
    tags: ['a'],
  }))
  const adding = notes.addAll('ada', many)
  await notes.add('bob', { title: 'Mine', text: 'stays', tags: [] })
  await database.transaction((transaction) => notes.removeAll('ada', transaction))
  await assert.rejects(adding, /The account has been deleted/)
  const left = await database.all`SELECT owner FROM note UNION ALL SELECT owner FROM note_tag`
  assert.deepEqual(left, [{ owner: 'bob' }])
  assert.deepEqual(await database.all`SELECT count(*) AS count FROM note_text`, [{ count: 1 }])
  assert.equal((await notes.search('bob', 'stays', 10, 0)).results.length, 1)
})
