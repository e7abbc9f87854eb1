import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readHostEnvironment } from '../src/environment.ts'
import { ownKey } from '../src/vault/key-ring.ts'

const there = { NODE_ENV: 'production', PUBLIC_URL: 'https://host.example.com' }

test('a host that others reach must be told whether people sign in', () => {
  for (const HOST_USERS of [undefined, ''])
    assert.throws(
      () => readHostEnvironment({ ...there, HOST_USERS }),
      /^EnvironmentError: HOST_USERS is not set, and PUBLIC_URL=https:\/\/host\.example\.com is not this machine: set HOST_USERS=accounts/,
    )
  for (const HOST_USERS of ['accounts', 'single'])
    assert.equal(readHostEnvironment({ ...there, HOST_USERS }).HOST_USERS, HOST_USERS)
})

test('a host on this machine has one user by default', () => {
  for (const PUBLIC_URL of [undefined, 'http://localhost:3000', 'https://localhost:3000'])
    assert.equal(readHostEnvironment({ NODE_ENV: 'production', PUBLIC_URL }).HOST_USERS, 'single')
})

test('a host whose database is on a server must be given a key', () => {
  assert.throws(() => ownKey('postgres://host@db.example.com/host'), /^EnvironmentError: HOST_KEY must be set/)
})
