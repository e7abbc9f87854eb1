import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import type {
  Conversation,
  LocalPlugin,
  PluginDetail,
  PluginSummary,
  RegistrationEvent,
  TurnEvent,
} from '../src/wire.ts'
import { WorkspaceWatch } from '../src/workspace/workspace-watch.ts'
import { type ServedHost, serveHost } from './fixture.ts'
import { killHosts, startHost } from './host-process.ts'
import { type LocalPlugins, startLocalPlugins } from './local-plugins/local-plugins.ts'
import { putLocal, workspaceFolder } from './local-plugins/workspace-folder.ts'

const names = ['todo', 'stocks', 'news', 'notes', 'flights', 'food']
let locals: LocalPlugins
let folder: string
before(async () => {
  locals = await startLocalPlugins()
  folder = workspaceFolder(Object.fromEntries(names.map((name) => [name, locals.of(name)])))
})
after(async () => {
  killHosts()
  await locals.end()
})

async function until<Value>(read: () => Promise<Value>, isThere: (value: Value) => boolean): Promise<Value> {
  const end = Date.now() + 30_000
  for (;;) {
    const value = await read()
    if (isThere(value)) return value
    if (Date.now() > end) assert.fail(`it did not come: ${JSON.stringify(value)}`)
    await sleep(50)
  }
}

const watched = async (served: ServedHost, work: () => Promise<void>) => {
  const watch = new WorkspaceWatch(served.host, 'only', served.host.options.log, 50)
  watch.start()
  await work().finally(() => watch.stop())
}
const states = (plugins: PluginSummary[]) => Object.fromEntries(plugins.map((one) => [one.name, one.activation]))

test('the plugins that run are registered; those that need no sign-in are active and the others wait with one button', async () => {
  const served = await serveHost({ pluginFolder: folder })
  const browser = served.browser()
  await watched(served, async () => {
    const plugins = await until(
      () => browser.get<PluginSummary[]>('/api/plugins'),
      ({ length }) => length === 6,
    )
    await until(
      () => browser.get<PluginSummary[]>('/api/plugins'),
      (all) => all.filter(({ activation }) => activation === 'active').length === 3,
    )
    const list = await browser.get<LocalPlugin[]>('/api/workspace')
    assert.deepEqual(
      list.map(({ name, plugin, isRunning, isRemoved, hasToken, problem }) => [
        name,
        plugin !== undefined && isRunning && !isRemoved && problem === undefined,
        hasToken,
      ]),
      [
        ['flights', true, false],
        ['food', true, false],
        ['news', true, true],
        ['notes', true, false],
        ['stocks', true, false],
        ['todo', true, false],
      ],
    )
    assert.match(list.find(({ name }) => name === 'notes')?.signInHint ?? '', /^Sign in as developer, password /)
    const stocks = plugins.find(({ name }) => name === 'stocks')?.id
    const { id } = await browser.send<Conversation>('POST', '/api/conversations', {})
    const events = await browser.events<TurnEvent>(`/api/conversations/${id}/calls`, {
      plugin: stocks,
      operation: 'getQuotes',
      arguments: { symbols: ['IBM'] },
    })
    const call = events.flatMap((event) => (event.type === 'call' ? [event.call] : [])).at(-1)
    assert.equal(call?.response?.status, 200, 'the development token of stocks is used')
    const news = await browser.send<PluginDetail>('POST', '/api/workspace/news/activation', {})
    assert.equal(news.activation, 'active')
    await assert.rejects(browser.send('POST', '/api/workspace/notes/activation', {}), { status: 409 })
    await assert.rejects(browser.send('POST', '/api/workspace/..%2F..%2Fetc/activation', {}), { status: 404 })
    assert.deepEqual(states(await browser.get('/api/plugins')), {
      todo: 'active',
      stocks: 'active',
      news: 'active',
      notes: 'none',
      flights: 'none',
      food: 'active',
    })
  })
  await served.close()
})

