import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { newsMigrations } from '../../src/plugin.ts'
import { rss, serveFeeds } from '../fixture.ts'

/** An instance that polls, as a process of its own. */
async function instance(t: TestContext, database: string, name: string, feeds: string[]): Promise<ChildProcess> {
  const file = join(import.meta.dirname, 'poller-process.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, database, name, ...feeds], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

async function until(condition: () => unknown, what: () => string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await condition()) return
    await sleep(50)
  }
  assert.fail(what())
}

test('of two instances one polls each feed, and the other takes over when it is killed', {
  timeout: 90_000,
}, async (t) => {
  const counts = new Map<string, number>()
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url as string
    counts.set(path, (counts.get(path) ?? 0) + 1)
    response.end(rss(path, { a: 'One' }))
  }
  const web = await serveFeeds(answer)
  t.after(() => web.close())
  const paths = Array.from({ length: 10 }, (_, index) => `/feed${index}`)
  const feeds = paths.map((path) => web.url + path)
  const url = temporaryDatabase()
  const database = await openDatabase(url, newsMigrations)
  t.after(() => database.close())
  const makeDue = () => database.run`UPDATE feed SET next_poll_at = ''`
  const all = async (times: number) =>
    paths.every((path) => (counts.get(path) ?? 0) >= times) &&
    !(await database.get`SELECT 1 FROM feed WHERE next_poll_at = ''`)
  const shown = () => JSON.stringify([...counts])

  const instances: Record<string, ChildProcess> = {}
  await Promise.all(['first', 'second'].map(async (name) => (instances[name] = await instance(t, url, name, feeds))))
  await until(() => all(1), shown)
  await makeDue()
  await until(() => all(2), shown)
  // Both have looked for due feeds again.
  await sleep(3_000)
  assert.deepEqual([...counts.values()], Array(10).fill(2))

  let holder: string | undefined
  web.state.answer = (request, response) => {
    const name = request.headers['user-agent'] as string
    holder ??= name
    if (name !== holder) answer(request, response)
  }
  await makeDue()
  await until(
    () => holder !== undefined,
    () => 'nobody polls',
  )
  await sleep(3_000)
  assert.deepEqual([...counts.values()], Array(10).fill(2), 'the other instance waits')
  instances[holder as unknown as string]?.kill('SIGKILL')
  await until(() => all(3), shown)
  await sleep(3_000)
  assert.deepEqual([...counts.values()], Array(10).fill(3))
})
