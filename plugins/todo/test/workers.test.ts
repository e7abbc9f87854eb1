import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createServer, get } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, type PluginProcess, spawnPlugin, startPlugin } from '@reference-plugins/testing/processes'

const folder = new URL('..', import.meta.url)
const two = { WEB_CONCURRENCY: '2', LOG_LEVEL: 'info' }

const workersOf = ({ process: { pid } }: PluginProcess): number[] => {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number)
  } catch {
    return []
  }
}

async function until(condition: () => unknown, what: () => string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await condition()) return
    await sleep(50)
  }
  assert.fail(what())
}

/** A server with two workers, both ready. */
async function startTwo(environment: Record<string, string> = {}): Promise<PluginProcess> {
  const server = await startPlugin(folder, { ...two, ...environment })
  await until(() => server.output().includes('is ready at'), server.output)
  return server
}

const add = (server: PluginProcess, todo: string): Promise<Response> =>
  fetch(`${server.url}/todos/jo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ todo }),
  })

/** The requests in the log, by worker. */
function logged(server: PluginProcess): Map<number, number> {
  const counts = new Map<number, number>()
  for (const line of server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))) {
    const { msg, worker } = JSON.parse(line)
    if (msg === 'request') counts.set(worker, (counts.get(worker) ?? 0) + 1)
  }
  return counts
}

test('two workers share a port and a SQLite file, and one that is killed is replaced', {
  timeout: 120_000,
}, async () => {
  const server = await startTwo()
  const todos = Array.from({ length: 40 }, (_, number) => `todo ${number}`)
  for (const answer of await Promise.all(todos.map((todo) => add(server, todo)))) assert.equal(answer.status, 200)
  const { todos: saved } = (await (await fetch(`${server.url}/todos/jo?limit=50`)).json()) as { todos: string[] }
  assert.deepEqual(saved.toSorted(), todos.toSorted())
  await until(() => logged(server).size === 2, server.output)
  assert.equal(server.output().match(/ is ready at .*, 2 workers$/gm)?.length, 1, 'one start line')

  const [first = 0, second = 0] = workersOf(server)
  process.kill(first, 'SIGKILL')
  await until(() => workersOf(server).length === 2 && !workersOf(server).includes(first), server.output)
  assert.ok(workersOf(server).includes(second))
  await until(() => /"worker \d ended by SIGKILL: another one starts in 100 ms"/.test(server.output()), server.output)
  assert.equal((await add(server, 'one more')).status, 200)
  // The new worker has the next number.
  await until(async () => {
    await add(server, 'another')
    return logged(server).has(3)
  }, server.output)
  assert.equal(await server.end('SIGTERM'), 0, server.output())
})

test('after SIGTERM workers answer what they have received, and no process is left', { timeout: 120_000 }, async () => {
  const server = await startTwo()
  const workers = workersOf(server)
  assert.equal(workers.length, 2)
  let answered = 0
  const failures: unknown[] = []
  const clients = Array.from({ length: 8 }, async () => {
    for (;;) {
      const answer = await fetch(`${server.url}/todos/jo`).catch((error) => error.cause)
      if (answer.code === 'ECONNREFUSED') return
      if (answer.status !== 200) return void failures.push(answer)
      await answer.text()
      answered++
    }
  })
  await until(
    () => answered > 100,
    () => `${answered} answers`,
  )
  assert.equal(await server.end('SIGTERM'), 0, server.output())
  await Promise.all(clients)
  assert.deepEqual(failures, [])
  for (const worker of workers) assert.throws(() => process.kill(worker, 0), { code: 'ESRCH' })
})

test('workers have one rate limit together', { timeout: 120_000 }, async () => {
  const server = await startTwo({ RATE_LIMIT: '40' })
  let answered = 0
  // Until both refuse.
  for (let refused = 0; refused < 20; ) {
    // On a new connection, which goes to the next worker.
    const status = await new Promise<number | undefined>((resolve, reject) => {
      get(`${server.url}/todos/jo`, { agent: false }, (answer) => {
        answer.resume().on('end', () => resolve(answer.statusCode))
      }).on('error', reject)
    })
    if (status !== 429) answered++
    refused = status === 429 ? refused + 1 : 0
    await sleep(25)
  }
  assert.ok(answered >= 40 && answered < 75, `${answered} were answered`)
  assert.equal(await server.end('SIGTERM'), 0, server.output())
})

test('workers end when the first process is killed', { timeout: 120_000 }, async () => {
  const server = await startTwo()
  const workers = workersOf(server)
  await server.end('SIGKILL')
  const isGone = (worker: number) => {
    try {
      return !process.kill(worker, 0)
    } catch {
      return true
    }
  }
  await until(
    () => workers.every(isGone),
    () => `${workers} still run`,
  )
})

test('a start failure of workers prints one line', { timeout: 120_000 }, async () => {
  const taken = createServer()
  const port = await freePort()
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve))
  try {
    const server = await spawnPlugin(folder, { ...two, PORT: String(port) })
    await until(() => server.process.exitCode !== null, server.output)
    assert.equal(server.process.exitCode, 1)
    assert.match(server.output(), /^todo cannot start: 127\.0\.0\.1:\d+ is in use[^\n]*\n$/)
  } finally {
    taken.close()
  }
})
