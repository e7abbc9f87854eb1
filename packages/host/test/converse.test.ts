import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Call, Conversation, PluginDetail, RegistrationEvent, TurnEvent } from '../src/wire.ts'
import { applyEvent } from '../web/src/converse/conversation-state.ts'
import { type Browser, Refused, type ServedHost, serveHost } from './fixture.ts'
import { type LocalPlugin, type LocalPlugins, startLocalPlugins } from './local-plugins/local-plugins.ts'
import { type Script, type ScriptedTurn, type ServedModel, serveModel } from './models/openai-double.ts'

let locals: LocalPlugins
let todo: LocalPlugin
let served: ServedHost
let model: ServedModel
let script: Script | ScriptedTurn[] = []
let browser: Browser
let plugin: PluginDetail
let count = 0

before(async () => {
  locals = await startLocalPlugins()
  todo = locals.of('todo')
  model = await serveModel((call, index) =>
    Array.isArray(script) ? (script[index - count] ?? { text: 'Nothing more.' }) : script(call, index - count),
  )
  served = await serveHost({
    environment: { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'double-1', OLLAMA_HOST: '127.0.0.1:1' },
  })
  browser = served.browser()
  const events = await browser.events<RegistrationEvent>('/api/registrations', { address: todo.address })
  const end = events.at(-1)
  assert.ok(end?.type === 'end' && end.registration.isReady)
  plugin = await browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await browser.send('PUT', `/api/plugins/${plugin.id}/activation`, {})
})
after(async () => {
  await served.close()
  model.close()
  await locals.end()
})
beforeEach(() => {
  count = model.calls.length
})

const begin = async (): Promise<string> => (await browser.send<Conversation>('POST', '/api/conversations', {})).id
const say = (id: string, text: string) => browser.events<TurnEvent>(`/api/conversations/${id}/messages`, { text })
const callsIn = (events: TurnEvent[]): Call[] => {
  const last = new Map<string, Call>()
  for (const event of events) if (event.type === 'call') last.set(event.call.id, event.call)
  return [...last.values()]
}
const endOf = (events: TurnEvent[]) => events.at(-1) as Extract<TurnEvent, { type: 'end' }>
const textOf = (events: TurnEvent[]) => events.flatMap((event) => (event.type === 'text' ? [event.delta] : [])).join('')
const tool = (name: string): string => {
  const found = model.calls.at(-1)?.body.tools?.find(({ function: { name: one } }) => one.includes(name))
  assert.ok(found, name)
  return found.function.name
}
const named = (name: string) => `todo__${name}`
const decide = (id: string, call: Call | undefined, decision: string, digest = call?.ask?.digest ?? '') =>
  browser.events<TurnEvent>(`/api/conversations/${id}/calls/${call?.id}/decision`, { decision, digest })
const list = async (user: string): Promise<string[]> =>
  ((await (await fetch(`${todo.url}/todos/${user}`)).json()) as { todos: string[] }).todos

test('the model reads with a plugin, and its text arrives in pieces', async () => {
  await fetch(`${todo.url}/todos/flora`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"todo":"buy milk"}',
  })
  script = [
    {
      text: 'Let me see. ',
      calls: [{ name: named('getTodos'), arguments: { username: 'flora', limit: null, offset: null } }],
    },
    { text: 'You want to buy milk.' },
  ]
  const id = await begin()
  const events = await say(id, 'What is on the list of flora?')
  assert.equal(endOf(events).state, 'done')
  assert.equal(textOf(events), 'Let me see. You want to buy milk.')
  const [call] = callsIn(events)
  assert.equal(call?.state, 'done')
  assert.deepEqual(call?.arguments, { username: 'flora' })
  assert.equal(call?.response?.status, 200)
  assert.match(call?.curl ?? '', /^curl 'http:\/\/127.0.0.1|^curl 'http:\/\/localhost/)
  const told = model.calls.at(-1)?.body.messages.at(-1)
  assert.equal(told?.role, 'tool')
  assert.deepEqual(JSON.parse(String(told?.content)), { todos: ['buy milk'] })
  const kept = await browser.get<Conversation>(`/api/conversations/${id}`)
  assert.equal(kept.title, 'What is on the list of flora?')
  assert.deepEqual(
    kept.messages.map(({ role, parts }) => [role, parts.map(({ type }) => type)]),
    [
      ['user', ['text']],
      ['assistant', ['text', 'call', 'text']],
    ],
  )
})

