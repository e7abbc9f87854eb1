import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLog, sweepActions } from '@reference-plugins/core'
import { NoAnswer } from '../../src/payments/payment-service.ts'
import { minutes, serveFood, totalIn } from '../fixture.ts'
import { acpClient, checkSchema, contact, fits, pay, read, start, toPickUp } from './acp-client.ts'
import { orderPizza } from './order-pizza.ts'

const served = await serveFood()
after(served.close)
const acp = acpClient(served)
const { call, clock } = served

type Json = Awaited<ReturnType<typeof acp>>['body']
const codes = ({ messages }: Json): string[] => messages.map(({ code }: { code: string }) => code)
const options = ({ fulfillment_options }: Json, type: string): Json[] =>
  fulfillment_options.filter((option: Json) => option.type === type)

test('an agent orders: create, choose a window, read, complete, follow', async () => {
  const created = await acp('post', '', start(contact))
  assert.equal(created.status, 201)
  const { id } = created.body
  assert.deepEqual([created.body.status, codes(created.body)], ['incomplete', ['missing']])
  assert.deepEqual(created.body.line_items[0].item, {
    id: 'forno-luca/margherita+large+olives',
    name: 'Margherita',
    unit_amount: 1400,
  })
  const [option] = options(created.body, 'pickup')
  const chosen = await acp('post', `/${id}`, {
    selected_fulfillment_options: [{ type: 'pickup', option_id: option.id, item_ids: [] }],
    discounts: { codes: ['WELCOME'] },
  })
  assert.deepEqual([chosen.status, chosen.body.status], [200, 'ready_for_payment'])
  assert.deepEqual(chosen.body.capabilities.extensions, [
    { name: 'discount', extends: ['$.CheckoutSession.discounts'] },
  ])
  assert.deepEqual(chosen.body.selected_fulfillment_options, [
    { type: 'pickup', option_id: option.id, item_ids: ['forno-luca/margherita+large+olives'] },
  ])
  const again = await acp('get', `/${id}`)
  assert.deepEqual(again.body, chosen.body)
  const [handler] = again.body.capabilities.payment.handlers
  const { instrument } = handler.config
  const done = await acp('post', `/${id}/complete`, { payment_data: { handler_id: handler.id, instrument } })
  assert.deepEqual([done.status, done.body.status, done.body.order.status], [200, 'completed', 'confirmed'])
  assert.equal(totalIn(done.body), totalIn(chosen.body))
  // The same order, seen by an operation of the plugin.
  const order = await call('get', `/orders/${done.body.order.id}`)
  assert.deepEqual([order.status, totalIn(order)], ['confirmed', totalIn(chosen.body)])
  clock.now += minutes(24 * 60)
  const later = await acp('get', `/${id}`)
  assert.equal(later.body.order.status, 'completed')
})

test('the order in the documentation', async () => {
  const paths: string[] = []
  const session = await orderPizza(async (path, body) => {
    paths.push(path)
    return (await acp('post', path.replace('/checkout_sessions', ''), body)).body
  })
  assert.equal(paths.length, 3)
  assert.deepEqual([session.status, session.order?.status], ['completed', 'confirmed'])
})

