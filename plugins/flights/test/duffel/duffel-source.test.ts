import assert from 'node:assert/strict'
import { test } from 'node:test'
import { amelia, codeOf, openSource, refusal, search } from './fixture.ts'

test('offers come cheapest first, with exact amounts, local times with zones, and conditions', async (t) => {
  const { source, double } = await openSource(t)
  const offers = await source.searchOffers({ ...search, childAges: [1, 9] })
  assert.deepEqual(
    offers.map(({ totalAmount, totalCurrency }) => [totalAmount, totalCurrency]),
    [
      [4_500, 'GBP'],
      [9_080, 'GBP'],
      [12_015, 'GBP'],
    ],
  )
  const [cheapest] = offers
  assert.deepEqual(await source.getOffer(cheapest?.id ?? ''), cheapest)
  assert.deepEqual(
    cheapest?.passengers.map(({ type, age }) => [type, age]),
    [
      ['adult', undefined],
      ['infant_without_seat', 1],
      ['child', 9],
    ],
  )
  assert.deepEqual(cheapest?.conditions, {
    refundBeforeDeparture: { allowed: true, penaltyAmount: 4_000, penaltyCurrency: 'GBP' },
    changeBeforeDeparture: { allowed: true },
  })
  assert.equal(cheapest?.totalEmissionsKg, 460)
  const [slice] = cheapest?.slices ?? []
  assert.equal(slice?.duration, 'PT12H40M', 'from the local times and their zones, because Duffel does not say')
  const [first, second] = slice?.segments ?? []
  assert.deepEqual(
    [first?.departingAt, first?.origin.timeZone, first?.arrivingAt, first?.destination.timeZone, first?.duration],
    ['2030-06-13T08:25:00', 'Europe/London', '2030-06-13T11:05:00', 'Europe/Zurich', 'PT2H40M'],
  )
  assert.equal(second?.destination.cityName, 'New York')
  assert.deepEqual(first?.baggages, [
    { type: 'checked', quantity: 1 },
    { type: 'carry_on', quantity: 1 },
  ])
  const sent = double.seen[0]
  assert.deepEqual([sent?.headers['duffel-version'], sent?.headers.accept], ['v2', 'application/json'])
  assert.deepEqual(sent?.body, {
    data: {
      slices: [{ origin: 'LHR', destination: 'JFK', departure_date: '2030-06-13' }],
      passengers: [{ type: 'adult' }, { age: 1 }, { age: 9 }],
      cabin_class: 'economy',
      max_connections: 1,
    },
  })
})

test('offers come in pages, and at most 200 of them', async (t) => {
  const prices = (count: number) => Array.from({ length: count }, (_, index) => `${1_000 - index}.00`)
  for (const [count, expected] of [
    [150, 150],
    [250, 200],
  ] as const) {
    const { source, double } = await openSource(t, { prices: prices(count) })
    const offers = await source.searchOffers(search)
    assert.deepEqual([offers.length, offers[0]?.totalAmount], [expected, (1_001 - count) * 100])
    assert.equal(double.count('GET', /offers$/), 2)
  }
})

test('an order is held, found by its key, paid, and cancelled by its newest quote', async (t) => {
  const { source, supplier, double, choose } = await openSource(t)
  const { request, price } = await choose()
  const held = await source.createOrder(request)
  assert.deepEqual([held.type, held.availableActions, held.documents], ['hold', ['pay', 'cancel', 'change'], []])
  assert.ok(held.paymentStatus.awaitingPayment && held.paymentStatus.paymentRequiredBy)
  assert.deepEqual(
    held.passengers.map(({ givenName, familyName, bornOn }) => [givenName, familyName, bornOn]),
    [['Amelia', 'Earhart', '1987-07-24']],
  )
  assert.deepEqual(await source.findOrder(request), held)
  assert.equal(await source.findOrder({ key: 'another', offerId: request.offerId }), undefined)

  const paid = await source.payOrder(held.id, price)
  assert.deepEqual([paid.paymentStatus.awaitingPayment, paid.documents.length], [false, 1])
  assert.deepEqual(await source.getOrder(held.id), paid)
  assert.equal(await codeOf(source.payOrder(held.id, price)), 'already_paid')
  assert.equal(supplier.payments[0]?.amount, '45.00')

  const [old, quote] = [await source.quoteCancellation(held.id), await source.quoteCancellation(held.id)]
  assert.deepEqual([quote.refundAmount, quote.refundCurrency, quote.refundTo], [500, 'GBP', 'balance'])
  assert.equal(await codeOf(source.confirmCancellation(old.id)), 'quote_superseded')
  assert.ok((await source.confirmCancellation(quote.id)).confirmedAt)
  assert.equal(await codeOf(source.confirmCancellation(quote.id)), 'already_confirmed')
  const cancelled = await source.getOrder(held.id)
  assert.deepEqual([cancelled.availableActions, cancelled.cancellation?.refundAmount], [[], 500])
  assert.equal(await codeOf(source.quoteCancellation(held.id)), 'already_cancelled')
  assert.equal(double.count('POST', /confirm$/), 2)
})

