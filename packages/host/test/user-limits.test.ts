import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { UserLimits } from '../src/users/user-limits.ts'
import type { Call, Conversation, PluginDetail, RegistrationEvent, TurnEvent } from '../src/wire.ts'
import { type Browser, type ServedHost, serveHost } from './fixture.ts'
import { type ServedModel, serveModel } from './models/openai-double.ts'
import { type ServedApi, serveApi } from './served-api.ts'

let model: ServedModel
let api: ServedApi
let served: ServedHost
let bob: Browser
before(async () => {
  model = await serveModel(({ body }) => ({ text: 'Hello. '.repeat(100), pause: body.messages.length > 2 ? 0 : 1_000 }))
  api = await serveApi('shop')
  const environment = { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'double-1', OLLAMA_HOST: '127.0.0.1:1' }
  served = await serveHost({ mode: 'accounts', environment })
  bob = await served.userBrowser('bob')
})
after(async () => {
  await served.close()
  api.close()
  model.close()
})

const post = (browser: Browser, path: string, body: object): Promise<Response> =>
  browser.raw('POST', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
async function checkRefusal(answer: Response): Promise<void> {
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  assert.ok(Number(answer.headers.get('retry-after')) >= 1)
  const { status, detail } = (await answer.json()) as { status: number; detail: string }
  assert.equal(status, 429)
  assert.match(detail, /at most \d+ \w+ .*: wait/)
}
const split = (answers: Response[]) => Object.groupBy(answers, ({ status }) => status) as Record<number, Response[]>

test('of 60 registrations at once three run, and another user registers meanwhile', { timeout: 60_000 }, async () => {
  // Never answers.
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const address = `localhost:${(silent.address() as AddressInfo).port}`
  const ada = await served.userBrowser('ada')
  const answers = await Promise.all(Array.from({ length: 60 }, () => post(ada, '/api/registrations', { address })))
  const { 200: running = [], 429: refused = [] } = split(answers)
  assert.deepEqual([running.length, refused.length], [3, 57])
  for (const answer of refused.slice(0, 2)) await checkRefusal(answer)
  const end = (await bob.events<RegistrationEvent>('/api/registrations', { address: api.host })).at(-1)
  assert.ok(end?.type === 'end' && end.registration.isReady)
  silent.closeAllConnections()
  silent.close()
  for (const answer of running) await answer.text()
  // Their places are free again.
  const next = (await ada.events<RegistrationEvent>('/api/registrations', { address: api.host })).at(-1)
  assert.equal(next?.type, 'end')
})

test('of 300 new conversations at once 60 are made, and six of them are answered at once', {
  timeout: 60_000,
}, async () => {
  const eve = await served.userBrowser('eve')
  const answers: Response[] = []
  for (let round = 0; round < 10; round++)
    answers.push(...(await Promise.all(Array.from({ length: 30 }, () => post(eve, '/api/conversations', {})))))
  const { 200: made = [], 429: refused = [] } = split(answers)
  assert.deepEqual([made.length, refused.length], [60, 240])
  await checkRefusal(refused[0] as Response)

  const ids = await Promise.all(made.map(async (answer) => ((await answer.json()) as Conversation).id))
  const said = await Promise.all(
    ids.slice(0, 40).map((id) => post(eve, `/api/conversations/${id}/messages`, { text: 'Hello' })),
  )
  const { 200: turns = [], 429: tooMany = [] } = split(said)
  assert.deepEqual([turns.length, tooMany.length], [6, 34])
  await checkRefusal(tooMany[0] as Response)
  const { id } = await bob.send<Conversation>('POST', '/api/conversations', {})
  const theirs = await post(bob, `/api/conversations/${id}/messages`, { text: 'Hello' })
  assert.equal(theirs.status, 200)
  for (const one of [...ids.slice(0, 40), id])
    await (one === id ? bob : eve).send('POST', `/api/conversations/${one}/stop`, {})
  await Promise.all([...turns, theirs].map((answer) => answer.text()))
  const [first] = ids
  const again = await post(eve, `/api/conversations/${first}/messages`, { text: 'Hello' })
  assert.equal(again.status, 200, 'the places are free again')
  await eve.send('POST', `/api/conversations/${first}/stop`, {})
  await again.text()
})

test('a user opens at most 150 answers at once, and others are served', { timeout: 60_000 }, async () => {
  const fay = await served.userBrowser('fay')
  const { id } = await fay.send<Conversation>('POST', '/api/conversations', {})
  const turn = await post(fay, `/api/conversations/${id}/messages`, { text: 'Hello' })
  const listening = await Promise.all(
    Array.from({ length: 180 }, () => fay.raw('GET', `/api/conversations/${id}/events`)),
  )
  const { 200: open = [], 429: refused = [] } = split(listening)
  assert.deepEqual([open.length, refused.length], [149, 31])
  await checkRefusal(refused[0] as Response)
  assert.ok(await bob.get('/api/plugins'))
  await Promise.all([turn, ...open].map((answer) => answer.body?.cancel()))
  for (let tries = 0; ; tries++) {
    const answer = await post(fay, `/api/conversations/${id}/stop`, {})
    if (answer.status === 204) break
    assert.ok(tries < 1_000)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
})

test('the calls of a user are counted, and the model is told to wait', async () => {
  const gus = await served.userBrowser('gus')
  const end = (await gus.events<RegistrationEvent>('/api/registrations', { address: api.host })).at(-1)
  assert.ok(end?.type === 'end')
  const { id: plugin } = await gus.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  const { user } = await gus.get<{ user: { id: string } }>('/api/session')
  for (let count = 0; count < 120; count++) (await served.host.limits.begin(user.id, 'calls'))()
  const { id } = await gus.send<Conversation>('POST', '/api/conversations', {})
  const events = await gus.events<TurnEvent>(`/api/conversations/${id}/calls`, {
    plugin,
    operation: 'read',
    arguments: {},
  })
  const call = events.flatMap((event) => (event.type === 'call' ? [event.call] : [])).at(-1) as Call
  assert.equal(call.state, 'refused')
  assert.match(call.result ?? '', /Nothing was sent. This host accepts at most 120 calls a minute .* wait \d+ seconds/)
})

test('a user who makes a shared plugin fail does not pause it for the others', async () => {
  const [iris, jon] = [await served.userBrowser('iris'), await served.userBrowser('jon')]
  const shared = await serveApi('shared')
  const end = (await iris.events<RegistrationEvent>('/api/registrations', { address: shared.host })).at(-1)
  assert.ok(end?.type === 'end')
  const { id: plugin } = await iris.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await iris.send('POST', `/api/plugins/${plugin}/shares`, { userName: 'jon' })
  const read = async (browser: Browser): Promise<string> => {
    await browser.send('PUT', `/api/plugins/${plugin}/activation`, {})
    const { id } = await browser.send<Conversation>('POST', '/api/conversations', {})
    const body = { plugin, operation: 'read', arguments: {} }
    const events = await browser.events<TurnEvent>(`/api/conversations/${id}/calls`, body)
    return events.flatMap((event) => (event.type === 'call' ? [event.call] : [])).at(-1)?.result ?? ''
  }
  shared.replace('/read', (_, response) => response.writeHead(429, { 'retry-after': '100' }).end())
  assert.match(await read(jon), /Status 429/)
  assert.match(await read(jon), /are paused for \d+ seconds/)
  shared.replace('/read', (_, response) => response.end('["Emma"]'))
  assert.match(await read(jon), /are paused for/)
  assert.equal(await read(iris), '["Emma"]')
  shared.close()
})

test('a conversation that has become too long takes no more', async () => {
  const hal = await served.userBrowser('hal')
  const { user } = await hal.get<{ user: { id: string } }>('/api/session')
  const { id } = await hal.send<Conversation>('POST', '/api/conversations', {})
  for (let count = 0; count < 8; count++)
    await served.host.conversations.addMessage(user.id, id, 'assistant', [
      { type: 'text', text: '.'.repeat(1_000_001) },
    ])
  const answer = await post(hal, `/api/conversations/${id}/messages`, { text: 'Hello' })
  assert.equal(answer.status, 409)
  assert.match(await answer.text(), /too long: start a new one/)
  assert.equal((await hal.get<Conversation>(`/api/conversations/${id}`)).messages.length, 8)
})

test('the user of a single-user host has no limits', async () => {
  const limits = new UserLimits(served.host.database, false)
  for (let count = 0; count < 1_000; count++) await limits.begin('only', 'turns')
})
