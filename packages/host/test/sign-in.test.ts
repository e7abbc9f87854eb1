import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { type ServedHost, serveHost } from './fixture.ts'

let served: ServedHost
let address = 0
const signedUpAt = '198.51.100.1'
before(async () => {
  served = await serveHost({ mode: 'accounts', proxies: 1 })
  for (const name of ['alice', 'berta']) await post('/api/users', name, 'correct horse battery', signedUpAt)
})
after(() => served.close())

const nextAddress = (): string => `203.0.113.${++address}`
async function post(path: string, name: string, password: string, from = nextAddress()): Promise<number> {
  const answer = await served.browser().raw('POST', path, {
    body: JSON.stringify({ name, password }),
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
  })
  await answer.body?.cancel()
  return answer.status
}

/** A wrong password from a new address each time, eight at once: more would be refused as too many sign-ins at once. */
async function guess(name: string, count: number): Promise<number[]> {
  const statuses: number[] = []
  for (let index = 0; index < count; index += 8)
    statuses.push(...(await Promise.all(Array.from({ length: 8 }, () => post('/api/session', name, 'wrong')))))
  return statuses
}

/** `alice` in letters of other widths and cases, with other blanks around it. */
const spelling = fc
  .tuple(
    ...Array.from('alice', (letter) => {
      const place = letter.charCodeAt(0) - 97
      const points = [97, 65, 0xff41, 0xff21, 0x24d0, 0x24b6, 0x1d41a, 0x1d400]
      return fc.constantFrom(...points.map((point) => String.fromCodePoint(point + place)))
    }),
    fc.constantFrom('', ' ', '\u00a0', '\u3000'),
  )
  .map((letters) => letters.join(''))

test('every spelling of a name is one account with one limit', async () => {
  const from = nextAddress()
  const names = fc.sample(spelling, 12)
  assert.equal(await post('/api/session', fc.sample(spelling, 1)[0] as string, 'correct horse battery'), 200)
  assert.equal(await post('/api/users', fc.sample(spelling, 1)[0] as string, 'correct horse battery'), 409)
  const statuses: number[] = []
  for (const name of names) statuses.push(await post('/api/session', name, 'wrong', from))
  assert.deepEqual(statuses, [...Array(10).fill(403), 429, 429])
})

test('guesses at one account from many addresses end, without locking the user out where they have signed up or in', async () => {
  const own = nextAddress()
  assert.equal(await post('/api/session', 'berta', 'correct horse battery', own), 200)
  const statuses = await guess('berta', 40)
  assert.equal(statuses.filter((status) => status === 403).length, 30)
  for (const from of [own, signedUpAt])
    assert.equal(await post('/api/session', 'berta', 'correct horse battery', from), 200)
  assert.equal(await post('/api/session', 'berta', 'correct horse battery'), 429)
  // Nor do strangers keep a signed-in user from changing the password, wherever they are.
  const browser = await served.userBrowser('clara')
  await guess('clara', 40)
  const change = { password: 'correct horse battery', next: 'seven purple teapots' }
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': nextAddress() }
  const changed = await browser.raw('PUT', '/api/account/password', { body: JSON.stringify(change), headers })
  assert.equal(changed.status, 200)
})

test('guesses at many accounts from one address or one /64 end', async () => {
  const statuses: number[] = []
  for (let index = 0; index < 40; index++)
    statuses.push(await post('/api/session', `user${index}`, 'wrong', `[2001:db8:1:2::${index.toString(16)}]:443`))
  assert.deepEqual(statuses, [...Array(30).fill(403), ...Array(10).fill(429)])
  assert.equal(await post('/api/session', 'user1', 'wrong', '2001:db8:1:3::1'), 403)
})

test('names with control, bidi or invisible characters are refused', async () => {
  for (const name of [
    '',
    ' ',
    'eve\u202Ecila',
    'a\u200Blice',
    'al\u0000ice',
    'alice\n2',
    'a\u2066b',
    '\u3164',
    'a\u00adb',
    'x'.repeat(65),
  ])
    assert.equal(await post('/api/users', name, 'correct horse battery'), 422, JSON.stringify(name))
  assert.equal(await post('/api/users', 'Žofie Nováková', 'correct horse battery'), 200)
  assert.equal(await post('/api/users', 'carla', 'password1'), 422)
})

test('the database holds no session', async () => {
  const browser = await served.userBrowser('dora')
  const answer = await browser.raw('POST', '/api/session', {
    body: JSON.stringify({ name: 'dora', password: 'correct horse battery' }),
    headers: { 'content-type': 'application/json' },
  })
  const secret = /host-session=([\w-]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] as string
  const rows = await served.host.database.all`SELECT * FROM oauth_sign_in`
  assert.ok(rows.length > 0 && secret.length > 30)
  assert.ok(!JSON.stringify(rows).includes(secret))
})
