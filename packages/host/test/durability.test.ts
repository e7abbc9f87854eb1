import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, startPlugin } from '@reference-plugins/testing/processes'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import type { Conversation, PluginDetail, RegistrationEvent, TurnEvent } from '../src/wire.ts'
import { browserOf } from './fixture.ts'
import { serveModel } from './models/openai-double.ts'

const folder = new URL('..', import.meta.url)
const started = new Set<ChildProcess>()
after(() => {
  for (const child of started) child.kill('SIGKILL')
})

/** The host as a process of its own, as it is for a person. */
async function start(environment: Record<string, string>) {
  const port = await freePort()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port), LOG_LEVEL: 'warn', OLLAMA_HOST: '127.0.0.1:1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  for (let tries = 0; !output.includes('is ready at'); tries++) {
    assert.ok(tries < 600 && child.exitCode === null, `the host did not start: ${output}`)
    await sleep(50)
  }
  return {
    child,
    browser: browserOf(`http://localhost:${port}`),
    async end(signal: NodeJS.Signals) {
      child.kill(signal)
      const [code] = await once(child, 'exit')
      started.delete(child)
      return code as number | null
    },
  }
}

test('a host that is killed in the middle of an answer loses nothing that it had, and says what it does not know', {
  timeout: 120_000,
}, async () => {
  const todo = await startPlugin(new URL('../../../plugins/todo/', import.meta.url))
  const model = await serveModel((_, index) =>
    index === 0
      ? { text: 'Let me see.', calls: [{ name: 'todo__getTodos', arguments: { username: 'ada' } }] }
      : {
          text: 'A long answer that comes slowly, piece by piece, for a while, and goes on and on, so that there is time.',
          pause: 400,
        },
  )
  const environment = { DATABASE_URL: temporaryDatabase(), OPENAI_BASE_URL: model.baseUrl, OPENAI_MODEL: 'double-1' }
  let host = await start(environment)
  const end = (
    await host.browser.events<RegistrationEvent>('/api/registrations', { address: `localhost:${todo.port}` })
  ).at(-1)
  assert.ok(end?.type === 'end' && end.registration.isReady)
  const plugin = await host.browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  await host.browser.send('PUT', `/api/plugins/${plugin.id}/activation`, {})
  const { id } = await host.browser.send<Conversation>('POST', '/api/conversations', {})
  const said = host.browser
    .events<TurnEvent>(`/api/conversations/${id}/messages`, { text: 'What is on my list?' })
    .catch(() => [])
  // Until some of the answer has been kept.
  for (let tries = 0; ; tries++) {
    const { messages } = await host.browser.get<Conversation>(`/api/conversations/${id}`)
    const last = messages.at(-1)?.parts[2]
    if (last?.type === 'text' && last.text !== '') break
    assert.ok(tries < 400, 'nothing of the answer was kept')
    await sleep(50)
  }
  await host.end('SIGKILL')
  await said

  host = await start(environment)
  const kept = await host.browser.get<Conversation>(`/api/conversations/${id}`)
  const parts = kept.messages.flatMap((message) => message.parts)
  assert.deepEqual(
    parts.slice(0, 3).map(({ type }) => type),
    ['text', 'text', 'call'],
  )
  assert.ok(parts[2]?.type === 'call' && parts[2].call.state === 'done')
  assert.ok(parts[3]?.type === 'text' && parts[3].text.startsWith('A long'), JSON.stringify(parts[3]))
  assert.equal(kept.isRunning, false)
  assert.equal((await host.browser.get<PluginDetail>(`/api/plugins/${plugin.id}`)).activation, 'active')
  assert.equal(await host.end('SIGTERM'), 0)
  model.close()
  await todo.end()
})

test('what was called when the host ended is told as unknown, and not called again', { timeout: 60_000 }, async () => {
  const environment = { DATABASE_URL: temporaryDatabase() }
  const slow = await startPlugin(new URL('../../../plugins/todo/', import.meta.url))
  let host = await start(environment)
  const end = (
    await host.browser.events<RegistrationEvent>('/api/registrations', { address: `localhost:${slow.port}` })
  ).at(-1)
  assert.ok(end?.type === 'end')
  const plugin = await host.browser.send<PluginDetail>('POST', `/api/registrations/${end.registration.id}/approve`, {})
  const { id } = await host.browser.send<Conversation>('POST', '/api/conversations', {})
  // It takes the request and never answers.
  slow.process.kill('SIGSTOP')
  const called = host.browser
    .events(`/api/conversations/${id}/calls`, {
      plugin: plugin.id,
      operation: 'getTodos',
      arguments: { username: 'ada' },
    })
    .catch(() => [])
  for (let tries = 0; ; tries++) {
    const [message] = (await host.browser.get<Conversation>(`/api/conversations/${id}`)).messages
    const [part] = message?.parts ?? []
    if (part?.type === 'call' && part.call.state === 'running') break
    assert.ok(tries < 400, 'the call was not kept')
    await sleep(50)
  }
  await host.end('SIGKILL')
  await called
  slow.process.kill('SIGCONT')
  host = await start(environment)
  const { messages } = await host.browser.get<Conversation>(`/api/conversations/${id}`)
  const [part] = messages[0]?.parts ?? []
  assert.ok(part?.type === 'call' && part.call.state === 'unknown')
  assert.match(part.call.result ?? '', /not known whether the plugin made the change: check before you repeat it/)
  await host.end('SIGTERM')
  await slow.end()
})

test('what is deleted is gone from the disk', { timeout: 60_000 }, async () => {
  const database = temporaryDatabase()
  const host = await start({ DATABASE_URL: database })
  const path = database.slice('file:'.length)
  const isOnDisk = (text: string) => [path, `${path}-wal`].some((file) => readFileSync(file).includes(text))
  const { id } = await host.browser.send<Conversation>('POST', '/api/conversations', {})
  await host.browser.events(`/api/conversations/${id}/messages`, { text: 'canaryword that was said' })
  assert.ok(isOnDisk('canaryword'))
  // Pages that were used before may hold it as well.
  for (let index = 0; index < 20; index++) {
    const other = await host.browser.send<Conversation>('POST', '/api/conversations', {})
    await host.browser.events(`/api/conversations/${other.id}/messages`, { text: `${index} other things`.repeat(100) })
  }
  await host.browser.send('DELETE', `/api/conversations/${id}`)
  assert.ok(!isOnDisk('canaryword'))
  await host.end('SIGTERM')
})

test('what hinders the start is said in one line', { timeout: 60_000 }, async () => {
  for (const [environment, words] of [
    [{ HOST_KEY: 'weak' }, /HOST_KEY must be 32 random bytes/],
    [{ HOST_USERS: 'many' }, /HOST_USERS/],
    [{ DATABASE_URL: 'file:/nowhere/host.sqlite' }, /there is no folder/],
    [{ PORT: 'x' }, /PORT must be a number/],
  ] as const) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'src/main.ts'], {
      cwd: folder,
      env: { ...process.env, PORT: String(await freePort()), DATABASE_URL: temporaryDatabase(), ...environment },
    })
    let output = ''
    child.stderr.on('data', (chunk) => (output += chunk))
    const [code] = await once(child, 'exit')
    assert.equal(code, 1)
    assert.match(output, words)
    assert.ok(!/ {4}at /.test(output), output)
  }
})
