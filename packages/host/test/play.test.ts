import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import type { Call, Conversation, Examples, Message, PluginDetail, TurnEvent } from '../src/wire.ts'
import { activateLocal } from './activate-local.ts'
import { type Browser, type ServedHost, serveHost } from './fixture.ts'
import { type LocalPlugins, startLocalPlugins } from './local-plugins/local-plugins.ts'
import { workspaceFolder } from './local-plugins/workspace-folder.ts'

const names = ['todo', 'stocks', 'news', 'notes', 'flights', 'food']
const plugins: Record<string, PluginDetail> = {}
let locals: LocalPlugins
let folder: string
let served: ServedHost
let browser: Browser
before(async () => {
  locals = await startLocalPlugins()
  folder = workspaceFolder(Object.fromEntries(names.map((name) => [name, locals.of(name)])))
  served = await serveHost({ pluginFolder: folder })
  browser = served.browser()
  for (const name of names) plugins[name] = await activateLocal(browser, locals.of(name))
})
after(async () => {
  await served.close()
  await locals.end()
})

const examplesOf = (name: string) => browser.get<Examples>(`/api/plugins/${plugins[name]?.id}/examples`)
const begin = (name: string) =>
  browser.send<Conversation>('POST', `/api/plugins/${plugins[name]?.id}/examples/conversation`, {})
const play = (id: string) => browser.events<TurnEvent>(`/api/conversations/${id}/play`)
const get = (id: string) => browser.get<Conversation>(`/api/conversations/${id}`)
const callsIn = (messages: Message[]): Call[] =>
  messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'call' ? [part.call] : [])))
const waitingIn = async (id: string) => callsIn((await get(id)).messages).find(({ state }) => state === 'waiting')
const decide = (id: string, call: Call, decision: string) =>
  browser.events<TurnEvent>(`/api/conversations/${id}/calls/${call.id}/decision`, {
    decision,
    digest: call.ask?.digest,
  })

/** Plays to the end and allows every call that asks. Answers how often that was. */
async function playToEnd(id: string): Promise<number> {
  let events = await play(id)
  for (let asked = 0; ; asked++) {
    const waiting = await waitingIn(id)
    if (!waiting) {
      assert.deepEqual(events.at(-1), { type: 'end', state: 'done' })
      return asked
    }
    assert.deepEqual(events.at(-1), { type: 'end', state: 'waiting' })
    events = await decide(id, waiting, 'allow')
  }
}

for (const name of names)
  test(`${name}: its example is played with real calls, and every answer is as recorded`, async () => {
    const { examples, reason } = await examplesOf(name)
    assert.equal(reason, undefined)
    const [example] = examples
    assert.ok(example && example.calls >= 2 && example.said.length >= 2 && example.problem === undefined)
    const { id, recorded, messages, title } = await begin(name)
    assert.deepEqual([messages, recorded?.played, recorded?.canPlay], [[], 0, true])
    assert.match(title, /^Example: /)
    assert.equal(await playToEnd(id), example.asks)
    const end = await get(id)
    assert.deepEqual([end.recorded?.played, end.recorded?.canPlay], [end.recorded?.entries, false])
    const calls = callsIn(end.messages)
    assert.equal(calls.length, example.calls)
    for (const call of calls) {
      assert.equal(call.state, 'done')
      assert.equal(call.byHand, false)
      assert.deepEqual(call.recorded?.differences, [], JSON.stringify(call))
      assert.equal(call.recorded?.status, call.response?.status)
    }
    const texts = end.messages.flatMap(({ role, parts }) =>
      parts.flatMap((part) => (part.type === 'text' ? [[role, part.text, part.recorded]] : [])),
    )
    const said = texts.filter(([role]) => role === 'user').map(([, text]) => String(text).replace(/ada-\w+/, 'ada'))
    assert.deepEqual(said, example.said)
    assert.ok(texts.every(([, , isRecorded]) => isRecorded === true))
    await assert.rejects(play(id), /over/)
    const again = await begin(name)
    await playToEnd(again.id)
    for (const { recorded } of callsIn((await get(again.id)).messages)) assert.deepEqual(recorded?.differences, [])
  })

