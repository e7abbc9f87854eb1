import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { serviceToken } from '../src/index.ts'
import {
  oauthShop,
  openShop,
  publicUrl,
  serveShop,
  serviceSecret,
  serviceShop,
  userSecret,
  userShop,
} from './fixture.ts'

const hash = createHash('sha256').update(userSecret).digest('hex')
const shops = {
  service_http: { shop: await serveShop(serviceShop()), path: '/things?word=a', secret: serviceSecret },
  user_http: { shop: await serveShop(userShop((digest) => digest === hash)), path: '/me', secret: userSecret },
  oauth: { shop: await serveShop(oauthShop()), path: '/me', secret: userSecret },
}
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

for (const [auth, { shop, path, secret }] of Object.entries(shops)) {
  const call = (authorization: string) => shop.api.get(path).set('Authorization', authorization)

  test(`${auth}: the right token is accepted, in any case of the scheme`, async () => {
    await call(`Bearer ${secret}`).expect(200)
    await call(`bearer ${secret}`).expect(200)
  })

  test(`${auth}: a request without a token is challenged, without an error code`, async () => {
    const { headers, body } = await shop.api.get(path).expect(401)
    assert.match(headers['www-authenticate'] as string, /^Bearer realm="plugin"/)
    assert.doesNotMatch(headers['www-authenticate'] as string, /error/)
    assert.match(body.detail, /Bearer/)
  })

  const wrong = [
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${secret}x`,
    `Bearer ${secret.slice(1)}`,
    `Bearer ${secret.toUpperCase()}`,
    'Bearer undefined',
    `Bearer ${secret} ${secret}`,
    `Bearer "${secret}"`,
    basic(`a:${secret}`),
    secret,
    `Token ${secret}`,
    `Bearer ${'a'.repeat(9000)}`,
    'Bearer \xfc\xff',
  ]
  test(`${auth}: anything else is refused as an invalid token`, async () => {
    for (const authorization of wrong) {
      const { headers } = await call(authorization).expect(401)
      assert.match(
        headers['www-authenticate'] as string,
        /^Bearer realm="plugin", error="invalid_token"/,
        authorization,
      )
    }
  })

  test(`${auth}: a token in the query or in the body is ignored`, async () => {
    const query = `${path.includes('?') ? '&' : '?'}access_token=${secret}&token=${secret}`
    await shop.api.get(path + query).expect(401)
  })

  test(`${auth}: the documents stay open`, async () => {
    for (const document of ['/.well-known/ai-plugin.json', '/openapi.yaml', '/logo.png', '/legal'])
      await shop.api.get(document).expect(200)
  })

  test(`${auth}: no token is ever logged`, async () => {
    await call(`Bearer ${secret}`)
    await shop.api.get(`${path}${path.includes('?') ? '&' : '?'}token=${secret}`)
    assert.ok(shop.rawLog().length > 1000)
    for (const form of [secret, Buffer.from(secret).toString('base64')]) assert.ok(!shop.rawLog().includes(form))
  })
}

test('the caller is authenticated before the body is read', async () => {
  const { api } = shops.service_http.shop
  await api.post('/orders').set('Content-Type', 'text/plain').send('{').expect(401)
  await api
    .post('/orders')
    .set('Authorization', `Bearer ${serviceSecret}`)
    .set('Content-Type', 'text/plain')
    .send('{')
    .expect(415)
})

test('each of several valid service tokens is accepted', async () => {
  const { api } = shops.service_http.shop
  await api.get('/things?word=a').set('Authorization', 'Bearer an-older-secret-0123456789-0123456789').expect(200)
})

test('with Basic a key may be the user name or the password', async () => {
  const { api } = await serveShop(serviceShop('basic'))
  const call = (authorization: string) => api.get('/things?word=a').set('Authorization', authorization)
  for (const text of [serviceSecret, `${serviceSecret}:`, `:${serviceSecret}`, `key:${serviceSecret}`])
    await call(basic(text)).expect(200)
  for (const authorization of [basic('key:wrong'), basic(''), `Bearer ${serviceSecret}`, 'Basic !'])
    await call(authorization).expect('WWW-Authenticate', 'Basic realm="plugin"').expect(401)
})

test('the handler gets the user of the token', async () => {
  await shops.user_http.shop.api.get('/me').set('Authorization', `Bearer ${userSecret}`).expect(200, { id: 'ada' })
})

test('a call without the scope is answered with the scope to ask for', async () => {
  const { headers } = await shops.oauth.shop.api
    .post('/me/orders')
    .set('Authorization', `Bearer ${userSecret}`)
    .send({})
    .expect(403)
  assert.equal(
    headers['www-authenticate'],
    `Bearer realm="plugin", error="insufficient_scope", scope="orders:write", resource_metadata="${publicUrl}/.well-known/oauth-protected-resource"`,
  )
  const { headers: first } = await shops.oauth.shop.api.get('/me').expect(401)
  assert.match(first['www-authenticate'] as string, /resource_metadata="https:\/\/shop\.example\.com/)
})

test('a short service token is refused at the start', () => {
  assert.throws(() => serviceToken({ tokens: [] }), /at least one/)
  assert.throws(() => serviceToken({ tokens: ['short'] }), /32 characters/)
})

test('without auth a token is ignored', async () => {
  const { api } = await serveShop(openShop())
  await api.get('/things?word=a').set('Authorization', 'Bearer anything').expect(200)
})
