import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Database, openDatabase } from '../../src/index.ts'
import { temporaryDatabase } from '../../src/temporary.ts'
import { onPostgres } from './fixture.ts'

const migrations = {
  todo: 'CREATE TABLE todo (username TEXT, place INTEGER, text TEXT NOT NULL, PRIMARY KEY (username, place))',
  plain: 'CREATE TABLE plain (username TEXT, place INTEGER)',
  account: 'CREATE TABLE account (name TEXT PRIMARY KEY, balance INTEGER NOT NULL)',
}

const openTwo = async () => {
  const url = temporaryDatabase()
  return [await openDatabase(url, migrations), await openDatabase(url, migrations)] as const
}

test(
  'two instances that insert the next number give each row a number of its own, with and without a key',
  onPostgres,
  async () => {
    const databases = await openTwo()
    const count = 40
    await Promise.all(
      databases.flatMap((database) =>
        Array.from({ length: count }, async (_, index) => {
          const text = `todo ${index}`
          await database.run`
          INSERT INTO todo (username, place, text)
          SELECT ${'a'}, coalesce(max(place), 0) + 1, ${text} FROM todo WHERE username = ${'a'}`
          await database.run`
          INSERT INTO plain (username, place) SELECT ${'a'}, coalesce(max(place), 0) + 1 FROM plain WHERE username = ${'a'}`
        }),
      ),
    )
    const expected = Array.from({ length: 2 * count }, (_, index) => index + 1)
    const [database] = databases
    for (const rows of [
      await database.all<{ place: number }>`SELECT place FROM todo ORDER BY place`,
      await database.all<{ place: number }>`SELECT place FROM plain ORDER BY place`,
    ])
      assert.deepEqual(
        rows.map(({ place }) => place),
        expected,
      )
    for (const one of databases) await one.close()
  },
)

test('two instances that write the same rows in different orders do not deadlock', onPostgres, async () => {
  const url = temporaryDatabase()
  const [one, other] = [await openDatabase(url, migrations), await openDatabase(url, migrations)]
  const names = Array.from({ length: 20 }, (_, index) => `account ${index}`)
  for (const name of names) await one.run`INSERT INTO account (name, balance) VALUES (${name}, 0)`
  // So slow that both are between their statements at the same time.
  const addOne = (database: Database) => (name: string) =>
    database.run`
    UPDATE account SET balance = balance + 1 WHERE name = ${name} AND pg_sleep(0.01) IS NOT NULL`
  await Promise.all([...names.map(addOne(one)), ...names.toReversed().map(addOne(other))])
  assert.deepEqual(await one.get`SELECT sum(balance) AS sum FROM account`, { sum: 2 * names.length })
  // Connections report what they have seen when they end.
  for (const database of [one, other]) await database.close()
  const last = await openDatabase(url, migrations)
  let found: { connections: number; deadlocks: number } | undefined
  do {
    found = await last.get`
      SELECT numbackends AS connections, deadlocks FROM pg_stat_database WHERE datname = current_database()`
  } while (found && found.connections > 1)
  assert.equal(found?.deadlocks, 0)
  await last.close()
})

test('transactions of two instances run as if alone', onPostgres, async () => {
  const databases = await openTwo()
  const [database] = databases
  for (const name of ['a', 'b']) await database.run`INSERT INTO account (name, balance) VALUES (${name}, 20)`
  // Each takes 1 from its own account, as long as both have more than 0 in all.
  await Promise.all(
    databases.flatMap((one, index) =>
      Array.from({ length: 40 }, () =>
        one.transaction(async (transaction) => {
          const row = await transaction.get<{ sum: number }>`SELECT sum(balance) AS sum FROM account`
          if ((row?.sum ?? 0) > 0)
            await transaction.run`UPDATE account SET balance = balance - 1 WHERE name = ${'ab'[index] ?? ''}`
        }),
      ),
    ),
  )
  assert.deepEqual(await database.get`SELECT sum(balance) AS sum FROM account`, { sum: 0 })
  for (const one of databases) await one.close()
})

test('a duplicate is an error of the statement only, also beside others, and reaches work', onPostgres, async () => {
  const database = await openDatabase(temporaryDatabase(), migrations)
  const add = (name: string) => database.run`INSERT INTO account (name, balance) VALUES (${name}, 1)`
  const results = await Promise.allSettled(['a', 'b', 'a', 'c', 'b', 'd'].map(add))
  assert.deepEqual(
    results.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.code)),
    [1, 1, '23505', 1, '23505', 1],
  )
  const refused = database.transaction(async (transaction) => {
    try {
      await transaction.run`INSERT INTO account (name, balance) VALUES ('a', 1)`
    } catch {
      throw new Error('the name is taken')
    }
  })
  await assert.rejects(refused, /the name is taken/)
  await database.close()
})

test('a transaction in which a statement has failed is not committed, even if work goes on', onPostgres, async () => {
  const database = await openDatabase(temporaryDatabase(), migrations)
  for (const isAwaited of [true, false])
    await assert.rejects(
      database.transaction(async (transaction) => {
        await transaction.run`INSERT INTO account (name, balance) VALUES ('a', 1)`
        const failing = transaction.run`INSERT INTO account (name) VALUES ('b')`.catch(() => {})
        if (isAwaited) await failing
      }),
      /null value in column "balance"/,
    )
  assert.deepEqual(await database.all`SELECT * FROM account`, [])
  await database.close()
})

test('a table that a newer version changes while an older one runs disturbs neither', onPostgres, async () => {
  const url = temporaryDatabase()
  const older = await openDatabase(url, migrations)
  const read = () => older.all`SELECT * FROM account WHERE name = ${'a'}`
  const readInTransaction = () =>
    older.transaction((transaction) => transaction.all`SELECT * FROM account WHERE name = ${'a'}`)
  await older.run`INSERT INTO account (name, balance) VALUES ('a', 1)`
  // Several connections prepare the statement.
  await Promise.all(Array.from({ length: 60 }, (_, index) => (index % 2 ? read() : readInTransaction())))
  const newer = await openDatabase(url, { ...migrations, color: 'ALTER TABLE account ADD COLUMN color TEXT' })
  const rows = await Promise.all(Array.from({ length: 60 }, (_, index) => (index % 2 ? read() : readInTransaction())))
  for (const row of rows.flat()) assert.deepEqual(row, { name: 'a', balance: 1, color: null })
  await older.run`INSERT INTO account (name, balance) VALUES ('b', 2)`
  assert.equal((await newer.all`SELECT name FROM account`).length, 2)
  await older.close()
  await newer.close()
})
