import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { openDatabase } from '../../src/index.ts'
import type { TemporaryPostgres } from '../../src/temporary-postgres.ts'
import { entries, findWritten, isUnavailable, onPostgres, startServer, type Written, writeUntil } from './fixture.ts'

let own: TemporaryPostgres
before(async () => {
  // Crashes of the whole server lose nothing either, because the operating system has the writes.
  if (!onPostgres.skip) own = await startServer()
})
after(() => own?.stop())

async function checkWritten({ acknowledged, refused }: Written, names: Set<string>, twice: string[]): Promise<void> {
  assert.deepEqual(twice, [])
  assert.deepEqual(
    [...acknowledged].filter((name) => !names.has(name)),
    [],
    'acknowledged writes that are lost',
  )
  assert.deepEqual(
    [...names].filter((name) => !(acknowledged.has(name) || refused.has(name))),
    [],
    'writes that nobody has made',
  )
}

test('while the server is away clients get 503, and it is used again when it is back', onPostgres, async (t) => {
  const away = Number(process.env.OUTAGE_SECONDS ?? 2) * 1000
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    const database = await openDatabase(own.url, entries)
    let isOver = false
    const writing = writeUntil(database, () => isOver)
    await sleep(500)
    await own.stop(signal)
    const stopped = performance.now()
    await assert.rejects(database.all`SELECT name FROM entry LIMIT 1`, isUnavailable)
    await assert.rejects(database.ready(), isUnavailable)
    await sleep(away)
    await own.start()
    const back = performance.now()
    await sleep(2500)
    isOver = true
    const written = await writing
    const { names, twice } = await findWritten(database)
    await checkWritten(written, names, twice)
    assert.ok(written.refused.size > 0)
    const first = written.times.find((time) => time > stopped + away) ?? Number.POSITIVE_INFINITY
    assert.ok(first - back < 2000, `the first write came ${first - back} ms after the server was back`)
    t.diagnostic(
      `${signal}: ${written.acknowledged.size} writes, ${written.refused.size} refused, back after ${Math.round(first - back)} ms`,
    )
    await database.run`DELETE FROM entry`
    await database.close()
  }
})

test('no acknowledged write is lost and none is done twice while connections are killed', onPostgres, async (t) => {
  const database = await openDatabase(own.url, entries)
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: own.url, application_name: 'killer' })
    client.on('error', () => {})
    await client.connect()
    try {
      return (await client.query(sql)).rows
    } finally {
      await client.end()
    }
  }
  let isOver = false
  const writing = writeUntil(database, () => isOver)
  const others = "FROM pg_stat_activity WHERE application_name = 'reference-plugins'"
  let kills = 0
  for (let round = 0; round < 12; round++) {
    await sleep(50 + Math.random() * 100)
    try {
      if (round % 4 !== 3) kills += (await admin(`SELECT pg_terminate_backend(pid) ${others}`)).length
      else
        for (const { pid } of await admin(`SELECT pid ${others} LIMIT 1`)) {
          kills++
          process.kill(pid, 'SIGKILL')
        }
    } catch {
      // The server is starting again after a crash.
    }
  }
  await sleep(2000)
  isOver = true
  const written = await writing
  const { names, twice } = await findWritten(database)
  await checkWritten(written, names, twice)
  assert.ok(kills > 10)
  t.diagnostic(`${kills} kills, ${written.acknowledged.size} writes, ${written.refused.size} refused`)
  await database.close()
})