test('a copy goes on in another way, and nothing of the original is lost', async () => {
  script = [
    { calls: [{ name: named('getTodos'), arguments: { username: 'gus', limit: null, offset: null } }] },
    { text: 'Nothing is there.' },
    { calls: [{ name: named('deleteTodo'), arguments: { username: 'gus', todo_idx: 0, todo: null } }] },
  ]
  const id = await begin()
  await say(id, 'What is on the list of gus?')
  await say(id, 'Delete the first one')
  const original = await browser.get<Conversation>(`/api/conversations/${id}`)
  const waiting = original.messages.at(-1)?.parts[0]
  assert.ok(waiting?.type === 'call' && waiting.call.state === 'waiting')
  const copy = (before?: string) =>
    browser.send<Conversation>('POST', `/api/conversations/${id}/copy`, before === undefined ? {} : { before })
  const second = original.messages[2]
  assert.equal(second?.role, 'user')
  const shorter = await copy(second?.id)
  assert.notEqual(shorter.id, id)
  assert.deepEqual(
    shorter.messages.map(({ role, parts }) => [role, parts.map(({ type }) => type)]),
    original.messages.slice(0, 2).map(({ role, parts }) => [role, parts.map(({ type }) => type)]),
  )
  count = model.calls.length
  script = [{ text: 'Then not.' }]
  assert.equal(textOf(await say(shorter.id, 'Delete nothing')), 'Then not.')
  const sent = JSON.stringify(model.calls.at(-1)?.body.messages)
  assert.ok(sent.includes('Nothing is there.') && !sent.includes('Delete the first one'))
  const whole = await copy()
  const [call] = whole.messages.at(-1)?.parts.flatMap((part) => (part.type === 'call' ? [part.call] : [])) ?? []
  assert.deepEqual([call?.state, call?.ask], ['refused', undefined], 'what waits can be decided in one place only')
  assert.notEqual(call?.id, waiting.call.id)
  assert.deepEqual(await browser.get(`/api/conversations/${id}`), original)
  await assert.rejects(copy('other'), { status: 404 })
  await browser.send('DELETE', `/api/conversations/${id}`)
  assert.equal((await browser.get<Conversation>(`/api/conversations/${whole.id}`)).messages.length, 4)
})

test('a call that changes something waits, and is made once the user allows exactly that call', async () => {
  script = [
    { calls: [{ name: named('deleteTodo'), arguments: { username: 'gina', todo_idx: 0, todo: null } }] },
    { text: 'Done.' },
  ]
  await fetch(`${todo.url}/todos/gina`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"todo":"pay rent"}',
  })
  const id = await begin()
  const events = await say(id, 'Delete the first one of gina')
  assert.equal(endOf(events).state, 'waiting')
  const [call] = callsIn(events)
  assert.equal(call?.state, 'waiting')
  assert.equal(call?.ask?.canRemember, false)
  assert.deepEqual(await list('gina'), ['pay rent'])
  await assert.rejects(
    decide(id, call, 'allow', 'made-up'),
    (error) => error instanceof Refused && error.status === 409,
  )
  assert.deepEqual(await list('gina'), ['pay rent'])
  const after = await decide(id, call, 'always')
  assert.equal(endOf(after).state, 'done')
  assert.equal(textOf(after), 'Done.')
  assert.deepEqual(await list('gina'), [])
  await assert.rejects(decide(id, call, 'allow'), /already been decided/)
})

