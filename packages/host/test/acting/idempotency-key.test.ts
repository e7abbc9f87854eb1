import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { keyOf } from '../../src/calls/idempotency-key.ts'
import type { Conversation, PluginDetail, TurnEvent } from '../../src/wire.ts'
import type { Browser } from '../fixture.ts'
import {
  type ActingHost,
  begin,
  callByHand,
  decide,
  lastCall,
  noticesIn,
  registerAt,
  registerShop,
  say,
  serveActingHost,
} from './acting-host.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** An API of another vendor, which takes a key in a header or in the body. */
interface Bank {
  address: string
  payments: { path: string; headers: IncomingHttpHeaders; body: Record<string, unknown> }[]
  /** What happens to the next payments instead of the answer 200. */
  next: ('break' | 'still running')[]
  server: Server
}

async function serveBank(): Promise<Bank> {
  const input = (properties: object, required: string[] = []) => ({
    content: { 'application/json': { schema: { type: 'object', properties, required } } },
  })
  const responses = { 200: { description: 'ok' } }
  const key = { type: 'string', format: 'uuid', maxLength: 36 }
  const server = createServer(async (request, response) => {
    const { url: path = '', headers } = request
    const origin = `http://${headers.host}`
    if (path === '/openapi.json')
      return void response.end(
        JSON.stringify({
          openapi: '3.1.0',
          info: { title: 'Bank', version: '1' },
          servers: [{ url: origin }],
          paths: {
            '/payments': {
              post: {
                operationId: 'pay',
                summary: 'Pay',
                parameters: [{ name: 'Idempotency-Key', in: 'header', required: true, schema: key }],
                requestBody: input({ cents: { type: 'integer' } }, ['cents']),
                responses,
              },
            },
            '/transfers': {
              post: {
                operationId: 'transfer',
                summary: 'Transfer',
                requestBody: input({ cents: { type: 'integer' }, idempotency_key: key }, ['cents', 'idempotency_key']),
                responses,
              },
            },
            '/tips': { post: { operationId: 'tip', summary: 'Tip', requestBody: input({ cents: {} }), responses } },
            '/actions': {
              get: {
                operationId: 'findAction',
                summary: 'Find an action by its key',
                parameters: [{ name: 'idempotency_key', in: 'query', required: true, schema: { type: 'string' } }],
                responses,
              },
            },
            '/refunds': { post: { operationId: 'refund', summary: 'Refund', 'x-confirmation': true, responses } },
          },
        }),
      )
    let body = ''
    for await (const chunk of request) body += chunk
    if (request.method === 'POST') bank.payments.push({ path, headers, body: body === '' ? {} : JSON.parse(body) })
    const fate = request.method === 'POST' ? bank.next.shift() : undefined
    if (fate === 'break') return void request.socket.destroy()
    response.writeHead(fate ? 409 : 200, { 'content-type': 'application/json', ...(fate && { 'retry-after': '0' }) })
    response.end('{"done":true}')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const bank: Bank = {
    address: `localhost:${(server.address() as AddressInfo).port}`,
    payments: [],
    next: [],
    server,
  }
  return bank
}

let served: ActingHost
let bank: Bank
let ada: Browser
let plugin: PluginDetail
before(async () => {
  ;[served, bank] = await Promise.all([serveActingHost(), serveBank()])
  ada = await served.instances[0].userBrowser('ada')
  plugin = await registerAt(ada, bank.address, '')
})
after(async () => {
  bank.server.closeAllConnections()
  bank.server.close()
  await served.close()
})

/** Calls by hand and allows it. */
async function call(operation: string, given: object) {
  bank.payments.length = 0
  const id = await begin(ada, [])
  await callByHand(ada, id, plugin.id, operation, given)
  const waiting = await lastCall(ada, id)
  if (waiting.state === 'waiting') await decide(ada, id, waiting)
  return lastCall(ada, id)
}

test('the key of a call is a UUID, one for each call', () => {
  assert.match(keyOf('a'), uuid)
  assert.equal(keyOf('a'), keyOf('a'))
  assert.notEqual(keyOf('a'), keyOf('b'))
})

test('the host gives the key where the spec of any vendor has it, and shows no input for it', async () => {
  const inputs = plugin.operations.map(({ name, input }) => [name, Object.keys(input.properties as object)])
  assert.deepEqual(inputs, [
    ['pay', ['cents']],
    ['transfer', ['cents']],
    ['tip', ['cents']],
    // Here it is what is looked for.
    ['findAction', ['idempotency_key']],
    ['refund', []],
  ])
  const paid = await call('pay', { cents: 5 })
  assert.equal(paid.response?.status, 200, paid.result)
  const [first] = bank.payments
  assert.equal(first?.headers['idempotency-key'], keyOf(paid.id))
  assert.deepEqual(first?.body, { cents: 5 })
  const again = await call('pay', { cents: 5, 'Idempotency-Key': 'mine' })
  assert.equal(bank.payments[0]?.headers['idempotency-key'], keyOf(again.id))
  const transferred = await call('transfer', { cents: 7 })
  assert.deepEqual(bank.payments[0]?.body, { cents: 7, idempotency_key: keyOf(transferred.id) })
  assert.equal((await call('findAction', { idempotency_key: 'one' })).response?.status, 200)
})

test('a call whose connection breaks is sent once more, with the same key', async () => {
  bank.next = ['break']
  const paid = await call('pay', { cents: 5 })
  assert.equal(paid.response?.status, 200)
  assert.deepEqual(
    bank.payments.map(({ headers }) => headers['idempotency-key']),
    [keyOf(paid.id), keyOf(paid.id)],
  )
  bank.next = ['break', 'break']
  assert.equal((await call('pay', { cents: 5 })).state, 'failed')
  assert.equal(bank.payments.length, 2)
})

test('a call that the plugin still runs is waited for', async () => {
  bank.next = ['break', 'still running', 'still running']
  assert.equal((await call('pay', { cents: 5 })).response?.status, 200)
  assert.equal(bank.payments.length, 4)
  assert.equal(new Set(bank.payments.map(({ headers }) => headers['idempotency-key'])).size, 1)
})

test('a call that takes no key is not sent again', async () => {
  bank.next = ['break']
  const tip = await call('tip', { cents: 1 })
  assert.equal(tip.state, 'failed')
  assert.equal(bank.payments.length, 1)
  const { id } = (await ada.get<Conversation[]>('/api/conversations'))[0] as Conversation
  await assert.rejects(ada.events(`/api/conversations/${id}/calls/${tip.id}/repeat`), { status: 409 })
})

test('a purchase whose answer is lost is made once', async () => {
  const { shop } = served
  const { id: shopId } = await registerShop(ada, shop, 'HTTP')
  const id = await begin(ada, [])
  await callByHand(ada, id, shopId, 'buyAfterQuestion', { item: 'bread' })
  const waiting = await lastCall(ada, id)
  assert.equal(waiting.state, 'waiting')
  shop.breakNext = 1
  await decide(ada, id, waiting)
  const { response, state } = await lastCall(ada, id)
  assert.deepEqual([state, response?.status, response?.headers['idempotent-replayed']], ['done', 200, 'true'])
  assert.equal((await shop.purchases()).length, 1)
})

test('the user sends a call again whose outcome is not known: what was done is answered, anything else is asked', async () => {
  const { shop } = served
  const { id: shopId } = await registerShop(ada, shop, 'HTTP')
  const id = await begin(ada, [])
  const repeat = async () => {
    const events = await ada.events<TurnEvent>(`/api/conversations/${id}/calls/${(await lastCall(ada, id)).id}/repeat`)
    assert.deepEqual(noticesIn(events), [])
    return lastCall(ada, id)
  }
  const bought = (await shop.purchases()).length
  await callByHand(ada, id, shopId, 'buyAfterQuestion', { item: 'bread' })
  // Both tries arrive, and no answer comes back.
  shop.breakNext = 2
  await decide(ada, id, await lastCall(ada, id))
  assert.deepEqual([(await lastCall(ada, id)).state, (await shop.purchases()).length], ['failed', bought + 1])
  const again = await repeat()
  assert.deepEqual([again.state, again.response?.headers['idempotent-replayed']], ['done', 'true'])
  await assert.rejects(repeat(), { status: 409 })
  // The same if the host ended during the call: here as the other instance finds it.
  const { database } = served.instances[0].host
  await database.run`UPDATE call SET state = 'running' WHERE id = ${again.id}`
  await ada.events(`${served.instances[1].url}/api/conversations/${id}/calls/${again.id}/repeat`)
  assert.deepEqual([(await lastCall(ada, id)).state, (await shop.purchases()).length], ['done', bought + 1])
  // The question itself got no answer, so nothing was done.
  shop.breakNext = 2
  await callByHand(ada, id, shopId, 'buyAfterQuestion', { item: 'bread' })
  assert.equal((await lastCall(ada, id)).state, 'failed')
  const asked = await repeat()
  assert.deepEqual([asked.state, asked.ask?.question], ['waiting', 'Buy bread for 3.50 EUR?'])
  await decide(ada, id, asked)
  assert.equal((await shop.purchases()).length, bought + 2)
})

test('a plugin that says that it asks, and does not, is named, and does not get a second chance', async () => {
  bank.payments.length = 0
  const id = await begin(ada, [])
  const events = await callByHand(ada, id, plugin.id, 'refund', {})
  assert.equal(bank.payments[0]?.headers.prefer, 'confirmation')
  assert.match(noticesIn(events).join(), /Bank has made this call without asking you, although it says that it asks/)
  await callByHand(ada, id, plugin.id, 'refund', {})
  const second = await lastCall(ada, id)
  assert.deepEqual([second.state, second.ask?.question, bank.payments.length], ['waiting', undefined, 1])
  const rest = await decide(ada, id, second)
  assert.deepEqual([(await lastCall(ada, id)).response?.status, bank.payments.length], [200, 2])
  assert.deepEqual(noticesIn(rest), [])
})

test('what another plugin has told in private goes to no plugin unasked, not even for its question', async () => {
  const { shop } = served
  const { id: shopId } = await registerShop(ada, shop, 'HTTP')
  const { id: diaryId } = await registerShop(ada, shop, 'MCP')
  const id = await begin(ada, [shopId, diaryId])
  await callByHand(ada, id, diaryId, 'quoteReturn', {})
  if ((await lastCall(ada, id)).state === 'waiting') await decide(ada, id, await lastCall(ada, id))
  assert.equal((await lastCall(ada, id)).response?.status, 200)
  const bought = (await shop.purchases()).length
  shop.requests.length = 0
  await say(ada, id, 'CALL bakery__buyAfterQuestion {"item":"bread"}')
  const first = await lastCall(ada, id)
  assert.equal(first.state, 'waiting')
  assert.equal(first.ask?.question, undefined)
  assert.match(first.ask?.reason ?? '', /What it said may leave with the arguments/)
  assert.deepEqual(shop.requests, [])
  await decide(ada, id, first)
  const second = await lastCall(ada, id)
  assert.deepEqual([second.state, second.ask?.question], ['waiting', 'Buy bread for 3.50 EUR?'])
  assert.equal((await shop.purchases()).length, bought)
  await decide(ada, id, second)
  assert.equal((await shop.purchases()).length, bought + 1)
})
