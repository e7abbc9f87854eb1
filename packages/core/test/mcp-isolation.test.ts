import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { z } from 'zod'
import { definePlugin, type Plugin, text, userOperation, userToken } from '../src/index.ts'
import { Slots } from '../src/mcp/slots.ts'
import { openShop } from './fixture.ts'
import { message, modern, serveMcp } from './mcp-fixture.ts'

const users = ['ada', 'bob', 'cleo', 'dan']
const digestOf = (token: string) => createHash('sha256').update(token).digest('hex')
const tokenOf = (user: string) => `secret-of-${user}-0123456789-0123456789`

interface Waiting {
  user: string
  signal: AbortSignal
  end: () => void
}

/** A plugin of many users whose calls wait until the test ends them. */
function waitingPlugin(): { plugin: Plugin; running: Waiting[]; until(count: number): Promise<Waiting[]> } {
  const running: Waiting[] = []
  const plugin = definePlugin({
    ...openShop(),
    auth: userToken({
      find: async (digest) => {
        const user = users.find((one) => digestOf(tokenOf(one)) === digest)
        return user === undefined ? undefined : { id: user, scopes: [] }
      },
    }),
    operations: {
      wait: userOperation('GET /wait', {
        openWorld: false,
        summary: 'Wait',
        input: z.object({ word: text(20).describe('Any word') }),
        output: z.object({ user: z.string(), word: z.string() }),
        async handler({ word }, { caller, signal, progress }) {
          progress(1, undefined, `for ${caller.id}`)
          await new Promise<void>((end) => {
            signal.addEventListener('abort', () => end())
            running.push({ user: caller.id, signal, end })
          })
          progress(2, undefined, `for ${caller.id}`)
          return { user: caller.id, word }
        },
      }),
    },
  })
  return {
    plugin,
    running,
    async until(count) {
      for (let tries = 0; running.length < count && tries < 2_000; tries++)
        await new Promise((resolve) => setTimeout(resolve, 10))
      assert.equal(running.length, count)
      return running
    },
  }
}

// Every client chooses the same id and the same progress token.
const params = (user: string) => ({
  name: 'wait',
  arguments: { word: `from ${user}` },
  _meta: { progressToken: 'p' },
})
const calls = {
  '2026-07-28'(user: string) {
    const { body, headers } = modern('tools/call', params(user))
    const _meta = { ...(body.params as { _meta: object })._meta, progressToken: 'p' }
    return { body: { ...body, params: { ...body.params, _meta } }, headers }
  },
  '2025-11-25': (user: string) => ({
    body: message('tools/call', params(user)),
    headers: { 'mcp-protocol-version': '2025-11-25' },
  }),
}
const authorizationOf = (user: string) => ({ authorization: `Bearer ${tokenOf(user)}` })
const eventsOf = (text: string) =>
  Array.from(text.matchAll(/^data: (.+)$/gm), ([, data]) => JSON.parse(data as string) as Record<string, never>)