test('an order is paid at once, also in currencies without hundredths', async (t) => {
  const cases = [
    { currency: 'JPY', prices: ['18420'], amount: 18_420, sent: '18420' },
    { currency: 'BHD', prices: ['184.205'], amount: 184_205, sent: '184.205' },
    { currency: 'EUR', prices: ['1234567.10'], amount: 123_456_710, sent: '1234567.10' },
  ]
  for (const { currency, prices, amount, sent } of cases) {
    const { source, double, choose } = await openSource(t, { currency, prices, balance: 1e12 })
    const { request } = await choose({ isPaid: true })
    assert.deepEqual(request.price, { amount, currency })
    const order = await source.createOrder(request)
    assert.deepEqual([order.type, order.totalAmount, order.documents.length], ['instant', amount, 1])
    const { body } = double.seen.find(({ method, path }) => method === 'POST' && path === '/air/orders') ?? {}
    const { payments } = (body as { data: { payments: unknown } }).data
    assert.deepEqual(payments, [{ type: 'balance', amount: sent, currency }])
  }
})

test('an infant travels on the lap of an adult', async (t) => {
  const { source, supplier } = await openSource(t)
  const [offer] = await source.searchOffers({ ...search, childAges: [1] })
  assert.ok(offer)
  const baby = { ...amelia, givenName: 'Muriel', bornOn: '2029-01-01' }
  const price = { amount: offer.totalAmount, currency: offer.totalCurrency }
  const request = { key: 'k-2', offerId: offer.id, travellers: [amelia, baby], price, isPaid: false }
  const { id } = await source.createOrder(request)
  const [adult, infant] = supplier.orders.get(id)?.passengers ?? []
  assert.equal(adult?.infant_passenger_id, infant?.id)
})

test('an order is changed at the price of the quote, and not at another', async (t) => {
  const { source, supplier, choose } = await openSource(t)
  const { request, price } = await choose({ isPaid: true })
  const order = await source.createOrder(request)
  const wish = { orderId: order.id, sliceId: order.slices[0]?.id ?? '', departureDate: '2030-07-01' }
  assert.equal(await codeOf(source.quoteChange({ ...wish, sliceId: 'sli_0' })), 'not_changeable')
  const quotes = await source.quoteChange(wish)
  assert.deepEqual(
    quotes.map(({ changeTotalAmount }) => changeTotalAmount),
    [-1_000, 0, 2_500],
  )
  const dearest = quotes.at(-1)
  assert.ok(dearest)
  assert.deepEqual([dearest.newTotalAmount, dearest.penaltyTotalAmount], [price.amount + 2_500, 1_000])
  assert.equal(dearest.slices[0]?.segments[0]?.departingAt.slice(0, 10), '2030-07-01')
  const { id } = dearest
  const changed = await refusal(source.confirmChange(id, { amount: 2_400, currency: 'GBP' }))
  assert.deepEqual([changed.code, changed.price], ['price_changed', { amount: 2_500, currency: 'GBP' }])
  assert.equal((await source.getChange(id)).confirmedAt, undefined)
  const balance = supplier.options.balance
  const confirmed = await source.confirmChange(id, { amount: 2_500, currency: 'GBP' })
  assert.ok(confirmed.confirmedAt)
  assert.equal(supplier.options.balance, balance - 2_500)
  const after = await source.getOrder(order.id)
  assert.deepEqual([after.slices, after.totalAmount], [confirmed.slices, price.amount + 2_500])
  assert.equal(await codeOf(source.confirmChange(id, { amount: 2_500, currency: 'GBP' })), 'already_confirmed')
  const [refund] = quotes
  assert.deepEqual([refund?.refundTo, refund?.changeTotalAmount], ['original_form_of_payment', -1_000])
})
