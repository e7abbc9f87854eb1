import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { walkToCallback } from '@reference-plugins/contract'
import { storedText } from '@reference-plugins/testing/stored-text'
import type { Conversation, PluginDetail, Registration, RegistrationEvent } from '../src/wire.ts'
import { callOperation } from './call-operation.ts'
import { type Browser, Refused, type ServedHost, serveHost } from './fixture.ts'
import { type LocalPlugins, startLocalPlugins } from './local-plugins/local-plugins.ts'

let locals: LocalPlugins
let served: ServedHost
let ada: Browser
const ids: Record<string, string> = {}

before(async () => {
  locals = await startLocalPlugins()
  served = await serveHost({ mode: 'accounts' })
  ada = await served.userBrowser('ada')
})
after(async () => {
  await served.close()
  await locals.end()
})

async function read(browser: Browser, name: string): Promise<Registration> {
  const end = (await browser.events<RegistrationEvent>('/api/registrations', { address: locals.of(name).address })).at(
    -1,
  )
  assert.ok(end?.type === 'end' && end.registration.isReady, JSON.stringify(end))
  return end.registration
}
const approve = (browser: Browser, id: string, input: object) =>
  browser.send<PluginDetail>('POST', `/api/registrations/${id}/approve`, input)
/** Signs in as a person does in the window that the page opens. Answers the callback with its code. */
async function walk(browser: Browser, plugin: string, username = 'developer'): Promise<URL> {
  const { url } = await browser.send<{ url: string }>('POST', `/api/plugins/${plugin}/sign-in`, {})
  const callback = new URL(url).searchParams.get('redirect_uri') as string
  const { password } = locals.of('notes').signIn
  return walkToCallback(url, callback, { username, password })
}
const callBack = async (browser: Browser, url: URL): Promise<{ status: number; text: string }> => {
  const answer = await browser.raw('GET', url.href)
  return { status: answer.status, text: await answer.text() }
}

test('a plugin without auth is activated without a token', async () => {
  const { id } = await read(ada, 'todo')
  ids.todo = (await approve(ada, id, {})).id
  const before = await callOperation(ada, ids.todo, 'getTodos', { username: 'ada' })
  assert.equal(before.state, 'done')
  const plugin = await ada.send<PluginDetail>('PUT', `/api/plugins/${ids.todo}/activation`, {})
  assert.equal(plugin.activation, 'active')
})

test('the owner of a plugin enters its service token once', async () => {
  const { id, plugin } = await read(ada, 'stocks')
  assert.equal(plugin?.auth.type, 'service_http')
  assert.equal(plugin?.verification?.isThere, false)
  await assert.rejects(approve(ada, id, {}), /needs its service token/)
  ids.stocks = (await approve(ada, id, { serviceToken: locals.of('stocks').token })).id
  await ada.send('PUT', `/api/plugins/${ids.stocks}/activation`, {})
  const quotes = await callOperation(ada, ids.stocks, 'getQuotes', { symbols: ['AAPL', 'IBM'] })
  assert.equal(quotes.response?.status, 200, quotes.result)
  assert.match(quotes.curl ?? '', /Bearer \$TOKEN/)
})

test('each user pastes their own token', async () => {
  const { id } = await read(ada, 'news')
  ids.news = (await approve(ada, id, {})).id
  await assert.rejects(ada.send('PUT', `/api/plugins/${ids.news}/activation`, {}), /Paste your token/)
  const refused = await callOperation(ada, ids.news, 'getHeadlines', {})
  assert.match(refused.result ?? '', /needs your token/)
  await ada.send('PUT', `/api/plugins/${ids.news}/activation`, { token: locals.of('news').token })
  assert.equal((await callOperation(ada, ids.news, 'getHeadlines', {})).response?.status, 200)
})

test('a user signs in by OAuth in a window, and signs out', async () => {
  const { id, plugin } = await read(ada, 'notes')
  assert.match(plugin?.callbackUrl ?? '', new RegExp(`^${served.url}/aip/plugin-[0-9a-f-]+/oauth/callback$`))
  const approved = await approve(ada, id, {})
  ids.notes = approved.id
  assert.ok(approved.clientId, 'the host registered itself as a client')
  const begun = await ada.raw('POST', `/api/plugins/${ids.notes}/sign-in`)
  await begun.body?.cancel()
  assert.match(
    begun.headers.getSetCookie()[0] ?? '',
    /^sign-in-browser=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=86400$/,
  )
  assert.equal((await callBack(ada, await walk(ada, ids.notes))).status, 200)
  assert.equal((await ada.get<PluginDetail>(`/api/plugins/${ids.notes}`)).activation, 'active')
  const added = await callOperation(ada, ids.notes, 'addNote', { title: 'Canary', text: 'sings' })
  assert.equal(added.response?.status, 200, added.result)
  await ada.send('DELETE', `/api/plugins/${ids.notes}/activation`)
  assert.match(
    (await callOperation(ada, ids.notes, 'searchNotes', { query: 'canary' })).result ?? '',
    /You are not signed in/,
  )
  assert.equal((await callBack(ada, await walk(ada, ids.notes))).status, 200)
})

