import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, openDatabase } from '../../src/index.ts'
import { temporaryDatabase, temporaryFolder } from '../../src/temporary.ts'
import { freePort, userOf } from '../../src/temporary-postgres.ts'
import { entries, findWritten, isUnavailable, onPostgres, writeUntil } from './fixture.ts'

const program = '/usr/sbin/pgbouncer'
const withPooler = existsSync(program) ? onPostgres : { skip: 'PgBouncer is not installed' }

/** PgBouncer in transaction mode in front of a database, with two connections to the server. */
async function startPooler(url: string): Promise<{ url: string; stop(): void }> {
  const folder = temporaryFolder()
  const target = new URL(url)
  const port = await freePort()
  const name = target.pathname.slice(1)
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(
    file,
    `[databases]
${name} = host=${target.hostname} port=${target.port} user=${target.username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
`,
  )
  const user = process.getuid?.() === 0 ? userOf('postgres') : undefined
  if (user) for (const path of [folder, file]) chownSync(path, user.uid, user.gid)
  const child = spawn(program, [file], { ...user, stdio: 'ignore' })
  child.unref()
  process.on('exit', () => child.kill('SIGKILL'))
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isOpen) break
    await sleep(50)
  }
  return {
    url: `postgres://someone@127.0.0.1:${port}/${name}`,
    stop: () => child.kill('SIGKILL'),
  }
}

test('all of it works through PgBouncer in transaction mode', withPooler, async () => {
  const pooler = await startPooler(temporaryDatabase())
  const databases: Database[] = await Promise.all([1, 2].map(() => openDatabase(pooler.url, entries)))
  const [first, second] = databases as [Database, Database]
  const end = Date.now() + 1000
  const isOver = () => Date.now() > end
  const reads = (async () => {
    while (!isOver())
      await Promise.all(
        Array.from({ length: 20 }, (_, number) => first.all`SELECT name FROM entry WHERE number = ${number}`),
      )
  })()
  const [written] = await Promise.all([writeUntil(first, isOver), reads])
  const { names, twice } = await findWritten(second)
  assert.deepEqual(twice, [])
  assert.equal(written.refused.size, 0)
  assert.deepEqual(names, written.acknowledged)

  const limits = await first.transaction(
    (transaction) => transaction.get`
    SELECT current_setting('statement_timeout') AS statement, current_setting('transaction_isolation') AS isolation`,
  )
  assert.deepEqual(limits, { statement: '5s', isolation: 'serializable' })
  assert.deepEqual(await first.get`SELECT current_setting('statement_timeout') AS statement`, { statement: '0' })

  await assert.rejects(first.all`SELECT pg_sleep(30)`, isUnavailable)
  for (let tries = 0; ; tries++) {
    const found =
      await first.all`SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(30)'`
    if (found.length === 0) break
    assert.ok(tries < 100, 'the statement goes on')
    await sleep(100)
  }
  for (const database of databases) await database.close()
  pooler.stop()
})
