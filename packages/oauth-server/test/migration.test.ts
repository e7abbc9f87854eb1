import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDatabase } from '@reference-plugins/store'
import { temporaryFolder } from '@reference-plugins/store/temporary'
import { cleanUp } from '../src/clean-up.ts'
import { ConnectedApps } from '../src/connected-apps.ts'
import { oauthMigrations } from '../src/index.ts'
import { openKeys } from '../src/keys.ts'

const now = Math.floor(Date.now() / 1000)

test('a database of the first version keeps its keys, its grants and the apps that are used', async (t) => {
  // Only SQLite files are so old.
  const url = `file:${join(temporaryFolder(), 'oauth.sqlite')}`
  const old = await openDatabase(url, { oauth: oauthMigrations.oauth })
  await old.run`INSERT INTO oauth_secret (name, value) VALUES ('cookies', 'old-cookie-key'), ('key', '{"kty":"EC","kid":"first"}')`
  const add = (model: string, id: string, payload: object, grant: string | null, account: string | null) => old.run`
    INSERT INTO oauth_record (model, id, payload, grant_id, account_id, expires_at)
    VALUES (${model}, ${id}, ${JSON.stringify(payload)}, ${grant}, ${account}, ${model === 'Client' ? null : now + 600})`
  for (const client of ['used', 'unused'])
    await add('Client', client, { client_name: `App ${client}`, client_id_issued_at: now - 2 * 86_400 }, null, null)
  await add('Client', 'new', { client_name: 'App new', client_id_issued_at: now }, null, null)
  await add('Grant', 'grant', { clientId: 'used', iat: now, resources: { api: 'diary:read' } }, 'grant', 'ada')
  await add('Grant', 'other', { clientId: 'elsewhere', iat: now }, 'other', 'ada')
  await add('AccessToken', 'token', { clientId: 'used' }, 'grant', 'ada')
  await old.close()

  const database = await openDatabase(url, oauthMigrations)
  t.after(() => database.close())
  assert.deepEqual(await openKeys(database), { cookies: ['old-cookie-key'], jwks: [{ kty: 'EC', kid: 'first' }] })
  await cleanUp(database)
  const ids = async (model: string) =>
    (await database.all<{ id: string }>`SELECT id FROM oauth_record WHERE model = ${model} ORDER BY id`).map(
      ({ id }) => id,
    )
  assert.deepEqual(await ids('Client'), ['new', 'used'])
  const apps = new ConnectedApps(database, [])
  const account = { id: 'ada', name: 'Ada' }
  const listed = await apps.list(account, { 'diary:read': 'Read your diary' })
  assert.deepEqual(
    listed.map(({ name, permissions }) => [name, permissions]),
    [
      ['App used', ['Read your diary']],
      ['elsewhere', []],
    ],
  )
  await apps.revoke(account, 'used')
  assert.deepEqual([await ids('Grant'), await ids('AccessToken')], [['other'], []])
})
