import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Conversation, ModelChoice, ModelState, TurnEvent } from '../../src/wire.ts'
import { type Browser, type ServedHost, serveHost } from '../fixture.ts'
import { type ServedModel, serveModel } from './openai-double.ts'

const provider = 'openai-compatible'
let model: ServedModel
let served: ServedHost
let ada: Browser
before(async () => {
  model = await serveModel(() => ({ text: 'Hello.' }))
  served = await serveHost({
    mode: 'accounts',
    environment: {
      OPENAI_API_KEY: 'operator-key',
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_MODEL: 'small,large',
      OLLAMA_HOST: '127.0.0.1:1',
    },
  })
  ada = await served.userBrowser('ada')
})
after(async () => {
  await served.close()
  model.close()
})
beforeEach(() => model.calls.splice(0))

const choose = (choice: Partial<ModelChoice>) =>
  ada.send<ModelState>('PUT', '/api/models', { provider, baseUrl: model.baseUrl, ...choice })
async function answered(): Promise<[model: string | undefined, authorization: string | undefined]> {
  const { id } = await ada.send<Conversation>('POST', '/api/conversations', {})
  await ada.events<TurnEvent>(`/api/conversations/${id}/messages`, { text: 'Hello' })
  const call = model.calls.at(-1)
  return [call?.body.model, call?.headers.authorization]
}

test("at the operator's key users choose only the models that the operator names", async () => {
  assert.deepEqual(await answered(), ['small', 'Bearer operator-key'])
  await choose({ model: 'large' })
  assert.deepEqual(await answered(), ['large', 'Bearer operator-key'])
  for (const name of ['huge', 'large ', 'LARGE', 'small,large', ' '])
    if (name.trim() !== 'large')
      await assert.rejects(choose({ model: name }), ({ status }) => status === 422 || status === 400, name)
  await assert.rejects(choose({ model: 'huge' }), /offers only small, large .* enter your own API key/)
  await assert.rejects(choose({ model: 'huge', apiKey: ' ' }), { status: 422 })
  await assert.rejects(choose({ model: 'huge', provider: 'anthropic' }), { status: 422 })
  for (const baseUrl of [`${model.baseUrl}/`, model.baseUrl.replace('http', 'HTTP'), `${model.baseUrl}/../v1`])
    await assert.rejects(choose({ model: 'huge', baseUrl }), { status: 422 })
  assert.deepEqual(await answered(), ['large', 'Bearer operator-key'])
})

test('a model that is not named any more is not called', async () => {
  const { user } = await ada.get<{ user: { id: string } }>('/api/session')
  const stored = JSON.stringify({ provider, baseUrl: model.baseUrl, model: 'huge', from: 'settings' })
  await served.host.database.run`
    INSERT INTO setting (user_id, name, value) VALUES (${user.id}, ${'model'}, ${stored})
    ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value`
  assert.equal((await ada.get<ModelState>('/api/models')).chosen?.model, 'small')
  assert.deepEqual(await answered(), ['small', 'Bearer operator-key'])
})

test('a user with their own key chooses any model', async () => {
  await choose({ model: 'huge', apiKey: 'own-key' })
  assert.deepEqual(await answered(), ['huge', 'Bearer own-key'])
  await choose({ model: 'huger' })
  assert.deepEqual(await answered(), ['huger', 'Bearer own-key'])
})

test("the operator's endpoint without a key serves only the named models, whatever key the user makes up", async () => {
  const open = await serveHost({
    mode: 'accounts',
    environment: { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'small', OLLAMA_HOST: '127.0.0.1:1' },
  })
  const bob = await open.userBrowser('bob')
  const choice = { provider, baseUrl: model.baseUrl, model: 'huge', apiKey: 'made-up' }
  await assert.rejects(bob.send('PUT', '/api/models', choice), { status: 422 })
  await open.close()
})

test('the single user of a host chooses any model', async () => {
  const single = await serveHost({
    environment: {
      OPENAI_API_KEY: 'k',
      OPENAI_BASE_URL: model.baseUrl,
      OPENAI_MODEL: 'small',
      OLLAMA_HOST: '127.0.0.1:1',
    },
  })
  const choice = { provider, baseUrl: model.baseUrl, model: 'huge' }
  assert.equal((await single.browser().send<ModelState>('PUT', '/api/models', choice)).chosen?.model, 'huge')
  await single.close()
})
