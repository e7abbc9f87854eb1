import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { amountIn, codesIn, friday, guest, minutes, readyCheckout, serveFood, soho, totalIn } from './fixture.ts'

const { call, clock, close, database } = await serveFood()
after(close)

test('stores are found by area and by when they are open', async () => {
  const { stores, cities } = await call('get', '/stores?area=new%20york')
  assert.deepEqual(
    stores.map(({ id, is_open, changes_at }: Record<string, unknown>) => [id, is_open, changes_at]),
    [['forno-luca', true, 'Sat 28 Nov, 02:00']],
  )
  assert.deepEqual(cities, ['London', 'New York', 'Tokyo', 'Zürich'])
  const night = await call('get', `/stores?open_at=${encodeURIComponent('2026-11-28T01:30:00-05:00')}`)
  assert.deepEqual(
    night.stores.map(({ id }: { id: string }) => id),
    ['forno-luca'],
  )
  assert.deepEqual((await call('get', '/stores?area=Oslo')).stores, [])
})

test('a checkout says what is missing, until it is ready', async () => {
  const made = await call('post', '/checkouts', { store: 'forno-luca', items: ['margherita + large'] })
  assert.deepEqual([made.status, made.version, codesIn(made)], ['incomplete', 1, ['missing', 'missing', 'missing']])
  assert.deepEqual(
    made.messages.map(({ param }: { param: string }) => param),
    ['$.fulfillment_details.name', '$.fulfillment_details.phone_number', '$.selected_fulfillment_options'],
  )
  const path = `/checkouts/${made.id}`
  const named = await call('put', path, { ...guest, fulfillment: 'local_delivery' })
  assert.deepEqual(codesIn(named), ['missing'])
  const far = await call('put', path, { ...soho, postal_code: '94131' })
  assert.deepEqual([far.status, codesIn(far)], ['incomplete', ['region_restricted']])
  const farther = await call('put', path, { postal_code: '10003', items: ['lemonade'] })
  assert.deepEqual(codesIn(farther), ['minimum_not_met'])
  assert.match(
    farther.messages[0].content,
    /25\.00 USD are the minimum for a delivery to Lower Manhattan: these cost 4\.50 USD/,
  )
  const ready = await call('put', path, { items: ['2 x margherita + large'], tip: 300, coupons: ['welcome'] })
  assert.deepEqual([ready.status, ready.messages, ready.version], ['ready_for_payment', [], 5])
  assert.deepEqual([amountIn(ready, 'fulfillment'), amountIn(ready, 'discount'), totalIn(ready)], [499, 380, 4523])
  const lower = await call('put', path, { coupons: [], tip: 0 })
  assert.equal(totalIn(lower), 3800 + 499 + 337)
})

test('a window is one of those that are offered, or a time, and it can become too late', async () => {
  const { checkout } = await readyCheckout(call)
  const path = `/checkouts/${checkout.id}`
  assert.equal(checkout.selected_fulfillment_options[0].option_id, 'pickup-2026-11-27T1730Z')
  const other = checkout.fulfillment_options[2].id
  assert.equal((await call('put', path, { window: other })).selected_fulfillment_options[0].option_id, other)
  const evening = await call('put', path, { window: '2026-11-28T00:40:00-05:00' })
  assert.equal(evening.selected_fulfillment_options[0].option_id, 'pickup-2026-11-28T0530Z')
  for (const [window, message] of [
    ['2026-11-28T04:00:00-05:00', /no pickup at .* The next windows: Fri 27 Nov, 12:30 to 13:00/],
    ['2027-11-28T13:00:00-05:00', /no pickup at/],
    ['local_delivery-2026-11-27T2000Z', /for local_delivery, and the fulfillment is pickup/],
    ['tonight', /not known/],
    ['2026-11-27T19:00:00', /time with offset/],
  ] as const) {
    const refused = await call('put', path, { window })
    assert.equal(refused.httpStatus, 422, window)
    assert.match(refused.detail, message)
  }
  await call('put', path, { window: 'pickup-2026-11-27T1730Z' })
  clock.now += minutes(11)
  const late = await call('get', path)
  assert.deepEqual([late.status, codesIn(late)], ['incomplete', ['expired']])
  assert.equal((await call('put', path, { tip: 1 })).status, 'incomplete', 'nothing is chosen for the guest')
  const next = await call('put', path, { fulfillment: 'pickup' })
  assert.deepEqual(
    [next.status, next.selected_fulfillment_options[0].option_id],
    ['ready_for_payment', 'pickup-2026-11-27T1800Z'],
  )
  clock.now = friday
})

