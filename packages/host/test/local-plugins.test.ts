import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { walkToCallback } from '@reference-plugins/contract'
import { perform } from '../src/command/replay-files.ts'
import { readFile } from '../src/replay/conversation-file.ts'
import { replay } from '../src/replay/replay.ts'
import type { PluginDetail, Registration, RegistrationEvent } from '../src/wire.ts'
import { activateLocal } from './activate-local.ts'
import { callOperation } from './call-operation.ts'
import { type Browser, type ServedHost, serveHost } from './fixture.ts'
import { type LocalPlugins, startLocalPlugins } from './local-plugins/local-plugins.ts'

const root = new URL('../../../', import.meta.url)
const names = ['todo', 'stocks', 'news', 'notes', 'flights', 'food']
let locals: LocalPlugins
let served: ServedHost
let browser: Browser
before(async () => {
  locals = await startLocalPlugins()
  served = await serveHost()
  browser = served.browser()
})
after(async () => {
  await served.close()
  await locals.end()
})
async function read(name: string, token?: string): Promise<Registration> {
  const address = `http://${locals.of(name).address}/mcp`
  const end = (await browser.events<RegistrationEvent>('/api/registrations', { address, ...(token && { token }) })).at(
    -1,
  )
  assert.ok(end?.type === 'end')
  return end.registration
}

for (const name of names)
  test(`${name}: the conversation in its README gets the same answers today`, async () => {
    const { id } = await activateLocal(browser, locals.of(name))
    const plugin = await served.host.plugins.visible('only', id)
    const script = readFile(readFileSync(new URL(`plugins/${name}/conversation.md`, root), 'utf8'))
    const results = await replay(script, (call) => perform({ host: served.host, user: 'only' }, plugin, call))
    assert.ok(results.length >= 2)
    assert.deepEqual(
      results.flatMap(({ faults }) => faults),
      [],
    )
    const readme = readFileSync(new URL(`plugins/${name}/README.md`, root), 'utf8')
    for (const entry of script.entries)
      if (entry.kind !== 'call') assert.ok(readme.includes(entry.text), `the README quotes: ${entry.text}`)
  })

test('an MCP server is registered by its URL, and its tools are called with the same cards and confirmations', async () => {
  const registration = await read('todo')
  assert.equal(registration.plugin?.source, 'mcp', JSON.stringify(registration.steps))
  assert.deepEqual(
    registration.plugin?.operations.map(({ name, asks }) => [name, asks]),
    [
      ['getTodos', 'once'],
      ['addTodo', 'always'],
      ['deleteTodo', 'always'],
    ],
  )
  const { id } = await browser.send<PluginDetail>('POST', `/api/registrations/${registration.id}/approve`, {})
  await browser.send('PUT', `/api/plugins/${id}/activation`, {})
  assert.equal((await callOperation(browser, id, 'addTodo', { username: 'bea', todo: 'milk' })).response?.status, 200)
  const found = await callOperation(browser, id, 'getTodos', { username: 'bea' })
  assert.deepEqual(JSON.parse(found.response?.body ?? ''), { todos: ['milk'] })
  const bad = await callOperation(browser, id, 'deleteTodo', { username: 'bea', todo_idx: 7 })
  assert.equal(bad.response?.status, 400)
  assert.match(bad.result ?? '', /rejected this call[\s\S]*read it again/)
})

test('an MCP server that requires a token says so, and is registered with one', async () => {
  const without = await read('stocks')
  assert.equal(without.isReady, false)
  assert.match(without.steps.find(({ state }) => state === 'failed')?.message ?? '', /asks for a token/)
  const { token } = locals.of('stocks')
  const registration = await read('stocks', token)
  assert.equal(registration.isReady, true, JSON.stringify(registration.steps))
  const { id } = await browser.send<PluginDetail>('POST', `/api/registrations/${registration.id}/approve`, {
    serviceToken: token,
  })
  await browser.send('PUT', `/api/plugins/${id}/activation`, {})
  assert.equal((await callOperation(browser, id, 'getQuotes', { symbols: ['IBM'] })).response?.status, 200)
})

test('an MCP server with OAuth shows its tools after the sign-in, and is called in the name of the user', async () => {
  const registration = await read('notes')
  assert.equal(registration.isReady, true, JSON.stringify(registration.steps))
  assert.equal(registration.plugin?.auth.type, 'oauth')
  assert.deepEqual(registration.plugin?.operations, [])
  const { id } = await browser.send<PluginDetail>('POST', `/api/registrations/${registration.id}/approve`, {})
  const { url } = await browser.send<{ url: string }>('POST', `/api/plugins/${id}/sign-in`, {})
  assert.match(new URL(url).searchParams.get('resource') ?? '', /\/mcp$/)
  const callback = new URL(url).searchParams.get('redirect_uri') as string
  const ended = await browser.raw('GET', (await walkToCallback(url, callback, locals.of('notes').signIn)).href)
  assert.equal(ended.status, 200, await ended.text())
  const plugin = await browser.get<PluginDetail>(`/api/plugins/${id}`)
  assert.ok(plugin.operations.length >= 8)
  assert.equal(plugin.name, 'notes')
  assert.equal((await callOperation(browser, id, 'addNote', { title: 'By MCP', text: 'x' })).response?.status, 200)
  assert.match((await callOperation(browser, id, 'searchNotes', { query: 'mcp' })).response?.body ?? '', /By MCP/)
  const again = (await browser.events<RegistrationEvent>(`/api/plugins/${id}/refresh`)).at(-1)
  assert.ok(again?.type === 'end' && again.registration.changes === undefined)
})