test('of several instances one registers the plugins, and another one when it has ended', async () => {
  const own = workspaceFolder({ stocks: locals.of('stocks') })
  const databaseUrl = temporaryDatabase()
  const first = await serveHost({ pluginFolder: own, databaseUrl })
  const second = await serveHost({ pluginFolder: own, databaseUrl })
  const titles = (count: number) =>
    until(
      async () => (await second.browser().get<PluginSummary[]>('/api/plugins')).map(({ name }) => name),
      ({ length }) => length >= count,
    )
  await watched(second, async () => {
    await watched(first, async () => void (await titles(1)))
    putLocal(own, 'todo', locals.of('todo'))
    assert.deepEqual((await titles(2)).toSorted(), ['stocks', 'todo'])
  })
  await Promise.all([first.close(), second.close()])
})

test('a plugin that has created a new token says so, and the host sends it when the user says so', async () => {
  const own = workspaceFolder({ stocks: locals.of('stocks'), news: locals.of('news') })
  const served = await serveHost({ pluginFolder: own })
  const browser = served.browser()
  const newTokens = async () =>
    Object.fromEntries(
      (await browser.get<LocalPlugin[]>('/api/workspace')).map((one) => [one.name, one.hasNewToken] as const),
    )
  const sentTo = async (name: string) => {
    const plugin = (await served.host.plugins.allVisible('only')).find(({ document }) => document.name === name)
    return plugin && served.host.credentials.tokenOf('only', plugin)
  }
  await watched(served, async () => {
    await until(
      () => browser.get<PluginSummary[]>('/api/plugins'),
      ({ length }) => length === 2,
    )
    await until(
      () => sentTo('stocks'),
      (token) => token !== undefined,
    )
  })
  await browser.send('POST', '/api/workspace/news/activation', {})
  assert.deepEqual(await newTokens(), { stocks: false, news: false })
  writeFileSync(join(own, 'stocks', '.data', 'service-token'), 'new-service-token')
  writeFileSync(join(own, 'news', '.data', 'user-token'), 'new-user-token')
  assert.deepEqual(await newTokens(), { stocks: true, news: true })
  assert.notEqual(await sentTo('stocks'), 'new-service-token')
  assert.notEqual(await sentTo('news'), 'new-user-token')
  for (const name of ['stocks', 'news']) await browser.send('POST', `/api/workspace/${name}/activation`, {})
  assert.deepEqual([await sentTo('stocks'), await sentTo('news')], ['new-service-token', 'new-user-token'])
  assert.deepEqual(await newTokens(), { stocks: false, news: false })
  await served.close()
})

test('a plugin that the user has removed stays removed, also after a restart, until the user registers it again', async () => {
  const databaseUrl = temporaryDatabase()
  const only = workspaceFolder({ todo: locals.of('todo') })
  let served = await serveHost({ databaseUrl, pluginFolder: only })
  let browser = served.browser()
  await watched(served, async () => {
    const [todo] = await until(
      () => browser.get<PluginSummary[]>('/api/plugins'),
      ({ length }) => length === 1,
    )
    await browser.send('DELETE', `/api/plugins/${todo?.id}`)
    await sleep(500)
    assert.deepEqual(await browser.get('/api/plugins'), [])
  })
  await served.close()
  served = await serveHost({ databaseUrl, pluginFolder: only })
  browser = served.browser()
  await watched(served, async () => {
    await sleep(500)
    assert.deepEqual(await browser.get('/api/plugins'), [])
    assert.equal((await browser.get<LocalPlugin[]>('/api/workspace'))[0]?.isRemoved, true)
    const end = (await browser.events<RegistrationEvent>('/api/workspace/todo')).at(-1)
    assert.ok(end?.type === 'end' && end.registration.approved)
    assert.equal((await browser.get<LocalPlugin[]>('/api/workspace'))[0]?.isRemoved, false)
    assert.deepEqual(states(await browser.get('/api/plugins')), { todo: 'active' })
    await sleep(300)
    assert.equal((await browser.get<PluginSummary[]>('/api/plugins')).length, 1)
  })
  await served.close()
})

