import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { tracingChannel } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { openDatabase } from '../src/index.ts'
import { temporaryDatabase } from '../src/temporary.ts'

interface Event {
  engine: string
  sql: readonly string[]
  error?: unknown
}

test('each statement is published once, in the context of its caller and without its values', async () => {
  const database = await openDatabase(temporaryDatabase(), { entry: 'CREATE TABLE entry (name TEXT)' })
  const caller = new AsyncLocalStorage<string>()
  const seen: unknown[][] = []
  const subscribers = {
    start: () => {},
    end: () => {},
    asyncStart: () => {},
    asyncEnd: (event: Event) => {
      const { engine, sql, ...others } = event
      assert.equal(engine, database.engine)
      assert.ok(!JSON.stringify(others).includes('secret'))
      const found = [caller.getStore(), sql.join('?').trim(), 'error' in event]
      // A transaction that met another one runs again.
      if (/could not serialize|deadlock/.test(String(event.error))) return
      if (
        event.engine === 'sqlite' ||
        !isDeepStrictEqual(
          seen.findLast(([name]) => name === found[0]),
          found,
        )
      )
        seen.push(found)
    },
    error: () => {},
  }
  const channel = tracingChannel<unknown, Event>('reference-plugins:statement')
  channel.subscribe(subscribers)
  try {
    await Promise.allSettled(
      ['a', 'b'].map((name) =>
        caller.run(name, async () => {
          await database.run`INSERT INTO entry (name) VALUES (${'secret'})`
          await database.transaction(async (transaction) => {
            await transaction.run`DELETE FROM entry WHERE name = ${'secret'}`
          })
          await database.get`SELECT ${name} AS name FROM nowhere`
        }),
      ),
    )
  } finally {
    channel.unsubscribe(subscribers)
  }
  const expected = (name: string) => [
    [name, 'INSERT INTO entry (name) VALUES (?)', false],
    [name, 'DELETE FROM entry WHERE name = ?', false],
    [name, 'SELECT ? AS name FROM nowhere', true],
  ]
  for (const name of ['a', 'b'])
    assert.deepEqual(
      seen.filter((one) => one[0] === name),
      expected(name),
    )
  assert.equal(seen.length, 6)
  await database.run`DELETE FROM entry`
  assert.equal(seen.length, 6)
  await database.close()
})
