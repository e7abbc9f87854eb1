import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { type AppOptions, type Caller, definePlugin, type Plugin, type SharedCounts, userToken } from '../src/index.ts'
import { openShop, operations, type Shop, serveShop, serviceSecret, serviceShop, userShop } from './fixture.ts'

/** Two instances on one database, as if on two machines. */
async function serveTwo(t: TestContext, plugin: Plugin, options: Partial<AppOptions>): Promise<[Shop, Shop]> {
  const database = await openDatabase(temporaryDatabase(), {})
  t.after(() => database.close())
  const counts: SharedCounts = { isRemote: true, add: (...of) => database.counts.add(...of) }
  const shared = { ...plugin, needs: [{ ready: async () => {}, close: async () => {}, counts }] }
  return [await serveShop(shared, options), await serveShop(shared, options)]
}

const call = ({ api }: Shop, token?: string, path = '/things?word=a') =>
  token === undefined ? api.get(path) : api.get(path).set('Authorization', `Bearer ${token}`)
const left = (headers: Record<string, string>): number => Number(/;r=(\d+);/.exec(headers.ratelimit as string)?.[1])

/** Users by the SHA-256 of their tokens. */
const byDigest = (users: Record<string, Caller>): Map<string, Caller> =>
  new Map(Object.entries(users).map(([token, user]) => [createHash('sha256').update(token).digest('hex'), user]))

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await condition()) return
    await sleep(50)
  }
  assert.fail('in vain')
}

test('two instances allow together what one allows', async (t) => {
  const [first, second] = await serveTwo(t, openShop(), { rateLimit: 1000 })
  for (let count = 0; count < 40; count++) await call(first).expect(200)
  let calls = 40
  // Each instance learns what the other one has counted soon after a call of its own.
  for (const shop of [second, first])
    await until(async () => {
      calls++
      return left((await call(shop).expect(200)).headers) <= 1000 - calls
    })
  // Their windows end together.
  const ends = ({ headers }: { headers: Record<string, string> }) =>
    Number(/;t=(\d+)/.exec(`${headers.ratelimit}`)?.[1])
  assert.ok(Math.abs(ends(await call(first)) - ends(await call(second))) <= 2)
})

test('over the limit of all instances each of them refuses', async (t) => {
  const [first, second] = await serveTwo(t, openShop(), { rateLimit: 30 })
  let answered = 0
  for (const shop of [first, second])
    await until(async () => {
      const { status, headers } = await call(shop)
      if (status === 200) answered++
      else assert.match(headers.ratelimit as string, /^"default";r=0;t=\d+$/)
      return status === 429
    })
  assert.ok(answered >= 30 && answered < 60, `${answered} were answered`)
})

test('refused tokens count on all instances together', async (t) => {
  const [first, second] = await serveTwo(t, serviceShop(), {})
  for (let count = 0; count < 40; count++) {
    await call(first, 'guess').expect(401)
    await call(second, 'guess').expect(401)
  }
  for (const shop of [first, second]) {
    await until(async () => (await call(shop, 'guess')).status === 429)
    await call(shop, serviceSecret).expect(429)
  }
})

test('a user is counted at every address together, and apart from other users', async () => {
  const users = byDigest({ one: { id: 'ada' }, two: { id: 'ada' }, other: { id: 'bob' } })
  const auth = userToken({ find: async (digest) => users.get(digest) })
  const { api } = await serveShop({ ...userShop(() => true), auth }, { rateLimit: 2, proxies: 1 })
  const status = async (token: string, address: string) =>
    (await api.get('/me').set('Authorization', `Bearer ${token}`).set('X-Forwarded-For', address)).status
  assert.deepEqual(
    [
      await status('one', '203.0.113.1'),
      await status('two', '203.0.113.2'),
      await status('one', '203.0.113.3'),
      await status('other', '203.0.113.1'),
    ],
    [200, 200, 429, 200],
  )
})

test('a call without a valid token counts for its address', async () => {
  const { api } = await serveShop(serviceShop(), { rateLimit: 2 })
  await api.get('/things?word=a').expect(401)
  await api.get('/things?word=a').set('Authorization', 'Bearer guess').expect('RateLimit', /r=0/).expect(401)
  await api.get('/things?word=a').expect(429)
  await api.get('/things?word=a').set('Authorization', `Bearer ${serviceSecret}`).expect(200)
})

test('a plan has a limit of its own, from the definition or from the environment', async () => {
  const tokens = ['free', 'pro', 'new', 'none']
  const users = byDigest({
    free: { id: 'ada', plan: 'free' },
    pro: { id: 'bob', plan: 'pro' },
    new: { id: 'eve', plan: 'of a kind that has no limit' },
    none: { id: 'joe' },
  })
  const { folder, ...facts } = openShop()
  const plugin = definePlugin({
    ...facts,
    folder,
    operations,
    auth: userToken({ find: async (digest) => users.get(digest) }),
    rateLimits: { free: 3, pro: 500 },
  })
  const policies = async (options: Partial<AppOptions>) => {
    const shop = await serveShop(plugin, options)
    const answers = await Promise.all(tokens.map((token) => call(shop, token).expect(200)))
    return answers.map(({ headers }) => headers['ratelimit-policy'])
  }
  assert.deepEqual(await policies({ rateLimit: 9 }), [
    '"free";q=3;w=60',
    '"pro";q=500;w=60',
    '"default";q=9;w=60',
    '"default";q=9;w=60',
  ])
  const changed = await policies({ rateLimit: 9, rateLimits: { pro: 700 } })
  assert.deepEqual(changed.slice(0, 2), ['"free";q=3;w=60', '"pro";q=700;w=60'])
  const shop = await serveShop(plugin)
  for (const status of [200, 200, 200, 429]) await call(shop, 'free').expect(status)
  await call(shop, 'pro').expect(200)
})

test('a definition whose limits are no numbers of calls is refused', () => {
  const { folder, ...facts } = openShop()
  const refused = () => definePlugin({ ...facts, folder, operations, rateLimits: { 'a b': 1, free: 0.5 } })
  assert.throws(refused, /rateLimits\.a b: .*\n- rateLimits\.free: /)
})

test('while the counts cannot be shared an instance counts alone', { timeout: 60_000 }, async () => {
  let isAway = true
  const sent: number[] = []
  const counts: SharedCounts = {
    isRemote: true,
    async add(additions) {
      if (isAway) throw new Error('away')
      sent.push(...additions.values())
      return new Map(Array.from(additions, ([key, used]) => [key, { used: used + 5, left: 30_000 }]))
    },
  }
  const plugin = { ...openShop(), needs: [{ ready: async () => {}, close: async () => {}, counts }] }
  const shop = await serveShop(plugin, { rateLimit: 10 })
  for (let count = 0; count < 3; count++) await call(shop).expect(200)
  const words = (msg: string) => async () => shop.rawLog() !== '' && shop.lines().some((line) => line.msg === msg)
  await until(words('each instance counts calls alone'))
  await call(shop).expect('RateLimit', /r=6/).expect(200)
  isAway = false
  await until(words('calls are counted by all instances again'))
  assert.deepEqual(sent, [4], 'nothing is lost or sent twice')
  await call(shop)
    .expect('RateLimit', /r=0;t=(30|29|28)$/)
    .expect(200)
  await call(shop).expect(429)
})
