import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publicUrl, serveStocks, token } from './fixture.ts'

const older = 'older-service-token-0123456789-0123456789'
const { api, log } = await serveStocks({
  STOCKS_SERVICE_TOKENS: [token, older],
  STOCKS_VERIFICATION_TOKENS: { openai: 'verify-me' },
})
const paths = ['/quotes?symbols=IBM', '/symbols?query=a', '/history/IBM']

test('every token that is set is accepted, so that one can replace another', async () => {
  for (const path of paths)
    for (const one of [token, older]) await api.get(path).set('Authorization', `Bearer ${one}`).expect(200)
})

test('every operation refuses a missing token, a wrong token, and a token in the wrong place', async () => {
  for (const path of paths) {
    const join = path.includes('?') ? '&' : '?'
    for (const request of [
      api.get(path),
      api.get(`${path}${join}token=${token}&access_token=${token}`),
      api.get(path).set('Cookie', `token=${token}`),
      api.get(path).set('X-API-Key', token),
      api.get(path).set('Authorization', token),
      api.get(path).set('Authorization', `Bearer ${token}x`),
      api.get(path).set('Authorization', `Bearer ${token.slice(1)}`),
      api.get(path).set('Authorization', `Basic ${Buffer.from(`a:${token}`).toString('base64')}`),
    ])
      await request
        .expect(401)
        .expect('WWW-Authenticate', /^Bearer realm="plugin"/)
        .expect('Content-Type', 'application/problem+json')
  }
})

test('the manifest, the specs and the pages need no token, and the manifest has the verification tokens', async () => {
  const { body } = await api.get('/.well-known/ai-plugin.json').expect(200)
  assert.deepEqual(body.auth, {
    type: 'service_http',
    authorization_type: 'bearer',
    verification_tokens: { openai: 'verify-me' },
  })
  assert.equal(body.api.url, `${publicUrl}/openapi.yaml`)
  for (const path of ['/openapi.json', '/openapi.yaml', '/openapi-3.0.json', '/logo.png', '/legal', '/livez'])
    await api.get(path).expect(200)
})

test('no token is logged', () => {
  assert.ok(log().includes('/history/IBM'))
  for (const one of [token, older]) assert.ok(!log().includes(one))
})