test('an item is named with its options, and counts as often as it is named', async () => {
  const { body } = await acp('post', '', {
    ...start(toPickUp),
    line_items: [
      { id: 'forno-luca/margherita+olives+large' },
      { id: 'forno-luca/margherita+large+olives' },
      { id: 'forno-luca/lemonade', quantity: 3, name: 'Water', unit_amount: 1 },
    ],
  })
  assert.deepEqual(
    body.line_items.map(({ item, quantity }: Json) => [item.id, quantity]),
    [
      ['forno-luca/margherita+large+olives', 2],
      ['forno-luca/lemonade', 3],
    ],
  )
  // What a session says of its items can be sent back.
  const same = await acp('post', `/${body.id}`, {
    line_items: body.line_items.map(({ item, quantity }: Json) => ({ ...item, quantity })),
  })
  assert.deepEqual(same.body.line_items, body.line_items)
  for (const [id, message] of [
    ['margherita', /named by its store/],
    ['forno-luca/margarita', /did you mean margherita/],
    ['forno-luca/margherita+anchovies', /has no option/],
    ['forno-luka/margherita', /did you mean forno-luca/],
    ['forno-luca/2 x margherita', /quantity/],
  ] as const) {
    const refused = await acp('post', '', { ...start(), line_items: [{ id }] })
    assert.deepEqual(
      [refused.status, refused.body.code, refused.body.param],
      [400, 'invalid_item_id', '$.line_items[0].id'],
    )
    assert.match(refused.body.message, message)
  }
  const mixed = [{ id: 'forno-luca/lemonade' }, { id: 'kaze-sushi/miso-soup' }]
  const two = await acp('post', '', { ...start(), line_items: mixed })
  assert.deepEqual([two.status, two.body.param], [400, '$.line_items[1].id'])
})

test('an item that sells out is a message, not an error', async () => {
  const tiramisu = { ...start({ ...contact, ...toPickUp }), line_items: [{ id: 'forno-luca/tiramisu' }] }
  const created = await acp('post', '', tiramisu)
  assert.equal(created.status, 201)
  clock.now += minutes(1)
  const updated = await acp('post', `/${created.body.id}`, { order_notes: 'Please ring.' })
  assert.deepEqual([updated.status, updated.body.status], [200, 'incomplete'])
  assert.ok(codes(updated.body).includes('out_of_stock'))
  assert.equal(updated.body.line_items[0].availability_status, 'out_of_stock')
  const many = await acp('post', '', { ...tiramisu, line_items: [{ id: 'forno-luca/tiramisu', quantity: 5 }] })
  assert.deepEqual([many.status, codes(many.body)], [201, ['out_of_stock']])
  const refused = await acp('post', `/${created.body.id}/complete`, pay('at_the_door'))
  assert.deepEqual([refused.status, refused.body.code], [400, 'out_of_stock'])
})

test('a repeated request gets the first answer, and does nothing', async () => {
  const headers = { 'idempotency-key': 'any text: "1"' }
  const first = await acp('post', '', start({ ...contact, ...toPickUp }), headers)
  const again = await acp('post', '', { ...toPickUp, ...contact, ...start() }, headers)
  assert.deepEqual([again.status, again.body, again.headers['idempotent-replayed']], [201, first.body, 'true'])
  assert.equal(first.headers['idempotent-replayed'], undefined)
  const other = await acp('post', '', start(), headers)
  assert.deepEqual([other.status, other.body.code], [422, 'idempotency_conflict'])
  // A key is for one path.
  const { id } = first.body
  const done = await acp('post', `/${id}/complete`, pay('saved_wallet'), headers)
  assert.equal(done.status, 200)
  const repeated = await acp('post', `/${id}/complete`, pay('saved_wallet'), headers)
  assert.deepEqual([repeated.body, repeated.headers['idempotent-replayed']], [done.body, 'true'])
  const changed = await acp('post', `/${id}/complete`, pay('at_the_door'), headers)
  assert.deepEqual([changed.status, changed.body.code], [422, 'idempotency_conflict'])
  // A refusal is an answer too.
  const refused = await acp('post', `/${id}`, { order_notes: 'x' }, headers)
  const refusedAgain = await acp('post', `/${id}`, { order_notes: 'x' }, headers)
  assert.deepEqual([refused.status, refused.body.code], [409, 'conflict'])
  assert.deepEqual([refusedAgain.status, refusedAgain.body], [refused.status, refused.body])
  assert.equal(refusedAgain.headers['idempotent-replayed'], 'true')
})