test('an item that sells out between two calls is a message, and not an error', async () => {
  const { checkout, agreement } = await readyCheckout(call, { items: ['margherita', '2 x tiramisu'] })
  assert.deepEqual([checkout.status, codesIn(checkout)], ['ready_for_payment', ['low_stock']])
  clock.now += 1
  const seen = await call('get', `/checkouts/${checkout.id}`)
  assert.deepEqual([seen.httpStatus, seen.status, codesIn(seen)], [200, 'incomplete', ['out_of_stock']])
  assert.equal(seen.messages[0].param, '$.line_items[1]')
  assert.equal(seen.line_items[1].availability_status, 'out_of_stock')
  const refused = await call('post', `/checkouts/${checkout.id}/complete`, agreement)
  assert.equal(refused.httpStatus, 409)
  assert.match(refused.detail, /Nothing was ordered\. Tiramisu is sold out: leave it out or choose another item/)
  assert.equal((await call('put', `/checkouts/${checkout.id}`, { items: ['margherita'] })).status, 'ready_for_payment')
  clock.now = friday
})

test('what is sold on a day is gone for the others, and comes back with a cancellation', async () => {
  const menu = async () => {
    const { items } = await call('get', '/stores/forno-luca/menu')
    return items.find(({ id }: { id: string }) => id === 'panna-cotta').left
  }
  assert.equal(await menu(), 30)
  const ordered = []
  for (let guests = 0; guests < 5; guests++) {
    const { checkout, agreement } = await readyCheckout(call, { items: ['6 x panna-cotta'] })
    ordered.push(await call('post', `/checkouts/${checkout.id}/complete`, agreement))
  }
  assert.equal(await menu(), 0)
  const { checkout } = await readyCheckout(call, { items: ['1 x panna-cotta'] })
  assert.deepEqual(codesIn(checkout), ['out_of_stock'])
  const tomorrow = await call('put', `/checkouts/${checkout.id}`, { window: '2026-11-28T19:00:00-05:00' })
  assert.equal(tomorrow.status, 'ready_for_payment', 'there are new ones each day')
  await call('post', `/orders/${ordered[0]?.order.id}/cancel`, { refund: 0 })
  assert.equal(await menu(), 6)
  const many = await call('put', `/checkouts/${checkout.id}`, { items: ['7 x panna-cotta'] })
  assert.deepEqual(codesIn(many), ['quantity_exceeded'])
})

test('an order is what the guest has agreed to, or nothing is ordered', async () => {
  const { checkout, agreement } = await readyCheckout(call)
  const path = `/checkouts/${checkout.id}`
  await call('put', path, { tip: 500 })
  for (const wrong of [agreement, { ...agreement, version: 2 }, { ...agreement, total: agreement.total + 500 }]) {
    const refused = await call('post', `${path}/complete`, wrong)
    assert.equal(refused.httpStatus, 409)
    assert.match(refused.detail, /now at version 2 with a total of 4964 \(49\.64 USD\)/)
  }
  const done = await call(
    'post',
    `${path}/complete`,
    { ...agreement, version: 2, total: 4964 },
    { 'idempotency-key': 'k1' },
  )
  assert.deepEqual([done.status, done.order.status, totalIn(done)], ['completed', 'confirmed', 4964])
  const again = await call(
    'post',
    `${path}/complete`,
    { ...agreement, version: 2, total: 4964 },
    { 'idempotency-key': 'k1' },
  )
  assert.deepEqual([again.order.id, again.headers['idempotent-replayed']], [done.order.id, 'true'])
  const twice = await call(
    'post',
    `${path}/complete`,
    { ...agreement, version: 2, total: 4964 },
    { 'idempotency-key': 'k2' },
  )
  assert.equal(twice.httpStatus, 409)
  assert.match(twice.detail, new RegExp(`ordered already, as order ${done.order.id}`))
  assert.equal((await call('put', path, { tip: 1 })).httpStatus, 409)
  assert.equal((await call('post', `${path}/cancel`, {})).httpStatus, 409)
})

