import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DatabaseError } from '@reference-plugins/store'
import type { Browser } from './browser.ts'
import { chat, type Diary, desktop, serveDiary, web } from './fixture.ts'
import { begin, codeParameters, credentials, getLegacyCode, getTokens, redeem, signUp } from './flow.ts'

let diary: Diary
let browser: Browser
before(async () => {
  diary = await serveDiary()
  browser = await signUp(diary, 'ada')
})
after(() => diary.close())

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const post = (body: string, type: string, path = '/oauth/token') =>
  fetch(`${diary.url}${path}`, { method: 'POST', headers: { 'content-type': type }, body })

async function assertRefused(answer: Response, statuses: number[], what: string): Promise<string> {
  const body = (await answer.json()) as { error: string; error_description?: string }
  assert.ok(statuses.includes(answer.status), `${what}: ${answer.status} ${JSON.stringify(body)}`)
  assert.equal(typeof body.error, 'string', what)
  assert.match(answer.headers.get('cache-control') ?? '', /no-store/, what)
  return body.error
}

async function newTokens(): Promise<Record<'access_token' | 'refresh_token', string>> {
  const answer = await redeem(diary, { ...codeParameters(await getLegacyCode(diary, browser)), ...credentials })
  assert.equal(answer.status, 200)
  return (await answer.json()) as never
}

test('a code is accepted only from its own client, with its own callback', async () => {
  const code = await getLegacyCode(diary, browser)
  const foreign = { client_id: web.id, client_secret: web.secret }
  await assertRefused(await redeem(diary, { ...codeParameters(code), ...foreign }), [400], 'another client')
  await assertRefused(
    await redeem(diary, { ...codeParameters(code), ...credentials, redirect_uri: `${chat.redirectUris[0]}/x` }),
    [400],
    'another callback',
  )
  const { redirect_uri: _, ...without } = codeParameters(await getLegacyCode(diary, browser))
  await assertRefused(await redeem(diary, { ...without, ...credentials }), [400], 'no callback')
})

test('a reused code revokes the tokens that it gave', async () => {
  const code = await getLegacyCode(diary, browser)
  const first = (await (await redeem(diary, { ...codeParameters(code), ...credentials })).json()) as {
    access_token: string
  }
  assert.equal((await diary.call(first.access_token)).status, 200)
  await assertRefused(await redeem(diary, { ...codeParameters(code), ...credentials }), [400], 'again')
  assert.equal((await diary.call(first.access_token)).status, 401)
})

test('an expired code is refused', async () => {
  const code = await getLegacyCode(diary, browser)
  await diary.database.run`UPDATE oauth_record SET expires_at = 1 WHERE model = 'AuthorizationCode'`
  await assertRefused(await redeem(diary, { ...codeParameters(code), ...credentials }), [400], 'expired')
})

test('PKCE cannot be omitted, weakened or answered wrongly', async () => {
  for (const client of [desktop, web]) {
    const secret: Record<string, string> = client === web ? { client_secret: web.secret } : {}
    const tries: [what: string, more: Record<string, string>, verifier: string | undefined][] = [
      ['a wrong verifier', {}, 'x'.repeat(50)],
      ['no verifier', {}, undefined],
    ]
    for (const [what, more, verifier] of tries) {
      const { start, redirectUri } = await begin(diary, client, more)
      let end = await browser.open(start.href)
      if (end.startsWith(diary.url)) end = await browser.submit('allow')
      const code = new URL(end).searchParams.get('code') as string
      const parameters = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        client_id: client.id,
        ...secret,
      }
      await assertRefused(
        await redeem(diary, { ...parameters, ...(verifier && { code_verifier: verifier }) }),
        [400],
        what,
      )
    }
    for (const changed of [{ code_challenge_method: 'plain' }, { code_challenge: '', code_challenge_method: '' }]) {
      const { start } = await begin(diary, client)
      for (const [name, value] of Object.entries(changed))
        if (value) start.searchParams.set(name, value)
        else start.searchParams.delete(name)
      const end = new URL(await browser.open(start.href))
      assert.equal(end.searchParams.get('error'), 'invalid_request', end.href)
    }
  }
  // A verifier for a code that was got without a challenge: somebody took the challenge out on the way.
  const code = await getLegacyCode(diary, browser)
  await assertRefused(
    await redeem(diary, { ...codeParameters(code), ...credentials, code_verifier: 'x'.repeat(50) }),
    [400],
    'downgrade',
  )
})

