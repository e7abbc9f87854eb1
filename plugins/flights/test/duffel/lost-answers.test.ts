import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { DuffelClient } from '../../src/duffel/client.ts'
import type { Fault } from './double.ts'
import { codeOf, openSource, refusal, search } from './fixture.ts'

const faults: [what: string, fault: (made: boolean) => Fault][] = [
  ['a lost connection', (made) => ({ kind: 'lost', made })],
  ['202', (made) => ({ kind: 'status', status: 202, made, code: 'accepted' })],
  ['500', (made) => ({ kind: 'status', status: 500, made })],
  ['502', (made) => ({ kind: 'status', status: 502, made, code: 'bad_gateway' })],
  ['504', (made) => ({ kind: 'status', status: 504, made, code: 'gateway_timeout_error' })],
  ['a page', (made) => ({ kind: 'malformed', made, body: '<html>' })],
  ['half of an answer', (made) => ({ kind: 'malformed', made, body: '{"data":{"id":"ord_1"' })],
  ['an answer without its data', (made) => ({ kind: 'malformed', made, body: '{"data":{"order_id":"ord_1"}}' })],
]

for (const [what, fault] of faults)
  test(`an order after ${what} is found by its key, and never sent again`, async (t) => {
    for (const made of [true, false]) {
      const { source, supplier, double, choose } = await openSource(t)
      const { request } = await choose()
      double.fail('POST', /orders$/, fault(made))
      assert.equal(await codeOf(source.createOrder(request)), 'outcome_unknown')
      assert.equal(double.count('POST', /orders$/), 1)
      const found = await source.findOrder(request)
      assert.equal(found?.id, made ? [...supplier.orders.keys()][0] : undefined)
    }
  })

for (const [what, fault] of faults)
  test(`a payment, a cancellation and a change after ${what} are seen in what they changed`, async (t) => {
    const { source, supplier, double, choose } = await openSource(t)
    const { request, price } = await choose()
    const order = await source.createOrder(request)
    double.fail('POST', /payments$/, fault(true))
    assert.equal(await codeOf(source.payOrder(order.id, price)), 'outcome_unknown')
    assert.ok((await source.getOrder(order.id)).paymentStatus.paidAt)
    assert.equal(supplier.payments.length, 1)

    const wish = { orderId: order.id, sliceId: order.slices[0]?.id ?? '', departureDate: '2030-07-01' }
    const change = (await source.quoteChange(wish)).at(-1)
    assert.ok(change)
    double.fail('POST', /order_changes\/.*confirm$/, fault(true))
    const changePrice = { amount: change.changeTotalAmount, currency: change.changeTotalCurrency }
    assert.equal(await codeOf(source.confirmChange(change.id, changePrice)), 'outcome_unknown')
    assert.ok((await source.getChange(change.id)).confirmedAt)

    const quote = await source.quoteCancellation(order.id)
    double.fail('POST', /order_cancellations\/.*confirm$/, fault(true))
    assert.equal(await codeOf(source.confirmCancellation(quote.id)), 'outcome_unknown')
    assert.ok((await source.getCancellation(quote.id)).confirmedAt)
    assert.equal(double.count('POST', /confirm$/), 2)
  })

test('an action that never reached Duffel was not done', async (t) => {
  const { double } = await openSource(t)
  await double.close()
  const timeouts = { read: 10_000, search: 10_000, action: 10_000 }
  const client = new DuffelClient({ token: double.token, baseUrl: double.url, timeouts })
  const attempt = { subject: 'order', isAction: true, body: {}, data: z.unknown() } as const
  assert.equal(await codeOf(client.call('POST', '/air/payments', attempt)), 'unavailable')
})

test('an answer that comes too late is a lost one', async (t) => {
  const { source, double, choose } = await openSource(t, {}, 300)
  const { request } = await choose()
  double.fail('POST', /orders$/, { kind: 'slow', milliseconds: 2_000 })
  assert.equal(await codeOf(source.createOrder(request)), 'outcome_unknown')
  assert.ok(await source.findOrder(request))
})

test('Duffel promises that nothing was made after 503, and after 502 with order_not_created', async (t) => {
  const { source, supplier, double, choose } = await openSource(t)
  const { request } = await choose()
  double.fail('POST', /orders$/, { kind: 'status', status: 503, made: false, code: 'service_unavailable' })
  assert.equal(await codeOf(source.createOrder(request)), 'unavailable')
  double.fail('POST', /orders$/, { kind: 'status', status: 502, made: false, code: 'order_not_created' })
  assert.equal(await codeOf(source.createOrder(request)), 'sold_out')
  assert.deepEqual([supplier.orders.size, double.count('POST', /orders$/)], [0, 2])
})

test('after 429 nothing is sent until the time that Duffel names', async (t) => {
  const { source, double } = await openSource(t)
  double.fail('POST', /offer_requests$/, { kind: 'limited', seconds: 40 })
  const limited = await refusal(source.searchOffers(search))
  assert.equal(limited.code, 'unavailable')
  assert.ok(limited.retryAfter > 30 && limited.retryAfter <= 41, String(limited.retryAfter))
  const blocked = await refusal(source.getOrder('ord_1'))
  assert.ok(blocked.code === 'unavailable' && blocked.retryAfter <= 41)
  assert.equal(double.seen.length, 1)
})

test('what reads is repeated, and gives up', async (t) => {
  const { source, double, choose } = await openSource(t)
  const { offer } = await choose()
  const before = double.count('GET', /offers\/off_/)
  double.fail('GET', /offers\/off_/, { kind: 'lost', made: true })
  double.fail('GET', /offers\/off_/, { kind: 'status', status: 502, made: true, code: 'bad_gateway' })
  assert.equal((await source.getOffer(offer.id)).id, offer.id)
  assert.equal(double.count('GET', /offers\/off_/) - before, 3)
  for (let index = 0; index < 3; index++) double.fail('GET', /offers\/off_/, { kind: 'lost', made: true })
  assert.equal(await codeOf(source.getOffer(offer.id)), 'unavailable')
  double.fail('GET', /offers\/off_/, { kind: 'malformed', made: true, body: '{"data":{}}' })
  assert.equal(await codeOf(source.getOffer(offer.id)), 'unavailable')
})

test('an answer without end is not read to its end', async (t) => {
  const { source, double } = await openSource(t)
  double.fail('GET', /orders\/ord_/, { kind: 'huge' })
  assert.equal(await codeOf(source.getOrder('ord_1')), 'unavailable')
  assert.equal(double.seen.length, 1)
})

test('an order is found among many, over several pages', async (t) => {
  const { source, supplier, choose } = await openSource(t)
  const { request } = await choose()
  const order = await source.createOrder(request)
  const stored = supplier.order(order.id)
  supplier.orders.clear()
  for (let index = 0; index < 250; index++) {
    const id = `ord_other_${index}`
    supplier.orders.set(id, { ...stored, id, metadata: index % 2 ? {} : { key: `other-${index}` } })
  }
  supplier.orders.set(order.id, stored)
  assert.equal((await source.findOrder(request))?.id, order.id)
  assert.equal(await source.findOrder({ ...request, key: 'none' }), undefined)
})
