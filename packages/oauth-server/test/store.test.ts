import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAdapter } from '../src/adapter.ts'
import { cleanUp } from '../src/clean-up.ts'
import type { Browser } from './browser.ts'
import { chat, type Diary, serveDiary, web } from './fixture.ts'
import { begin, codeParameters, credentials, getLegacyCode, getTokens, password, redeem, signUp } from './flow.ts'

test('neither the database nor the log contains a usable token or password', async () => {
  const diary = await serveDiary({ registration: true })
  const browser = await signUp(diary, 'ada')
  const secrets: Record<string, string> = {
    password,
    'client secret': chat.secret,
    'sign-in': browser.cookie('sign-in') ?? '',
    'secret of an app that registered itself': await useRegisteredSecret(diary, browser),
  }
  assert.ok(secrets['sign-in'])
  const { tokens } = await getTokens(diary, web, browser)
  secrets['access token'] = tokens.access_token
  secrets['refresh token'] = tokens.refresh_token as string
  const code = await getLegacyCode(diary, browser)
  secrets.code = code
  const json = (await (await redeem(diary, { ...codeParameters(code), ...credentials }, 'json')).json()) as Record<
    string,
    string
  >
  secrets['access token of a JSON request'] = json.access_token as string
  await redeem(diary, { ...codeParameters('wrong'), ...credentials }, 'json')
  await redeem(diary, { ...codeParameters('wrong'), client_id: chat.id, client_secret: 'canary-of-a-secret' })
  secrets['a wrong secret'] = 'canary-of-a-secret'
  const { start } = await begin(diary, web)
  await browser.open(start.href)
  secrets.state = start.searchParams.get('state') as string
  await diary.call(secrets['access token'])
  await diary.call('canary-of-a-token')
  secrets['a wrong token'] = 'canary-of-a-token'

  // The log has interactions in its paths; they are of no use without the signed cookie.
  const ids = Object.fromEntries(['oauth', 'interaction'].map((name) => [name, browser.cookie(name)]))
  assert.ok(ids.oauth && ids.interaction)

  const stored = await diary.stored()
  assert.ok(stored.includes('ada'), 'it is the right database')
  const inDatabase = Object.entries({ ...secrets, ...ids }).filter(
    ([name, secret]) => name !== 'state' && stored.includes(secret as string),
  )
  assert.deepEqual(inDatabase, [])
  assert.ok(diary.log().includes('/oauth/token'), 'it is the right log')
  for (const [name, secret] of Object.entries(secrets))
    for (const form of [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)])
      assert.ok(!diary.log().includes(form), `${name} is in the log`)
  await diary.close()
})

/** The secret works, and a wrong one does not. */
async function useRegisteredSecret(diary: Diary, browser: Browser): Promise<string> {
  const callback = 'https://app.example.com/callback'
  const registered = await fetch(`${diary.url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [callback], token_endpoint_auth_method: 'client_secret_post' }),
  })
  const { client_id: id, client_secret: secret } = (await registered.json()) as Record<string, string>
  const app = { id: id as string, secret: secret as string, redirectUris: [callback] }
  const { tokens } = await getTokens(diary, app, browser)
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token as string, client_id: app.id }
  const [kept] = await diary.database.all<{ payload: string }>`
    SELECT payload FROM oauth_record WHERE model = 'Client' AND id = ${app.id}`
  const stored = (JSON.parse(String(kept?.payload)) as { client_secret: string }).client_secret
  for (const wrong of [`${secret}x`, stored, ''])
    assert.notEqual((await redeem(diary, { ...refresh, client_secret: wrong })).status, 200, wrong)
  assert.equal((await redeem(diary, { ...refresh, client_secret: app.secret })).status, 200)
  return app.secret
}

test('only expired records are deleted, however many sign-ins strangers begin', async () => {
  const diary = await serveDiary()
  const account = (await diary.accounts.add('ada', password)) as { id: string }
  const token = await diary.issueAccessToken(account.id, chat.id)
  await Promise.all(
    Array.from({ length: 50 }, () =>
      fetch(
        `${diary.url}/oauth/authorize?response_type=code&client_id=${chat.id}&redirect_uri=${chat.redirectUris[0]}`,
        { redirect: 'manual' },
      ),
    ),
  )
  // The rest as the provider would store them.
  const interactions = createAdapter(diary.database)('Interaction')
  await Promise.all(Array.from({ length: 2000 }, (_, count) => interactions.upsert(`more-${count}`, {}, 600)))
  assert.equal((await diary.call(token)).status, 200)
  const rows = async () =>
    (await diary.database.get<{ rows: number }>`SELECT count(*) AS rows FROM oauth_record`)?.rows ?? 0
  assert.ok((await rows()) >= 2000)
  await diary.database.run`UPDATE oauth_record SET expires_at = 1 WHERE model = 'Interaction'`
  await cleanUp(diary.database)
  assert.ok((await rows()) < 10)
  assert.equal((await diary.call(token)).status, 200)
  await diary.close()
})