test('a play is a stream of the events of a turn: texts, then each call as it is asked and answered', async () => {
  const { id } = await begin('todo')
  const events = await play(id)
  assert.equal(events[0]?.type === 'message' && events[0].message.role, 'user')
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'call' ? [event.call.state] : [])),
    ['running', 'waiting'],
  )
  const waiting = await waitingIn(id)
  assert.ok(waiting?.ask, 'a call that writes asks, like everywhere')
  const asked = JSON.parse(waiting.ask.arguments ?? '') as { username: string; todo: string }
  assert.match(asked.username, /^ada-[\da-f]{6}$/, 'a new user each time, whose list is empty')
  assert.equal(asked.todo, 'buy milk')
  assert.ok(JSON.stringify((await get(id)).messages[0]).includes(`the list of ${asked.username}.`))
  await assert.rejects(play(id), { status: 409 })
  const next = await decide(id, waiting, 'allow')
  const states = next.flatMap((event) => (event.type === 'call' ? [`${event.call.operation} ${event.call.state}`] : []))
  assert.equal(states.at(0), 'addTodo running')
  assert.equal(states.at(-1), 'addTodo waiting', 'it goes on with the next call')
})

test('a refused call is not made, the play stops there, and it can go on', async () => {
  const { id } = await begin('todo')
  await play(id)
  const first = (await waitingIn(id)) as Call
  const events = await decide(id, first, 'refuse')
  assert.ok(events.some((event) => event.type === 'notice' && /stops here/.test(event.text)))
  const refused = callsIn((await get(id)).messages)
  assert.deepEqual(
    refused.map(({ state, response }) => [state, response]),
    [['refused', undefined]],
  )
  assert.equal((await get(id)).recorded?.canPlay, true)
  await play(id)
  assert.equal((await waitingIn(id))?.arguments.todo, 'call the dentist')
})

test('after the user has said something else, an example does not go on', async () => {
  const { id } = await begin('todo')
  await play(id)
  await browser.events(`/api/conversations/${id}/messages`, { text: 'Stop that' })
  const { recorded, messages } = await get(id)
  assert.equal(recorded?.canPlay, false)
  assert.equal(callsIn(messages)[0]?.state, 'refused')
  await assert.rejects(play(id), /something else/)
  const { id: plain } = await browser.send<Conversation>('POST', '/api/conversations', {})
  await assert.rejects(play(plain), { status: 409 })
  await assert.rejects(play('other'), { status: 404 })
})

test('an example survives a restart of the host in the middle', async () => {
  const databaseUrl = temporaryDatabase()
  let host = await serveHost({ databaseUrl, pluginFolder: folder })
  const todo = await activateLocal(host.browser(), locals.of('todo'))
  const { id } = await host.browser().send<Conversation>('POST', `/api/plugins/${todo.id}/examples/conversation`, {})
  await host.browser().events(`/api/conversations/${id}/play`)
  await host.close()
  host = await serveHost({ databaseUrl, pluginFolder: folder })
  const { recorded, messages } = await host.browser().get<Conversation>(`/api/conversations/${id}`)
  assert.equal(recorded?.played, 2)
  const [call] = callsIn(messages)
  const events = await host.browser().events<TurnEvent>(`/api/conversations/${id}/calls/${call?.id}/decision`, {
    decision: 'allow',
    digest: call?.ask?.digest,
  })
  assert.deepEqual(events.at(-1), { type: 'end', state: 'waiting' })
  await host.close()
})

test('what differs from the recording is shown, and values that the plugin creates now are used in later calls', async () => {
  const own = workspaceFolder({ stocks: locals.of('stocks') })
  const path = join(own, 'stocks', 'conversation.md')
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text.replace('"matches": [', '"oldMember": 1,\n  "matches": [').replace('Answer 200', 'Answer 201'),
  )
  const host = await serveHost({ pluginFolder: own })
  const other = host.browser()
  const { id: stocks } = await activateLocal(other, locals.of('stocks'))
  const { id } = await other.send<Conversation>('POST', `/api/plugins/${stocks}/examples/conversation`, {})
  await other.events(`/api/conversations/${id}/play`)
  const [first, second] = callsIn((await other.get<Conversation>(`/api/conversations/${id}`)).messages)
  assert.match(first?.recorded?.differences?.join() ?? '', /the status is 200 instead of 201/)
  assert.deepEqual(second?.recorded?.differences, [])
  await host.close()
})