test('the old secret of a client is accepted beside the new one, also to refresh, and only for this client', async () => {
  const old = { client_id: chat.id, client_secret: chat.oldSecret }
  const answer = await redeem(diary, { ...codeParameters(await getLegacyCode(diary, browser)), ...old })
  const { refresh_token } = (await answer.json()) as { refresh_token: string }
  const refresh = { grant_type: 'refresh_token', refresh_token }
  assert.equal((await redeem(diary, { ...refresh, ...credentials })).status, 200)
  const code = codeParameters(await getLegacyCode(diary, browser))
  const foreign = { client_id: web.id, client_secret: chat.oldSecret }
  await assertRefused(await redeem(diary, { ...code, ...foreign }), [401], 'another client')
})

test('a client without its secret is refused', async () => {
  const code = await getLegacyCode(diary, browser)
  const parameters = codeParameters(code)
  for (const [what, more, authorization, statuses] of [
    ['no credentials', {}, '', [400, 401]],
    ['no secret', { client_id: chat.id }, '', [400, 401]],
    ['a wrong secret', { client_id: chat.id, client_secret: `${chat.secret}x` }, '', [401]],
    ['an empty secret', { client_id: chat.id, client_secret: '' }, '', [400, 401]],
    ['an unknown client', { client_id: 'x', client_secret: chat.secret }, '', [401]],
    ['a wrong secret in the header', {}, basic(`${chat.id}:x`), [401]],
    ['credentials in two places', credentials, basic(`${chat.id}:${chat.secret}`), [400]],
    ['two clients', { client_id: web.id }, basic(`${chat.id}:${chat.secret}`), [400]],
    ['a header that is no Basic', credentials, 'Bearer x', [401]],
    ['a header without a colon', {}, basic('chat'), [401]],
    ['a header that is not base64', {}, 'Basic %%%', [401]],
    ['a header with a bad escape', {}, basic('%zz:x'), [401]],
  ] as [string, Record<string, string>, string, number[]][])
    await assertRefused(await redeem(diary, { ...parameters, ...more }, 'form', authorization), statuses, what)
  assert.equal((await redeem(diary, { ...parameters, ...credentials })).status, 200, 'none of these used the code up')
})

test('an invalid token request is refused', async () => {
  const form = 'application/x-www-form-urlencoded'
  const json = 'application/json'
  for (const [what, body, type, status] of [
    ['nothing', '', form, 400],
    ['no grant type', 'client_id=chat', form, 401],
    ['another grant type', `grant_type=password&client_id=chat&client_secret=${chat.secret}`, form, 400],
    ['a parameter twice', `grant_type=authorization_code&grant_type=refresh_token&client_id=chat`, form, 400],
    ['text', 'grant_type=authorization_code', 'text/plain', 400],
    ['no JSON', '{', json, 400],
    ['a list', '[]', json, 400],
    ['a text', '"a"', json, 400],
    ['a number in it', '{"grant_type":1}', json, 400],
    ['an object in it', '{"grant_type":{"a":"b"}}', json, 400],
    ['null in it', '{"grant_type":"authorization_code","code":null}', json, 400],
    ['a prototype', '{"__proto__":{"grant_type":"authorization_code"}}', json, 400],
    ['deep JSON', '['.repeat(8000), json, 400],
    ['17 KiB of JSON', JSON.stringify({ a: 'x'.repeat(17_000) }), json, 413],
    ['17 KiB of a form', `a=${'x'.repeat(17_000)}`, form, 413],
    ['nested names', 'grant_type[a]=b', form, 400],
    ['a form that says it is JSON', 'grant_type=authorization_code', json, 400],
  ] as const)
    await assertRefused(await post(body, type), [status], what)
  for (const method of ['GET', 'PUT', 'DELETE'])
    assert.equal((await fetch(`${diary.url}/oauth/token`, { method })).status, 405)
})

