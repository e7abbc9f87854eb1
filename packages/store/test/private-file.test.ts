import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openDatabase } from '../src/index.ts'
import { temporaryFolder } from '../src/temporary.ts'

const migrations = { note: 'CREATE TABLE note (text TEXT)' }
const files = (path: string) => [path, `${path}-wal`, `${path}-shm`]
const modesOf = (path: string) =>
  files(path)
    .filter((file) => existsSync(file))
    .map((file) => statSync(file).mode & 0o777)

test('only its owner can read a new database and its other files, whatever the umask', async () => {
  for (const umask of [0o000, 0o022, 0o077]) {
    const path = join(temporaryFolder(), 'a.sqlite')
    const before = process.umask(umask)
    const database = await openDatabase(`file:${path}`, migrations)
    await database.run`INSERT INTO note (text) VALUES ('private')`
    assert.deepEqual(modesOf(path), [0o600, 0o600, 0o600])
    await database.close()
    process.umask(before)
  }
})

test('a database that others could read is restricted when it is opened, also while another process has it open', async () => {
  const path = join(temporaryFolder(), 'a.sqlite')
  const first = await openDatabase(`file:${path}`, migrations)
  await first.run`INSERT INTO note (text) VALUES ('private')`
  for (const file of files(path)) chmodSync(file, 0o664)
  const second = await openDatabase(`file:${path}`, migrations)
  assert.deepEqual(modesOf(path), [0o600, 0o600, 0o600])
  assert.equal((await second.all`SELECT * FROM note`).length, 1)
  await first.close()
  await second.close()
})

test('a database may be a link to a file on another disk', async () => {
  const folder = temporaryFolder()
  const target = join(folder, 'target.sqlite')
  await (await openDatabase(`file:${target}`, migrations)).close()
  chmodSync(target, 0o644)
  symlinkSync(target, join(folder, 'link.sqlite'))
  await (await openDatabase(`file:${join(folder, 'link.sqlite')}`, migrations)).close()
  assert.deepEqual(modesOf(target), [0o600])
})

test('what is not the path of a file is refused, and no file of that name is made', async () => {
  const folder = temporaryFolder()
  const before = process.cwd()
  process.chdir(folder)
  try {
    for (const path of [
      ':memory:',
      ':memory:?cache=shared',
      'memory',
      'a.sqlite?mode=memory',
      'a?mode=ro',
      '',
      'data/',
      './',
    ])
      await assert.rejects(
        openDatabase(`file:${path}`, migrations),
        ({ name, message }: Error) => name === 'DatabaseError' && /^DATABASE_URL=.*such as file:/.test(message),
        path,
      )
    assert.deepEqual(readdirSync(folder), [])
  } finally {
    process.chdir(before)
  }
})
