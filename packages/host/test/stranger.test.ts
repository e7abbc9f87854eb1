import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Conversation, PluginDetail, RegistrationEvent, TurnEvent } from '../src/wire.ts'
import { type Browser, type ServedHost, serveHost } from './fixture.ts'
import { type ServedApi, serveApi } from './served-api.ts'

let served: ServedHost
let shop: ServedApi
let alice: Browser
let plugin: PluginDetail
before(async () => {
  served = await serveHost({ mode: 'accounts' })
  shop = await serveApi('shop')
  alice = await served.userBrowser('alice')
  const end = (await alice.events<RegistrationEvent>('/api/registrations', { address: shop.host })).at(-1)
  assert.ok(end?.type === 'end')
  plugin = await alice.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await alice.send('PUT', `/api/plugins/${plugin.id}/activation`, {})
})
after(async () => {
  await served.close()
  shop.close()
})

test('nobody but its user stops, reads, changes or deletes a conversation, and its turn goes on', async () => {
  let answer = () => {}
  const called = new Promise<void>((resolve) => {
    shop.replace('/read', (_, response) => {
      answer = () => response.end('{"price":1}')
      resolve()
    })
  })
  const { id } = await alice.send<Conversation>('POST', '/api/conversations', {})
  const path = `/api/conversations/${id}`
  const turn = alice.events<TurnEvent>(`${path}/calls`, { plugin: plugin.id, operation: 'read', arguments: {} })
  await called
  const [call] = (await alice.get<Conversation>(path)).messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === 'call' ? [part.call] : [])),
  )
  const requests: [string, string, object?][] = [
    ['DELETE', path],
    ['POST', `${path}/stop`, {}],
    ['PATCH', path, { title: 'Mine' }],
    ['GET', path],
    ['GET', `${path}/events`],
    ['GET', `${path}/prompt`],
    ['GET', `${path}/file`],
    ['POST', `${path}/messages`, { text: 'Hello' }],
    ['POST', `${path}/calls/${call?.id}/view-calls`, { operation: 'read', arguments: {} }],
    ['POST', `${path}/calls/${call?.id}/decision`, { decision: 'allow', digest: 'x' }],
    ['GET', `/api/calls/${call?.id}/view`],
    ['DELETE', `/api/plugins/${plugin.id}`],
    ['DELETE', `/api/plugins/${plugin.id}/activation`],
  ]
  for (const [browser, status] of [
    [served.browser(), 401],
    [await served.userBrowser('eve'), 404],
  ] as const)
    for (const [method, to, body] of requests)
      await assert.rejects(browser.send(method, to, body), { status }, `${method} ${to}`)
  assert.equal((await alice.get<Conversation>(path)).isRunning, true)
  answer()
  const end = (await turn).at(-1)
  assert.deepEqual(end, { type: 'end', state: 'done' })
  const after = await alice.get<Conversation>(path)
  assert.equal(after.title, 'Reads.')
  assert.equal(after.messages.length, 1)
})
