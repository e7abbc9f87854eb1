import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amelia, codeOf, openSource, refusal, search } from './fixture.ts'

const past = '2020-01-01T00:00:00Z'

test('an offer that cannot be booked any more is refused before an order is sent', async (t) => {
  const { source, supplier, double, choose } = await openSource(t)
  const { request, offer } = await choose()
  const stored = supplier.offers.get(offer.id)
  assert.ok(stored)

  stored.total_amount = '55.00'
  const changed = await refusal(source.createOrder(request))
  assert.deepEqual([changed.code, changed.price], ['price_changed', { amount: 5_500, currency: 'GBP' }])
  stored.total_amount = '45.00'

  stored.payment_requirements.requires_instant_payment = true
  assert.equal(await codeOf(source.createOrder(request)), 'cannot_be_held')
  stored.payment_requirements.requires_instant_payment = false

  stored.passenger_identity_documents_required = true
  assert.equal(await codeOf(source.createOrder(request)), 'passengers_invalid')
  stored.passenger_identity_documents_required = false

  assert.equal(await codeOf(source.createOrder({ ...request, travellers: [amelia, amelia] })), 'passengers_invalid')
  stored.expires_at = past
  assert.equal(await codeOf(source.createOrder(request)), 'offer_expired')
  assert.equal(await codeOf(source.getOffer(offer.id)), 'offer_expired')
  assert.equal(await codeOf(source.getOffer('off_unknown')), 'offer_not_found')
  assert.equal(await codeOf(source.getOffer('../orders?x=')), 'offer_not_found')
  assert.equal(double.count('POST', /orders$/), 0)
})

test('a price that changes while the order is sent is refused by Duffel, and named', async (t) => {
  const { source, supplier, choose } = await openSource(t)
  const { request, offer } = await choose({ isPaid: true })
  let reads = 0
  const stored = supplier.offers.get(offer.id)
  assert.ok(stored)
  Object.defineProperty(stored, 'total_amount', { get: () => (reads++ === 0 ? '45.00' : '55.00'), enumerable: true })
  const changed = await refusal(source.createOrder(request))
  assert.deepEqual([changed.code, changed.price], ['price_changed', { amount: 5_500, currency: 'GBP' }])
  assert.equal(supplier.orders.size, 0)
})

test("Duffel's refusals of an order have their meaning", async (t) => {
  const cases = [
    ['offer_no_longer_available', 'sold_out'],
    ['offer_expired', 'offer_expired'],
    ['price_changed', 'price_changed'],
    ['insufficient_balance', 'insufficient_balance'],
    ['payment_declined', 'payment_declined'],
    ['duplicate_passenger_name', 'passengers_invalid'],
    ['order_creation_already_attempted', 'outcome_unknown'],
    ['a_code_that_nobody_knows', 'unavailable'],
  ] as const
  for (const [code, meaning] of cases) {
    const { source, supplier, double, choose } = await openSource(t)
    const { request } = await choose()
    double.fail('POST', /orders$/, { kind: 'status', status: 422, made: false, code })
    assert.equal(await codeOf(source.createOrder(request)), meaning, code)
    assert.equal(supplier.orders.size, 0)
  }
})

test('passengers, balance and price are checked by Duffel too', async (t) => {
  const { source, supplier, choose } = await openSource(t, { balance: 100 })
  const { request, offer } = await choose()
  for (const wrong of [{ givenName: '写' }, { familyName: 'x'.repeat(21) }, { phoneNumber: '12' }, { email: 'x' }]) {
    const travellers = [{ ...amelia, ...wrong }]
    assert.equal(
      await codeOf(source.createOrder({ ...request, travellers })),
      'passengers_invalid',
      JSON.stringify(wrong),
    )
  }
  assert.equal(await codeOf(source.createOrder({ ...request, isPaid: true })), 'insufficient_balance')
  const order = await source.createOrder(request)
  assert.equal(await codeOf(source.payOrder(order.id, request.price)), 'insufficient_balance')
  supplier.options.balance = 1_000_000
  const stored = supplier.order(order.id)

  stored.total_amount = '50.00'
  const changed = await refusal(source.payOrder(order.id, request.price))
  assert.deepEqual([changed.code, changed.price], ['price_changed', { amount: 5_000, currency: 'GBP' }])
  stored.total_amount = '45.00'

  stored.payment_status.payment_required_by = past
  assert.deepEqual((await source.getOrder(order.id)).availableActions, ['cancel', 'change'])
  assert.equal(await codeOf(source.payOrder(order.id, request.price)), 'order_expired')
  assert.equal(supplier.payments.length, 0)
  assert.equal(await codeOf(source.getOrder('ord_unknown')), 'order_not_found')
  assert.equal(offer.totalAmount, 4_500)
})

test('an order that was not paid in time has expired, although Duffel says that it awaits no payment', async (t) => {
  const { source, supplier, choose } = await openSource(t)
  const { request } = await choose()
  const { id } = await source.createOrder(request)
  for (const required of [{ payment_required_by: past }, {}]) {
    supplier.order(id).payment_status = { awaiting_payment: false, paid_at: null, ...required }
    const { awaitingPayment, paymentRequiredBy } = (await source.getOrder(id)).paymentStatus
    assert.ok(awaitingPayment && paymentRequiredBy && Date.parse(paymentRequiredBy) <= Date.now())
  }
})

test('an order that cannot be cancelled or changed, and quotes that have expired', async (t) => {
  const { source, supplier, choose } = await openSource(t)
  const { request } = await choose({ isPaid: true })
  const order = await source.createOrder(request)
  const wish = { orderId: order.id, sliceId: order.slices[0]?.id ?? '', departureDate: '2030-07-01' }
  const [change] = await source.quoteChange(wish)
  const quote = await source.quoteCancellation(order.id)
  supplier.cancellation(quote.id).expires_at = past
  assert.equal(await codeOf(source.confirmCancellation(quote.id)), 'quote_expired')
  supplier.change(change?.id ?? '').expires_at = past
  assert.equal(
    await codeOf(source.confirmChange(change?.id ?? '', { amount: -1_000, currency: 'GBP' })),
    'quote_expired',
  )
  supplier.order(order.id).available_actions = []
  assert.equal(await codeOf(source.quoteCancellation(order.id)), 'not_cancellable')
  assert.equal(await codeOf(source.quoteChange(wish)), 'not_changeable')
  assert.equal(await codeOf(source.confirmCancellation('ore_unknown')), 'quote_not_found')
  assert.equal(supplier.order(order.id).cancelled_at, null)
})

test('a refund that the airline does not name is no refund of 0', async (t) => {
  const { source, supplier, choose } = await openSource(t)
  const order = await source.createOrder((await choose()).request)
  const quote = supplier.quoteCancellation({ order_id: order.id })
  quote.refund_amount = null
  assert.equal(await codeOf(source.getCancellation(quote.id)), 'not_cancellable')
})

test('no refusal has the token', async (t) => {
  const { source, double } = await openSource(t)
  double.fail('POST', /offer_requests$/, { kind: 'status', status: 401, made: false, code: 'access_token_not_found' })
  const error = await refusal(source.searchOffers(search))
  assert.equal(error.code, 'unavailable')
  assert.doesNotMatch(`${error.message} ${error.cause} ${JSON.stringify(error)}`, new RegExp(double.token))
})
