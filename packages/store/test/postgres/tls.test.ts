import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chownSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { DatabaseError, openDatabase } from '../../src/index.ts'
import { temporaryFolder } from '../../src/temporary.ts'
import type { TemporaryPostgres } from '../../src/temporary-postgres.ts'
import { entries, onPostgres, startServer } from './fixture.ts'

let own: TemporaryPostgres
const folder = temporaryFolder()
const file = (name: string) => join(folder, name)
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
const makeAuthority = (name: string) =>
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.crt`,
  )

before(async () => {
  if (onPostgres.skip) return
  makeAuthority('authority')
  makeAuthority('other')
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=localhost',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  )
  writeFileSync(file('names'), 'subjectAltName = DNS:localhost')
  openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'authority.crt',
    '-CAkey',
    'authority.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'names',
    '-out',
    'server.crt',
  )
  own = await startServer({ listen_addresses: 'localhost' })
  const { uid, gid } = statSync(own.data)
  for (const name of ['server.key', 'server.crt']) {
    execFileSync('cp', [file(name), join(own.data, name)])
    chownSync(join(own.data, name), uid, gid)
  }
  // Without TLS nobody is let in.
  writeFileSync(join(own.data, 'pg_hba.conf'), 'hostssl all all all trust\n')
  writeFileSync(join(own.data, 'postgresql.auto.conf'), 'ssl = on\n')
  await own.stop('SIGINT')
  await own.start()
})
after(() => own?.stop())

test('sslmode=verify-full accepts only the right host with a certificate of the right CA', onPostgres, async () => {
  const url = (host: string, ca: string) => `postgres://postgres@${host}:${own.port}/postgres?sslmode=verify-full${ca}`
  const authority = `&sslrootcert=${file('authority.crt')}`
  const database = await openDatabase(url('localhost', authority), entries)
  const used = await database.get`SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()`
  assert.deepEqual(used, { ssl: 1, version: 'TLSv1.3' })
  // A request to cancel is encrypted too.
  const slow = database.all`SELECT pg_sleep(30)`
  await assert.rejects(slow, /over 5 seconds/)
  for (let tries = 0; ; tries++) {
    const found =
      await database.all`SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query = 'SELECT pg_sleep(30)'`
    if (found.length === 0) break
    assert.ok(tries < 100, 'the statement goes on')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await database.close()

  for (const [refused, expected] of [
    [url('127.0.0.1', authority), /certificate of the server is not for the host 127.0.0.1/],
    [url('localhost', `&sslrootcert=${file('other.crt')}`), /not signed by a known CA: name the file/],
    [url('localhost', ''), /not signed by a known CA: name the file/],
    [`postgres://postgres@localhost:${own.port}/postgres`, /refuses the user postgres/],
  ] as const)
    await assert.rejects(
      openDatabase(refused, entries),
      (error: Error) => error instanceof DatabaseError && expected.test(error.message),
      refused,
    )
})