test('a plugin that starts after the host is picked up, and the user and the host do not both register it', async () => {
  const only = workspaceFolder({ todo: { ...locals.of('todo'), address: 'localhost:1' } })
  const served = await serveHost({ pluginFolder: only })
  const browser = served.browser()
  await watched(served, async () => {
    await sleep(300)
    assert.deepEqual(await browser.get('/api/plugins'), [])
    putLocal(only, 'todo', locals.of('todo'))
    await Promise.all([browser.events('/api/workspace/todo'), browser.events('/api/workspace/todo')])
    await until(
      () => browser.get<PluginSummary[]>('/api/plugins'),
      ({ length }) => length > 0,
    )
  })
  assert.equal((await browser.get<PluginSummary[]>('/api/plugins')).length, 1)
  await served.close()
})

test('another program at the address of a plugin gets no token, and the list says why it is not registered', async () => {
  let asked = 0
  const stranger = createServer((request, response) => {
    asked++
    assert.equal(request.headers.authorization, undefined)
    const url = `http://localhost:${(stranger.address() as AddressInfo).port}`
    const spec = { openapi: '3.1.0', info: { title: 'x', version: '1' }, servers: [{ url }], paths: {} }
    const manifest = { schema_version: 'v1', name_for_model: 'stranger', auth: { type: 'none' } }
    if (request.url === '/livez') response.end('ok')
    else if (request.url === '/openapi.json') response.end(JSON.stringify(spec))
    else if (request.url === '/.well-known/ai-plugin.json')
      response.end(
        JSON.stringify({
          ...manifest,
          name_for_human: 'Stranger',
          description_for_model: 'x',
          description_for_human: 'x',
          api: { type: 'openapi', url: `${url}/openapi.json` },
          logo_url: `${url}/logo.png`,
          contact_email: 'a@example.com',
          legal_info_url: url,
        }),
      )
    else response.writeHead(404).end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => stranger.once('listening', resolve))
  const address = `localhost:${(stranger.address() as AddressInfo).port}`
  const only = workspaceFolder({ stocks: { ...locals.of('stocks'), address } })
  const served = await serveHost({ pluginFolder: only })
  const browser = served.browser()
  await watched(served, async () => {
    const list = await until(
      () => browser.get<LocalPlugin[]>('/api/workspace'),
      ([one]) => one?.problem !== undefined,
    )
    assert.ok((list[0]?.problem ?? '').length > 20)
  })
  assert.ok(asked > 1)
  assert.deepEqual(await browser.get('/api/plugins'), [])
  await served.close()
  stranger.close()
})

test('the host that pnpm dev starts does this by itself, and prints no token', { timeout: 120_000 }, async () => {
  const host = await startHost({ DATABASE_URL: temporaryDatabase(), HOST_PLUGINS: folder, LOG_LEVEL: 'info' })
  const plugins = await until(
    () => host.browser.get<PluginSummary[]>('/api/plugins'),
    (all) => all.length === 6 && all.filter(({ activation }) => activation === 'active').length === 3,
  )
  assert.deepEqual(states(plugins), {
    todo: 'active',
    stocks: 'active',
    news: 'none',
    notes: 'none',
    flights: 'none',
    food: 'active',
  })
  assert.ok(!host.output().includes(locals.of('stocks').token))
  assert.equal(await host.end('SIGTERM'), 0)
})

for (const [mode, environment] of [
  ['production', { NODE_ENV: 'production' }],
  ['the mode accounts', { HOST_USERS: 'accounts' }],
] as const)
  test(`in ${mode} nothing is registered without the user`, { timeout: 120_000 }, async () => {
    const DATABASE_URL = temporaryDatabase()
    const host = await startHost({ DATABASE_URL, HOST_PLUGINS: folder, ...environment })
    await sleep(3_000)
    assert.equal(await host.end('SIGTERM'), 0, host.output())
    const { host: same, close } = await serveHost({ databaseUrl: DATABASE_URL })
    const row = await same.database.get<{ count: number }>`SELECT count(*) AS count FROM plugin`
    assert.equal(row?.count, 0)
    await close()
  })
