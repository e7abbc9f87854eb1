import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { longestAnswer } from '@reference-plugins/core'
import { servePlugin } from '@reference-plugins/testing/serve-plugin'
import type supertest from 'supertest'
import { createTodoPlugin } from '../src/plugin.ts'

const { api, close } = await servePlugin(createTodoPlugin)
after(close)

let users = 0
const newUser = (): string => `/todos/user${users++}`

async function userWith(...todos: string[]): Promise<string> {
  const user = newUser()
  for (const todo of todos) await api.post(user).send({ todo }).expect(200)
  return user
}

const listOf = async (user: string): Promise<string[]> => (await api.get(user).expect(200)).body.todos

test('a new user has an empty list', async () => {
  await api.get(newUser()).expect('Content-Type', 'application/json').expect(200, { todos: [] })
})

test('todos are read in the order in which they were added', async () => {
  const user = newUser()
  await api.post(user).send({ todo: 'buy milk' }).expect(200, { status: 'success' })
  await api.post(user).send({ todo: 'buy milk' }).expect(200, { status: 'success' })
  await api.post(user).send({ todo: 'a nap' }).expect(200, { status: 'success' })
  await api.get(user).expect(200, { todos: ['buy milk', 'buy milk', 'a nap'] })
})

test('a todo is deleted by its position, in the query or in a JSON body', async () => {
  const user = await userWith('a', 'b', 'c')
  await api.delete(user).query({ todo_idx: 1 }).expect(200, { status: 'success' })
  assert.deepEqual(await listOf(user), ['a', 'c'])
  await api.delete(user).send({ todo_idx: 0 }).expect(200, { status: 'success' })
  assert.deepEqual(await listOf(user), ['c'])
})

test('a position in both the query and the body must be the same', async () => {
  const user = await userWith('a', 'b')
  await api.delete(user).query({ todo_idx: 0 }).send({ todo_idx: 1 }).expect(400)
  assert.deepEqual(await listOf(user), ['a', 'b'])
  await api.delete(user).query({ todo_idx: 1 }).send({ todo_idx: 1 }).expect(200)
})

test('a position outside the list deletes nothing', async () => {
  const user = await userWith('a')
  for (const place of ['1', '2', '9007199254740991'])
    await api.delete(user).query({ todo_idx: place }).expect('Content-Type', 'application/problem+json').expect(404)
  for (const place of ['-1', '0.5', 'first', '', '1e400']) await api.delete(user).query({ todo_idx: place }).expect(400)
  await api.delete(user).expect(400)
  assert.deepEqual(await listOf(user), ['a'])
})

test('nothing is deleted if the text at the position is different', async () => {
  const user = await userWith('a', 'b')
  const { body } = await api.delete(user).query({ todo_idx: 0, todo: 'b' }).expect(409)
  assert.match(body.detail, /read it again/)
  assert.deepEqual(await listOf(user), ['a', 'b'])
  await api.delete(user).query({ todo_idx: 1, todo: 'b' }).expect(200)
  assert.deepEqual(await listOf(user), ['a'])
})

test('user names and todos can be any text', async () => {
  const texts = [
    'two words',
    'a/b',
    '買牛奶',
    'حليب',
    '🥛🐄',
    `"'; DROP TABLE todo; --`,
    '%00',
    'nul\u0000in it',
    '..%2f',
    '__proto__',
    '\\',
    '?#&=+',
  ]
  for (const text of texts) {
    const user = `/todos/${encodeURIComponent(text)}`
    await api.post(user).send({ todo: text }).expect(200)
    assert.deepEqual(await listOf(user), [text])
  }
})

test('lengths are counted in characters, and half a surrogate pair is refused', async () => {
  await api
    .post(newUser())
    .send({ todo: '🥛'.repeat(500) })
    .expect(200)
  await api
    .post(newUser())
    .send({ todo: '🥛'.repeat(501) })
    .expect(400)
  await api.post(newUser()).send({ todo: '' }).expect(400)
  await api.get(`/todos/${encodeURIComponent('🐄'.repeat(100))}`).expect(200)
  await api.get(`/todos/${encodeURIComponent('🐄'.repeat(101))}`).expect(400)
  await api.post(newUser()).set('Content-Type', 'application/json').send('{"todo":"\\ud83d"}').expect(400)
})

test('a list can be read in pages that neither lose nor repeat todos', async () => {
  const todos = Array.from({ length: 23 }, (_, index) => `todo ${index}`)
  const user = await userWith(...todos)
  const read: string[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const { body }: supertest.Response = await api.get(user).query({ limit: 5, offset }).expect(200)
    assert.ok(body.todos.length <= 5)
    read.push(...body.todos)
    offset = body.nextOffset
  }
  assert.deepEqual(read, todos)
  await api.get(user).expect(200, { todos })
  await api.get(user).query({ offset: 23 }).expect(200, { todos: [] })
  for (const limit of [0, 1001, 'all']) await api.get(user).query({ limit }).expect(400)
})

test('a list that is too long for one response continues at nextOffset', async () => {
  for (const todo of ['x'.repeat(500), '\u0001'.repeat(500), '🥛'.repeat(500)]) {
    const user = newUser()
    await Promise.all(Array.from({ length: 300 }, () => api.post(user).send({ todo }).expect(200)))
    let count = 0
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const { text, body }: supertest.Response = await api.get(user).query({ offset }).expect(200)
      assert.ok(text.length <= longestAnswer, `${text.length} characters`)
      count += body.todos.length
      offset = body.nextOffset
    }
    assert.equal(count, 300)
  }
})