test('two at once with one key: one runs, the other is told to wait; a lost answer of the payment service is 503', async (t) => {
  const arrived = Promise.withResolvers<void>()
  const free = Promise.withResolvers<void>()
  let isLost = true
  const slow = await serveFood(async (name, send) => {
    if (name === 'charge') {
      arrived.resolve()
      await free.promise
    }
    if (isLost) throw new NoAnswer('lost')
    return send()
  })
  t.after(slow.close)
  const agent = acpClient(slow)
  const { body } = await agent('post', '', start({ ...contact, ...toPickUp }))
  const headers = { 'idempotency-key': 'one' }
  const first = agent('post', `/${body.id}/complete`, pay('saved_wallet'), headers)
  await arrived.promise
  const second = await agent('post', `/${body.id}/complete`, pay('saved_wallet'), headers)
  assert.deepEqual([second.status, second.body.code], [409, 'idempotency_in_flight'])
  assert.ok(Number(second.headers['retry-after']) > 0)
  const other = await agent('post', `/${body.id}/complete`, pay('saved_wallet'))
  assert.deepEqual([other.status, other.body.code], [409, 'conflict'])
  const canceled = await agent('post', `/${body.id}/cancel`)
  assert.deepEqual([canceled.status, canceled.body.code], [405, 'not_cancelable'])
  free.resolve()
  const lost = await first
  assert.deepEqual([lost.status, lost.body.type, lost.headers['retry-after']], [503, 'service_unavailable', '5'])
  assert.equal((await agent('get', `/${body.id}`)).body.status, 'complete_in_progress')
  isLost = false
  const done = await agent('post', `/${body.id}/complete`, pay('saved_wallet'), headers)
  assert.deepEqual([done.status, done.body.status], [200, 'completed'])
  const charges = await slow.call('get', `/orders?customer_id=${body.metadata.customer_id}`)
  assert.equal(charges.orders.length, 1)
})

test('an order whose process ended in the middle goes on by itself, and a repeat of the request finds it', async (t) => {
  let isBroken = true
  const food = await serveFood((_, send) => {
    if (isBroken) throw new Error('the process ended')
    return send()
  })
  t.after(food.close)
  const agent = acpClient(food)
  const log = createLog('silent', false)
  for (const [handler, line, answered] of [
    ['saved_wallet', { id: 'forno-luca/lemonade' }, [200, 'completed']],
    ['saved_card', { id: 'forno-luca/margherita+large', quantity: 9 }, [409, 'conflict']],
  ] as const) {
    const { body } = await agent('post', '', { ...start({ ...contact, ...toPickUp }), line_items: [line] })
    const headers = { 'idempotency-key': 'one' }
    isBroken = true
    const broken = await agent('post', `/${body.id}/complete`, pay(handler), headers)
    assert.deepEqual([broken.status, broken.body.type], [500, 'processing_error'])
    isBroken = false
    const until = Date.now() + 20_000
    for (;;) {
      await sweepActions(food.plugin, log)
      const { status } = (await agent('get', `/${body.id}`)).body
      if (status !== 'complete_in_progress') break
      assert.ok(Date.now() < until, 'it goes on')
      await sleep(100)
    }
    const again = await agent('post', `/${body.id}/complete`, pay(handler), headers)
    assert.deepEqual([again.status, again.body.status ?? again.body.code], answered)
    assert.equal(again.headers['idempotent-replayed'], 'true')
  }
})

test('what the agent has seen last is what is ordered', async () => {
  const { body } = await acp('post', '', start({ ...contact, ...toPickUp }))
  await call('put', `/checkouts/${body.id}`, { tip: 5000 })
  const refused = await acp('post', `/${body.id}/complete`, pay('at_the_door'))
  assert.deepEqual([refused.status, refused.body.code], [409, 'conflict'])
  assert.match(refused.body.message, /Nothing was ordered/)
  const seen = await acp('get', `/${body.id}`)
  const done = await acp('post', `/${body.id}/complete`, pay('at_the_door'))
  assert.equal(totalIn(done.body), totalIn(seen.body))
  assert.equal(totalIn(done.body), totalIn(body) + 5000)
  const unseen = await call('post', '/checkouts', { store: 'forno-luca', items: ['lemonade'] })
  assert.equal((await acp('post', `/${unseen.id}/complete`, pay('at_the_door'))).status, 409)
})

