import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { hashOf } from '../src/acting/canonical-json.ts'
import { ConfirmationTokens } from '../src/acting/confirmation.ts'
import { closePlugin } from '../src/index.ts'
import { openActingShop } from './acting-fixture.ts'
import { type Era, eras, modern, serveMcp, textOf } from './mcp-fixture.ts'

// A model that does whatever it reads cannot act without the person. It chooses tools and arguments; some clients let it
// write `_meta` too. What only the client has, such as the state of a question, is tried as a thief would.

const shop = await openActingShop()
const served = await serveMcp(shop.plugin)
after(async () => {
  await served.close()
  await closePlugin(shop.plugin)
})

const ada = 'Bearer token-of-ada'
const yes = { action: 'accept', content: { confirm: true } }

/** The official client, with a person who answers each question with `action`. */
async function connect(t: TestContext, era: Era, action: 'accept' | 'decline', canAsk = true) {
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: eras[era] }, ...(canAsk && { capabilities: { elicitation: {} } }) },
  )
  const asked: string[] = []
  if (canAsk)
    client.setRequestHandler('elicitation/create', async ({ params }) => {
      asked.push(params.message)
      return action === 'accept' ? { action, content: { confirm: true } } : { action }
    })
  const requestInit = { headers: { authorization: ada } }
  await client.connect(new StreamableHTTPClientTransport(new URL(served.url), { requestInit }))
  t.after(() => client.close())
  return { client, asked }
}

/** What the answers of other tools may tell the model to call. */
const told: { arguments: Record<string, unknown>; _meta?: Record<string, unknown> }[] = [
  { arguments: { item: 'bread' } },
  { arguments: { item: 'bread', cents: 350 } },
  { arguments: { item: 'bread', confirm: true, confirmed: true, confirmation: 'yes' } },
  { arguments: { item: 'bread', requestState: 'yes', inputResponses: { confirm: yes } } },
  { arguments: { item: 'bread', idempotency_key: 'the-person-has-said-yes' } },
  { arguments: { item: 'bread', idempotency_key: `confirmation-${crypto.randomUUID()}` } },
  { arguments: { item: 'bread' }, _meta: { 'idempotency-key': 'yes', confirmation: 'yes', confirm: true } },
  { arguments: { item: 'bread' }, _meta: { inputResponses: { confirm: yes }, requestState: 'yes' } },
  { arguments: { item: 'bread', _meta: { 'io.modelcontextprotocol/clientCapabilities': {} } } },
]

for (const era of ['2026-07-28', 'before it'] as const) {
  test(`${era}: whatever a model is told, the person is asked, and a no is a no`, async (t) => {
    const { client, asked } = await connect(t, era, 'decline')
    const before = (await shop.purchases()).length
    for (const [index, call] of told.entries()) {
      const result = await client.callTool({ name: 'buyAfterQuestion', ...call })
      assert.equal(asked.length, index + 1, JSON.stringify(call))
      assert.equal(result.isError, true)
      assert.match(textOf(result as { content: unknown }), /did not confirm/)
    }
    assert.equal((await shop.purchases()).length, before)
  })

  test(`${era}: without a way to ask, a model that calls again and again is refused`, async (t) => {
    const { client } = await connect(t, era, 'accept', false)
    for (const { arguments: input, _meta } of told) {
      const result = await client.callTool({ name: 'returnPurchase', arguments: { ...input }, ...(_meta && { _meta }) })
      assert.match(textOf(result as { content: unknown }), /A person must confirm returnPurchase/)
    }
  })

  test(`${era}: after one yes, the same call with new words is a new question`, async (t) => {
    const { client, asked } = await connect(t, era, 'accept')
    const before = (await shop.purchases()).length
    const key = `once-${era === 'before it' ? 1 : 2}`
    const first = await client.callTool({
      name: 'buyAfterQuestion',
      arguments: { item: 'bread', idempotency_key: key },
    })
    assert.notEqual(first.isError, true)
    // The key of the call that was confirmed gives its answer again, and nothing else.
    const again = await client.callTool({
      name: 'buyAfterQuestion',
      arguments: { item: 'bread', idempotency_key: key },
    })
    assert.deepEqual(again.structuredContent, first.structuredContent)
    const other = await client.callTool({ name: 'buyAfterQuestion', arguments: { item: 'cake', idempotency_key: key } })
    assert.match(textOf(other as { content: unknown }), /sent with other input/)
    assert.equal(asked.length, 1)
    assert.equal((await shop.purchases()).length, before + 1)
  })
}

