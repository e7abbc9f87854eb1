import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openShop, serveShop } from './fixture.ts'

const production = (await serveShop(openShop(), { corsOrigins: ['https://chat.example.com'] })).api
const development = (await serveShop(openShop(), { development: true })).api

const preflight = (api: typeof production, path: string, origin: string) =>
  api.options(path).set({
    Origin: origin,
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': 'content-type,openai-conversation-id',
    'Access-Control-Request-Private-Network': 'true',
  })

test("the assistants' pages may call, and read errors too", async () => {
  for (const origin of ['https://chat.openai.com', 'https://chatgpt.com', 'https://chat.example.com']) {
    const { headers } = await preflight(production, '/orders', origin).expect(204)
    assert.equal(headers['access-control-allow-origin'], origin)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      assert.ok(headers['access-control-allow-methods']?.includes(method))
    for (const header of ['content-type', 'authorization', 'openai-conversation-id', 'openai-ephemeral-user-id'])
      assert.ok(headers['access-control-allow-headers']?.includes(header))
    assert.equal(headers['access-control-allow-credentials'], undefined)
    for (const path of ['/things?word=a', '/things', '/nothing', '/trouble/throw'])
      await production
        .get(path)
        .set('Origin', origin)
        .expect('Access-Control-Allow-Origin', origin)
        .expect('Vary', /Origin/)
  }
})

test('other pages may not', async () => {
  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost:3000',
    'https://chatgpt.com.evil.example',
    'HTTPS://CHATGPT.COM',
  ])
    for (const answer of [
      await preflight(production, '/orders', origin),
      await production.get('/things?word=a').set('Origin', origin),
    ])
      assert.equal(answer.headers['access-control-allow-origin'], undefined, origin)
})

test('every page may read the documents', async () => {
  for (const path of [
    '/.well-known/ai-plugin.json',
    '/openapi.yaml',
    '/openapi.json',
    '/openapi-3.0.json',
    '/logo.png',
    '/legal',
  ]) {
    await production
      .get(path)
      .set('Origin', 'https://any.example')
      .expect('Access-Control-Allow-Origin', '*')
      .expect(200)
    await preflight(production, path, 'https://any.example').expect('Access-Control-Allow-Origin', '*').expect(204)
  }
})

test('in development pages on localhost may call, and a private network is allowed', async () => {
  for (const origin of ['http://localhost:3000', 'http://127.0.0.1:8080', 'https://chatgpt.com']) {
    const { headers } = await preflight(development, '/orders', origin).expect(204)
    assert.equal(headers['access-control-allow-origin'], origin)
    assert.equal(headers['access-control-allow-private-network'], 'true')
  }
  const { headers } = await preflight(development, '/orders', 'https://evil.example')
  assert.equal(headers['access-control-allow-origin'], undefined)
})

test('in production a private network is not allowed', async () => {
  const { headers } = await preflight(production, '/orders', 'https://chatgpt.com')
  assert.equal(headers['access-control-allow-private-network'], undefined)
})