test('payment is by a handler of the session, and never by a card number', async () => {
  const { body } = await acp('post', '', {
    ...start({ ...contact, ...toPickUp }),
    line_items: [{ id: 'forno-luca/diavola+large', quantity: 6 }],
  })
  const path = `/${body.id}/complete`
  const card = (number: string) => ({
    payment_data: {
      handler_id: 'saved_card',
      instrument: { type: 'card', credential: { type: 'pan', token: number } },
    },
  })
  for (const number of ['4242424242424242', '4242 4242 4242 4242', '3782-822463-10005']) {
    const refused = await acp('post', path, card(number))
    assert.deepEqual([refused.status, refused.body.code], [400, 'card_number_refused'])
    assert.ok(!JSON.stringify(refused.body).includes(number))
    assert.ok(!served.log().includes(number))
  }
  const token = await acp('post', path, card('spt_123'))
  assert.deepEqual(
    [token.status, token.body.code, token.body.param],
    [400, 'unsupported_instrument', '$.payment_data.instrument'],
  )
  for (const payment_data of [{ handler_id: 'card_tokenized' }, {}, { handler_id: '__proto__' }])
    assert.equal((await acp('post', path, { payment_data })).status, 400)
  const declined = await acp('post', path, pay('saved_card'))
  assert.deepEqual(
    [declined.status, declined.body.code, declined.body.param],
    [400, 'payment_declined', '$.payment_data'],
  )
  const after = await acp('get', `/${body.id}`)
  assert.deepEqual([after.body.status, codes(after.body)], ['ready_for_payment', ['payment_declined']])
  const done = await acp('post', path, pay('saved_wallet'))
  assert.equal(done.body.status, 'completed')
  const canceled = await served.api
    .post(`/orders/${done.body.order.id}/cancel`)
    .send({ refund: totalIn(done.body) })
    .expect(200)
  assert.equal(canceled.body.status, 'canceled')
  const shown = await acp('get', `/${body.id}`)
  assert.deepEqual([shown.body.order.status, shown.body.order.adjustments[0].type], ['canceled', 'refund'])
})

test('the final buyer adds what is missing, and does not change who gets the food', async () => {
  const buyer = { first_name: 'Bob', last_name: 'Buyer', email: 'bob@example.com', phone_number: '+12125550199' }
  const named = await acp('post', '', start({ ...contact, ...toPickUp }))
  const done = await acp('post', `/${named.body.id}/complete`, { buyer, ...pay('at_the_door') })
  assert.deepEqual(done.body.fulfillment_details, {
    name: 'Ada Guest',
    phone_number: '+1 212 555 0100',
    email: 'bob@example.com',
  })
  const bare = await acp('post', '', start(toPickUp))
  const bought = await acp('post', `/${bare.body.id}/complete`, { buyer, ...pay('at_the_door') })
  assert.deepEqual([bought.status, bought.body.fulfillment_details.name], [200, 'Bob Buyer'])
  const next = await acp('post', '', start({ buyer: { ...buyer, customer_id: bare.body.metadata.customer_id } }))
  assert.equal(next.body.metadata.customer_id, bare.body.metadata.customer_id)
  const stranger = await acp('post', '', start({ buyer: { ...buyer, customer_id: 'cus_unknown' } }))
  assert.deepEqual([stranger.status, stranger.body.code], [404, 'not_found'])
})