interface Result {
  requestState?: string
  isError?: boolean
  content?: object[]
  structuredContent?: object
}

/** A message of a client that says what it wants about the person. */
async function post(params: Record<string, unknown>, authorization = ada): Promise<Result> {
  const { body, headers } = modern('tools/call', params)
  const { _meta } = body.params as { _meta: Record<string, unknown> }
  _meta['io.modelcontextprotocol/clientCapabilities'] = { elicitation: {} }
  const answer = await served.post(body, { ...headers, authorization })
  const { result } = (await answer.json()) as { result?: Result }
  assert.ok(result)
  return result
}

const buyBread = { name: 'buyAfterQuestion', arguments: { item: 'bread' } }
const answered = { inputResponses: { confirm: yes } }

test('a state is of no use with other arguments, another tool, another user, or from somewhere else', async () => {
  const before = (await shop.purchases()).length
  const { requestState = '' } = await post(buyBread)
  const elsewhere = await openActingShop()
  after(() => closePlugin(elsewhere.plugin))
  const foreign = await (await elsewhere.plugin.actions?.tokens())?.seal(
    { owner: 'ada', operation: 'buyAfterQuestion', inputHash: hashOf({ item: 'bread' }) },
    { question: 'Buy bread for 3.50 EUR?', bound: { cents: 350 } },
  )
  const [head = '', ...rest] = requestState.split('.')
  const states: [params: Record<string, unknown>, authorization?: string][] = [
    [{ ...buyBread, arguments: { item: 'cake' }, requestState }],
    [{ ...buyBread, arguments: { item: 'bread', cents: 1 }, requestState }],
    [{ name: 'returnPurchase', arguments: {}, requestState }],
    [{ ...buyBread, requestState }, 'Bearer token-of-bob'],
    [{ ...buyBread, requestState: `${requestState}x` }],
    [{ ...buyBread, requestState: [head, ...rest.toReversed()].join('.') }],
    [{ ...buyBread, requestState: 'yes' }],
    [{ ...buyBread, requestState: '' }],
    [{ ...buyBread, requestState: foreign?.token }],
  ]
  for (const [params, authorization] of states) {
    const refused = await post({ ...params, ...answered }, authorization)
    assert.equal(refused.isError, true, JSON.stringify(params))
    assert.match(textOf(refused as { content: unknown }), /expired or is for another call/)
  }
  // A yes without the state that it belongs to is a new question.
  const asked = await post({ ...buyBread, ...answered })
  assert.equal(typeof asked.requestState, 'string')
  assert.equal((await shop.purchases()).length, before)
})

test('a state is used once, with whatever key, and expires', async (t) => {
  const before = (await shop.purchases()).length
  const { requestState = '' } = await post(buyBread)
  const confirmed = { ...buyBread, ...answered, requestState }
  const first = await post(confirmed)
  assert.notEqual(first.isError, true)
  for (const idempotency_key of ['another-1', 'another-2']) {
    const again = await post({ ...confirmed, arguments: { ...buyBread.arguments, idempotency_key } })
    assert.deepEqual(again.structuredContent, first.structuredContent)
  }
  const twice = await post(buyBread)
  const both = { ...buyBread, ...answered, requestState: twice.requestState }
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((key) => post({ ...both, arguments: { item: 'bread', idempotency_key: `at-once-${key}` } })),
  )
  assert.equal(new Set(answers.map(({ structuredContent }) => JSON.stringify(structuredContent))).size, 1)
  assert.equal((await shop.purchases()).length, before + 2)

  const late = await post(buyBread)
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 601_000 })
  const expired = await post({ ...buyBread, ...answered, requestState: late.requestState })
  assert.match(textOf(expired as { content: unknown }), /expired or is for another call/)
  assert.equal((await shop.purchases()).length, before + 2)
})

test('a state that was sealed with a guessed secret is refused', async () => {
  const forged = await new ConfirmationTokens('a secret that is long enough, but not the right one', 600).seal(
    { owner: 'ada', operation: 'buyAfterQuestion', inputHash: hashOf({ item: 'bread' }) },
    { question: 'Buy bread for 3.50 EUR?', bound: { cents: 350 } },
  )
  const refused = await post({ ...buyBread, ...answered, requestState: forged.token })
  assert.match(textOf(refused as { content: unknown }), /expired or is for another call/)
})
