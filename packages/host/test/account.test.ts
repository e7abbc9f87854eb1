import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { hashing } from '@reference-plugins/testing/cheap-passwords'
import { storedText } from '@reference-plugins/testing/stored-text'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import type { Conversation, PluginDetail, RegistrationEvent, Session, TurnEvent } from '../src/wire.ts'
import { type Browser, type ServedHost, serveHost } from './fixture.ts'
import { type ServedModel, serveModel } from './models/openai-double.ts'
import { type ServedApi, serveApi } from './served-api.ts'

const password = 'correct horse battery'
const next = 'seven purple teapots'
const databaseUrl = temporaryDatabase('disk')

let model: ServedModel
let served: ServedHost
before(async () => {
  model = await serveModel(() => ({ text: 'A long answer about the canary. '.repeat(50), pause: 200 }))
  served = await serveHost({
    mode: 'accounts',
    databaseUrl,
    environment: { OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'double-1', OLLAMA_HOST: '127.0.0.1:1' },
  })
})
after(async () => {
  await served.close()
  model.close()
})

async function signIn(name: string, word: string): Promise<Browser> {
  const browser = served.browser()
  await browser.send('POST', '/api/session', { name, password: word })
  return browser
}
const isSignedIn = async (browser: Browser): Promise<boolean> =>
  (await browser.get<Session>('/api/session')).user !== undefined

describe('the password', () => {
  test('is changed with the current one, and other browsers are signed out', async () => {
    const browser = await served.userBrowser('grace')
    const other = await signIn('grace', password)
    const change = (body: object) => browser.send('PUT', '/api/account/password', body)
    await assert.rejects(change({ password: 'wrong', next }), { status: 403, message: /current password is wrong/ })
    await assert.rejects(change({ password, next: 'password1' }), { status: 422, message: /most common/ })
    await assert.rejects(change({ password, next: 'Grace' }), { status: 422 })
    await assert.rejects(change({ next }), { status: 400 })
    await change({ password, next })
    assert.deepEqual([await isSignedIn(browser), await isSignedIn(other)], [true, false])
    await assert.rejects(signIn('grace', password), { status: 403 })
    assert.ok(await isSignedIn(await signIn('GRACE', next)))
  })

  test('is guessed at most ten times a minute, also here', async () => {
    const browser = await served.userBrowser('hugo')
    const statuses: number[] = []
    for (let index = 0; index < 11; index++)
      statuses.push(
        await browser.send<number>('POST', '/api/account/delete', { password: 'wrong' }).catch(({ status }) => status),
      )
    assert.deepEqual(statuses, [...Array(10).fill(403), 429])
  })
})

test('a user signs out of all browsers', async () => {
  const browser = await served.userBrowser('irma')
  const other = await signIn('irma', password)
  const session = await browser.send<Session>('POST', '/api/account/sign-out-everywhere')
  assert.equal(session.user, undefined)
  assert.deepEqual([await isSignedIn(browser), await isSignedIn(other)], [false, false])
})

test('a host with a single user has no account to change', async () => {
  const single = await serveHost()
  const browser = single.browser()
  await assert.rejects(browser.send('PUT', '/api/account/password', { password, next }), { status: 409 })
  await assert.rejects(browser.send('POST', '/api/account/sign-out-everywhere'), { status: 409 })
  await assert.rejects(browser.send('POST', '/api/account/delete', { password }), { status: 409 })
  await single.close()
})

test('nobody changes an account without a session', async () => {
  const browser = served.browser()
  await assert.rejects(browser.send('PUT', '/api/account/password', { password, next }), { status: 401 })
  await assert.rejects(browser.send('POST', '/api/account/sign-out-everywhere'), { status: 401 })
  await assert.rejects(browser.send('POST', '/api/account/delete', { password }), { status: 401 })
})

