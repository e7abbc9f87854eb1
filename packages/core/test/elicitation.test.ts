import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { temporaryDatabase } from '@reference-plugins/store/temporary'
import { closePlugin } from '../src/index.ts'
import { openActingShop } from './acting-fixture.ts'
import { message, serveMcp, textOf } from './mcp-fixture.ts'

// Clients of 2025-06-18 and 2025-11-25 are asked while the call waits, on its own stream.

type Reply = { action: 'accept'; content: { confirm: boolean } } | { action: 'decline' | 'cancel' }
const yes: Reply = { action: 'accept', content: { confirm: true } }
const buyBread = { name: 'buyAfterQuestion', arguments: { item: 'bread' } }
const ada = 'Bearer token-of-ada'

const url = temporaryDatabase()
const open = async () => {
  const shop = await openActingShop(url)
  const served = await serveMcp(shop.plugin)
  after(async () => {
    await served.close()
    await closePlugin(shop.plugin)
  })
  return { ...shop, ...served }
}
const shop = await open()
const other = await open()

interface Options {
  capabilities?: object
  authorization?: string
  /** Instead of `fetch`. */
  send?: typeof fetch
  /** What the person is asked. */
  asked?: string[]
}

/** The official client of the protocol before 2026. */
async function connect(t: TestContext, reply: (message: string) => Reply | Promise<Reply>, options: Options = {}) {
  const { capabilities = { elicitation: {} }, authorization = ada, send = fetch, asked = [] } = options
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'legacy' }, capabilities })
  if ('elicitation' in capabilities)
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      asked.push(params.message)
      return reply(params.message)
    })
  const requestInit = { headers: { authorization } }
  await client.connect(new StreamableHTTPClientTransport(new URL(shop.url), { requestInit, fetch: send }))
  t.after(() => client.close())
  return client
}

test('the person is asked on the stream of the call, and the call is made', async (t) => {
  const asked: string[] = []
  const client = await connect(t, () => yes, { asked })
  const result = await client.callTool(buyBread)
  assert.deepEqual(asked, ['Buy bread for 3.50 EUR?\nIn stock: 100'])
  assert.deepEqual((result.structuredContent as { cents: number }).cents, 350)
  assert.equal((await shop.purchases()).length, 1)
  assert.deepEqual(await shop.database.all`SELECT * FROM core_question`, [])
})

test('a person who declines, cancels or leaves the box empty buys nothing', async (t) => {
  const before = (await shop.purchases()).length
  for (const reply of [{ action: 'decline' }, { action: 'cancel' }, { ...yes, content: { confirm: false } }] as const) {
    const client = await connect(t, () => reply)
    assert.match(textOf((await client.callTool(buyBread)) as { content: unknown }), /did not confirm/)
  }
  const broken = await connect(t, () => {
    throw new Error('no window')
  })
  assert.match(textOf((await broken.callTool(buyBread)) as { content: unknown }), /did not confirm/)
  assert.equal((await shop.purchases()).length, before)
})

test('a price that changes while the person thinks is asked again', async (t) => {
  const asked: string[] = []
  const before = (await shop.purchases()).length
  const client = await connect(
    t,
    async (message) => {
      if (message.includes('3.50')) await shop.setPrice(420)
      return yes
    },
    { asked },
  )
  const result = await client.callTool(buyBread)
  await shop.setPrice(350)
  assert.deepEqual(
    asked.map((message) => message.split('\n')[0]),
    ['Buy bread for 3.50 EUR?', 'Buy bread for 4.20 EUR?'],
  )
  assert.equal((result.structuredContent as { cents: number }).cents, 420)
  assert.equal((await shop.purchases()).length, before + 1)
})

test('another instance may get the answer, and another the call', async (t) => {
  const posted: string[] = []
  const client = await connect(t, () => yes, {
    async send(target, init) {
      const sent = JSON.parse(String(init?.body ?? '{}'))
      const isAnswer = sent.method === undefined && sent.result !== undefined
      posted.push(isAnswer ? 'answer' : sent.method)
      // The session begins at one instance, and goes on at the other.
      return fetch(isAnswer || sent.method === 'initialize' ? other.url : target, init)
    },
  })
  const before = (await shop.purchases()).length
  assert.notEqual((await client.callTool(buyBread)).isError, true)
  assert.ok(posted.includes('answer'))
  assert.equal((await shop.purchases()).length, before + 1)
})

test('an answer of another user does not count', async (t) => {
  const before = (await shop.purchases()).length
  const client = await connect(t, () => ({ action: 'decline' }), {
    async send(target, init) {
      const sent = JSON.parse(String(init?.body ?? '{}'))
      if (sent.result === undefined || sent.method !== undefined) return fetch(target, init)
      const accepted = JSON.stringify({ jsonrpc: '2.0', id: sent.id, result: yes })
      const headers = new Headers(init?.headers)
      headers.set('authorization', 'Bearer token-of-bob')
      const foreign = await fetch(target, { ...init, headers, body: accepted })
      assert.equal(foreign.status, 202)
      const answer = await fetch(target, init)
      // Neither does a second one, after the first.
      await fetch(target, { ...init, body: accepted })
      return answer
    },
  })
  assert.match(textOf((await client.callTool(buyBread)) as { content: unknown }), /did not confirm/)
  assert.equal((await shop.purchases()).length, before)
})

test('a client that cannot show forms, or has the session of another user, is not asked', async (t) => {
  const unasked = /Ask the user: Buy bread/
  for (const capabilities of [{}, { elicitation: { url: {} } }]) {
    const client = await connect(t, () => yes, { capabilities })
    assert.match(textOf((await client.callTool(buyBread)) as { content: unknown }), unasked)
  }
  const begun = await shop.post(
    message('initialize', {
      protocolVersion: '2025-11-25',
      clientInfo: { name: 'test', version: '1' },
      capabilities: { elicitation: {} },
    }),
    { authorization: ada },
  )
  const sessionId = begun.headers.get('mcp-session-id') ?? ''
  assert.match(sessionId, /^[\w-]+\.[\w-]+$/)
  for (const [id, authorization] of [
    [sessionId, 'Bearer token-of-bob'],
    [`${sessionId}x`, ada],
    ['nonsense', ada],
  ] as const) {
    const answer = await shop.post(message('tools/call', buyBread), { authorization, 'mcp-session-id': id })
    assert.match(await answer.text(), unasked)
  }
  const json = await shop.post(message('tools/call', buyBread), {
    authorization: ada,
    'mcp-session-id': sessionId,
    accept: 'application/json',
  })
  assert.match(await json.text(), unasked)
})

test('a call whose client goes away while the person thinks is not made', async (t) => {
  const before = (await shop.purchases()).length
  const isAsked = Promise.withResolvers<void>()
  const client = await connect(t, () => {
    isAsked.resolve()
    return new Promise<Reply>(() => {})
  })
  const call = client.callTool(buyBread)
  call.catch(() => {})
  await isAsked.promise
  await client.close()
  for (let tries = 0; ; tries++) {
    const waiting = await shop.database.all`SELECT * FROM core_question`
    if (waiting.length === 0) break
    assert.ok(tries < 500, 'the question was not removed')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.equal((await shop.purchases()).length, before)
})