for (const [era, call] of Object.entries(calls)) {
  test(`${era}: calls of many users at once keep their callers, ids and progress`, { timeout: 60_000 }, async (t) => {
    const { plugin, until } = waitingPlugin()
    const shop = await serveMcp(plugin)
    t.after(shop.close)
    const everyone = [...users, ...users, ...users]
    const answers = everyone.map(async (user) => {
      const { body, headers } = call(user)
      return (await shop.post(body, { ...headers, ...authorizationOf(user) })).text()
    })
    const running = await until(everyone.length)
    for (const { end } of running.toReversed()) end()
    for (const [index, text] of (await Promise.all(answers)).entries()) {
      const user = everyone[index]
      const [first, second, last] = eventsOf(text)
      for (const [done, event] of [first, second].entries())
        assert.deepEqual(event, {
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: { progressToken: 'p', progress: done + 1, message: `for ${user}` },
        })
      const { id, result } = last as unknown as { id: number; result: { structuredContent: unknown } }
      assert.equal(id, 1)
      assert.deepEqual(result.structuredContent, { user, word: `from ${user}` })
    }
  })

  test(`${era}: a client can end its own call only, by disconnecting`, { timeout: 60_000 }, async (t) => {
    const { plugin, until } = waitingPlugin()
    const shop = await serveMcp(plugin)
    t.after(shop.close)
    const abort = new AbortController()
    const start = (user: string, signal?: AbortSignal) => {
      const { body, headers } = call(user)
      return fetch(shop.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
          ...authorizationOf(user),
        },
        body: JSON.stringify(body),
        ...(signal && { signal }),
      })
    }
    const left = start('ada', abort.signal)
      .then((answer) => answer.text())
      .catch(() => 'disconnected')
    const kept = start('bob')
    const running = await until(2)
    const callOf = (user: string) => running.find((one) => one.user === user) as Waiting

    // The ids that clients chose, and numbers that the server may have given.
    const cancelled = [0, 1, 2, 3, 'p', ...Array.from({ length: 40 }, (_, slot) => 2 ** 20 + slot)]
    for (const requestId of cancelled) {
      const sent = message('notifications/cancelled', { requestId })
      const { id: _, ...notice } = sent
      const answer = await shop.post(notice, { ...call('cleo').headers, ...authorizationOf('cleo') })
      assert.ok([202, 400].includes(answer.status), String(answer.status))
      const response = { jsonrpc: '2.0', id: requestId, result: {} }
      await shop.post(response, authorizationOf('cleo'))
    }
    assert.equal(callOf('ada').signal.aborted, false)
    assert.equal(callOf('bob').signal.aborted, false)

    abort.abort()
    assert.equal(await left, 'disconnected')
    if (!callOf('ada').signal.aborted)
      await new Promise((resolve) => callOf('ada').signal.addEventListener('abort', resolve))
    assert.equal(callOf('bob').signal.aborted, false)
    callOf('bob').end()
    const events = eventsOf(await (await kept).text())
    assert.deepEqual(
      (events.at(-1) as unknown as { result: { structuredContent: unknown } }).result.structuredContent,
      {
        user: 'bob',
        word: 'from bob',
      },
    )
  })
}

test('clients of different versions do not change what another one gets', async (t) => {
  const shop = await serveMcp(openShop())
  t.after(shop.close)
  const versions = ['2025-11-25', '2024-11-05', '2025-06-18', '1999-01-01', '2025-03-26']
  const answers = await Promise.all(
    versions.map(async (protocolVersion) => {
      const clientInfo = { name: protocolVersion, version: '1' }
      const answer = await shop.post(message('initialize', { protocolVersion, capabilities: {}, clientInfo }))
      const [event] = eventsOf(await answer.text())
      return (event as unknown as { result: { protocolVersion: string } }).result.protocolVersion
    }),
  )
  assert.deepEqual(answers, ['2025-11-25', '2024-11-05', '2025-06-18', '2025-11-25', '2025-03-26'])
  const { body, headers } = modern('server/discover')
  const { result } = (await (await shop.post(body, headers)).json()) as { result: { supportedVersions: string[] } }
  assert.deepEqual(result.supportedVersions, ['2026-07-28'])
})

test('a number of a slot is never given twice', () => {
  const slots = new Slots<string>()
  const given = new Set<number>()
  for (let round = 0; round < 100; round++) {
    const numbers = ['a', 'b', 'c'].map((value) => slots.add(value))
    for (const number of numbers) {
      assert.ok(!given.has(number))
      given.add(number)
    }
    assert.equal(slots.get(numbers[1] as number), 'b')
    for (const number of numbers) assert.equal(slots.delete(number), true)
    for (const number of given) {
      assert.equal(slots.get(number), undefined)
      assert.equal(slots.delete(number), false)
    }
  }
  assert.equal(slots.get(5), undefined)
})
