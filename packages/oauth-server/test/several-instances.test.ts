import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Browser } from './browser.ts'
import { web } from './fixture.ts'
import { codeParameters, credentials, getLegacyCode, getTokens, password, redeem, signUp } from './flow.ts'
import { type Instances, startInstances } from './several-instances.ts'

const count = 3
let instances: Instances
let browser: Browser
before(
  async () => {
    instances = await startInstances(count)
    browser = await signUp(instances, 'ada')
  },
  { timeout: 60_000 },
)
after(() => instances.close())

type Tokens = Record<'access_token' | 'refresh_token', string>

const winnersOf = (answers: Response[]) => answers.filter(({ status }) => status === 200)
const twenty = (parameters: Record<string, string>) =>
  Promise.all(Array.from({ length: 20 }, () => redeem(instances, { ...parameters, ...credentials })))

/** The statuses of a request at each instance. */
const everywhere = (path: string, headers: Record<string, string> = {}) =>
  Promise.all(
    Array.from({ length: count }, async (_, instance) => {
      const answer = await fetch(`${instances.url}${path}`, { headers: { ...headers, 'x-instance': String(instance) } })
      return { status: answer.status, body: await answer.text() }
    }),
  )

async function assertAccess(token: string, status: number): Promise<void> {
  const answers = await everywhere('/diary', { authorization: `Bearer ${token}` })
  assert.deepEqual(
    answers.map((answer) => answer.status),
    Array.from({ length: count }, () => status),
  )
}

test('instances that start at once have the same keys', async () => {
  const [first, ...others] = await everywhere('/oauth/jwks')
  assert.equal(JSON.parse(first?.body ?? '').keys.length, 1)
  for (const other of others) assert.deepEqual(other, first)
})

test('a user signs in at one, allows at another and gets tokens at a third, which all accept', async () => {
  const { tokens } = await getTokens(instances, web, browser)
  await assertAccess(tokens.access_token, 200)
})

test('of twenty who redeem one code at three instances at once exactly one gets tokens, and the reuse revokes them', async () => {
  for (let round = 0; round < 3; round++) {
    const answers = await twenty(codeParameters(await getLegacyCode(instances, browser)))
    assert.equal(winnersOf(answers).length, 1)
    for (const answer of answers)
      if (answer.status !== 200) assert.equal(((await answer.json()) as { error: string }).error, 'invalid_grant')
    const { access_token } = (await (winnersOf(answers)[0] as Response).json()) as Tokens
    await assertAccess(access_token, 401)
  }
})

test('of twenty who refresh with one token at three instances at once exactly one gets tokens, and the reuse revokes them', async () => {
  for (let round = 0; round < 3; round++) {
    const first = await redeem(instances, {
      ...codeParameters(await getLegacyCode(instances, browser)),
      ...credentials,
    })
    const { access_token, refresh_token } = (await first.json()) as Tokens
    const answers = await twenty({ grant_type: 'refresh_token', refresh_token })
    assert.equal(winnersOf(answers).length, 1)
    const won = (await (winnersOf(answers)[0] as Response).json()) as Tokens
    for (const token of [access_token, won.access_token]) await assertAccess(token, 401)
    const again = await twenty({ grant_type: 'refresh_token', refresh_token: won.refresh_token })
    assert.deepEqual(winnersOf(again), [])
  }
})

test('a refresh token that is used again later at another instance ends the family', async () => {
  const { tokens } = await getTokens(instances, web, browser)
  const refresh = { grant_type: 'refresh_token', client_id: web.id, client_secret: web.secret }
  const first = tokens.refresh_token as string
  const { access_token, refresh_token } = (await (
    await redeem(instances, { ...refresh, refresh_token: first })
  ).json()) as Tokens
  await assertAccess(access_token, 200)
  assert.equal((await redeem(instances, { ...refresh, refresh_token: first })).status, 400)
  await assertAccess(access_token, 401)
  assert.equal((await redeem(instances, { ...refresh, refresh_token })).status, 400)
})

test('a sign-out everywhere holds at every instance', async () => {
  const other = new Browser(instances.url)
  await other.open('/oauth/apps')
  await other.submit('sign-in', { name: 'ada', password })
  const cookie = `sign-in=${other.cookie('sign-in')}`
  const isSignedIn = async () => (await everywhere('/oauth/apps', { cookie })).map(({ body }) => body.includes('ada'))
  assert.deepEqual(await isSignedIn(), [true, true, true])
  await browser.open('/oauth/apps')
  await browser.submit('sign-out-everywhere')
  assert.deepEqual(await isSignedIn(), [false, false, false])
})

test('wrong passwords are counted by all instances together', {
  skip: !process.env.POSTGRES && 'processes with a file count together only as workers',
}, async () => {
  const guessing = new Browser(instances.url)
  const statuses: number[] = []
  for (let tries = 0; tries < 14; tries++) {
    await guessing.open('/oauth/apps')
    await guessing.submit('sign-in', { name: 'grace', password: 'wrong' })
    statuses.push(guessing.status)
  }
  assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 401), 429, 429, 429, 429])
})
