import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPlugin } from '@reference-plugins/testing/processes'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'

const folder = new URL('..', import.meta.url)
// Less than what CI tries.
const rounds = Number(process.env.FUZZ_ROUNDS ?? 2)
const writes = 10 * rounds

const countOf = (acknowledged: ReadonlyMap<string, ReadonlySet<string>>): number =>
  [...acknowledged.values()].reduce((sum, { size }) => sum + size, 0)

const add = (url: string, user: string, todo: string) =>
  fetch(`${url}/todos/${user}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ todo }),
  })

const read = async (url: string, user: string): Promise<string[]> => {
  const todos: string[] = []
  for (let offset: number | undefined = 0; offset !== undefined; ) {
    const page = (await (await fetch(`${url}/todos/${user}?offset=${offset}`)).json()) as {
      todos: string[]
      nextOffset?: number
    }
    todos.push(...page.todos)
    offset = page.nextOffset
  }
  return todos
}

test('no acknowledged todo is lost when the process is killed, several times', { timeout: 120_000 }, async () => {
  const database = temporaryDatabase('disk')
  const acknowledged = new Map<string, Set<string>>()
  let server = await startPlugin(folder, { DATABASE_URL: database })
  for (let round = 0; round < rounds; round++) {
    const { url } = server
    const writers = Array.from({ length: 8 }, async (_, index) => {
      const user = `user${index}`
      for (let count = 0; ; count++) {
        const todo = `${round}-${count}`
        const done = await add(url, user, todo).then(
          (answer) => answer.status === 200,
          () => undefined,
        )
        if (done === undefined) return
        assert.equal(done, true)
        acknowledged.set(user, (acknowledged.get(user) ?? new Set()).add(todo))
      }
    })
    // Not a time: on a busy machine it would pass before a todo is written.
    const enough = countOf(acknowledged) + 30 + Math.random() * 60
    while (countOf(acknowledged) < enough) await sleep(Math.random() * 10)
    await server.end('SIGKILL')
    await Promise.all(writers)

    server = await startPlugin(folder, { DATABASE_URL: database })
    for (const [user, todos] of acknowledged) {
      const kept = await read(server.url, user)
      assert.deepEqual(
        kept.filter((todo) => todos.has(todo)),
        [...todos],
        `round ${round}: all of ${user}, in order, once`,
      )
    }
  }
  await server.end('SIGKILL')
  const total = countOf(acknowledged)
  assert.ok(total > 25 * rounds, `${total} todos were acknowledged`)
})

test('two processes on one file lose no writes and never report that it is locked', { timeout: 60_000 }, async () => {
  const database = temporaryDatabase('disk')
  const servers = await Promise.all([
    startPlugin(folder, { DATABASE_URL: database }),
    startPlugin(folder, { DATABASE_URL: database }),
  ])
  const statuses = new Map<number, number>()
  const clients = Array.from({ length: 16 }, async (_, client) => {
    const { url } = servers[client % 2] as { url: string }
    for (let count = 0; count < writes; count++) {
      const { status } = await add(url, count % 2 === 0 ? 'shared' : `own${client}`, `${client}-${count}`)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
  })
  await Promise.all(clients)
  assert.deepEqual([...statuses], [[200, 16 * writes]])
  for (const { url } of servers) {
    const shared = await read(url, 'shared')
    assert.equal(new Set(shared).size, (16 * writes) / 2)
    assert.equal(shared.length, (16 * writes) / 2)
    for (let client = 0; client < 16; client++) {
      const order = shared.filter((todo) => todo.startsWith(`${client}-`)).map((todo) => Number(todo.split('-')[1]))
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
      )
      assert.equal((await read(url, `own${client}`)).length, writes / 2)
    }
  }
  await Promise.all(servers.map((server) => server.end('SIGTERM')))
})
