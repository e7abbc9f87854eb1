import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Database, openDatabase } from '@reference-plugins/store'
import { protectionTests } from '@reference-plugins/testing'
import { runPrinted } from '@reference-plugins/testing/printed'
import { firstStatus, startPlugin } from '@reference-plugins/testing/processes'
import { type ServedPlugin, servePlugin } from '@reference-plugins/testing/serve-plugin'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { createNewsPlugin, newsMigrations } from '../src/plugin.ts'
import { main } from '../src/token-command.ts'
import { UserTokens } from '../src/user-tokens.ts'

const folder = new URL('..', import.meta.url)
let served: ServedPlugin
let database: Database
let tokens: UserTokens
let token: string
before(async () => {
  served = await servePlugin(createNewsPlugin)
  database = await openDatabase(served.database, newsMigrations)
  tokens = new UserTokens(database)
  token = await tokens.add('ada')
})
after(async () => {
  await database.close()
  await served.close()
})

protectionTests(() => ({ ...served, token }))

test('a token stops working when it is revoked or expires; other tokens of the user keep working', async () => {
  const { auth } = served.plugin
  const isAccepted = (one: string) =>
    auth.authenticate(`Bearer ${one}`).then(
      (caller) => caller?.id === 'ada',
      () => false,
    )
  const other = await tokens.add('ada')
  assert.equal(await isAccepted(other), true)
  const [listed] = (await tokens.list()).filter(({ user_id }) => user_id === 'ada').slice(-1)
  assert.equal(await tokens.revoke(listed?.id ?? ''), true)
  assert.equal(await tokens.revoke(listed?.id ?? ''), false)
  assert.equal(await isAccepted(other), false)
  assert.equal(await isAccepted(token), true)
  assert.equal(await isAccepted(await tokens.add('ada', new Date(Date.now() - 1000).toISOString())), false)
  assert.equal(await isAccepted(await tokens.add('ada', new Date(Date.now() + 60_000).toISOString())), true)
})

test('the database does not contain a token', async () => {
  const stored = served.database.startsWith('file:')
    ? readFiles(served.database.slice('file:'.length))
    : JSON.stringify(await database.all`SELECT * FROM user_token`)
  assert.ok(stored.includes('ada'), 'the right database is read')
  assert.ok(!stored.includes(token) && !stored.includes(token.slice(5)))
})

const readFiles = (file: string): string =>
  [file, `${file}-wal`]
    .filter(existsSync)
    .map((path) => readFileSync(path, 'latin1'))
    .join('')

test('the manifest has the auth mode', async () => {
  const { body } = await served.anonymous.get('/.well-known/ai-plugin.json').expect(200)
  assert.deepEqual(body.auth, { type: 'user_http', authorization_type: 'bearer' })
})

test('the token command creates, lists and revokes tokens', async (t) => {
  const DATABASE_URL = temporaryDatabase()
  const token = (...words: string[]) => runPrinted(main, words, { DATABASE_URL })
  const { stdout } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'src/token.ts', 'add', 'Ada Lovelace', '--days', '30'],
    { cwd: fileURLToPath(folder), env: { ...process.env, DATABASE_URL }, encoding: 'utf8' },
  )
  assert.match(stdout, /^news_[\w-]{43}\n$/)
  const secret = stdout.trim()
  const listed = await token('list')
  assert.match(listed.output, /^[0-9a-f]{8} {2}Ada Lovelace {2}created .* valid until /)
  assert.ok(!listed.output.includes(secret))
  const started = await startPlugin(folder, { DATABASE_URL })
  t.after(() => started.end('SIGKILL'))
  assert.notEqual(await firstStatus(started.url, secret), 401)
  const id = listed.output.slice(0, 8)
  assert.deepEqual(await token('revoke', id), { code: 0, output: `${id} is revoked` })
  assert.equal(await firstStatus(started.url, secret), 401)
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
