import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { closePlugin } from '../src/index.ts'
import { openActingShop } from './acting-fixture.ts'
import { serveMcp } from './mcp-fixture.ts'

type Reply = { action: 'accept'; content: { confirm: boolean } } | { action: 'decline' | 'cancel' }

const shop = await openActingShop()
const served = await serveMcp(shop.plugin)
after(async () => {
  await served.close()
  await closePlugin(shop.plugin)
})

/** The official client, and what a person answers to each question. Undefined: the client cannot ask. */
async function connect(reply: ((message: string) => Reply | Promise<Reply>) | undefined, token = 'token-of-ada') {
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } }, ...(reply && { capabilities: { elicitation: {} } }) },
  )
  const asked: string[] = []
  if (reply)
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      asked.push(params.message)
      return reply(params.message)
    })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(served.url), { requestInit }))
  after(() => client.close())
  return { client, asked }
}

const yes: Reply = { action: 'accept', content: { confirm: true } }
const buyBread = { name: 'buyAfterQuestion', arguments: { item: 'bread' } }
const textOf = (result: { content?: unknown }) => (result.content as { text: string }[])[0]?.text ?? ''

test('a client of 2026 asks the person, and the call is made', async () => {
  const { client, asked } = await connect(() => yes)
  const result = await client.callTool(buyBread)
  assert.deepEqual(asked, ['Buy bread for 3.50 EUR?\nIn stock: 100'])
  assert.equal((result.structuredContent as { cents: number }).cents, 350)
  assert.equal((await shop.purchases()).length, 1)
})

test('a person who declines, cancels or leaves the box empty buys nothing', async () => {
  const before = (await shop.purchases()).length
  for (const reply of [
    { action: 'decline' },
    { action: 'cancel' },
    { action: 'accept', content: { confirm: false } },
  ] as const) {
    const { client, asked } = await connect(() => reply)
    const result = await client.callTool(buyBread)
    assert.equal(asked.length, 1)
    assert.match(textOf(result), /did not confirm/)
  }
  assert.equal((await shop.purchases()).length, before)
})

test('a price that changes while the person thinks is asked again', async () => {
  const before = (await shop.purchases()).length
  const { client, asked } = await connect(async (message) => {
    if (message.includes('3.50')) await shop.setPrice(420)
    return yes
  })
  const result = await client.callTool(buyBread)
  assert.deepEqual(
    asked.map((message) => message.split('\n')[0]),
    ['Buy bread for 3.50 EUR?', 'Buy bread for 4.20 EUR?'],
  )
  assert.equal((result.structuredContent as { cents: number }).cents, 420)
  assert.equal((await shop.purchases()).length, before + 1)
  await shop.setPrice(350)
})

test('a client that cannot ask is told what to do', async () => {
  const { client } = await connect(undefined)
  assert.match(textOf(await client.callTool(buyBread)), /Ask the user: Buy bread for 3.50 EUR\?/)
  const agreed = await client.callTool({ name: 'buyAfterQuestion', arguments: { item: 'bread', cents: 350 } })
  assert.notEqual(agreed.isError, true)
  assert.match(textOf(await client.callTool({ name: 'returnPurchase', arguments: {} })), /this client cannot ask/)
})

test('a state is refused for other arguments, another tool and another user', async () => {
  const before = (await shop.purchases()).length
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  }
  const post = async (params: object, token = 'token-of-ada') => {
    const { name } = params as { name: string }
    const answer = await served.post(
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { ...params, _meta: meta } },
      {
        authorization: `Bearer ${token}`,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'tools/call',
        'mcp-name': name,
      },
    )
    return (await answer.json()) as { result?: { requestState?: string; isError?: boolean; content?: object[] } }
  }
  const { result } = await post(buyBread)
  const requestState = result?.requestState
  assert.equal(typeof requestState, 'string')
  const replies = { requestState, inputResponses: { confirm: yes } }
  for (const [params, token] of [
    [{ ...buyBread, arguments: { item: 'cake' } }],
    [{ name: 'returnPurchase', arguments: {} }],
    [buyBread, 'token-of-bob'],
  ] as const) {
    const refused = await post({ ...params, ...replies }, token)
    assert.equal(refused.result?.isError, true)
    assert.match(textOf(refused.result ?? {}), /for another call/)
  }
  assert.equal((await shop.purchases()).length, before)
  // Sent twice, it is made once.
  for (let count = 0; count < 2; count++)
    assert.notEqual((await post({ ...buyBread, ...replies })).result?.isError, true)
  assert.equal((await shop.purchases()).length, before + 1)
})

test('the idempotency key comes in _meta or as an argument', async () => {
  const { client } = await connect(undefined)
  const before = (await shop.purchases()).length
  const bread = { item: 'bread' }
  const calls = [
    { name: 'buy', arguments: bread, _meta: { 'idempotency-key': 'key-of-mcp' } },
    { name: 'buy', arguments: { ...bread, idempotency_key: 'key-of-mcp' } },
  ]
  for (const call of calls) assert.notEqual((await client.callTool(call)).isError, true)
  assert.equal((await shop.purchases()).length, before + 1)
})
