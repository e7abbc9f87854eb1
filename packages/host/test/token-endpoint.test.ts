import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { guardedFetcher } from '@reference-plugins/guarded-fetch'
import type { OAuthServer } from '../src/sign-in/oauth-server.ts'
import { redeem, refresh } from '../src/sign-in/token-endpoint.ts'
import { TokenRefused } from '../src/sign-in/token-refused.ts'

interface Asked {
  headers: IncomingHttpHeaders
  body: string
}

async function withServer(
  answer: { status?: number; body: unknown },
  change: Partial<OAuthServer>,
  use: (client: Parameters<typeof refresh>[0], asked: Asked[]) => Promise<void>,
): Promise<void> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked.push({ headers: request.headers, body })
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const oauth: OAuthServer = {
    authorizationUrl: `${origin}/authorize`,
    tokenUrl: `${origin}/token`,
    scope: '',
    contentType: 'application/x-www-form-urlencoded',
    namesIssuer: false,
    clientAuthentication: 'post',
    ...change,
  }
  try {
    await use(
      { server: oauth, clientId: 'id', clientSecret: 's/+:cret', fetch: guardedFetcher({ allowLoopback: true }) },
      asked,
    )
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
const good = { access_token: 'a', token_type: 'bearer', refresh_token: 'r', expires_in: 60 }
const back = (query: string) => new URL(`http://localhost:3000/aip/p/oauth/callback?${query}`)
const attempt = { state: 'state', verifier: 'v'.repeat(43), callbackUrl: 'http://localhost:3000/aip/p/oauth/callback' }

test('a code is sent as a form, or as JSON if the manifest asks for it, with the secret in the body', async () => {
  for (const contentType of ['application/x-www-form-urlencoded', 'application/json'] as const)
    await withServer({ body: good }, { contentType }, async (client, asked) => {
      const tokens = await redeem(client, back('code=c&state=state'), attempt)
      assert.equal(tokens.accessToken, 'a')
      assert.ok(Date.parse(tokens.expiresAt ?? '') > Date.now() + 50_000)
      const [{ headers, body } = { headers: {}, body: '' }] = asked
      assert.match(headers['content-type'] ?? '', new RegExp(`^${contentType}`))
      const sent = contentType === 'application/json' ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body))
      assert.deepEqual(sent, {
        grant_type: 'authorization_code',
        code: 'c',
        redirect_uri: attempt.callbackUrl,
        code_verifier: attempt.verifier,
        client_id: 'id',
        client_secret: 's/+:cret',
      })
      assert.equal(headers.authorization, undefined)
    })
})

test('the secret is sent by Basic if the server accepts nothing else', async () => {
  await withServer({ body: good }, { clientAuthentication: 'basic' }, async (client, asked) => {
    await refresh(client, 'r')
    assert.equal(asked[0]?.headers.authorization, `Basic ${Buffer.from('id:s%2F%2B%3Acret').toString('base64')}`)
    assert.ok(!asked[0]?.body.includes('cret'))
  })
})

test('a token without a type or with an unknown type is a bearer token, and an ID token is ignored', async () => {
  for (const more of [
    { token_type: undefined },
    { token_type: 'Access' },
    { id_token: 'not.a.jwt' },
    { expires_in: '3600' },
    { expires_in: null },
  ])
    await withServer({ body: { ...good, ...more } }, {}, async (client) => {
      assert.equal((await refresh(client, 'old')).accessToken, 'a')
    })
})

test('a token of another kind is not used as a bearer token', async () => {
  for (const token_type of ['mac', 'MAC', 'DPoP', 'dpop', 'PoP', 'N_A'])
    await withServer({ body: { ...good, token_type } }, {}, async (client) => {
      await assert.rejects(refresh(client, 'old'), /token of type .* uses Bearer tokens only/)
    })
})

test('a refresh token is kept if the answer has no new one', async () => {
  await withServer({ body: { access_token: 'a2' } }, {}, async (client) => {
    assert.deepEqual(await refresh(client, 'old'), { accessToken: 'a2', refreshToken: 'old' })
  })
})

test('a final error is distinguished from a temporary one', async () => {
  for (const [answer, isFinal] of [
    [{ status: 400, body: { error: 'invalid_grant' } }, true],
    [{ status: 401, body: { error: 'invalid_client' } }, true],
    [{ status: 400, body: { error: 'temporarily_unavailable' } }, false],
    [{ status: 500, body: 'oops' }, false],
    [{ status: 200, body: '<html>' }, false],
    [{ status: 200, body: {} }, false],
    [{ status: 302, body: '' }, false],
  ] as const)
    await withServer(answer, {}, async (client) => {
      await assert.rejects(
        refresh(client, 'r'),
        (error) => error instanceof TokenRefused && error.isFinal === isFinal && error.message.length > 20,
        JSON.stringify(answer),
      )
    })
})

test('no code is sent if the state is wrong, or the issuer is wrong or missing', async () => {
  for (const [query, change] of [
    ['code=c&state=other', {}],
    ['code=c', {}],
    ['code=c&state=state&iss=https://evil.example', { issuer: 'https://good.example', namesIssuer: true }],
    ['code=c&state=state', { issuer: 'https://good.example', namesIssuer: true }],
    ['error=access_denied&state=state', {}],
  ] as const)
    await withServer({ body: good }, change, async (client, asked) => {
      await assert.rejects(redeem(client, back(query), attempt), TokenRefused, query)
      assert.deepEqual(asked, [])
    })
})
