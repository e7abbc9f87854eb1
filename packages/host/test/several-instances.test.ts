import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import type { RegisteredPlugin } from '../src/plugins/plugins.ts'
import { Activations } from '../src/sign-in/activations.ts'
import { OAuthTokens } from '../src/sign-in/oauth-tokens.ts'
import { hostMigrations } from '../src/tables.ts'
import { KeyRing } from '../src/vault/key-ring.ts'
import { Vault } from '../src/vault/vault.ts'
import type { Call, Conversation, PluginDetail, RegistrationEvent, Session, TurnEvent } from '../src/wire.ts'
import { type Browser, hostKey, Refused, type ServedHost, serveHost } from './fixture.ts'
import { killHosts, startHost } from './host-process.ts'
import { type ServedModel, serveModel } from './models/openai-double.ts'
import { type ServedApi, serveApi } from './served-api.ts'

const databaseUrl = temporaryDatabase()
const text = 'A long answer that comes slowly, piece by piece, for a while, so that there is time to look at it.'
let one: ServedHost
let two: ServedHost
let api: ServedApi
let model: ServedModel
let ada: Browser
let plugin: PluginDetail
/** How long the model pauses between two pieces of its answer, in milliseconds. */
let pause = 100

before(async () => {
  api = await serveApi('shop')
  model = await serveModel(() => ({ text, pause }))
  const environment = { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'double-1', OLLAMA_HOST: '127.0.0.1:1' }
  one = await serveHost({ databaseUrl, mode: 'accounts', environment })
  two = await serveHost({ databaseUrl, mode: 'accounts', environment })
  ada = await one.userBrowser('ada')
  plugin = await register(ada)
})
after(async () => {
  killHosts()
  await Promise.all([one?.close(), two?.close()])
  api?.close()
  model?.close()
})

async function register(browser: Browser): Promise<PluginDetail> {
  const end = (await browser.events<RegistrationEvent>('/api/registrations', { address: api.host })).at(-1)
  assert.ok(end?.type === 'end' && end.registration.isReady)
  const made = await browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await browser.send('PUT', `/api/plugins/${made.id}/activation`, {})
  return made
}