test('a session is canceled once, and 405 says that it cannot be canceled any more', async () => {
  const { body } = await acp('post', '', start())
  const trace = read('examples.agentic_checkout').cancel_checkout_session_request
  const canceled = await acp('post', `/${body.id}/cancel`, trace)
  assert.deepEqual([canceled.status, canceled.body.status], [200, 'canceled'])
  const again = await acp('post', `/${body.id}/cancel`)
  assert.deepEqual([again.status, again.body.code], [405, 'not_cancelable'])
  const complete = await acp('post', `/${body.id}/complete`, pay('at_the_door'))
  assert.deepEqual([complete.status, complete.body.code], [409, 'conflict'])
  const ready = await acp('post', '', start({ ...contact, ...toPickUp }))
  await acp('post', `/${ready.body.id}/complete`, pay('at_the_door'))
  assert.equal((await acp('post', `/${ready.body.id}/cancel`)).status, 405)
})

test('an expired session, and one that needs a person', async () => {
  const { body } = await acp('post', '', {
    ...start({ ...contact, ...toPickUp }),
    line_items: [{ id: 'forno-luca/chianti' }],
  })
  assert.equal(body.status, 'requires_escalation')
  assert.match(body.continue_url, /\/continue\/cs_/)
  const refused = await acp('post', `/${body.id}/complete`, pay('at_the_door'))
  assert.deepEqual(
    [refused.status, refused.body.code, refused.body.param],
    [400, 'age_verification_required', '$.continue_url'],
  )
  clock.now += minutes(6 * 60)
  const expired = await acp('get', `/${body.id}`)
  assert.equal(expired.body.status, 'expired')
  assert.ok(expired.body.messages.some(({ content }: Json) => content.includes('POST /checkout_sessions')))
  assert.equal((await acp('post', `/${body.id}`, {})).status, 409)
})

test('requests that cannot be understood: a flat error that says what to do', async () => {
  const { body: made } = await acp('post', '', start())
  const cases: [number, string, string | undefined, Parameters<typeof acp>][] = [
    [401, 'unauthorized', undefined, ['post', '', start(), { authorization: undefined }]],
    [401, 'unauthorized', undefined, ['get', `/${made.id}`, undefined, { authorization: 'Bearer wrong' }]],
    [400, 'missing_api_version', undefined, ['get', `/${made.id}`, undefined, { 'api-version': undefined }]],
    [400, 'unsupported_api_version', undefined, ['post', '', start(), { 'api-version': '2025-09-29' }]],
    [400, 'idempotency_key_required', undefined, ['post', '', start(), { 'idempotency-key': undefined }]],
    [404, 'not_found', undefined, ['get', '/cs_unknown']],
    [404, 'not_found', undefined, ['post', '/cs_unknown', {}]],
    [404, 'not_found', undefined, ['post', '/cs_unknown/complete', pay('at_the_door')]],
    [404, 'not_found', undefined, ['post', '/cs_unknown/cancel']],
    [404, 'not_found', undefined, ['get', '/cs_unknown/orders']],
    [404, 'not_found', undefined, ['get', '/%00']],
    [405, 'method_not_allowed', undefined, ['get', '']],
    [405, 'method_not_allowed', undefined, ['delete', `/${made.id}`]],
    [405, 'method_not_allowed', undefined, ['get', `/${made.id}/complete`]],
    [400, 'missing', '$.line_items', ['post', '', { currency: 'usd', capabilities: {}, items: [] }]],
    [400, 'missing', '$.payment_data', ['post', `/${made.id}/complete`, {}]],
    [400, 'invalid', '$.items', ['post', '', start({ items: [] })]],
    [400, 'invalid', '$.buyer.email', ['post', '', start({ buyer: { email: 'nobody' } })]],
    [400, 'invalid', '$.line_items[0].quantity', ['post', '', start({ line_items: [{ id: 'x', quantity: 0 }] })]],
    [400, 'invalid', '$.line_items', ['post', `/${made.id}`, { line_items: [] }]],
    [400, 'invalid', '$.order_notes', ['post', `/${made.id}`, { order_notes: 'x'.repeat(5001) }]],
    [400, 'unsupported', '$.currency', ['post', '', start({ currency: 'chf' })]],
    [400, 'invalid', '$.quote_id', ['post', '', start({ quote_id: 'q_1' })]],
    [400, 'region_restricted', '$.fulfillment_details.address.country', ['post', '', start(inFrance)]],
    [
      400,
      'invalid',
      '$.selected_fulfillment_options[0].type',
      ['post', `/${made.id}`, { selected_fulfillment_options: [{ type: 'shipping', option_id: 'x', item_ids: [] }] }],
    ],
    [
      400,
      'invalid',
      undefined,
      [
        'post',
        `/${made.id}`,
        { selected_fulfillment_options: [{ type: 'pickup', option_id: 'pickup-1', item_ids: [] }] },
      ],
    ],
    [400, 'invalid', undefined, ['post', '', '[1]', { 'content-type': 'application/json' }]],
    [400, 'invalid', undefined, ['post', '', '{"a":', { 'content-type': 'application/json' }]],
    [415, 'unsupported_media_type', undefined, ['post', '', 'a=b', { 'content-type': 'text/plain' }]],
    [413, 'request_too_large', undefined, ['post', '', start({ order_notes: 'x'.repeat(300_000) })]],
    [
      400,
      'invalid',
      undefined,
      ['post', '', `{"capabilities":${'['.repeat(9000)}${']'.repeat(9000)}}`, { 'content-type': 'application/json' }],
    ],
  ]
  for (const [status, code, param, request] of cases) {
    const answer = await acp(...request)
    assert.deepEqual(
      [answer.status, answer.body.code, answer.body.param],
      [status, code, param],
      JSON.stringify(request).slice(0, 200),
    )
    if (code.endsWith('api_version')) assert.deepEqual(answer.body.supported_versions, ['2026-04-17'])
    if (status === 405) assert.ok('allow' in answer.headers)
    if (status === 401) assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer /)
  }
})

