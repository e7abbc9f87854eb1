import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasNginx, type PluginProcess, startNginx, startPlugin } from '@reference-plugins/testing/processes'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'

const folder = new URL('..', import.meta.url)
const skip =
  (process.env.POSTGRES === undefined && 'POSTGRES is not set, see packages/testing/bin/with-postgres.ts') ||
  (!hasNginx() && 'nginx is not installed')
const options = { skip, timeout: 180_000 }
const clients = 8

/** Three instances on one Postgres behind nginx, and a function that starts one again at its port. */
async function startThree(t: TestContext) {
  const settings = { DATABASE_URL: temporaryDatabase(), TRUSTED_PROXIES: '1' }
  const instances = await Promise.all([1, 2, 3].map(() => startPlugin(folder, settings)))
  const nginx = await startNginx(instances.map(({ port }) => port))
  t.after(async () => {
    await nginx.end()
    for (const instance of instances) await instance.end('SIGKILL')
  })
  return {
    url: nginx.url,
    instances,
    async startAgain(place: number): Promise<void> {
      const { port } = instances[place] as PluginProcess
      instances[place] = await startPlugin(folder, { ...settings, PORT: String(port) })
    },
  }
}

const add = (url: string, list: string, todo: string): Promise<Response> =>
  fetch(`${url}/todos/${list}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ todo }),
  })

async function readAll(url: string, list: string): Promise<string[]> {
  const todos: string[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page = (await (await fetch(`${url}/todos/${list}?limit=100&offset=${offset}`)).json()) as {
      todos: string[]
      nextOffset?: number
    }
    todos.push(...page.todos)
    offset = page.nextOffset
  }
  return todos
}

test('a rolling restart of three instances under load fails no request', options, async (t) => {
  const { url, instances, startAgain } = await startThree(t)
  const failures: string[] = []
  let answered = 0
  let isOver = false
  const load = Array.from({ length: clients }, async (_, client) => {
    for (let number = 0; !isOver; number++) {
      const answer = await (number % 2 ? fetch(`${url}/todos/list${client}`) : add(url, `list${client}`, `${number}`))
        .then(async (response) => `${response.status} ${await response.text()}`)
        .catch((error) => String(error.cause ?? error))
      if (answer.startsWith('200 ')) answered++
      else failures.push(`${number % 2 ? 'GET' : 'POST'}: ${answer}`)
    }
  })
  for (const place of instances.keys()) {
    assert.equal(await instances[place]?.end('SIGTERM'), 0, instances[place]?.output())
    await startAgain(place)
    // nginx tries it again after fail_timeout.
    await sleep(2_500)
  }
  isOver = true
  await Promise.all(load)
  assert.deepEqual(failures, [])
  assert.ok(answered > 300, `${answered} answers`)
})

test('instances that are killed lose no acknowledged write, and none is done twice', options, async (t) => {
  const { url, instances, startAgain } = await startThree(t)
  let isOver = false
  // A client cannot know whether a write without an answer was done. It does not repeat it.
  const unknown: string[] = []
  const writers = Array.from({ length: clients }, async (_, client) => {
    const acknowledged: string[] = []
    for (let number = 0; !isOver; number++) {
      const todo = `${client}: ${number}`
      const status = await add(url, `list${client}`, todo).then(
        (response) => response.text().then(() => response.status),
        () => 0,
      )
      if (status === 200) acknowledged.push(todo)
      else unknown.push(todo)
    }
    return acknowledged
  })
  for (let kills = 0; kills < 6; kills++) {
    await sleep(500)
    const place = kills % instances.length
    await instances[place]?.end('SIGKILL')
    await startAgain(place)
  }
  isOver = true
  const acknowledged = await Promise.all(writers)
  assert.ok(
    acknowledged.every(({ length }) => length > 20),
    `${acknowledged.map(({ length }) => length)}`,
  )
  for (const [client, todos] of acknowledged.entries()) {
    const saved = await readAll(url, `list${client}`)
    assert.equal(new Set(saved).size, saved.length, 'none was done twice')
    const isUnknown = (todo: string) => unknown.includes(todo)
    assert.deepEqual(
      saved.filter((todo) => !isUnknown(todo)),
      todos,
    )
  }
})