test('a conversation that was saved as a file is played, with the plugins that it names', async () => {
  const { id } = await begin('stocks')
  await play(id)
  const text = await (await browser.raw('GET', `/api/conversations/${id}/file`)).text()
  const played = await browser.send<Conversation>('POST', '/api/examples', { text })
  assert.deepEqual([played.recorded?.example, played.recorded?.plugin], ['file', plugins.stocks?.id])
  await playToEnd(played.id)
  const calls = callsIn((await get(played.id)).messages)
  assert.equal(calls.length, 3)
  for (const { recorded } of calls) assert.deepEqual(recorded?.differences, [])
  for (const [file, status, why] of [
    ['', 422, /empty/],
    ['# A\n\n### todo.getTodos\n\n```json\n{', 422, /line 5/],
    ['# A\n\n### weather.today\n\n```json\n{}\n```\n', 409, /register it first/],
    ['a'.repeat(200_001), 400, /200,000/],
  ] as const)
    await assert.rejects(browser.send('POST', '/api/examples', { text: file }), (error: Error & { status: number }) => {
      assert.match(error.message, why)
      return error.status === status
    })
})

test('in a file, what a plugin with a sign-in has answered does not leave with a call of another plugin without asking', async () => {
  const text = [
    '# Leak',
    '',
    '## You',
    '',
    'Go.',
    '',
    '### notes.searchNotes',
    '',
    '```json',
    '{"query": "boiler"}',
    '```',
    '',
    'Answer 200',
    '',
    '### stocks.searchSymbols',
    '',
    '```json',
    '{"query": "boiler"}',
    '```',
    '',
  ].join('\n')
  const { id } = await browser.send<Conversation>('POST', '/api/examples', { text })
  await play(id)
  const waiting = await waitingIn(id)
  assert.equal(waiting?.operation, 'searchSymbols')
  assert.match(waiting?.ask?.reason ?? '', /has answered before in this conversation/)
})

test('a call without an answer ends the play, which can go on when the plugin answers again', async () => {
  const plugin = await served.host.plugins.visible('only', plugins.todo?.id ?? '')
  const moved = (server: string) =>
    served.host.plugins.replace(plugin.id, { ...plugin, document: { ...plugin.document, server } })
  const { id } = await begin('todo')
  await moved('http://127.0.0.1:1')
  await play(id)
  const events = await decide(id, (await waitingIn(id)) as Call, 'allow')
  assert.ok(
    events.some((event) => event.type === 'notice' && /got no answer, so the example stops here/.test(event.text)),
  )
  assert.deepEqual(events.at(-1), { type: 'end', state: 'done' })
  const { messages, recorded } = await get(id)
  assert.deepEqual(
    callsIn(messages).map(({ state, recorded: one }) => [state, one?.differences]),
    [['failed', ['there is no answer']]],
  )
  assert.deepEqual([recorded?.played, recorded?.canPlay], [2, true])
  await moved(plugin.document.server)
  await play(id)
  assert.equal((await waitingIn(id))?.arguments.todo, 'call the dentist')
})

test('what cannot be played says why', async () => {
  const own = workspaceFolder({ todo: locals.of('todo'), notes: locals.of('notes') })
  const host = await serveHost({ pluginFolder: own })
  const other = host.browser()
  const todo = await activateLocal(other, locals.of('todo'))
  const news = await activateLocal(other, locals.of('news'))
  const read = (id: string) => other.get<Examples>(`/api/plugins/${id}/examples`)
  const start = (id: string, name = 'conversation') =>
    other.send<Conversation>('POST', `/api/plugins/${id}/examples/${name}`, {})
  assert.match((await read(news.id)).reason ?? '', /beside this host/)
  await assert.rejects(start(news.id), { status: 404 })
  await assert.rejects(start(todo.id, '..%2F..%2Fpackage.json'), { status: 404 })
  await other.send('DELETE', `/api/plugins/${todo.id}/activation`)
  assert.match((await read(todo.id)).examples[0]?.problem ?? '', /not active/)
  await assert.rejects(start(todo.id), /not active/)
  await other.send('PUT', `/api/plugins/${todo.id}/activation`, {})
  const path = join(own, 'todo', 'conversation.md')
  const text = readFileSync(path, 'utf8')
  for (const [changed, why] of [
    [text.replace('todo.getTodos', 'todo.gone'), /has no operation gone/],
    [text.replace('todo.getTodos', 'weather.today'), /register it first/],
  ] as const) {
    writeFileSync(path, changed)
    assert.match((await read(todo.id)).examples[0]?.problem ?? '', why)
    await assert.rejects(start(todo.id), { status: 409 })
  }
  for (const [broken, why] of [
    [text.replace('{', '['), /cannot be read: line \d+/],
    ['# Nothing\n', /is empty/],
    [`# Long\n${'\n## You\n\nMore.\n'.repeat(201)}`, /too long/],
  ] as const) {
    writeFileSync(path, broken)
    const { examples, reason } = await read(todo.id)
    assert.deepEqual(examples, [])
    assert.match(reason ?? '', why)
  }
  await host.close()
})
