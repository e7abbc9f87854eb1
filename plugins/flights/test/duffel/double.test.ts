import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Duffel, DuffelError } from '@duffel/api'
import { startDouble } from './double.ts'

// Duffel's own client checks the double that the live source is tested with.

async function open(t: TestContext) {
  const double = await startDouble()
  t.after(() => double.close())
  return { double, duffel: new Duffel({ token: double.token, basePath: double.url }) }
}

const refusalOf = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => assert.fail('it was done'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof DuffelError, String(error))
  assert.match(error.meta.request_id, /^FZW/)
  return [error.meta.status, error.errors[0]?.type, error.errors[0]?.code]
}

const amelia = {
  title: 'mrs',
  gender: 'f',
  given_name: 'Amelia',
  family_name: 'Earhart',
  born_on: '1987-07-24',
  email: 'amelia@example.com',
  phone_number: '+442080160509',
} as const

test("Duffel's client searches, holds, pays, changes and cancels at the double", async (t) => {
  const { double, duffel } = await open(t)
  const slices = [{ origin: 'LHR', destination: 'JFK', departure_date: '2030-06-13' }]
  const { data: request } = await duffel.offerRequests.create({
    slices: slices as never,
    passengers: [{ type: 'adult' }],
    cabin_class: 'economy',
    return_offers: false,
  })
  assert.match(request.id, /^orq_/)
  const offers = []
  for await (const { data } of duffel.offers.listWithGenerator({
    offer_request_id: request.id,
    sort: 'total_amount',
    limit: 2,
  }))
    offers.push(data)
  assert.deepEqual(
    offers.map(({ total_amount }) => total_amount),
    ['45.00', '90.80', '120.15'],
  )
  const { data: offer, headers } = await duffel.offers.get(offers[0]?.id ?? '')
  assert.ok(
    Number(headers?.get('ratelimit-limit')) > 0 && headers?.get('ratelimit-reset') && headers.get('x-request-id'),
  )
  const passengers = [{ ...amelia, id: offer.passengers[0]?.id ?? '' }]
  const ordered = { type: 'pay_later', selected_offers: [offer.id], passengers, metadata: { key: 'k' } } as const
  const { data: order } = await duffel.orders.create({ ...ordered, selected_offers: [offer.id] })
  assert.deepEqual([order.payment_status.awaiting_payment, order.metadata], [true, { key: 'k' }])
  assert.deepEqual(await refusalOf(duffel.orders.create({ ...ordered, selected_offers: [offer.id] })), [
    422,
    'invalid_state_error',
    'order_creation_already_attempted',
  ])
  const payment = { type: 'balance', currency: 'GBP', amount: '45.00' } as const
  await duffel.payments.create({ order_id: order.id, payment })
  assert.equal((await refusalOf(duffel.payments.create({ order_id: order.id, payment })))[2], 'already_paid')
  assert.equal((await duffel.orders.get(order.id)).data.documents?.[0]?.type, 'electronic_ticket')
  assert.equal((await duffel.orders.list({ limit: 200 })).data.length, 1)

  const { data: wish } = await duffel.orderChangeRequests.create({
    order_id: order.id,
    slices: {
      remove: [{ slice_id: order.slices[0]?.id ?? '' }],
      add: [{ origin: 'LHR', destination: 'JFK', departure_date: '2030-07-01', cabin_class: 'economy' }],
    },
  })
  const [dearer] = wish.order_change_offers
  const { data: change } = await duffel.orderChanges.create({ selected_order_change_offer: dearer?.id ?? '' })
  assert.equal((await refusalOf(duffel.orderChanges.confirm(change.id, {})))[2], 'validation_required')
  const { data: changed } = await duffel.orderChanges.confirm(change.id, { payment: { ...payment, amount: '25.00' } })
  assert.equal(changed.change_total_amount, '25.00')

  const [stale, quote] = [
    (await duffel.orderCancellations.create({ order_id: order.id })).data,
    (await duffel.orderCancellations.create({ order_id: order.id })).data,
  ]
  assert.equal(quote.refund_amount, '30.00')
  assert.deepEqual(await refusalOf(duffel.orderCancellations.confirm(stale.id)), [
    422,
    'invalid_state_error',
    'order_cancellation_stale',
  ])
  assert.ok((await duffel.orderCancellations.confirm(quote.id)).data.confirmed_at)
  assert.ok((await duffel.orders.get(order.id)).data.cancelled_at)
  assert.equal(double.supplier.options.balance, 1_000_000 - 4_500 - 2_500 + 3_000)
})

test("Duffel's client is refused as by Duffel", async (t) => {
  const { double, duffel } = await open(t)
  const stranger = new Duffel({ token: 'another', basePath: double.url })
  assert.deepEqual(await refusalOf(stranger.offers.get('off_1')), [
    401,
    'authentication_error',
    'access_token_not_found',
  ])
  const old = new Duffel({ token: double.token, basePath: double.url, apiVersion: 'v1' })
  assert.equal((await refusalOf(old.offers.get('off_1')))[2], 'invalid_version_header')
  assert.deepEqual(await refusalOf(duffel.offers.get('off_1')), [404, 'invalid_request_error', 'not_found'])
  double.fail('GET', /offers/, { kind: 'limited', seconds: 30 })
  assert.deepEqual(await refusalOf(duffel.offers.get('off_1')), [429, 'rate_limit_error', 'rate_limit_exceeded'])
})
