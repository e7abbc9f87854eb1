import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EnvironmentError, readEnvironment } from '../src/environment.ts'
import { openShop, serveShop } from './fixture.ts'

const path = '/.well-known/openai-apps-challenge'
const defaults = { port: 3333, folder: new URL('./fixture/', import.meta.url) }
const read = (OPENAI_APPS_CHALLENGE: string) =>
  readEnvironment({ OPENAI_APPS_CHALLENGE, DATABASE_URL: 'file:unused' }, defaults).OPENAI_APPS_CHALLENGE

test('the token is the whole answer, as text, and is not cached', async () => {
  const { api } = await serveShop(openShop(), { openAiChallenge: read('Ab-12_x.=') })
  const { text } = await api
    .get(path)
    .expect('Content-Type', 'text/plain')
    .expect('Cache-Control', 'no-cache')
    .expect(200)
  assert.equal(text, 'Ab-12_x.=')
  await api
    .head(path)
    .expect('Content-Length', '9')
    .expect(200, undefined as never)
  await api.post(path).expect(405)
})

test('without a token the page does not exist', async () => {
  const { api } = await serveShop(openShop(), { openAiChallenge: read('') })
  await api.get(path).expect(404)
})

test('a token that cannot be answered unchanged prevents the start', () => {
  for (const token of ['two words', 'a\n', 'ä']) assert.throws(() => read(token), EnvironmentError, token)
})
