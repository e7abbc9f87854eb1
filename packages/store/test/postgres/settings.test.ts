import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSettings } from '../../src/postgres/settings.ts'
import { temporaryFolder } from '../../src/temporary.ts'

test('a URL holds all settings of the connections', () => {
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, 'first\n')
  const settings = readSettings(
    `postgresql://a%40b:p%3Aw@db.example:6543/to%20do?sslmode=verify-full&sslrootcert=${file}&application_name=x&max=3&connect_timeout=7&maxLifetime=60&options=-c%20search_path%3Da`,
  )
  const { host, port, user, database, password, ssl, application_name, max, options } = settings
  assert.deepEqual(
    { host, port, user, database, password, ssl, application_name, max, options },
    {
      host: 'db.example',
      port: 6543,
      user: 'a@b',
      database: 'to do',
      password: 'p:w',
      ssl: { ca: 'first\n' },
      application_name: 'x',
      max: 3,
      options: '-c search_path=a',
    },
  )
  assert.equal(settings.connectionTimeoutMillis, 7000)
  assert.equal(settings.maxLifetimeSeconds, 60)
})

test('a URL can name a folder of sockets, and an address of IPv6', () => {
  const socket = readSettings('postgres:///todo?host=/run/postgresql&user=todo')
  assert.deepEqual([socket.host, socket.user, socket.database, socket.ssl], ['/run/postgresql', 'todo', 'todo', false])
  assert.equal(readSettings('postgres://todo@%2Frun%2Fpostgresql/x').host, '/run/postgresql')
  const { host, database } = readSettings('postgres://todo@[::1]')
  assert.deepEqual([host, database], ['::1', 'todo'])
})

test('the password comes from a file or a function, each time that it is asked for', () => {
  const file = join(temporaryFolder(), 'password')
  writeFileSync(file, 'first\n')
  const read = readSettings(`postgres://todo@db/todo?passwordFile=${file}`).password as () => string
  assert.equal(read(), 'first')
  writeFileSync(file, 'second')
  assert.equal(read(), 'second')
  const given = () => 'third'
  assert.equal(readSettings('postgres://todo:other@db/todo', given).password, given)
})

test('a wrong URL is refused, without its password', () => {
  for (const [url, expected] of [
    ['postgres://db/todo', /names no user/],
    ['postgres:///todo?user=a', /names no host/],
    ['postgres://todo:secret@db:port/todo', /not a URL/],
    ['postgres://todo:secret%@db/todo', /write % as %25 in the password/],
    ['postgres://todo:secret@db/todo?sslmode=require', /use sslmode=verify-full/],
    ['postgres://todo:secret@db/todo?sslmode=prefer', /use sslmode=verify-full/],
    [
      'postgres://todo:secret@db/todo?sslmode=verify-full&sslrootcert=/nowhere',
      /sslrootcert=\/nowhere cannot be read \(ENOENT\)/,
    ],
    ['postgres://todo:secret@db/todo?statement_timeout=1', /statement_timeout is not supported, only/],
    ['postgres://todo:secret@db/todo?max=0', /max must be a whole number above 0/],
    ['postgres://todo:secret@db/todo?max=many', /max must be a whole number above 0/],
  ] as const)
    assert.throws(
      () => readSettings(url),
      ({ message }: Error) => expected.test(message) && !message.includes('secret') && !message.includes('\n'),
      url,
    )
})