test('a refresh token works only for its own client and scopes', async () => {
  const { refresh_token } = await newTokens()
  const refresh = { grant_type: 'refresh_token', refresh_token }
  await assertRefused(
    await redeem(diary, { ...refresh, client_id: web.id, client_secret: web.secret }),
    [400],
    'another client',
  )
  await assertRefused(
    await redeem(diary, { ...refresh, ...credentials, scope: 'diary:read admin' }),
    [400],
    'more scopes',
  )
  const fewer = await redeem(diary, { ...refresh, ...credentials, scope: 'diary:read' })
  const tokens = (await fewer.json()) as { access_token: string; scope: string }
  assert.equal(tokens.scope, 'diary:read')
  assert.equal((await diary.call(tokens.access_token)).status, 200)
  assert.equal((await diary.call(tokens.access_token, '/diary', { method: 'POST' })).status, 403)
})

test('a reused refresh token ends the whole chain', async () => {
  const first = await newTokens()
  const refresh = (refresh_token: string) =>
    redeem(diary, { grant_type: 'refresh_token', refresh_token, ...credentials })
  const second = (await (await refresh(first.refresh_token)).json()) as typeof first
  assert.equal((await diary.call(second.access_token)).status, 200)
  await assertRefused(await refresh(first.refresh_token), [400], 'reuse')
  await assertRefused(await refresh(second.refresh_token), [400], 'the chain')
  for (const { access_token } of [first, second]) assert.equal((await diary.call(access_token)).status, 401)
})

test('only its own client revokes a token, and an unknown token is not an error', async () => {
  const { access_token, refresh_token } = await newTokens()
  const revoke = (parameters: Record<string, string>) =>
    post(new URLSearchParams(parameters).toString(), 'application/x-www-form-urlencoded', '/oauth/revoke')
  await revoke({ token: access_token, client_id: web.id, client_secret: web.secret })
  assert.equal((await diary.call(access_token)).status, 200)
  assert.equal((await revoke({ token: 'unknown', ...credentials })).status, 200)
  assert.equal((await revoke({ token: refresh_token, ...credentials })).status, 200)
  assert.equal((await diary.call(access_token)).status, 401)
})

test('a token is for the requested resource, and there is only one', async () => {
  for (const resource of [diary.url, `${diary.url}/`]) {
    const { tokens } = await getTokens(diary, desktop, browser, { resource })
    assert.equal((await diary.call(tokens.access_token)).status, 200, resource)
  }
  const { start } = await begin(diary, desktop, { resource: 'https://other.example.com' })
  const end = new URL(await browser.open(start.href))
  assert.equal(end.searchParams.get('error'), 'invalid_target', end.href)
})

test('while the database is away every endpoint answers 503 with Retry-After', async (t) => {
  const away = await serveDiary()
  t.after(() => away.close())
  const by = await signUp(away, 'ada')
  const code = await getLegacyCode(away, by)
  const reject = () => Promise.reject(new DatabaseError('the database is away'))
  Object.assign(away.database, { get: reject, all: reject, run: reject, transaction: reject })
  const authorize = `/oauth/authorize?response_type=code&client_id=${chat.id}&redirect_uri=${chat.redirectUris[0]}&state=s`
  for (const answer of [
    await redeem(away, { ...codeParameters(code), ...credentials }),
    await redeem(away, { grant_type: 'refresh_token', refresh_token: 'x', ...credentials }),
    await fetch(`${away.url}${authorize}`, { redirect: 'manual' }),
    await fetch(`${away.url}/oauth/apps`, { headers: { cookie: `sign-in=${by.cookie('sign-in')}` } }),
    await away.call('x'),
  ]) {
    assert.equal(answer.status, 503, answer.url)
    assert.equal(answer.headers.get('retry-after'), '1', answer.url)
  }
})