test('a person is asked with items, window, place and total, and again if something has changed', async () => {
  const { checkout, agreement } = await readyCheckout(call, { fulfillment: 'local_delivery', ...soho, tip: 200 })
  const path = `/checkouts/${checkout.id}/complete`
  const asked = await call('post', path, agreement, { prefer: 'confirmation' })
  assert.equal(asked.httpStatus, 428)
  assert.equal(asked.confirmation.question, 'Order from Forno Luca for 49.63 USD, paid at the door or in the store?')
  assert.deepEqual(
    asked.confirmation.facts.map(({ label, value }: Record<string, string>) => `${label}: ${value}`),
    [
      '2 x Margherita, Large, 40 cm, Olives: 41.00 USD',
      'Delivery: 2.99 USD',
      'Tax 8.875 % (New York City): 3.64 USD',
      'Tip: 2.00 USD',
      'Total: 49.63 USD',
      'When: Fri 27 Nov, 13:00 to 13:30 (America/New_York)',
      'Address: 1 Sample Square, 10012 New York',
      'Guest: Ada Guest, +1 212 555 0100',
    ],
  )
  await call('put', `/checkouts/${checkout.id}`, { window: '2026-11-27T20:00:00-05:00' })
  const confirmation = { prefer: 'confirmation', confirmation: asked.confirmation.token }
  assert.equal((await call('post', path, agreement, confirmation)).httpStatus, 409)
  const renewed = { ...agreement, version: 2 }
  assert.equal((await call('post', path, renewed, confirmation)).httpStatus, 403, 'it was for another call')
  const { confirmation: next } = await call('post', path, renewed, { prefer: 'confirmation' })
  const done = await call('post', path, renewed, { prefer: 'confirmation', confirmation: next.token })
  assert.equal(done.status, 'completed')
  const replayed = await call('post', path, renewed, { prefer: 'confirmation', confirmation: next.token })
  assert.equal(replayed.order.id, done.order.id)
})

test('an age check is for a person, at a page', async () => {
  const { checkout, agreement } = await readyCheckout(call, { items: ['chianti'] })
  assert.deepEqual([checkout.status, codesIn(checkout)], ['requires_escalation', ['age_verification_required']])
  assert.equal(checkout.continue_url, `https://plugin.example.com/continue/${checkout.id}`)
  const refused = await call('post', `/checkouts/${checkout.id}/complete`, agreement)
  assert.equal(refused.httpStatus, 409)
  assert.match(refused.detail, /at least 21: give the link to the user\. You cannot do this for them/)
})

test('a card number is refused in every text of the guest, and nothing is stored', async () => {
  const { checkout } = await readyCheckout(call)
  const path = `/checkouts/${checkout.id}`
  for (const given of [
    { notes: 'My card is 4111 1111 1111 1111, 12/29' },
    { guest_name: '4111111111111111' },
    { line_one: '5555-5555-5555-4444' },
    { guest_phone: '4111 1111 1111 1111' },
  ])
    assert.equal((await call('put', path, given)).status, 400)
  assert.equal((await call('get', path)).version, checkout.version)
  await call('put', path, { notes: 'Ring 0041 79 123 45 67, or +49 176 1234 5678 901' })
})

test('an order moves on by itself and can be canceled until the kitchen starts', async () => {
  const { checkout, agreement } = await readyCheckout(call, { fulfillment: 'local_delivery', ...soho })
  const { order } = await call('post', `/checkouts/${checkout.id}/complete`, { ...agreement, payment: 'saved_wallet' })
  const path = `/orders/${order.id}`
  const states = []
  for (const after of [0, 20, 40, 74, 75]) {
    clock.now = friday + minutes(after)
    const { status, fulfillments, cancellation, line_items } = await call('get', path)
    states.push([after, status, fulfillments[0].status, cancellation.possible, line_items[0].status])
  }
  assert.deepEqual(states, [
    [0, 'confirmed', 'pending', true, 'processing'],
    [20, 'processing', 'processing', false, 'processing'],
    [40, 'shipped', 'out_for_delivery', false, 'processing'],
    [74, 'shipped', 'out_for_delivery', false, 'processing'],
    [75, 'completed', 'delivered', false, 'fulfilled'],
  ])
  const late = await call('post', `${path}/cancel`, { refund: agreement.total })
  assert.equal(late.httpStatus, 409)
  assert.match(late.detail, /The kitchen started at Fri 27 Nov, 12:20.* call Forno Luca at \+12125550142/)
  clock.now = friday + minutes(19)
  const wrong = await call('post', `${path}/cancel`, { refund: 1 })
  assert.match(
    wrong.detail,
    /refund is 4763 now\. Ask the user: Cancel the order at Forno Luca for Fri 27 Nov, 13:00\? 47\.63 USD come back/,
  )
  const canceled = await call('post', `${path}/cancel`, { refund: agreement.total })
  assert.deepEqual([canceled.status, canceled.line_items[0].status], ['canceled', 'removed'])
  assert.deepEqual(
    [canceled.adjustments[0].type, canceled.adjustments[0].status, canceled.adjustments[0].amount],
    ['refund', 'completed', agreement.total],
  )
  assert.deepEqual([amountIn(canceled, 'amount_refunded'), totalIn(canceled)], [agreement.total, agreement.total])
  assert.equal((await call('post', `${path}/cancel`, { refund: agreement.total })).httpStatus, 409)
  clock.now = friday
})

