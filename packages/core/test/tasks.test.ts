import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { cancelTask, findTask } from '../src/acting/task-operations.ts'
import { closePlugin, Problem } from '../src/index.ts'
import { openBakery, TestOven } from './bakery.ts'
import { type Shop, serveShop } from './fixture.ts'

const ada = { Authorization: 'Bearer token-of-ada' }
const bob = { Authorization: 'Bearer token-of-bob' }

async function open(url?: string, taskAfter?: number, oven = new TestOven()) {
  const bakery = await openBakery(oven, url, taskAfter)
  const served = await serveShop(bakery.plugin)
  after(() => closePlugin(bakery.plugin))
  return { ...bakery, ...served, oven }
}

const bake = ({ api }: Shop, headers: object = {}, name = 'Ada') =>
  api
    .post('/cakes')
    .set({ ...ada, ...headers })
    .send({ name })
const read = ({ api }: Shop, id: string, wait = 0, from: Record<string, string> = ada) =>
  api.get(`/tasks/${id}?wait=${wait}`).set(from)
const cancel = ({ api }: Shop, id: string, from: Record<string, string> = ada) => api.delete(`/tasks/${id}`).set(from)

test('a call that is done in time gets its answer, and a longer one a task that has the answer at the end', async () => {
  const shop = await open()
  const { body: task, headers } = await bake(shop).expect(202)
  assert.equal(headers.location, `/tasks/${task.task_id}`)
  assert.equal(headers['retry-after'], '2')
  assert.equal(task.status, 'working')
  assert.equal(task.operation, 'bakeCake')
  assert.match(task.next, /call getTask with this task_id/)
  const { body: early } = await read(shop, task.task_id).expect(200)
  assert.equal(early.status, 'working')
  assert.equal(early.result, undefined)
  const late = read(shop, task.task_id, 30)
  shop.oven.finish()
  const { body: done } = await late.expect(200)
  assert.equal(done.status, 'completed')
  assert.deepEqual(done.result, { cake: 'a cake for Ada' })
  assert.equal(done.retry_after, undefined)

  const soon = await open(undefined, 20)
  const answer = bake(soon)
  while (soon.oven.begun === 0) await Promise.race([answer, sleep(5)])
  soon.oven.finish()
  assert.deepEqual((await answer.expect(200)).body, { cake: 'a cake for Ada' })
})

test('a caller may say how long it waits', async () => {
  const shop = await open(undefined, 20)
  for (const preference of ['respond-async', 'respond-async, wait=0', 'return=minimal; wait=0'])
    await bake(shop, { Prefer: preference }).expect(202)
  shop.oven.onLook = () => shop.oven.finish()
  await bake(shop, { Prefer: 'wait=15' }).expect(200)
})

test('a call that is repeated with its key is the same task, and gets the answer at the end', async () => {
  const shop = await open()
  const key = { 'Idempotency-Key': 'key-1' }
  const { body: first } = await bake(shop, key).expect(202)
  const { body: again } = await bake(shop, key).expect(202)
  assert.equal(again.task_id, first.task_id)
  await bake(shop, key, 'Bob').expect(422)
  shop.oven.finish()
  await read(shop, first.task_id, 30).expect(200)
  const { body, headers } = await bake(shop, key).expect(200)
  assert.deepEqual(body, { cake: 'a cake for Ada' })
  assert.equal(headers['idempotent-replayed'], 'true')
  assert.equal(shop.oven.begun, 1)
})

test('a task is seen only by the caller who began it', async () => {
  const shop = await open()
  const { body: task } = await bake(shop).expect(202)
  await read(shop, task.task_id, 0, bob).expect(404)
  await cancel(shop, task.task_id, bob).expect(404)
  await read(shop, crypto.randomUUID()).expect(404)
  await read(shop, task.task_id, 0, {}).expect(401)
  assert.equal((await read(shop, task.task_id)).body.status, 'working')
  shop.oven.finish()
})

test('a task is read only with the scope of the operation that began it', async () => {
  const shop = await open()
  const { body: task } = await bake(shop).expect(202)
  const scoped = {
    ...shop.plugin,
    auth: { ...shop.plugin.auth, insufficientScope: (scope: string) => new Problem(403, `needs ${scope}`) },
    operations: shop.plugin.operations.map((one) => (one.id === 'bakeCake' ? { ...one, scope: 'cakes' } : one)),
  }
  for (const act of [findTask, cancelTask]) {
    await assert.rejects(act(scoped, { id: 'ada', scopes: [] }, task.task_id), /needs cakes/)
    // A cancelled task may have ended by then.
    assert.match((await act(scoped, { id: 'ada', scopes: ['cakes'] }, task.task_id)).status, /^(working|cancelled)$/)
  }
})