test('a sign-in that was started elsewhere, in another browser or for another plugin, or is used twice, stores no tokens', async () => {
  const bob = await served.userBrowser('bob')
  const link = (await ada.send<{ url: string }>('POST', `/api/plugins/${ids.notes}/shares`, {})).url
  const secret = link.split('/').at(-1) as string
  await bob.raw('GET', `/share/${secret}`)
  await bob.raw('GET', `/API/shares/${secret}`)
  await bob.send('POST', `/api/shares/${secret}`, {})
  assert.ok(!served.log().includes(secret))
  const rows = async () =>
    (
      await served.host.database.get<{
        count: number
      }>`SELECT count(*) AS count FROM secret WHERE kind = 'oauth-tokens'`
    )?.count
  const before = await rows()
  const good = await walk(ada, ids.notes as string)
  const without = new URL(good)
  without.searchParams.delete('state')
  const foreign = new URL(good)
  foreign.searchParams.set('state', 'x'.repeat(43))
  const other = new URL(good.href.replace(ids.notes as string, ids.todo as string))
  for (const [browser, url] of [
    [ada, without],
    [ada, foreign],
    [bob, good],
    [ada, other],
  ] as const) {
    const { status, text } = await callBack(browser, url)
    assert.equal(status, 400)
    assert.match(text, /start it again/)
  }
  assert.equal(await rows(), before)
  assert.equal((await bob.get<PluginDetail>(`/api/plugins/${ids.notes}`)).activation, 'none')
  // Nothing of the above has ended the sign-in.
  const issuer = new URL(good)
  issuer.searchParams.set('iss', 'https://evil.example')
  assert.match((await callBack(ada, issuer)).text, /not to be trusted|iss/)
  assert.equal((await callBack(ada, issuer)).status, 400, 'the state is used up')
})

test('an error of the authorization server is shown on the page as text, not as markup', async () => {
  const { url } = await ada.send<{ url: string }>('POST', `/api/plugins/${ids.notes}/sign-in`, {})
  const back = new URL(new URL(url).searchParams.get('redirect_uri') as string)
  back.searchParams.set('error', 'access_denied')
  back.searchParams.set('error_description', '<img src=x onerror=alert(1)>')
  back.searchParams.set('state', new URL(url).searchParams.get('state') as string)
  back.searchParams.set('iss', `http://${locals.of('notes').address}`)
  const { status, text } = await callBack(ada, back)
  assert.equal(status, 400)
  assert.ok(!text.includes('<img'))
})

test('a user of a shared plugin signs in separately, sees only their own data, and can lose the plugin again', async () => {
  const carl = await served.userBrowser('carl')
  await assert.rejects(
    carl.get(`/api/plugins/${ids.notes}`),
    (error) => error instanceof Refused && error.status === 404,
  )
  const share = await ada.send<{ id: string; userName: string }>('POST', `/api/plugins/${ids.notes}/shares`, {
    userName: 'Carl',
  })
  assert.equal(share.userName, 'carl')
  const seen = await carl.get<PluginDetail>(`/api/plugins/${ids.notes}`)
  assert.deepEqual([seen.isOwn, seen.activation, seen.clientId, seen.ownerName], [false, 'none', undefined, 'ada'])
  assert.match(
    (await callOperation(carl, ids.notes as string, 'searchNotes', { query: 'canary' })).result ?? '',
    /You are not signed in/,
  )
  assert.equal((await callBack(carl, await walk(carl, ids.notes as string, 'guest'))).status, 200)
  const found = await callOperation(carl, ids.notes as string, 'searchNotes', { query: 'canary' })
  assert.equal(found.response?.status, 200)
  assert.ok(!found.result?.includes('Canary'))
  for (const [method, path, body] of [
    ['DELETE', `/shares/${share.id}`, undefined],
    ['PUT', '/service-token', { token: 'x' }],
    ['PUT', '/client', { id: 'x' }],
    ['POST', '/shares', {}],
    ['POST', '/refresh', {}],
  ] as const)
    await assert.rejects(
      carl.send(method, `/api/plugins/${ids.notes}${path}`, body),
      (error) => error instanceof Refused && error.status === 403,
      path,
    )
  await ada.send('DELETE', `/api/plugins/${ids.notes}/shares/${share.id}`)
  await assert.rejects(
    carl.get(`/api/plugins/${ids.notes}`),
    (error) => error instanceof Refused && error.status === 404,
  )
  const left = await served.host.database.get<{
    count: number
  }>`SELECT count(*) AS count FROM secret s JOIN oauth_account a ON a.id = s.user_id WHERE a.name = 'carl'`
  assert.equal(left?.count, 0)
})