test('a page that is reloaded during a turn shows each text and call once', async () => {
  script = [
    { text: 'I add it. ', calls: [{ name: named('addTodo'), arguments: { username: 'hugo', todo: 'x' } }] },
    { text: 'It is on the list.' },
  ]
  const id = await begin()
  const said = await say(id, 'Add x')
  const shown = () => browser.get<Conversation>(`/api/conversations/${id}`)
  assert.deepEqual(said.reduce(applyEvent, await shown()), await shown())
  const decided = await decide(id, callsIn(said)[0], 'allow')
  assert.deepEqual(decided.reduce(applyEvent, await shown()), await shown())
  assert.equal((await shown()).messages.length, 2)
})

test('a refused call is not made, and the model is told so', async () => {
  script = [{ calls: [{ name: named('addTodo'), arguments: { username: 'carl', todo: 'x' } }] }, { text: 'Then not.' }]
  const id = await begin()
  const [call] = callsIn(await say(id, 'Add x'))
  const after = await decide(id, call, 'refuse')
  assert.equal(textOf(after), 'Then not.')
  assert.deepEqual(await list('carl'), [])
  assert.match(String(model.calls.at(-1)?.body.messages.at(-1)?.content), /user refused/)
})

test('an operation that is marked as not consequential can be allowed permanently', async () => {
  script = [{ calls: [{ name: named('addTodo'), arguments: { username: 'dora', todo: 'one' } }] }, { text: 'ok' }]
  const first = await begin()
  const [call] = callsIn(await say(first, 'Add one'))
  assert.equal(call?.ask?.canRemember, true)
  await decide(first, call, 'always')
  count = model.calls.length
  script = [{ calls: [{ name: named('addTodo'), arguments: { username: 'dora', todo: 'two' } }] }, { text: 'ok' }]
  const events = await say(await begin(), 'Add two')
  assert.equal(endOf(events).state, 'done')
  assert.deepEqual(await list('dora'), ['one', 'two'])
})

test('parallel calls are all made and all answered', async () => {
  script = [
    {
      calls: [
        { name: named('getTodos'), arguments: { username: 'flora' } },
        { name: named('getTodos'), arguments: { username: 'nobody' } },
      ],
    },
    { text: 'Both read.' },
  ]
  const events = await say(await begin(), 'Read both')
  assert.deepEqual(
    callsIn(events).map(({ state }) => state),
    ['done', 'done'],
  )
  assert.equal(model.calls.at(-1)?.body.messages.filter(({ role }) => role === 'tool').length, 2)
})

test('an invalid call is not sent, and the model is told why', async () => {
  for (const [given, reason] of [
    ['{"username": "flora', /not valid JSON/],
    [{}, /username/],
    [{ username: 'flora', limit: 100_000 }, /limit/],
    [{ username: 'flora', surprise: 1 }, /surprise/],
  ] as const) {
    count = model.calls.length
    script = [{ calls: [{ name: named('getTodos'), arguments: given }] }, { text: 'Sorry.' }]
    const events = await say(await begin(), 'Read')
    assert.equal(callsIn(events)[0]?.state, 'refused')
    assert.match(String(model.calls.at(-1)?.body.messages.at(-1)?.content), reason)
  }
  count = model.calls.length
  script = [{ calls: [{ name: 'bank_transfer', arguments: {} }] }, { text: 'Sorry.' }]
  const events = await say(await begin(), 'Pay')
  assert.match(callsIn(events)[0]?.result ?? '', /tool bank_transfer does not exist. Available tools: todo/)
})

