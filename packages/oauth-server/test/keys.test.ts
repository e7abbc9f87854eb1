import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { oauthMigrations } from '../src/index.ts'
import { openKeys, readCookieKeys } from '../src/keys.ts'

test('processes that start at once have the same keys, and keep them', async (t) => {
  const url = temporaryDatabase()
  const databases = await Promise.all(Array.from({ length: 5 }, () => openDatabase(url, oauthMigrations)))
  t.after(() => Promise.all(databases.map((database) => database.close())))
  const all = await Promise.all(databases.map((database) => openKeys(database)))
  for (const keys of all) assert.deepEqual(keys, all[0])
  assert.deepEqual([all[0]?.cookies.length, all[0]?.jwks.length], [1, 1])
  for (const database of databases) assert.deepEqual(await openKeys(database), all[0])
})

test('keys are replaced once for each date, used an hour later, and accepted further', async (t) => {
  const database = await openDatabase(temporaryDatabase(), oauthMigrations)
  t.after(() => database.close())
  const before = await openKeys(database)
  const [during, again] = await Promise.all([openKeys(database, '2026-11-26'), openKeys(database, '2026-11-26')])
  assert.deepEqual(during, again)
  assert.equal(during.cookies.length, 2)
  assert.deepEqual(
    [during.cookies[0], during.jwks[0]],
    [before.cookies[0], before.jwks[0]],
    'not all know the new ones',
  )
  assert.deepEqual(
    during.jwks.map(({ kid }) => kid),
    ['first', '2026-11-26'],
  )
  await database.run`UPDATE oauth_key SET used_from = used_from - 3600 WHERE since <> ''`
  const after = await openKeys(database, '2026-11-26')
  assert.deepEqual(after.cookies, during.cookies.toReversed())
  assert.deepEqual(await readCookieKeys(database), after.cookies)
  assert.deepEqual((await openKeys(database)).cookies, after.cookies, 'an instance without the variable has them too')
})
