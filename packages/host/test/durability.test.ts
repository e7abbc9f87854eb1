import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog, EnvironmentError } from '@reference-plugins/core'
import { storedText } from '@reference-plugins/testing/stored-text'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { readHostEnvironment } from '../src/environment.ts'
import { openHost } from '../src/host.ts'
import type { Conversation, Part, PluginDetail, RegistrationEvent, TurnEvent } from '../src/wire.ts'
import { serveHost } from './fixture.ts'
import { killHosts, spawnHost, startHost } from './host-process.ts'
import { serveModel } from './models/openai-double.ts'
import { serveApi } from './served-api.ts'

const servers: { close(): void }[] = []
after(() => {
  killHosts()
  for (const server of servers) server.close()
})

test('a killed host loses nothing that it stored, and marks an interrupted call as unknown', {
  timeout: 120_000,
}, async () => {
  const api = await serveApi('shop')
  const model = await serveModel((_, index) =>
    index === 0
      ? { text: 'Let me see.', calls: [{ name: 'shop__read', arguments: {} }] }
      : {
          text: 'A long answer that comes slowly, piece by piece, for a while, and goes on and on, so that there is time.',
          pause: 400,
        },
  )
  servers.push(api, model)
  const environment = {
    DATABASE_URL: temporaryDatabase('disk'),
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_MODEL: 'double-1',
  }
  let host = await startHost(environment)
  const end = (await host.browser.events<RegistrationEvent>('/api/registrations', { address: api.host })).at(-1)
  assert.ok(end?.type === 'end' && end.registration.isReady)
  const plugin = await host.browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await host.browser.send('PUT', `/api/plugins/${plugin.id}/activation`, {})
  const begin = async () => (await host.browser.send<Conversation>('POST', '/api/conversations', {})).id
  const partsOf = async (id: string): Promise<Part[]> =>
    (await host.browser.get<Conversation>(`/api/conversations/${id}`)).messages.flatMap(({ parts }) => parts)
  const stored = async (id: string, what: (parts: Part[]) => boolean) => {
    for (let tries = 0; !what(await partsOf(id)); tries++) {
      assert.ok(tries < 1_200, 'it was not stored')
      await sleep(50)
    }
  }

  const [answered, interrupted] = [await begin(), await begin()]
  const said = host.browser
    .events<TurnEvent>(`/api/conversations/${answered}/messages`, { text: 'What is there?' })
    .catch(() => [])
  await stored(answered, (parts) => parts[2]?.type === 'call' && parts[2].call.state === 'done')
  // The plugin takes the next request and never answers.
  api.replace('/read', (request) => api.calls.push(`${request.url}`))
  api.calls.length = 0
  const call = { plugin: plugin.id, operation: 'read', arguments: {} }
  const called = host.browser.events(`/api/conversations/${interrupted}/calls`, call).catch(() => [])
  await stored(interrupted, ([part]) => part?.type === 'call' && part.call.state === 'running')
  await stored(answered, (parts) => parts[3]?.type === 'text' && parts[3].text !== '')
  await host.end('SIGKILL')
  await Promise.all([said, called])

  host = await startHost(environment)
  const parts = await partsOf(answered)
  assert.deepEqual(
    parts.slice(0, 3).map(({ type }) => type),
    ['text', 'text', 'call'],
  )
  assert.ok(parts[2]?.type === 'call' && parts[2].call.state === 'done')
  assert.ok(parts[3]?.type === 'text' && parts[3].text.startsWith('A long'), JSON.stringify(parts[3]))
  // On Postgres another instance may have been running it until its lease ends.
  if (process.env.POSTGRES)
    await stored(interrupted, ([part]) => part?.type === 'call' && part.call.state === 'unknown')
  const [part] = await partsOf(interrupted)
  assert.ok(part?.type === 'call' && part.call.state === 'unknown')
  assert.equal(api.calls.filter((one) => one.includes('/read')).length, 1, 'it is not called again')
  assert.match(part.call.result ?? '', /not known whether the plugin made the change: check before you repeat it/)
  for (const id of [answered, interrupted])
    assert.equal((await host.browser.get<Conversation>(`/api/conversations/${id}`)).isRunning, false)
  assert.equal((await host.browser.get<PluginDetail>(`/api/plugins/${plugin.id}`)).activation, 'active')
  assert.equal(await host.end('SIGTERM'), 0)
})

test('a deleted conversation is removed from the disk', async () => {
  const databaseUrl = temporaryDatabase('disk')
  const served = await serveHost({ databaseUrl })
  const browser = served.browser()
  const isStored = async (text: string) => (await storedText(served.host.database, databaseUrl)).includes(text)
  const { id } = await browser.send<Conversation>('POST', '/api/conversations', {})
  await browser.events(`/api/conversations/${id}/messages`, { text: 'canaryword that was said' })
  assert.ok(await isStored('canaryword'))
  // Pages that were used before may hold it as well.
  for (let index = 0; index < 20; index++) {
    const other = await browser.send<Conversation>('POST', '/api/conversations', {})
    await browser.events(`/api/conversations/${other.id}/messages`, { text: `${index} other things`.repeat(100) })
  }
  await browser.send('DELETE', `/api/conversations/${id}`)
  assert.ok(!(await isStored('canaryword')))
  await served.close()
})

test('a start failure prints one line', { timeout: 60_000 }, async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  for (const [variables, line] of [
    [{ HOST_KEY: 'weak' }, /^The host cannot start: HOST_KEY must be 32 random bytes[^\n]*\n$/],
    [{ PORT: String(port) }, new RegExp(`^The host cannot start: 127\\.0\\.0\\.1:${port} is in use: [^\\n]*\\n$`)],
  ] as const) {
    const { child, output } = await spawnHost({ ...variables, DATABASE_URL: temporaryDatabase('disk') })
    const [code] = await once(child, 'exit')
    assert.equal(code, 1)
    assert.match(output(), line)
  }
  other.close()
})

test('every start failure has a message for the user', async () => {
  for (const [variables, words] of [
    [{ HOST_USERS: 'many' }, /^HOST_USERS/],
    [{ PORT: 'x' }, /^PORT must be a number/],
  ] as const)
    assert.throws(
      () => readHostEnvironment(variables),
      (error) => error instanceof EnvironmentError && words.test(error.message),
    )
  const noFolder = openHost({
    databaseUrl: 'file:/nowhere/host.sqlite',
    publicUrl: 'http://localhost:3000',
    keys: () => '',
    mode: 'single',
    development: true,
    environment: {},
    log: createLog('silent', false),
  })
  await assert.rejects(noFolder, { expose: true, message: /there is no folder/ })
})
