import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Database, openDatabase } from '@reference-plugins/store'
import { temporaryFolder } from '@reference-plugins/testing/temporary'
import { Conversations } from '../src/conversation/conversations.ts'
import { TurnLeases } from '../src/conversation/turn-leases.ts'
import { hostMigrations } from '../src/tables.ts'
import type { Call, Part } from '../src/wire.ts'

const at = '2026-01-01T00:00:00.000Z'
const called = {
  plugin: { id: 'plugin-1', name: 'shop', title: 'Shop “Ü” ' },
  operation: 'read',
  title: 'Read',
  arguments: { query: 'a\u0000b \uE000 "quoted"', limit: 1e21, deep: { list: [1.5, null, true] } },
}
const answer = {
  request: { method: 'GET', url: 'http://shop.example/read', headers: { accept: 'text/plain' } },
  response: { status: 200, headers: {}, body: 'two\u0000words\n\uE000', isCut: false },
  curl: "curl 'http://shop.example/read'",
  result: 'two\u0000words\n\uE000',
  milliseconds: 12.25,
}
const ask = { reason: 'Why', canRemember: true, digest: 'salt.digest', expiresAt: at }
const calls: Call[] = [
  { id: 'done', ...called, state: 'done', byHand: false, at, tool: 'shop__read', ...answer },
  { id: 'waiting', ...called, state: 'waiting', byHand: true, at, ask },
  { id: 'running', ...called, state: 'running', byHand: false, at, tool: 'shop__read' },
  {
    id: 'search',
    ...called,
    plugin: { id: '', name: '', title: 'Host' },
    state: 'refused',
    byHand: false,
    at,
    result: 'x',
  },
]
const text: Part = { type: 'text', text: 'An unusual word: quokka \u0000 \uE000 {"type":"call"}' }
const parts: Part[][] = [
  [text],
  [text, ...calls.slice(0, 2).map((call): Part => ({ type: 'call', call })), { type: 'notice', text: 'n' }, text],
  calls.slice(2).map((call): Part => ({ type: 'call', call })),
  [],
]

let database: Database
let conversations: Conversations
before(async () => {
  // Only SQLite files are so old.
  const databaseUrl = `file:${join(temporaryFolder(), 'host.sqlite')}`
  // The tables and rows as the host wrote them before calls had a table of their own.
  const { call: _, 'calls out of messages': __, ...before } = hostMigrations
  const old = await openDatabase(databaseUrl, before)
  await old.run`INSERT INTO conversation (id, user_id, title, plugins, updated_at) VALUES ('old', 'only', 'Old', '[]', ${at})`
  for (const [index, one] of parts.entries())
    await old.run`
      INSERT INTO message (id, conversation, role, parts, at)
      VALUES (${`message-${index}`}, 'old', ${index === 0 ? 'user' : 'assistant'}, ${JSON.stringify(one)}, ${at})`
  await old.close()
  database = await openDatabase(databaseUrl, hostMigrations)
  conversations = new Conversations(database)
})
after(() => database.close())

test('a database from before the table of calls is carried over, with every call as it was', async () => {
  const { messages } = await conversations.get('only', 'old')
  assert.equal(JSON.stringify(messages.map((message) => message.parts)), JSON.stringify(parts))
  assert.equal(JSON.stringify(await conversations.call('only', 'done')), JSON.stringify(calls[0]))
  const stored = await database.all<{ parts: string }>`SELECT parts FROM message ORDER BY number`
  assert.deepEqual(JSON.parse(stored[2]?.parts ?? ''), [
    { type: 'call', id: 'running' },
    { type: 'call', id: 'search' },
  ])
})

test('what was running when the host ended is unknown, and the rest stays', async () => {
  await new TurnLeases(database, conversations).settleAll()
  const { messages } = await conversations.get('only', 'old')
  const states = messages.flatMap((message) =>
    message.parts.flatMap((part) => (part.type === 'call' ? [part.call.state] : [])),
  )
  assert.deepEqual(states, ['done', 'waiting', 'unknown', 'refused'])
  const [found] = await conversations.list('only', 'host ended')
  assert.equal(found?.id, 'old')
})

test('a call belongs to its user, and goes with its conversation', async () => {
  await assert.rejects(conversations.call('somebody-else', 'done'), /does not exist/)
  await conversations.remove('only', 'old')
  assert.deepEqual(await database.all`SELECT id FROM call`, [])
})
