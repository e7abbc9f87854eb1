import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oauthShop, openShop, publicUrl, serveShop, serviceShop, userShop } from './fixture.ts'

const { api } = await serveShop(openShop())

test('the manifest has its ten members, with URLs that no caller can choose', async () => {
  for (const host of ['shop.example.com', 'localhost:1'])
    await api
      .get('/.well-known/ai-plugin.json')
      .set('Host', host)
      .expect('Content-Type', 'application/json')
      .expect(200, {
        schema_version: 'v1',
        name_for_human: 'Shop',
        name_for_model: 'shop',
        description_for_human: 'Order things from a shop.',
        description_for_model: 'Orders things. Ask before you order.',
        auth: { type: 'none' },
        api: { type: 'openapi', url: `${publicUrl}/openapi.yaml` },
        logo_url: `${publicUrl}/logo.png`,
        contact_email: 'shop@example.com',
        legal_info_url: `${publicUrl}/legal`,
      })
})

test('the manifest says how each auth mode signs in', async () => {
  const authOf = async (shop: Parameters<typeof serveShop>[0]) =>
    (await (await serveShop(shop)).api.get('/.well-known/ai-plugin.json').expect(200)).body.auth
  assert.deepEqual(await authOf(serviceShop()), {
    type: 'service_http',
    authorization_type: 'bearer',
    verification_tokens: { openai: 'verify-me' },
  })
  assert.deepEqual(await authOf(userShop(() => true)), { type: 'user_http', authorization_type: 'bearer' })
  assert.deepEqual(await authOf(oauthShop()), {
    type: 'oauth',
    client_url: `${publicUrl}/oauth/authorize`,
    scope: 'orders:read orders:write',
    authorization_url: `${publicUrl}/oauth/token`,
    authorization_content_type: 'application/x-www-form-urlencoded',
    verification_tokens: {},
  })
})

test('documents have a type and are cached, and a fresh one is not sent again', async () => {
  const types = {
    '/.well-known/ai-plugin.json': 'application/json',
    '/openapi.json': 'application/json',
    '/openapi-3.0.json': 'application/json',
    '/openapi.yaml': 'application/yaml',
    '/logo.png': 'image/png',
    '/legal': 'text/html; charset=utf-8',
  }
  for (const [path, type] of Object.entries(types)) {
    const { headers } = await api
      .get(path)
      .expect('Content-Type', type)
      .expect('Cache-Control', 'public, max-age=300')
      .expect(200)
    assert.match(headers.etag as string, /^"[\w-]{43}"$/)
    await api
      .get(path)
      .set('If-None-Match', headers.etag as string)
      .expect(304, '')
    await api.get(path).set('If-None-Match', '"other"').expect(200)
    const head = await api.head(path).expect(200)
    assert.equal(head.headers['content-length'], headers['content-length'])
    assert.equal(head.headers.etag, headers.etag)
  }
})

test('every URL of the manifest answers', async () => {
  const { body } = await api.get('/.well-known/ai-plugin.json')
  for (const url of [body.api.url, body.logo_url, body.legal_info_url]) await api.get(new URL(url).pathname).expect(200)
})

test('in development documents are not cached', async () => {
  const { api } = await serveShop(openShop(), { development: true })
  await api.get('/openapi.yaml').expect('Cache-Control', 'no-cache').expect(200)
})
