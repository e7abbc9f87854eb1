import assert from 'node:assert/strict'
import { mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openDatabase } from '../../packages/store/src/index.ts'
import { temporaryFolder } from '../../packages/store/src/temporary.ts'
import { startPostgres } from '../../packages/store/src/temporary-postgres.ts'
import { type PluginProcess, startPlugin } from '../../packages/testing/src/processes/index.ts'
import { Notes } from '../../plugins/notes/src/notebook/notes.ts'
import { notesMigrations } from '../../plugins/notes/src/plugin.ts'
import { blockWith } from './page.ts'
import { missing, shell } from './shell.ts'
import { askAt, readLists, Writers } from './todos.ts'

// Backs up and restores with the commands of docs/deploying.md, while users write.

const todo = new URL('../../plugins/todo/', import.meta.url)
const section = 'Back up and restore'

const end = (t: TestContext, plugin: PluginProcess): PluginProcess => {
  t.after(() => plugin.end('SIGKILL'))
  return plugin
}

/** The copy has everything that was acknowledged before it began, and nothing that was begun after it. */
function assertMoment(lists: string[][], before: readonly string[][], after: readonly string[][]): void {
  for (const [user, list] of lists.entries()) {
    const [least, most] = [before[user] ?? [], after[user] ?? []]
    assert.deepEqual(list.slice(0, least.length), least)
    assert.deepEqual(most.slice(0, list.length), list)
  }
}

test('SQLite: a back-up of a running plugin is whole, and is restored', async (t) => {
  const folder = temporaryFolder('disk')
  const names = { '/var/lib/todo': join(folder, 'lib'), '/var/backups': join(folder, 'backups') }
  for (const path of Object.values(names)) mkdirSync(path)
  const environment = { DATABASE_URL: `file:${names['/var/lib/todo']}/data.sqlite` }
  let plugin = end(t, await startPlugin(todo, environment))
  const writers = new Writers(askAt(plugin.url))
  await writers.writeMore(20)
  const before = writers.acknowledged
  await shell(blockWith(section, 'VACUUM INTO'), names)
  const after = writers.acknowledged
  await writers.writeMore(5)
  await writers.stop()
  assert.deepEqual(writers.failures, [])
  assert.equal(statSync(`${names['/var/backups']}/todo.sqlite`).mode & 0o077, 0)
  await assert.rejects(shell(blockWith(section, 'VACUUM INTO'), names), /output file already exists/)

  const isService = (line: string) => line.startsWith('systemctl')
  const lines = blockWith(section, 'systemctl').trim().split('\n')
  assert.deepEqual(lines.filter(isService), ['systemctl stop plugin@todo', 'systemctl start plugin@todo'])
  assert.deepEqual([isService(lines[0] ?? ''), isService(lines.at(-1) ?? '')], [true, true])
  assert.equal(await plugin.end(), 0)
  await shell(lines.slice(1, -1).join('\n'), names)
  plugin = end(t, await startPlugin(todo, environment))
  // A write that was begun before the end of the copy may be in it.
  const started = after.map((todos) => [...todos, `todo ${todos.length}`])
  assertMoment(await readLists(askAt(plugin.url), 4), before, started)
  assert.equal(await plugin.end(), 0)
})

test('SQLite: notes are found in a back-up as before', async () => {
  const folder = temporaryFolder('disk')
  const open = async (name: string) => openDatabase(`file:${join(folder, name)}`, notesMigrations)
  const database = await open('data.sqlite')
  const notes = new Notes(database)
  for (let index = 0; index < 50; index++)
    await notes.add('ada', {
      title: `Note ${index}`,
      text: index % 5 === 0 ? 'the bread recipe' : '東京の天気',
      tags: [],
    })
  const ids = async (found: Notes, query: string) => (await found.search('ada', query, 20, 0)).results
  await shell(blockWith(section, 'VACUUM INTO'), { '/var/lib/todo': folder, '/var/backups': folder })
  const copy = await open('todo.sqlite')
  for (const query of ['bread', '東京', 'note 12']) {
    assert.ok((await ids(notes, query)).length > 0, query)
    assert.deepEqual(await ids(new Notes(copy), query), await ids(notes, query))
  }
  await copy.close()
  await database.close()
})

test('Postgres: a dump of running instances is whole, and is restored', {
  skip: missing('initdb', 'pg_dump'),
}, async (t) => {
  const server = await startPostgres()
  assert.ok(server)
  t.after(() => server.stop())
  const address = `127.0.0.1:${server.port}`
  const names = { 'db.example.com': address, '/var/backups': temporaryFolder('disk') }
  await shell(`psql -q ${server.url} -c 'CREATE ROLE todo LOGIN' -c 'CREATE DATABASE todo OWNER todo'`)
  const instance = await startPlugin(todo, { DATABASE_URL: `postgres://todo@${address}/todo` })
  const writers = new Writers(askAt(end(t, instance).url))
  await writers.writeMore(20)
  const before = writers.acknowledged
  await shell(blockWith(section, 'pg_dump'), names)
  const after = writers.acknowledged
  await writers.writeMore(5)
  await writers.stop()
  assert.deepEqual(writers.failures, [])
  await shell(blockWith(section, 'pg_restore'), names)
  const restored = await startPlugin(todo, { DATABASE_URL: `postgres://todo@${address}/todo_restored` })
  const started = after.map((todos) => [...todos, `todo ${todos.length}`])
  assertMoment(await readLists(askAt(end(t, restored).url), 4), before, started)
  assert.equal((await askAt(restored.url)('POST', '/todos/user0', '{"todo": "after"}')).status, 200)
})

test('a file moves to Postgres with one command', { skip: missing('initdb', 'psql', 'pnpm') }, async (t) => {
  const server = await startPostgres()
  assert.ok(server)
  t.after(() => server.stop())
  const address = `127.0.0.1:${server.port}`
  const names = { 'db.example.com': address, '/var/lib/todo': temporaryFolder('disk') }
  await shell(`psql -q ${server.url} -c 'CREATE ROLE todo LOGIN' -c 'CREATE DATABASE todo OWNER todo'`)
  const file = end(t, await startPlugin(todo, { DATABASE_URL: `file:${names['/var/lib/todo']}/data.sqlite` }))
  const writers = new Writers(askAt(file.url))
  await writers.writeMore(20)
  await writers.stop()
  const lists = await readLists(askAt(file.url), 4)
  const [stop, move = ''] = blockWith('Several instances', 'pnpm database').trim().split('\n')
  assert.equal(stop, 'systemctl stop plugin@todo')
  assert.equal(await file.end(), 0)
  assert.match(await shell(move, names), /Counts and checksums are the same in both/)
  const moved = end(t, await startPlugin(todo, { DATABASE_URL: `postgres://todo@${address}/todo` }))
  assert.deepEqual(await readLists(askAt(moved.url), 4), lists)
  assert.equal(await moved.end(), 0)
})