test('an error of the plugin becomes a result that the model can act on', async () => {
  script = [
    { calls: [{ name: named('deleteTodo'), arguments: { username: 'nobody', todo_idx: 5, todo: null } }] },
    { text: 'It is not there.' },
  ]
  const id = await begin()
  const [call] = callsIn(await say(id, 'Delete'))
  await decide(id, call, 'allow')
  const told = String(model.calls.at(-1)?.body.messages.at(-1)?.content)
  assert.match(told, /Status 404/)
  assert.match(told, /read it again with getTodos/)
})

test('a model that never stops calling is stopped', async () => {
  script = () => ({ calls: [{ name: named('getTodos'), arguments: { username: 'flora' } }] })
  const events = await say(await begin(), 'Read for ever')
  assert.equal(callsIn(events).length, 12)
  assert.equal(endOf(events).state, 'done')
  assert.ok(events.some((event) => event.type === 'notice' && /12 calls/.test(event.text)))
})

test('of many parallel calls, only as many are made as a turn allows', async () => {
  const read = { name: named('getTodos'), arguments: { username: 'flora' } }
  script = [{ calls: Array(60).fill(read) }, { text: 'Done.' }]
  const calls = callsIn(await say(await begin(), 'Read very often'))
  assert.equal(calls.filter(({ state }) => state === 'done').length, 12)
  assert.ok(calls.length <= 50)
  for (const { state, result } of calls.slice(12)) assert.match(`${state} ${result}`, /refused .*at most 12 calls/)
})

test('a confirmation makes one call, however often it is sent', async () => {
  script = [{ calls: [{ name: named('addTodo'), arguments: { username: 'once', todo: 'x' } }] }, { text: 'Added.' }]
  await served.host.database.run`DELETE FROM permission`
  const id = await begin()
  const [call] = callsIn(await say(id, 'Add x'))
  await Promise.allSettled(Array.from({ length: 8 }, () => decide(id, call, 'allow')))
  assert.deepEqual(await list('once'), ['x'])
})

test('calls of an answer that broke off are not made, and not left open', async () => {
  const calls = [1, 2].map((place) => ({ name: named('addTodo'), arguments: { username: 'broken', todo: `${place}` } }))
  script = [{ calls, cutAfter: 13 }]
  const id = await begin()
  assert.equal(endOf(await say(id, 'Add both')).state, 'failed')
  const { messages } = await browser.get<Conversation>(`/api/conversations/${id}`)
  const kept = messages.flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'call' ? [part.call] : [])))
  assert.deepEqual(
    kept.filter(({ state }) => state !== 'refused'),
    [],
  )
  assert.deepEqual(await list('broken'), [])
})

test('a failure of the model is explained, and the conversation can go on', async () => {
  script = [{ error: { status: 401 } }]
  const id = await begin()
  const events = await say(id, 'Hello')
  assert.equal(endOf(events).state, 'failed')
  assert.match(endOf(events).problem ?? '', /does not accept the API key/)
  count = model.calls.length
  script = [{ text: 'Hello again.' }]
  assert.equal(textOf(await say(id, 'Hello?')), 'Hello again.')
})

test('the user stops an answer, and its text so far is stored', async () => {
  script = [{ text: 'a long text that goes on and on', pause: 100 }]
  const id = await begin()
  const said = say(id, 'Tell me')
  await new Promise((resolve) => setTimeout(resolve, 500))
  await assert.rejects(say(id, 'And?'), /wait until it ends, or stop it/)
  await browser.send('POST', `/api/conversations/${id}/stop`, {})
  assert.equal(endOf(await said).state, 'stopped')
  const { messages } = await browser.get<Conversation>(`/api/conversations/${id}`)
  assert.ok(messages.at(-1)?.parts.some((part) => part.type === 'text' && part.text.length > 0))
})