describe('a deleted account', () => {
  let api: ServedApi
  const revoked: string[] = []
  before(async () => {
    api = await serveApi('diary', {})
    const origin = `http://${api.host}`
    api.close()
    api = await serveApi('diary', {
      auth: {
        type: 'oauth',
        client_url: `${origin}/authorize`,
        authorization_url: `${origin}/token`,
        authorization_content_type: 'application/x-www-form-urlencoded',
        scope: '',
        verification_tokens: {},
      },
      port: Number(new URL(origin).port),
    })
    const json = (value: object) => (_: unknown, response: ServerResponse) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(value))
    }
    const metadata = {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      revocation_endpoint: `${origin}/revoke`,
      response_types_supported: ['code'],
    }
    api.replace('/.well-known/oauth-authorization-server', json(metadata))
    let count = 0
    api.replace('/token', (request, response) =>
      json({ access_token: `access-${++count}`, refresh_token: `refresh-${count}`, token_type: 'Bearer' })(
        request,
        response,
      ),
    )
    api.replace('/revoke', async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      revoked.push(new URLSearchParams(body).get('token') ?? '')
      response.end()
    })
  })
  after(() => api.close())

  async function activate(browser: Browser, id: string): Promise<void> {
    const { url } = await browser.send<{ url: string }>('POST', `/api/plugins/${id}/sign-in`, {})
    const asked = new URL(url).searchParams
    const answer = new URL(asked.get('redirect_uri') as string)
    answer.searchParams.set('code', 'a-code')
    answer.searchParams.set('state', asked.get('state') as string)
    await browser.raw('GET', answer.href).then((one) => one.text())
    assert.equal((await browser.get<PluginDetail>(`/api/plugins/${id}`)).activation, 'active')
  }

  test('leaves nothing: no rows, no tokens, no turns, no trace on the disk, and others keep what is theirs', async () => {
    const [ada, bob] = [await served.userBrowser('Zweistein'), await served.userBrowser('bob')]
    const { user } = await ada.get<Session>('/api/session')
    const id = user?.id as string
    const register = async (browser: Browser) => {
      const end = (await browser.events<RegistrationEvent>('/api/registrations', { address: api.host })).at(-1)
      assert.ok(end?.type === 'end' && end.registration.isReady, JSON.stringify(end))
      return (
        await browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {
          clientId: 'client',
        })
      ).id
    }
    const [own, foreign] = [await register(ada), await register(bob)]
    await ada.events<RegistrationEvent>('/api/registrations', { address: api.host })
    await ada.send('POST', `/api/plugins/${own}/shares`, { userName: 'bob' })
    await bob.send('POST', `/api/plugins/${foreign}/shares`, { userName: 'Zweistein' })
    await activate(ada, own)
    await activate(ada, foreign)
    await activate(bob, own)
    await activate(bob, foreign)
    await ada.send('PUT', '/api/models', {
      provider: 'openai-compatible',
      baseUrl: model.baseUrl,
      model: 'double-1',
      apiKey: 'a-key',
    })
    const conversation = await ada.send<Conversation>('POST', '/api/conversations', {})
    const kept = await bob.send<Conversation>('POST', '/api/conversations', {})
    const theirs = bob.events<TurnEvent>(`/api/conversations/${kept.id}/messages`, { text: 'A word of bob' })
    const running = ada.events<TurnEvent>(`/api/conversations/${conversation.id}/messages`, { text: 'Xylophagous' })
    await sleep(300)

    await assert.rejects(ada.send('POST', '/api/account/delete', { password: 'wrong' }), { status: 403 })
    const other = await signIn('zweistein', password)
    const session = await ada.send<Session>('POST', '/api/account/delete', { password })
    assert.equal(session.user, undefined)
    assert.deepEqual((await running).at(-1), { type: 'end', state: 'stopped' })
    assert.deepEqual([await isSignedIn(ada), await isSignedIn(other)], [false, false])
    assert.deepEqual(revoked.toSorted().slice(0, 3), ['access-1', 'access-2', 'access-3'])
    assert.equal(revoked.length, 6)

    // What was in progress stores nothing any more.
    await served.host.conversations.add(id)
    await served.host.registrations.add(id, { address: 'Zweistein', steps: [], found: undefined })
    await served.host.database.checkpoint()
    const stored = await storedText(served.host.database, databaseUrl)
    for (const trace of [id, 'Zweistein', 'zweistein', 'Xylophagous', 'xylophagous', conversation.id])
      assert.ok(!stored.includes(trace), trace)
    assert.ok(stored.includes('A word of bob'))
    assert.deepEqual(
      (await bob.get<{ id: string }[]>('/api/plugins')).map((plugin) => plugin.id),
      [foreign],
    )
    assert.equal((await bob.get<PluginDetail>(`/api/plugins/${foreign}`)).activation, 'active')
    await bob.send('POST', `/api/conversations/${kept.id}/stop`, {})
    await theirs
    assert.ok(await isSignedIn(await served.userBrowser('Zweistein')), 'the name is free again')
  })
})

// The last, because its wrong passwords use up the tries of the address.
describe('a busy host', () => {
  after(() => {
    hashing.isCheap = true
  })

  test('answers 503 with Retry-After, and gives up passwords that nobody waits for', async () => {
    hashing.isCheap = false
    await served.userBrowser('jo')
    const gone = new AbortController()
    const body = JSON.stringify({ name: 'jo', password })
    const send = (signal?: AbortSignal) =>
      served.browser().raw('POST', '/api/session', {
        body,
        headers: { 'content-type': 'application/json' },
        ...(signal && { signal }),
      })
    const before = hashing.count
    const left = Array.from({ length: 9 }, () => send(gone.signal).catch(() => undefined))
    await sleep(30)
    gone.abort()
    await Promise.all(left)
    await sleep(100)
    assert.equal((await send()).status, 200, 'the tries that were given up are not counted')
    assert.ok(hashing.count - before < 10, 'those that still waited were not hashed')
    const names = Array.from({ length: 40 }, (_, index) => `nobody${index}`)
    const asked = names.map((name) =>
      served.browser().raw('POST', '/api/session', {
        body: JSON.stringify({ name, password }),
        headers: { 'content-type': 'application/json' },
      }),
    )
    const first = await Promise.race(asked.slice(20))
    // Those that wait are then checked in no time.
    hashing.isCheap = true
    assert.equal(first.status, 503)
    const answers = await Promise.all(asked)
    const busy = answers.filter(({ status }) => status === 503)
    assert.ok(busy.length >= 10, `${busy.length} of 40`)
    assert.equal(busy[0]?.headers.get('retry-after'), '5')
    assert.match(await (busy[0] as Response).text(), /wait 5 seconds/)
  })
})
