import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closePlugin } from '../src/index.ts'
import { openShop, serveShop } from './fixture.ts'

test('a plugin whose database does not answer is alive but not ready', async () => {
  for (const ready of [
    () => Promise.reject(new Error('gone: postgres://user:secret@host')),
    () => new Promise(() => {}),
  ]) {
    const { api } = await serveShop({ ...openShop(), needs: [{ ready, close: async () => {} }] })
    const start = performance.now()
    const { text } = await api.get('/readyz').expect('Retry-After', '1').expect(503)
    assert.ok(performance.now() - start < 5_000)
    assert.doesNotMatch(text, /secret|postgres/)
    await api.get('/livez').expect(200)
  }
})

test('a plugin that is being stopped is not ready', async () => {
  const lifecycle = { stopping: false }
  const { api } = await serveShop(openShop(), { lifecycle })
  await api.get('/readyz').expect(200)
  lifecycle.stopping = true
  await api.get('/readyz').expect(503)
})

test('the resources of a plugin are closed in reverse order', async () => {
  const closed: string[] = []
  const need = (name: string) => ({ ready: async () => {}, close: async () => void closed.push(name) })
  await closePlugin({ ...openShop(), needs: [need('database'), need('poller')] })
  assert.deepEqual(closed, ['poller', 'database'])
})