test('progress is kept with the task', async () => {
  const shop = await open()
  const { body: task } = await bake(shop).expect(202)
  for (let tries = 0; ; tries++) {
    const { body } = await read(shop, task.task_id)
    if (body.progress) {
      assert.deepEqual(body.progress, { done: 0, total: 30, message: '30 minutes to go' })
      break
    }
    assert.ok(tries < 500, 'no progress')
    await sleep(20)
  }
  shop.oven.finish()
})

test('a cancelled task ends when its handler can take back what it has done', async () => {
  const shop = await open()
  const key = { 'Idempotency-Key': 'key-1' }
  const { body: task } = await bake(shop, key).expect(202)
  const { body: ending } = await cancel(shop, task.task_id).expect(200)
  if (ending.status === 'working') assert.match(ending.next, /ends as soon as it can/)
  const { body: ended } = await read(shop, task.task_id, 30).expect(200)
  assert.equal(ended.status, 'cancelled')
  assert.match(ended.problem.detail, /cancelled before it was done/)
  assert.equal(shop.oven.cakes.size, 0)
  assert.equal(shop.oven.stopped, 1)
  await bake(shop, key).expect(409)
  // What is done is not cancelled.
  const { body: other } = await bake(shop).expect(202)
  shop.oven.finish()
  await read(shop, other.task_id, 30).expect(200)
  assert.equal((await cancel(shop, other.task_id)).body.status, 'completed')
})

test('a caller has at most 20 unfinished calls', async () => {
  const shop = await open(undefined, 0)
  for (let count = 0; count < 20; count++) await bake(shop, { 'Idempotency-Key': `key-${count}` }).expect(202)
  const { body, headers } = await bake(shop).expect(429)
  assert.match(body.detail, /20 calls are running already/)
  assert.equal(headers['retry-after'], '10')
  await bake(shop, { 'Idempotency-Key': 'key-3' }).expect(202)
  await shop.api.post('/cakes').set(bob).send({ name: 'Bob' }).expect(202)
  shop.oven.finish()
})

test('another instance answers for a task, and goes on with it when its process stops', async () => {
  const url = temporaryDatabase()
  const oven = new TestOven()
  const first = await openBakery(oven, url)
  const served = await serveShop(first.plugin)
  const other = await open(url, undefined, oven)
  const { body: task } = await bake(served).expect(202)
  assert.equal((await read(other, task.task_id)).body.status, 'working')
  await closePlugin(first.plugin)
  oven.finish()
  // Serving looks for interrupted actions at once.
  await serveShop(other.plugin)
  const { body } = await read(other, task.task_id, 30).expect(200)
  assert.deepEqual(body.result, { cake: 'a cake for Ada' })
  assert.equal(oven.begun, 1)
})

test('a task that fails again and again has failed', async () => {
  const shop = await open()
  const { body: task } = await bake(shop).expect(202)
  const broken = Promise.withResolvers<void>()
  shop.oven.onLook = () => {
    broken.resolve()
    throw new Error('the oven is broken')
  }
  await broken.promise
  assert.equal((await read(shop, task.task_id)).body.status, 'working')
  await shop.database.run`UPDATE core_action SET tries = 20, held_until = ''`
  const { body } = await read(shop, task.task_id, 30).expect(200)
  assert.equal(body.status, 'failed')
  assert.equal(body.problem.status, 500)
  assert.doesNotMatch(JSON.stringify(body), /oven/)
})

test('specs and tools say that the answer may be a task, and how to read it', async () => {
  const { api } = await open()
  const { body: spec } = await api.get('/openapi.json').expect(200)
  const { post } = spec.paths['/cakes']
  assert.equal(post['x-task-after'], 0.05)
  assert.match(post.description, /After 0.05 s its answer is a task: call getTask\./)
  assert.deepEqual(post.responses[202].content['application/json'].schema, { $ref: '#/components/schemas/Task' })
  assert.equal(spec.paths['/tasks/{task_id}'].get.operationId, 'getTask')
  assert.equal(spec.paths['/tasks/{task_id}'].delete.operationId, 'cancelTask')
  const { body: older } = await api.get('/openapi-3.0.json').expect(200)
  assert.deepEqual(Object.keys(older.paths['/cakes'].post.responses), ['200', 'default'])
})