/** The same browser at the other instance. */
const atTwo = (path: string): string => `${two.url}${path}`
const begin = async () => (await ada.send<Conversation>('POST', '/api/conversations', { plugins: [plugin.id] })).id
const read = (path: string) => ada.get<Conversation>(path)
const textOf = ({ messages }: Conversation): string =>
  messages
    .filter(({ role }) => role === 'assistant')
    .flatMap(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')))
    .join('')

/** Waits for something that must come. */
async function until<Result>(look: () => Promise<Result | undefined | false>, seconds = 20): Promise<Result> {
  for (const start = Date.now(); Date.now() - start < seconds * 1000; await sleep(50)) {
    const found = await look()
    if (found) return found
  }
  assert.fail('it did not come')
}

/** Follows a running turn until its end. */
async function follow(browser: Browser, path: string): Promise<TurnEvent[]> {
  const answer = await browser.raw('GET', path)
  assert.equal(answer.status, 200)
  const all = await answer.text()
  return all.split('\n\n').flatMap((event) => (event.startsWith('data: ') ? [JSON.parse(event.slice(6))] : []))
}

test('a user who signed up at one instance is signed in at the other, with the same plugins', async () => {
  assert.equal((await ada.get<Session>(atTwo('/api/session'))).user?.name, 'ada')
  assert.equal((await ada.get<PluginDetail>(atTwo(`/api/plugins/${plugin.id}`))).activation, 'active')
})

test('a turn of one instance is followed at the other, as it comes and to its end', async () => {
  pause = 150
  const id = await begin()
  const said = ada.events<TurnEvent>(`/api/conversations/${id}/messages`, { text: 'Hello' })
  await until(async () => (await read(atTwo(`/api/conversations/${id}`))).isRunning)
  await assert.rejects(
    ada.events(atTwo(`/api/conversations/${id}/messages`), { text: 'Me too' }),
    (error) => error instanceof Refused && error.status === 409,
  )
  const events = await follow(ada, atTwo(`/api/conversations/${id}/events`))
  const deltas = events.filter(({ type }) => type === 'text')
  assert.ok(deltas.length >= 1, JSON.stringify(events))
  assert.deepEqual(events.at(-1), { type: 'end', state: 'done' })
  assert.deepEqual((await said).at(-1), { type: 'end', state: 'done' })
  const after = await read(atTwo(`/api/conversations/${id}`))
  assert.equal(textOf(after), text)
  assert.equal(after.isRunning, false)
  const answer = events.findLast((event) => event.type === 'message' && event.message.role === 'assistant')
  const shown =
    answer?.type === 'message' ? answer.message.parts.map((part) => (part.type === 'text' ? part.text : '')) : []
  const place = events.indexOf(answer as TurnEvent)
  const rest = events.slice(place).map((event) => (event.type === 'text' ? event.delta : ''))
  assert.equal([...shown, ...rest].join(''), text, 'the events add up to the answer')
})

test('a turn of one instance is stopped at the other, only by its user', async () => {
  pause = 400
  const id = await begin()
  const said = ada.events<TurnEvent>(`/api/conversations/${id}/messages`, { text: 'Hello' })
  await until(async () => (await read(atTwo(`/api/conversations/${id}`))).isRunning)
  const eve = await two.userBrowser('eve')
  for (const [method, path] of [
    ['POST', `/api/conversations/${id}/stop`],
    ['DELETE', `/api/conversations/${id}`],
  ] as const)
    await assert.rejects(eve.send(method, path, {}), (error) => error instanceof Refused && error.status === 404)
  await sleep(1_000)
  assert.equal((await read(`/api/conversations/${id}`)).isRunning, true)
  await ada.send('POST', atTwo(`/api/conversations/${id}/stop`), {})
  assert.deepEqual((await said).at(-1), { type: 'end', state: 'stopped' })
  assert.equal((await read(atTwo(`/api/conversations/${id}`))).isRunning, false)
})

test('a turn ends when its conversation is deleted at the other instance', async () => {
  pause = 400
  const id = await begin()
  const said = ada.events<TurnEvent>(`/api/conversations/${id}/messages`, { text: 'Hello' })
  await until(async () => (await read(atTwo(`/api/conversations/${id}`))).isRunning)
  await ada.send('DELETE', atTwo(`/api/conversations/${id}`))
  assert.deepEqual((await said).at(-1), { type: 'end', state: 'stopped' })
})

test('a call that is confirmed at both instances at once is made once', async () => {
  pause = 0
  for (let round = 0; round < 5; round++) {
    api.calls.length = 0
    const id = await begin()
    await ada.events(`/api/conversations/${id}/calls`, { plugin: plugin.id, operation: 'deleteAll', arguments: {} })
    const [part] = (await read(atTwo(`/api/conversations/${id}`))).messages[0]?.parts ?? []
    const call = (part as { call: Call }).call
    assert.equal(call.state, 'waiting')
    const path = `/api/conversations/${id}/calls/${call.id}/decision`
    const decided = await Promise.allSettled(
      [path, atTwo(path), path, atTwo(path)].map((one) =>
        ada.events<TurnEvent>(one, { decision: 'allow', digest: call.ask?.digest }),
      ),
    )
    assert.equal(decided.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const answer of decided) if (answer.status === 'rejected') assert.equal(answer.reason.status, 409)
    assert.equal(api.calls.filter((one) => one.includes('/delete')).length, 1)
    const [after] = (await read(atTwo(`/api/conversations/${id}`))).messages[0]?.parts ?? []
    assert.equal((after as { call: Call }).call.state, 'done')
  }
})

test('an account that is deleted at one instance ends its turns at the other', async () => {
  pause = 400
  const bob = await one.userBrowser('bob')
  const { id } = await bob.send<Conversation>('POST', '/api/conversations', {})
  const said = bob.events<TurnEvent>(`/api/conversations/${id}/messages`, { text: 'Hello' })
  await until(async () => (await bob.get<Conversation>(atTwo(`/api/conversations/${id}`))).isRunning)
  await bob.send('POST', atTwo('/api/account/delete'), { password: 'correct horse battery' })
  assert.deepEqual((await said).at(-1), { type: 'end', state: 'stopped' })
  assert.deepEqual(await one.host.database.all`SELECT id FROM conversation WHERE id = ${id}`, [])
})

test('a token is renewed once, however many calls wait for it at both instances', async (t) => {
  let renewals = 0
  const url = temporaryDatabase()
  const keys = new KeyRing(hostKey(`postgres:${url}`).HOST_KEY as string)
  const plugin = {
    id: 'plugin-1',
    clientId: 'host',
    document: { title: 'Diary', server: 'https://diary.example', auth: { type: 'oauth' } },
    oauth: { issuer: 'https://diary.example', tokenUrl: 'https://diary.example/token', authorizationUrl: '' },
  } as unknown as RegisteredPlugin
  const hosts = await Promise.all(
    [1, 2].map(async () => {
      const database = await openDatabase(url, hostMigrations)
      t.after(() => database.close())
      const vault = new Vault(database, keys)
      const fetch = async () => {
        await sleep(300)
        renewals++
        const body = { access_token: `access-${renewals}`, refresh_token: `refresh-${renewals}`, token_type: 'bearer' }
        return Response.json({ ...body, expires_in: 3600 })
      }
      return { database, tokens: new OAuthTokens(database, vault, new Activations(database), fetch as never) }
    }),
  )
  const [first] = hosts as [(typeof hosts)[0], ...unknown[]]
  await first.database.run`
    INSERT INTO plugin (id, owner, address, document, hash, repairs, verification_token, registered_at)
    VALUES ('plugin-1', 'only', '', '{}', '', '[]', '', '')`
  await first.tokens.put('only', plugin, { accessToken: 'access-0', refreshToken: 'refresh-0' })
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, index) => hosts[index % 2]?.tokens.accessToken('only', plugin, true)),
  )
  assert.deepEqual(new Set(all), new Set(['access-1']))
  assert.equal(renewals, 1)
})

