import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { Caller, Problem } from '@reference-plugins/core'
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { IdentityProviderError, identityProvider } from '../src/index.ts'

const audience = 'https://diary.example.com'
const scopes = { 'diary:read': 'Read', 'diary:write': 'Write' }
let server: Server
let issuer: string
let keys: { privateKey: CryptoKey; publicKey: CryptoKey }
let other: CryptoKey
let isDown = false
let auth: Awaited<ReturnType<typeof identityProvider<string>>>['auth']

const common = { audience, publicUrl: audience, title: 'Diary', scopes }

before(async () => {
  keys = await generateKeyPair('ES256', { extractable: true })
  other = (await generateKeyPair('ES256')).privateKey
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' }
  server = createServer((request, response) => {
    if (isDown) return response.writeHead(500).end()
    const answers: Record<string, unknown> = {
      '/.well-known/openid-configuration': {
        issuer,
        authorization_endpoint: `${issuer}authorize`,
        token_endpoint: `${issuer}token`,
        jwks_uri: `${issuer}jwks`,
      },
      '/jwks': { keys: [jwk] },
    }
    const answer = answers[request.url ?? '']
    if (!answer) return response.writeHead(404).end()
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  auth = (await identityProvider({ issuer, ...common })).auth
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const good = (): JWTPayload => ({
  iss: issuer,
  aud: audience,
  sub: 'auth0|ada',
  scope: 'diary:read openid',
  exp: Math.floor(Date.now() / 1000) + 60,
})
const sign = (payload: JWTPayload, header: object = {}, key: CryptoKey | Uint8Array = keys.privateKey) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'one', ...header }).sign(key)
const authenticate = (token: string): Promise<Caller | undefined> => auth.authenticate(`Bearer ${token}`)

test('a token of the provider identifies the user and the scopes', async () => {
  assert.deepEqual(await authenticate(await sign(good())), { id: 'auth0|ada', scopes: ['diary:read', 'openid'] })
  assert.deepEqual((await authenticate(await sign({ ...good(), scope: ['diary:read'] })))?.scopes, ['diary:read'])
  assert.deepEqual((await authenticate(await sign({ ...good(), scope: undefined, scp: 'diary:write' })))?.scopes, [
    'diary:write',
  ])
})

test('the manifest names the provider', () => {
  const manifest = auth.manifest(audience)
  assert.equal(manifest.type === 'oauth' && manifest.client_url, `${issuer}authorize`)
  assert.equal(manifest.type === 'oauth' && manifest.authorization_url, `${issuer}token`)
})

test('any other token is refused', async () => {
  const now = Math.floor(Date.now() / 1000)
  const { sub: _, ...noSubject } = good()
  const { exp: __, ...noEnd } = good()
  const { aud: ___, ...noAudience } = good()
  const token = await sign(good())
  const [header = '', payload = '', signature = ''] = token.split('.')
  const spki = new TextEncoder().encode(await exportSPKI(keys.publicKey))
  const forged: Record<string, string> = {
    'another issuer': await sign({ ...good(), iss: 'https://evil.example/' }),
    'the issuer without its slash': await sign({ ...good(), iss: issuer.slice(0, -1) }),
    'another audience': await sign({ ...good(), aud: 'https://other.example.com' }),
    'no audience': await sign(noAudience),
    expired: await sign({ ...good(), exp: now - 60 }),
    'not yet valid': await sign({ ...good(), nbf: now + 600 }),
    'no subject': await sign(noSubject),
    'no end': await sign(noEnd),
    'another key': await sign(good(), {}, other),
    'an unknown key': await sign(good(), { kid: 'two' }),
    'the public key as a password': await sign(good(), { alg: 'HS256' }, spki),
    'no signature': new UnsecuredJWT(good()).encode(),
    'an empty signature': `${header}.${payload}.`,
    'a changed payload': `${header}.${Buffer.from(JSON.stringify({ ...good(), sub: 'root' })).toString('base64url')}.${signature}`,
    'a key of its own': await sign(good(), { jwk: await exportJWK(keys.publicKey) }, other),
    'a critical extension': `${Buffer.from('{"alg":"ES256","kid":"one","crit":["x"],"x":1}').toString('base64url')}.${payload}.${signature}`,
    'an opaque token': 'x'.repeat(43),
    'four parts': `${token}.x`,
  }
  for (const [what, value] of Object.entries(forged))
    await assert.rejects(authenticate(value), (error: Problem) => error.status === 401, what)
})

test('an access token by RFC 9068, and as providers without that profile issue it, is taken', async () => {
  const iat = Math.floor(Date.now() / 1000)
  for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt', 'JWT'])
    assert.equal((await authenticate(await sign({ ...good(), iat }, { typ })))?.id, 'auth0|ada', typ)
  assert.ok(await authenticate(await sign({ ...good(), iat, typ: 'Bearer' }, { typ: 'JWT' })), 'Keycloak')
  assert.ok(await authenticate(await sign({ ...good(), iat, scope: undefined }, { typ: 'at+jwt' })))
})

test('tokens of other kinds, without a user, or from the future are refused', async () => {
  const now = Math.floor(Date.now() / 1000)
  const access = { ...good(), iat: now }
  const at = { typ: 'at+jwt' }
  const withoutScope = { ...access, scope: undefined }
  const others: [what: string, payload: Record<string, unknown>, header?: object][] = [
    ['an ID token', { ...withoutScope, nonce: 'n', at_hash: 'h' }],
    ['an ID token with scopes', { ...access, at_hash: 'h' }],
    ['an ID token without a nonce', withoutScope, { typ: 'JWT' }],
    ['an ID token of Keycloak', { ...access, typ: 'ID' }],
    ['a refresh token of Keycloak', { ...access, typ: 'Refresh' }],
    [
      'a logout token by its claims',
      { ...access, events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
    ],
    ...[
      'logout+jwt',
      'secevent+jwt',
      'dpop+jwt',
      'oauth-authz-req+jwt',
      'token-introspection+jwt',
      'id_token+jwt',
      '',
    ].map((typ): [string, Record<string, unknown>, object] => [`the type ${typ}`, access, { typ }]),
    ['a token that is bound to a key', { ...access, cnf: { jkt: 'x' } }, at],
    ['at+jwt without iat', good(), at],
    ...[null, {}, ['ada'], '', ' ', 7, true].map((sub): [string, Record<string, unknown>, object] => [
      `the sub ${JSON.stringify(sub)}`,
      { ...access, sub },
      at,
    ]),
    ...[now + 600, 'now', null, {}].map((iat): [string, Record<string, unknown>, object] => [
      `the iat ${JSON.stringify(iat)}`,
      { ...access, iat },
      at,
    ]),
  ]
  for (const [what, payload, header] of others)
    await assert.rejects(
      async () => authenticate(await sign(payload as JWTPayload, header)),
      (error: Problem) => error.status === 401,
      what,
    )
})

test('an algorithm that is not allowed is refused, even with the right key', async () => {
  const narrow = (await identityProvider({ issuer, ...common, algorithms: ['RS256'] })).auth
  await assert.rejects(narrow.authenticate(`Bearer ${await sign(good())}`), { status: 401 })
})

test('a provider that is down is not the caller’s fault', async () => {
  const fresh = (await identityProvider({ issuer, ...common })).auth
  isDown = true
  await assert.rejects(
    fresh.authenticate(`Bearer ${await sign(good())}`),
    (error: { status: number; headers: Record<string, string> }) =>
      error.status === 503 && error.headers['retry-after'] !== undefined,
  )
  isDown = false
  assert.equal((await fresh.authenticate(`Bearer ${await sign(good())}`))?.id, 'auth0|ada')
})

test('a missing provider, or one with another issuer, is reported in one line at the start', async () => {
  for (const wrong of ['http://127.0.0.1:9/', `${issuer}tenant`, issuer.replace('127.0.0.1', 'localhost')])
    await assert.rejects(
      identityProvider({ issuer: wrong, ...common }),
      (error: Error) =>
        error instanceof IdentityProviderError && !error.message.includes('\n') && error.message.includes(wrong),
    )
})