const inFrance = {
  fulfillment_details: {
    address: { name: '', line_one: '1 Rue', city: 'Paris', state: '', country: 'FR', postal_code: '75002' },
  },
}

test('the discovery document needs no token, and says what is served', async () => {
  const { body, headers } = await served.anonymous.get('/.well-known/acp.json').expect(200)
  checkSchema('DiscoveryResponse', body)
  assert.deepEqual(body.capabilities.supported_currencies, ['chf', 'gbp', 'jpy', 'usd'])
  assert.equal(headers['content-type'], 'application/json')
  assert.match(headers['cache-control'] ?? '', /max-age=3600/)
  const refused = await served.anonymous.post('/.well-known/acp.json').expect(405)
  checkSchema('Error', refused.body)
})

// Some published examples are of other kinds of shops, or do not fit the schema: then the schema counts. Its text gives items
// a quantity in requests, and the schema of Item has none: an agent of either kind can order here.
test('the requests of the published examples', async () => {
  const examples = read('examples.agentic_checkout')
  for (const [name, value] of Object.entries<Json>(examples)) {
    if (!/^create_checkout_session_request/.test(name)) continue
    checkSchema('CheckoutSessionCreateRequest', value)
    const refused = await acp('post', '', value)
    assert.deepEqual([refused.status, refused.body.code], [400, 'invalid_item_id'])
    const made = await acp('post', '', { ...value, line_items: [{ id: 'forno-luca/lemonade' }] })
    assert.equal(made.status, 201, name)
    const complete = examples.complete_checkout_session_request
    checkSchema('CheckoutSessionCompleteRequest', complete)
    const unpaid = await acp('post', `/${made.body.id}/complete`, complete)
    assert.deepEqual([unpaid.status, unpaid.body.code], [400, 'unsupported_payment_handler'])
    const paid = { ...complete, ...pay('at_the_door') }
    checkSchema('CheckoutSessionCompleteRequest', paid)
    assert.equal((await acp('post', `/${made.body.id}/complete`, paid)).body.code, 'missing')
  }
  assert.equal(fits('Item', { id: 'forno-luca/lemonade', quantity: 1 }), false)
})
