import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { walkToCallback } from '@reference-plugins/contract'
import { type WorkspacePlugin, workspacePlugins } from '@reference-plugins/testing/processes'
import type { Call, Conversation, PluginDetail, Registration, RegistrationEvent, TurnEvent } from '../src/wire.ts'
import { type Browser, type ServedHost, serveHost } from './fixture.ts'

let locals: WorkspacePlugin[]
let served: ServedHost
let browser: Browser
before(async () => {
  locals = await workspacePlugins(new URL('../../../', import.meta.url).pathname)
  served = await serveHost()
  browser = served.browser()
})
after(async () => {
  await served.close()
  await Promise.all(locals.map((one) => one.end()))
})
const local = (name: string) => locals.find((one) => one.name === name) as WorkspacePlugin
async function read(name: string, token?: string): Promise<Registration> {
  const address = `${local(name).url.replace('127.0.0.1', 'localhost')}/mcp`
  const end = (await browser.events<RegistrationEvent>('/api/registrations', { address, ...(token && { token }) })).at(
    -1,
  )
  assert.ok(end?.type === 'end')
  return end.registration
}
async function call(plugin: string, operation: string, given: object): Promise<Call> {
  const { id } = await browser.send<Conversation>('POST', '/api/conversations', {})
  let events = await browser.events<TurnEvent>(`/api/conversations/${id}/calls`, {
    plugin,
    operation,
    arguments: given,
  })
  const last = () => events.flatMap((event) => (event.type === 'call' ? [event.call] : [])).at(-1) as Call
  const asked = last()
  if (asked.state === 'waiting')
    events = await browser.events(`/api/conversations/${id}/calls/${asked.id}/decision`, {
      decision: 'allow',
      digest: asked.ask?.digest,
    })
  return last()
}

test('an MCP server is registered by its URL, and its tools are called with the same cards and questions', async () => {
  const registration = await read('todo')
  assert.equal(registration.plugin?.source, 'mcp', JSON.stringify(registration.steps))
  assert.deepEqual(
    registration.plugin?.operations.map(({ name, asks }) => [name, asks]),
    [
      ['getTodos', 'never'],
      ['addTodo', 'always'],
      ['deleteTodo', 'always'],
    ],
  )
  const { id } = await browser.send<PluginDetail>('POST', `/api/registrations/${registration.id}/approve`, {})
  await browser.send('PUT', `/api/plugins/${id}/activation`, {})
  assert.equal((await call(id, 'addTodo', { username: 'ada', todo: 'milk' })).response?.status, 200)
  const found = await call(id, 'getTodos', { username: 'ada' })
  assert.deepEqual(JSON.parse(found.response?.body ?? ''), { todos: ['milk'] })
  const bad = await call(id, 'deleteTodo', { username: 'ada', todo_idx: 7 })
  assert.equal(bad.response?.status, 400)
  assert.match(bad.result ?? '', /rejected this call[\s\S]*read it again/)
})

test('one that asks for a token says so, and is registered with it', async () => {
  const without = await read('stocks')
  assert.equal(without.isReady, false)
  assert.match(without.steps.find(({ state }) => state === 'failed')?.message ?? '', /asks for a token/)
  const { token = '' } = local('stocks')
  const registration = await read('stocks', token)
  assert.equal(registration.isReady, true, JSON.stringify(registration.steps))
  const { id } = await browser.send<PluginDetail>('POST', `/api/registrations/${registration.id}/approve`, {
    serviceToken: token,
  })
  await browser.send('PUT', `/api/plugins/${id}/activation`, {})
  assert.equal((await call(id, 'getQuotes', { symbols: ['IBM'] })).response?.status, 200)
})

test('one that users sign in to by OAuth shows its tools after that, and is called in the name of each', async () => {
  const registration = await read('notes')
  assert.equal(registration.isReady, true, JSON.stringify(registration.steps))
  assert.equal(registration.plugin?.auth.type, 'oauth')
  assert.deepEqual(registration.plugin?.operations, [])
  const { id } = await browser.send<PluginDetail>('POST', `/api/registrations/${registration.id}/approve`, {})
  const { url } = await browser.send<{ url: string }>('POST', `/api/plugins/${id}/sign-in`, {})
  assert.match(new URL(url).searchParams.get('resource') ?? '', /\/mcp$/)
  const callback = new URL(url).searchParams.get('redirect_uri') as string
  const ended = await browser.raw('GET', (await walkToCallback(url, callback, local('notes').oauth?.signIn)).href)
  assert.equal(ended.status, 200, await ended.text())
  const plugin = await browser.get<PluginDetail>(`/api/plugins/${id}`)
  assert.ok(plugin.operations.length >= 8)
  assert.equal(plugin.name, 'notes')
  assert.equal((await call(id, 'addNote', { title: 'By MCP', text: 'x' })).response?.status, 200)
  assert.match((await call(id, 'searchNotes', { query: 'mcp' })).response?.body ?? '', /By MCP/)
  const again = (await browser.events<RegistrationEvent>(`/api/plugins/${id}/refresh`)).at(-1)
  assert.ok(again?.type === 'end' && again.registration.changes === undefined)
})
