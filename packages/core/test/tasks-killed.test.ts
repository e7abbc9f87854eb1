import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { actionMigrations } from '../src/index.ts'
import { TestOven } from './bakery.ts'

const headers = { authorization: 'Bearer token-of-ada', 'content-type': 'application/json', 'idempotency-key': 'key-1' }

async function serveOven(t: TestContext, oven: TestOven): Promise<string> {
  const server = createServer(async ({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    const key = searchParams.get('key') ?? ''
    if (pathname === '/begin') await oven.begin(key, searchParams.get('name') ?? '')
    response.end(JSON.stringify(await oven.look(key)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function startBakery(
  t: TestContext,
  url: string,
  ovenUrl: string,
): Promise<[url: string, process: ChildProcess]> {
  const program = fileURLToPath(new URL('bakery-process.ts', import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, url, ovenUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const [port] = await once(child.stdout as NodeJS.ReadableStream, 'data')
  return [`http://127.0.0.1:${String(port).trim()}`, child]
}

test('a task outlives kill -9: the next process goes on with it, and the cake is baked once', {
  timeout: 60_000,
}, async (t) => {
  const url = temporaryDatabase()
  const oven = new TestOven()
  const ovenUrl = await serveOven(t, oven)
  const [first, killed] = await startBakery(t, url, ovenUrl)
  const begun = await fetch(`${first}/cakes`, { method: 'POST', headers, body: '{"name":"Ada"}' })
  assert.equal(begun.status, 202)
  const { task_id } = (await begun.json()) as { task_id: string }
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  oven.finish()
  // The killed process would hold the action for 30 seconds.
  const database = await openDatabase(url, actionMigrations)
  await database.run`UPDATE core_action SET held_until = ''`
  await database.close()

  const [next] = await startBakery(t, url, ovenUrl)
  const read = await fetch(`${next}/tasks/${task_id}?wait=30`, { headers })
  const task = (await read.json()) as { status: string; result: object }
  assert.equal(task.status, 'completed')
  assert.deepEqual(task.result, { cake: 'a cake for Ada' })
  assert.equal(oven.begun, 1)
  const again = await fetch(`${next}/cakes`, { method: 'POST', headers, body: '{"name":"Ada"}' })
  assert.equal(again.headers.get('idempotent-replayed'), 'true')
  assert.deepEqual(await again.json(), { cake: 'a cake for Ada' })
})
