import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '../../src/index.ts'
import { temporaryDatabase } from '../../src/temporary.ts'
import { entries, findWritten, isUnavailable, onPostgres, openProxy, startServer } from './fixture.ts'

const isCommit = (data: Buffer) => data.includes('COMMIT')

test('a write whose COMMIT is not answered is found out, and never done twice', onPostgres, async () => {
  const proxy = await openProxy(temporaryDatabase())
  const database = await openDatabase(proxy.url, entries)
  for (const action of ['cut', 'cut after'] as const) {
    let cuts = 0
    proxy.watch = (data) => {
      if (!isCommit(data) || cuts === 1) return undefined
      cuts++
      return action
    }
    await database.run`INSERT INTO entry (name) VALUES (${`run ${action}`})`
    assert.equal(cuts, 1)
    cuts = 0
    let runs = 0
    const result = await database.transaction(async (transaction) => {
      runs++
      await transaction.run`INSERT INTO entry (name) VALUES (${`transaction ${action}`})`
      return action
    })
    assert.equal(result, action)
    // Without COMMIT at the server, nothing was written and the transaction runs again.
    assert.equal(runs, action === 'cut' ? 2 : 1)
  }
  proxy.watch = () => undefined
  const { names, twice } = await findWritten(database)
  assert.deepEqual([...names].sort(), ['run cut', 'run cut after', 'transaction cut', 'transaction cut after'])
  assert.deepEqual(twice, [])
  await database.close()
  proxy.close()
})

test('a connection that breaks before COMMIT is replaced', onPostgres, async () => {
  const proxy = await openProxy(temporaryDatabase())
  const database = await openDatabase(proxy.url, entries)
  let cuts = 0
  proxy.watch = (data) => {
    if (!data.includes('INSERT') || cuts === 1) return undefined
    cuts++
    return 'cut after'
  }
  await database.run`INSERT INTO entry (name) VALUES ('once')`
  proxy.watch = (data) => {
    if (!data.includes('SELECT') || cuts === 2) return undefined
    cuts++
    return 'cut'
  }
  assert.deepEqual(await database.all`SELECT name FROM entry`, [{ name: 'once' }])
  assert.equal(cuts, 2)
  await database.close()
  proxy.close()
})

test('if nobody can say whether a write has taken place, the error says so', onPostgres, async () => {
  const own = await startServer()
  const proxy = await openProxy(own.url)
  const database = await openDatabase(proxy.url, entries)
  proxy.watch = (data) => {
    if (!isCommit(data)) return undefined
    own.stop()
    return 'cut after'
  }
  await assert.rejects(database.run`INSERT INTO entry (name) VALUES ('unknown')`, (error: Error) => {
    assert.ok(isUnavailable(error))
    assert.match(error.message, /may have taken place or not: read/)
    return true
  })
  await database.close()
  proxy.close()
})
