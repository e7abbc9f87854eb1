import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { hostMigrations } from '../../packages/host/src/tables.ts'
import { KeyRing } from '../../packages/host/src/vault/key-ring.ts'
import { type SecretPlace, Vault } from '../../packages/host/src/vault/vault.ts'
import { openDatabase } from '../../packages/store/src/index.ts'
import { temporaryDatabase, temporaryFolder } from '../../packages/store/src/temporary.ts'
import { startPostgres } from '../../packages/store/src/temporary-postgres.ts'
import { startPlugin } from '../../packages/testing/src/processes/index.ts'
import { blockWith } from './page.ts'
import { missing, shell } from './shell.ts'
import { askAt, Writers } from './todos.ts'

// Replaces secrets as docs/deploying.md says. packages/oauth-server/test has the secrets of clients and the signing keys.

const folderOf = (path: string): URL => new URL(`../../${path}/`, import.meta.url)
const random = (): string => randomBytes(32).toString('base64url')

async function statusOf(url: string, path: string, token: string): Promise<number> {
  return (await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })).status
}

test('service tokens of stocks: both are accepted, until the old one is removed', async () => {
  const [old, other] = [random(), random()]
  const accepted = async (tokens: string) => {
    const stocks = await startPlugin(folderOf('plugins/stocks'), { STOCKS_SERVICE_TOKENS: tokens })
    const statuses = [
      await statusOf(stocks.url, '/quotes?symbols=IBM', old),
      await statusOf(stocks.url, '/quotes?symbols=IBM', other),
    ]
    await stocks.end()
    return statuses
  }
  assert.deepEqual(await accepted(old), [200, 401])
  assert.deepEqual(await accepted(`${other},${old}`), [200, 200])
  assert.deepEqual(await accepted(other), [401, 200])
})

test('tokens of users of news: added and revoked while the plugin runs', async () => {
  const environment = { DATABASE_URL: temporaryDatabase(), NEWS_FEEDS: 'http://127.0.0.1:9/feed' }
  const news = await startPlugin(folderOf('plugins/news'), environment)
  const run = (words: string) =>
    shell(
      `cd plugins/news && ${process.execPath} --disable-warning=ExperimentalWarning src/token.ts ${words}`,
      {},
      environment,
    )
  const first = (await run('add ada')).trim()
  assert.equal(await statusOf(news.url, '/feeds', first), 200)
  const second = (await run('add ada')).trim()
  const [id = ''] = (await run('list')).split(' ')
  await run(`revoke ${id}`)
  assert.deepEqual([await statusOf(news.url, '/feeds', first), await statusOf(news.url, '/feeds', second)], [401, 200])
  await news.end()
})

test('the key of the vault: three restarts, and the old key is needed no more', async () => {
  const [old, other] = [random(), random()]
  const url = temporaryDatabase()
  const place: SecretPlace = { user: 'ada', plugin: 'plugin', kind: 'user-token', origin: 'https://a.example' }
  const vault = async <Result>(keys: string, work: (vault: Vault) => Promise<Result>) => {
    const database = await openDatabase(url, hostMigrations)
    return work(new Vault(database, new KeyRing(keys))).finally(() => database.close())
  }
  await vault(old, (one) => one.put(place, 'secret'))
  for (const keys of [`${old},${other}`, `${other},${old}`, other]) {
    const host = await startPlugin(folderOf('packages/host'), { DATABASE_URL: url, HOST_KEY: keys })
    // What an instance with these keys reads.
    assert.equal(await vault(keys, (one) => one.get(place)), 'secret')
    assert.equal(await host.end(), 0)
  }
  await assert.rejects(
    vault(old, (one) => one.get(place)),
    /not in HOST_KEY/,
  )
})

test('the password of the database: replaced without a restart', {
  skip: missing('initdb', 'psql', 'openssl'),
}, async (t) => {
  const server = await startPostgres()
  assert.ok(server)
  t.after(() => server.stop())
  const address = `127.0.0.1:${server.port}`
  const folder = join(temporaryFolder(), 'todo')
  mkdirSync(folder)
  const file = join(folder, 'database-password')
  writeFileSync(file, 'the old password\n')
  await shell(
    `psql -q ${server.url} -c "CREATE ROLE todo LOGIN PASSWORD 'the old password'" -c 'CREATE DATABASE todo OWNER todo'`,
  )
  const rules = join(server.data, 'pg_hba.conf')
  writeFileSync(rules, `host all todo 127.0.0.1/32 scram-sha-256\n${readFileSync(rules, 'utf8')}`)
  await shell(`psql -q ${server.url} -c 'SELECT pg_reload_conf()'`)
  // Connections are replaced each second, so that all use the new password within the test.
  const url = `postgres://todo@${address}/todo?maxLifetime=1&passwordFile=${file}`
  const todo = await startPlugin(folderOf('plugins/todo'), { DATABASE_URL: url })
  const writers = new Writers(askAt(todo.url))
  await writers.writeMore(10)
  await shell(blockWith('Rotate secrets', 'ALTER ROLE'), { 'db.example.com': address, '/etc/todo': folder })
  await sleep(2_500)
  await writers.writeMore(10)
  await writers.stop()
  assert.deepEqual(writers.failures, [])
  assert.notEqual(readFileSync(file, 'utf8'), 'the old password\n')
  await todo.end()
  appendFileSync(file, 'no')
  await assert.rejects(startPlugin(folderOf('plugins/todo'), { DATABASE_URL: url }), /todo cannot start: .*password/)
})