test('saying something else refuses the calls that wait', async () => {
  script = [{ calls: [{ name: named('addTodo'), arguments: { username: 'emil', todo: 'x' } }] }, { text: 'Fine.' }]
  const id = await begin()
  // Asked anew, for another conversation does not count.
  await browser.send('POST', `/api/plugins/${plugin.id}/refresh`, {}).catch(() => {})
  await served.host.database.run`DELETE FROM permission`
  assert.equal(endOf(await say(id, 'Add x')).state, 'waiting')
  await say(id, 'No, something else')
  const { messages } = await browser.get<Conversation>(`/api/conversations/${id}`)
  const states = messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'call' ? [part.call.state] : [])),
  )
  assert.deepEqual(states, ['refused'])
  assert.deepEqual(await list('emil'), [])
})

test('an operation can be called by hand, with the same card and the same confirmation', async () => {
  const id = await begin()
  const byHand = (operation: string, given: object) =>
    browser.events<TurnEvent>(`/api/conversations/${id}/calls`, { plugin: plugin.id, operation, arguments: given })
  const read = await byHand('getTodos', { username: 'flora' })
  const [message] = read
  assert.ok(message?.type === 'message' && message.message.role === 'user')
  assert.equal(callsIn(read)[0]?.state, 'done')
  const asked = await byHand('deleteTodo', { username: 'flora', todo_idx: 0 })
  assert.equal(callsIn(asked)[0]?.state, 'waiting')
  assert.deepEqual(await list('flora'), ['buy milk'])
  await decide(id, callsIn(asked)[0], 'allow')
  assert.deepEqual(await list('flora'), [])
  await assert.rejects(byHand('nothing', {}), /has no operation nothing/)
})

test('the prompt is shown as it is sent to the model', async () => {
  script = [{ text: 'ok' }]
  const id = await begin()
  const shown = await browser.get<{ raw: string; tools: { name: string; tokens: number }[]; system: string }>(
    `/api/conversations/${id}/prompt?text=${encodeURIComponent('Hello there')}`,
  )
  await say(id, 'Hello there')
  assert.equal(model.calls.at(-1)?.raw, shown.raw)
  assert.equal(shown.tools.length, 3)
  assert.ok(shown.tools.every(({ tokens }) => tokens > 10))
  assert.match(shown.system, /<plugin name="todo"/)
  assert.ok(tool('getTodos'))
})

test('conversations are found by what was said and answered, and can be deleted', async () => {
  script = [
    { calls: [{ name: named('getTodos'), arguments: { username: '世界' } }] },
    { text: 'An unusual word: quokka.' },
  ]
  const id = await begin()
  await say(id, 'Something about wombats')
  for (const query of ['wombat', 'quokka', '世界', 'quok wombats'])
    assert.ok(
      (await browser.get<Conversation[]>(`/api/conversations?query=${encodeURIComponent(query)}`)).length >=
        (query.includes(' ') ? 0 : 1),
      query,
    )
  const [found] = await browser.get<{ id: string; snippet: string }[]>('/api/conversations?query=quokka')
  assert.equal(found?.id, id)
  assert.match(found?.snippet ?? '', /⟦quokka⟧/)
  await browser.send('DELETE', `/api/conversations/${id}`)
  assert.equal((await browser.get<Conversation[]>('/api/conversations?query=quokka')).length, 0)
  await assert.rejects(
    browser.get(`/api/conversations/${id}`),
    (error) => error instanceof Refused && error.status === 404,
  )
})

test('a call that waits can be refused, but not allowed, after its plugin was removed', async () => {
  script = [{ calls: [{ name: named('addTodo'), arguments: { username: 'gone', todo: 'x' } }] }]
  await served.host.database.run`DELETE FROM permission`
  const id = await begin()
  const [call] = callsIn(await say(id, 'Add x'))
  await browser.send('DELETE', `/api/plugins/${plugin.id}`)
  assert.match(endOf(await decide(id, call, 'allow')).problem ?? '', /plugin does not exist/)
  assert.equal(callsIn(await decide(id, call, 'refuse'))[0]?.state, 'refused')
  assert.deepEqual(await list('gone'), [])
})