test('what a killed instance was doing is marked, and what the other is doing goes on', {
  timeout: 120_000,
}, async () => {
  const environment = {
    DATABASE_URL: temporaryDatabase(),
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_MODEL: 'double-1',
  }
  const hosts = await Promise.all([startHost(environment), startHost(environment)])
  const [killed, living] = hosts.map(({ browser }) => browser) as [Browser, Browser]
  const { id: plugin } = await register(killed)
  api.replace('/read', () => {})
  const callAt = async (browser: Browser) => {
    const { id } = await browser.send<Conversation>('POST', '/api/conversations', {})
    const calling = browser.events(`/api/conversations/${id}/calls`, { plugin, operation: 'read', arguments: {} })
    calling.catch(() => {})
    const state = async () => {
      const [part] = (await living.get<Conversation>(`/api/conversations/${id}`)).messages[0]?.parts ?? []
      return part?.type === 'call' ? part.call.state : undefined
    }
    await until(async () => (await state()) === 'running')
    return { id, state }
  }
  const [interrupted, going] = [await callAt(killed), await callAt(living)]
  const followed = follow(living, `/api/conversations/${interrupted.id}/events`)
  await hosts[0]?.end('SIGKILL')
  const end = (await followed).at(-1)
  assert.ok(end?.type === 'end' && end.state === 'failed', JSON.stringify(end))
  assert.match(end.problem ?? '', /The host ended during this turn/)
  assert.equal(await interrupted.state(), 'unknown')
  assert.equal(await going.state(), 'running')
  assert.equal(await hosts[1]?.end('SIGTERM'), 0)
})
