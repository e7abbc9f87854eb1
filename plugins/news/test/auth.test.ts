import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runPrinted } from '@reference-plugins/testing/printed'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { main } from '../src/token-command.ts'
import { type Served, serveNews, type User } from './fixture.ts'

const folder = fileURLToPath(new URL('..', import.meta.url))
let served: Served
let user: User
before(async () => {
  served = await serveNews()
  user = await served.as('ada')
})
after(() => served.close())

const operations = [
  ['get', '/headlines'],
  ['get', '/search?query=a'],
  ['get', '/articles/a'],
  ['get', '/feeds'],
  ['post', '/feeds'],
  ['delete', '/feeds/a'],
] as const

test('every operation refuses a missing token, a wrong token, and a token in the wrong place', async () => {
  const { token } = user
  for (const [method, path] of operations) {
    const join = path.includes('?') ? '&' : '?'
    for (const request of [
      served.api[method](path),
      served.api[method](`${path}${join}token=${token}&access_token=${token}`),
      served.api[method](path).send({ token, access_token: token }),
      served.api[method](path).set('Cookie', `token=${token}`),
      served.api[method](path).set('Authorization', `Bearer ${token}x`),
      served.api[method](path).set('Authorization', `Bearer ${token.slice(1)}`),
      served.api[method](path).set('Authorization', `Bearer ${token.toUpperCase()}`),
      served.api[method](path).set('Authorization', `Basic ${Buffer.from(`a:${token}`).toString('base64')}`),
    ])
      await request.expect(401).expect('WWW-Authenticate', /^Bearer realm="plugin"/)
  }
})

test('a token stops working when it is revoked or expires; other tokens of the user keep working', async () => {
  const other = await served.as('ada')
  const [listed] = (await served.tokens.list()).filter(({ user }) => user === 'ada').slice(-1)
  assert.equal(await served.tokens.revoke(listed?.id ?? ''), true)
  assert.equal(await served.tokens.revoke(listed?.id ?? ''), false)
  await other.get('/feeds').expect(401)
  await user.get('/feeds').expect(200)
  const short = await served.tokens.add('ada', new Date(Date.now() - 1000).toISOString())
  await served.api.get('/feeds').set('Authorization', `Bearer ${short}`).expect(401)
  const long = await served.tokens.add('ada', new Date(Date.now() + 60_000).toISOString())
  await served.api.get('/feeds').set('Authorization', `Bearer ${long}`).expect(200)
})

test('neither the database nor the log contains a token', async () => {
  await user.get('/feeds').expect(200)
  const bytes = [served.file, `${served.file}-wal`]
    .filter(existsSync)
    .map((file) => readFileSync(file, 'latin1'))
    .join('')
  assert.ok(bytes.includes('ada'), 'the right file is read')
  assert.ok(!bytes.includes(user.token) && !bytes.includes(user.token.slice(5)))
  assert.ok(served.log().includes('/feeds'), 'the right log is read')
  assert.ok(!served.log().includes(user.token.slice(5)))
})

test('the manifest, the specs and the pages need no token', async () => {
  const { body } = await served.api.get('/.well-known/ai-plugin.json').expect(200)
  assert.deepEqual(body.auth, { type: 'user_http', authorization_type: 'bearer' })
  for (const path of ['/openapi.json', '/openapi.yaml', '/openapi-3.0.json', '/logo.png', '/legal', '/livez'])
    await served.api.get(path).expect(200)
})

test('the token command creates, lists and revokes tokens', async () => {
  const DATABASE_URL = temporaryDatabase()
  const token = (...words: string[]) => runPrinted(main, words, { DATABASE_URL })
  const { stdout } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'src/token.ts', 'add', 'Ada Lovelace', '--days', '30'],
    { cwd: folder, env: { ...process.env, DATABASE_URL }, encoding: 'utf8' },
  )
  assert.match(stdout, /^news_[\w-]{43}\n$/)
  const secret = stdout.trim()
  const listed = await token('list')
  assert.match(listed.output, /^[0-9a-f]{8} {2}Ada Lovelace {2}created .* valid until /)
  assert.ok(!listed.output.includes(secret))
  const served = await serveNews({ DATABASE_URL })
  const call = () => served.api.get('/feeds').set('Authorization', `Bearer ${secret}`)
  await call().expect(200)
  const id = listed.output.slice(0, 8)
  assert.deepEqual(await token('revoke', id), { code: 0, output: `${id} is revoked` })
  await call().expect(401)
  await served.close()
  assert.match((await token('list')).output, /revoked/)
  for (const words of [
    [],
    ['add'],
    ['add', ''],
    ['add', 'a', 'b'],
    ['revoke'],
    ['nothing'],
    ['list', 'x'],
    ['add', 'a', '--days', 'x'],
  ]) {
    const { code, output } = await token(...words)
    assert.equal(code, 1, words.join(' '))
    assert.match(output, /Usage:/)
  }
  assert.equal((await token('revoke', 'nothing')).code, 1)
})
