import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Database, openDatabase } from '@reference-plugins/store'
import { storedText } from '@reference-plugins/testing/stored-text'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { hostMigrations } from '../src/tables.ts'
import { KeyRing } from '../src/vault/key-ring.ts'
import { type SecretPlace, Vault, VaultError } from '../src/vault/vault.ts'

const url = temporaryDatabase()
const key = randomBytes(32).toString('base64url')
const otherKey = randomBytes(32).toString('base64url')
const place: SecretPlace = { user: 'ada', plugin: 'plugin-1', kind: 'user-token', origin: 'https://a.example' }
let database: Database
let vault: Vault
before(async () => {
  database = await openDatabase(url, hostMigrations)
  vault = new Vault(database, new KeyRing(key))
})
after(() => database.close())

test('a secret is returned only for the place that it was stored for', async () => {
  await vault.put(place, 'canary-4711')
  assert.equal(await vault.get(place), 'canary-4711')
  for (const other of [
    { user: 'bob' },
    { plugin: 'plugin-2' },
    { kind: 'oauth-tokens' },
    { origin: 'https://b.example' },
  ] as const)
    assert.equal(await vault.get({ ...place, ...other }), undefined, JSON.stringify(other))
  await vault.put(place, 'canary-4712')
  assert.equal(await vault.get(place), 'canary-4712')
})

test('the database does not contain it in plain text', async () => {
  await vault.put(place, 'canary-4713')
  const stored = await storedText(database, url)
  assert.ok(stored.includes(place.origin), 'it is the right database')
  assert.ok(!stored.includes('canary-47'))
})

test('a row that was moved to another user, plugin or purpose cannot be decrypted', async () => {
  await vault.put(place, 'secret')
  await vault.put({ ...place, user: 'bob' }, 'of bob')
  await database.run`
    UPDATE secret SET nonce = (SELECT nonce FROM secret WHERE user_id = 'ada'), sealed = (SELECT sealed FROM secret WHERE user_id = 'ada')
    WHERE user_id = 'bob'`
  await assert.rejects(vault.get({ ...place, user: 'bob' }), VaultError)
  await database.run`UPDATE secret SET kind = 'oauth-tokens' WHERE user_id = 'ada'`
  await assert.rejects(vault.get({ ...place, kind: 'oauth-tokens' }), VaultError)
  await database.run`UPDATE secret SET kind = 'user-token', origin = 'https://evil.example' WHERE user_id = 'ada'`
  await assert.rejects(vault.get({ ...place, origin: 'https://evil.example' }), VaultError)
})

test('a changed byte is detected, wherever it is', async () => {
  for (const column of ['nonce', 'sealed'] as const) {
    await vault.put(place, 'secret')
    const row = await database.get<{
      nonce: string
      sealed: string
    }>`SELECT nonce, sealed FROM secret WHERE user_id = 'ada'`
    const bytes = Buffer.from(row?.[column] ?? '', 'base64url')
    for (const index of [0, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      if (column === 'nonce')
        await database.run`UPDATE secret SET nonce = ${changed.toString('base64url')} WHERE user_id = 'ada'`
      else await database.run`UPDATE secret SET sealed = ${changed.toString('base64url')} WHERE user_id = 'ada'`
      await assert.rejects(vault.get(place), VaultError, `${column} ${index}`)
    }
  }
})

test('a key can be replaced without losing secrets, and another key decrypts nothing', async () => {
  await vault.put(place, 'old')
  const replaced = new Vault(database, new KeyRing(`${otherKey},${key}`))
  assert.equal(await replaced.get(place), 'old')
  await replaced.put(place, 'new')
  assert.equal(await replaced.get(place), 'new')
  await assert.rejects(vault.get(place), /not in HOST_KEY/)
})

test('at the start the newest key encrypts again what older keys have encrypted', async () => {
  const places = Array.from({ length: 1203 }, (_, index) => ({ ...place, user: `user-${index}` }))
  for (const one of places) await vault.put(one, `secret of ${one.user}`)
  const damaged = places[500] as SecretPlace
  await database.run`UPDATE secret SET sealed = 'AAAA' WHERE user_id = ${damaged.user}`
  await new Vault(database, new KeyRing(`${otherKey},${key}`)).renew()
  const renewed = new Vault(database, new KeyRing(otherKey))
  for (const one of places) if (one !== damaged) assert.equal(await renewed.get(one), `secret of ${one.user}`)
  await assert.rejects(renewed.get(damaged), VaultError)
})

test('a weak key is rejected, with how to make a good one', () => {
  for (const weak of ['', 'secret', 'A'.repeat(43), Buffer.alloc(32, 'ab').toString('base64url'), `${key},short`])
    assert.throws(() => new KeyRing(weak), /HOST_KEY must be 32 random bytes.*randomBytes/s)
})