test('a pick-up can be followed too', async () => {
  const { checkout, agreement } = await readyCheckout(call)
  const { order } = await call('post', `/checkouts/${checkout.id}/complete`, agreement)
  clock.now = friday + minutes(30)
  const ready = await call('get', `/orders/${order.id}`)
  assert.deepEqual([ready.status, ready.fulfillments[0].status], ['processing', 'ready_for_pickup'])
  assert.deepEqual(
    ready.fulfillments[0].events.map(({ type }: { type: string }) => type),
    ['pending', 'processing', 'ready_for_pickup'],
  )
  clock.now = friday + minutes(60)
  assert.equal((await call('get', `/orders/${order.id}`)).status, 'completed')
  clock.now = friday
})

test('a guest sees only their own orders, by an id that nobody can guess', async () => {
  const first = await readyCheckout(call)
  const customer_id = first.checkout.customer.id
  const second = await readyCheckout(call, { customer_id })
  const other = await readyCheckout(call)
  for (const { checkout, agreement } of [first, second, other])
    await call('post', `/checkouts/${checkout.id}/complete`, agreement)
  const { orders } = await call('get', `/orders?customer_id=${customer_id}`)
  assert.equal(orders.length, 2)
  assert.deepEqual(Object.keys(orders[0]).sort(), ['currency', 'estimated_delivery', 'id', 'status', 'store', 'total'])
  assert.equal((await call('get', `/orders?customer_id=${customer_id}&limit=1`)).nextOffset, 1)
  assert.deepEqual((await call('get', '/orders?customer_id=cus_1')).orders, [])
  const invented = await call('post', '/checkouts', { store: 'forno-luca', items: ['lemonade'], customer_id: 'cus_1' })
  assert.equal(invented.httpStatus, 404)
  for (const id of [customer_id, first.checkout.id]) assert.match(id, /^(cus|cs)_[\w-]{22}$/)
})

test('a checkout expires after six hours, and what a guest said is removed a day later', async () => {
  const { checkout, agreement } = await readyCheckout(call)
  const path = `/checkouts/${checkout.id}`
  clock.now += minutes(6 * 60)
  const expired = await call('get', path)
  assert.deepEqual([expired.status, codesIn(expired)], ['expired', ['expired']])
  assert.equal((await call('put', path, { tip: 1 })).httpStatus, 409)
  assert.equal((await call('post', `${path}/complete`, agreement)).httpStatus, 409)
  clock.now += minutes(25 * 60)
  await readyCheckout(call)
  assert.equal((await call('get', path)).httpStatus, 404)
  clock.now = friday
})

test('a canceled checkout stays canceled', async () => {
  const { checkout, agreement } = await readyCheckout(call)
  assert.equal((await call('post', `/checkouts/${checkout.id}/cancel`, {})).status, 'canceled')
  assert.equal((await call('post', `/checkouts/${checkout.id}/cancel`, {})).status, 'canceled')
  const refused = await call('post', `/checkouts/${checkout.id}/complete`, agreement)
  assert.match(refused.detail, /canceled: start another one/)
  assert.equal((await call('put', `/checkouts/${checkout.id}`, { tip: 1 })).httpStatus, 409)
})

test('a second instance says the same', async (t) => {
  const { createFoodPlugin } = await import('../src/plugin.ts')
  const { closePlugin, createApp, createLog } = await import('@reference-plugins/core')
  const { default: supertest } = await import('supertest')
  const settings = {
    PUBLIC_URL: 'https://plugin.example.com',
    DATABASE_URL: database,
    FOOD_SERVICE_TOKENS: ['x'.repeat(32)],
  }
  const plugin = await createFoodPlugin(settings, { now: () => clock.now })
  t.after(() => closePlugin(plugin))
  const app = await createApp(plugin, { publicUrl: settings.PUBLIC_URL, log: createLog('silent', false) })
  const other = supertest(app.callback() as never)
  const { checkout, agreement } = await readyCheckout(call)
  const read = await other.get(`/checkouts/${checkout.id}`).set('authorization', `Bearer ${'x'.repeat(32)}`)
  const { httpStatus: _, headers: __, ...own } = checkout
  assert.deepEqual(read.body, own)
  const [first, second] = await Promise.all([
    call('post', `/checkouts/${checkout.id}/complete`, agreement),
    other
      .post(`/checkouts/${checkout.id}/complete`)
      .send(agreement)
      .set('authorization', `Bearer ${'x'.repeat(32)}`),
  ])
  assert.deepEqual([first.httpStatus, second.status].toSorted(), [200, 409], 'one of them orders')
})