test('a link has a maximum of users and a time', async () => {
  const link = (
    await ada.send<{ url: string; used: number }>('POST', `/api/plugins/${ids.todo}/shares`, { maximum: 1 })
  ).url
  const secret = link.split('/').at(-1)
  const [dora, emil] = [await served.userBrowser('dora'), await served.userBrowser('emil')]
  await dora.send('POST', `/api/shares/${secret}`, {})
  await dora.send('POST', `/api/shares/${secret}`, {})
  await assert.rejects(emil.send('POST', `/api/shares/${secret}`, {}), /for 1 users and is used up/)
  const short = (await ada.send<{ url: string }>('POST', `/api/plugins/${ids.todo}/shares`, { expiresInDays: 1e-9 }))
    .url
  await setTimeout(2)
  await assert.rejects(emil.send('POST', `/api/shares/${short.split('/').at(-1)}`, {}), /expired/)
  await assert.rejects(
    emil.send('POST', '/api/shares/made-up', {}),
    (error) => error instanceof Refused && error.status === 404,
  )
})

test('a user does not see conversations, plugins and registrations of others', async () => {
  const eve = await served.userBrowser('eve')
  const { id } = await ada.send<Conversation>('POST', '/api/conversations', {})
  const registration = await read(ada, 'todo')
  for (const [method, path, body] of [
    ['GET', `/api/conversations/${id}`, undefined],
    ['PATCH', `/api/conversations/${id}`, { title: 'x' }],
    ['DELETE', `/api/conversations/${id}`, undefined],
    ['GET', `/api/conversations/${id}/prompt`, undefined],
    ['GET', `/api/conversations/${id}/file`, undefined],
    ['POST', `/api/conversations/${id}/messages`, { text: 'x' }],
    ['POST', `/api/conversations/${id}/stop`, {}],
    ['GET', `/api/plugins/${ids.todo}`, undefined],
    ['DELETE', `/api/plugins/${ids.todo}`, undefined],
    ['PUT', `/api/plugins/${ids.todo}/activation`, {}],
    ['POST', `/api/registrations/${registration.id}/approve`, {}],
    ['GET', `/api/registrations/${registration.id}`, undefined],
  ] as const)
    await assert.rejects(
      eve.send(method, path, body),
      (error) => error instanceof Refused && error.status === 404,
      `${method} ${path}`,
    )
  assert.deepEqual(await eve.get('/api/plugins'), [])
  assert.deepEqual(await eve.get('/api/conversations'), [])
  const nobody = served.browser()
  for (const path of ['/api/plugins', '/api/conversations', '/api/models', `/api/plugins/${ids.todo}`])
    await assert.rejects(nobody.get(path), (error) => error instanceof Refused && error.status === 401, path)
})

test('neither the database nor the log contains a token', async () => {
  const tokens = [locals.of('stocks').token, locals.of('news').token]
  const stored = await storedText(served.host.database, served.host.options.databaseUrl)
  for (const token of tokens) {
    assert.ok(token.length > 20)
    assert.ok(!stored.includes(token))
    assert.ok(!served.log().includes(token))
  }
})

test('a token that is refused is renewed once, however many calls wait for it', async () => {
  const { id } = (await ada.get<{ user: { id: string } }>('/api/session')).user
  const plugin = await served.host.plugins.visible(id, ids.notes as string)
  const before = await served.host.credentials.authorization(id, plugin)
  const renewed = await Promise.all(
    Array.from({ length: 20 }, () => served.host.credentials.authorization(id, plugin, true)),
  )
  assert.equal(new Set(renewed).size, 1)
  assert.notEqual(renewed[0], before)
  const again = await served.host.credentials.authorization(id, plugin, true)
  assert.notEqual(again, renewed[0], 'the chain of refresh tokens was not broken')
})
