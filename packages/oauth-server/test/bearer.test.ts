import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, test } from 'node:test'
import { chat, type Diary, serveDiary } from './fixture.ts'

let diary: Diary
let other: Diary
let token: string
let account: { id: string }
before(async () => {
  diary = await serveDiary()
  other = await serveDiary()
  account = (await diary.accounts.add('ada', 'correct horse battery')) as { id: string }
  token = await diary.issueAccessToken(account.id, chat.id)
})
after(async () => {
  await diary.close()
  await other.close()
})

async function assertRefused(answer: Response, what: string): Promise<void> {
  assert.equal(answer.status, 401, what)
  const challenge = answer.headers.get('www-authenticate') ?? ''
  assert.match(challenge, /^Bearer realm="plugin"/, what)
  assert.ok(challenge.includes(`resource_metadata="${diary.url}/.well-known/oauth-protected-resource"`), what)
}

test('the right token identifies the user', async () => {
  assert.deepEqual(await (await diary.call(token)).json(), { user: account.id })
})

test('a token outside the header is ignored', async () => {
  const places: [string, string, RequestInit][] = [
    ['query', `/diary?access_token=${token}`, {}],
    ['cookie', '/diary', { headers: { cookie: `access_token=${token}` } }],
    ['Basic', '/diary', { headers: { authorization: `Basic ${Buffer.from(`a:${token}`).toString('base64')}` } }],
    [
      'body',
      '/diary',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ access_token: token }),
      },
    ],
    ['another header', '/diary', { headers: { 'x-api-key': token } }],
  ]
  for (const [what, path, init] of places) await assertRefused(await diary.call(undefined, path, init), what)
})

/** How a token is stored. */
const idOf = (token: string): string => createHash('sha256').update(token).digest('base64url')

test('a token of another server, one that has expired, and one that is almost right are refused', async () => {
  const foreigner = (await other.accounts.add('ada', 'correct horse battery')) as { id: string }
  const expired = await diary.issueAccessToken(account.id, chat.id)
  await diary.database.run`UPDATE oauth_record SET expires_at = 1 WHERE id = ${idOf(expired)}`
  for (const [what, value] of [
    ['foreign', await other.issueAccessToken(foreigner.id, chat.id)],
    ['expired', expired],
    ['shorter', token.slice(1)],
    ['longer', `${token}x`],
    ['in another case', token.toUpperCase()],
  ] as const) {
    const answer = await diary.call(value)
    await assertRefused(answer, what)
    assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
  }
})

test('a token for another audience on the same tables is refused', async () => {
  const foreign = await diary.issueAccessToken(account.id, chat.id)
  const row = await diary.database.get<{ payload: string }>`
    SELECT payload FROM oauth_record WHERE model = 'AccessToken' AND id = ${idOf(foreign)}`
  const payload = JSON.parse(row?.payload ?? '{}')
  assert.equal(payload.aud, diary.url)
  await diary.database
    .run`UPDATE oauth_record SET payload = ${JSON.stringify({ ...payload, aud: 'https://other.example.com' })} WHERE id = ${idOf(foreign)}`
  await assertRefused(await diary.call(foreign), 'audience')
})

test('without its grant a token is refused at once', async () => {
  const gone = await diary.issueAccessToken(account.id, chat.id)
  assert.equal((await diary.call(gone)).status, 200)
  await diary.database.run`DELETE FROM oauth_record WHERE model = 'Grant' AND id = (
    SELECT grant_id FROM oauth_record WHERE model = 'AccessToken' AND id = ${idOf(gone)})`
  await assertRefused(await diary.call(gone), 'no grant')
  assert.equal((await diary.call(token)).status, 200, 'others stay')
})

test('a caller that guesses tokens must wait', async () => {
  const fresh = await serveDiary()
  const statuses = new Map<number, number>()
  for (let tries = 0; tries < 120; tries++) {
    const { status } = await fresh.call('x'.repeat(43))
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  assert.deepEqual(
    [...statuses],
    [
      [401, 100],
      [429, 20],
    ],
  )
  await fresh.close()
})
