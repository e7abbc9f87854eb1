import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hold, pay, type Served, searchOffers, serveFlights, toOrder, type User } from './fixture.ts'

let served: Served
let user: User
let users = 0
before(async () => {
  served = await serveFlights()
})
after(() => served.close())

const newUser = () => served.as(`user${users++}`)

test('a search gives offers with price, conditions, baggage, emissions and local times beside zones', async () => {
  user = await newUser()
  const path =
    '/flights?origin=Zurich&destination=Oslo&departureDate=2027-03-12&returnDate=2027-03-15&adults=2&childAges=4'
  const { body } = await user.get(path).expect(200)
  assert.equal(body.offers.length, 5)
  assert.match(body.source, /sample|made up/)
  const [offer] = body.offers
  assert.equal(offer.slices.length, 2)
  assert.equal(offer.passengers.length, 3)
  assert.ok(Number.isInteger(offer.totalAmount))
  assert.equal(offer.total, `${(offer.totalAmount / 100).toFixed(2)} EUR`)
  const [segment] = offer.slices[0].segments
  assert.equal(segment.origin.iataCode, 'ZRH')
  assert.equal(segment.origin.timeZone, 'Europe/Zurich')
  assert.match(segment.departingAt, /^2027-03-12T\d\d:\d\d:00$/)
  assert.ok(offer.totalEmissionsKg > 0)
  assert.ok(offer.conditions.changeBeforeDeparture.allowed)
  const prices = body.offers.map((one: { totalAmount: number }) => one.totalAmount)
  assert.deepEqual(
    prices,
    prices.toSorted((a: number, b: number) => a - b),
  )
  const next = (await user.get(`${path}&offset=${body.nextOffset}`).expect(200)).body.offers
  assert.ok(next[0].totalAmount >= prices.at(-1))
})

test('hold, pay, quote, cancel: the account pays and gets back what was said', async () => {
  user = await newUser()
  const order = await hold(user)
  assert.equal(order.state, 'held')
  assert.equal(order.paymentStatus.awaitingPayment, true)
  assert.deepEqual(order.documents, [])
  const paid = await pay(user, order)
  assert.equal(paid.status, 200, paid.text)
  assert.equal(paid.body.state, 'paid')
  assert.equal(paid.body.documents.length, 1)
  const balance = async () => (await user.get('/account').expect(200)).body.balanceAmount
  assert.equal(await balance(), 500_000 - order.totalAmount)
  const quote = (await user.post('/cancellations', { orderId: order.id }).expect(200)).body
  assert.equal(quote.refundAmount, order.totalAmount - 6_000)
  assert.equal((await user.get(`/orders/${order.id}`)).body.state, 'paid')
  const refund = { amount: quote.refundAmount, currency: 'EUR' }
  const cancelled = await user.agree(`/cancellations/${quote.id}/confirmation`, refund)
  assert.equal(cancelled.status, 200, cancelled.text)
  assert.equal((await user.get(`/orders/${order.id}`)).body.state, 'cancelled')
  assert.equal(await balance(), 500_000 - 6_000)
})

test('an offer that must be paid at once is booked and paid in one call', async () => {
  user = await newUser()
  const offer = (await searchOffers(user, 'limit=20')).find(
    ({ paymentRequirements }) => paymentRequirements.requiresInstantPayment,
  )
  assert.ok(offer)
  const refused = await user.post('/holds', toOrder(offer)).expect(409)
  assert.match(refused.body.detail, /bookOffer/)
  const { status, body } = await user.agree('/orders', toOrder(offer))
  assert.equal(status, 200)
  assert.equal(body.state, 'paid')
  assert.equal((await user.get('/account')).body.balanceAmount, 500_000 - offer.totalAmount)
})

test('a paid order is moved to another day for the quoted price', async () => {
  user = await newUser()
  const order = await hold(user)
  await pay(user, order)
  const [{ id: sliceId }] = order.slices
  const request = { orderId: order.id, sliceId, departureDate: '2027-03-19' }
  const [change] = (await user.post('/changes', request).expect(200)).body.changes
  assert.equal(change.penaltyTotalAmount, 4_000)
  const before = (await user.get('/account')).body.balanceAmount
  const price = { amount: change.changeTotalAmount, currency: 'EUR' }
  const { status, text } = await user.agree(`/changes/${change.id}/confirmation`, price)
  assert.equal(status, 200, text)
  const changed = (await user.get(`/orders/${order.id}`)).body
  assert.match(changed.slices[0].segments[0].departingAt, /^2027-03-19/)
  assert.equal((await user.get('/account')).body.balanceAmount, before - change.changeTotalAmount)
})

test('an offer expires, and says so', async () => {
  const served = await serveFlights()
  try {
    const user = await served.as('ada')
    const [offer] = await searchOffers(user)
    served.pass(31)
    const { body } = await user.get(`/offers/${offer?.id}`).expect(409)
    assert.match(body.detail, /expired \(offer_expired\): search again with searchFlights/)
    assert.ok(offer)
    await user.post('/holds', toOrder(offer)).expect(409)
    assert.deepEqual((await user.get('/orders').expect(200)).body.orders, [])
  } finally {
    await served.close()
  }
})

test('a price that has moved is refused with the new price, which is accepted', async () => {
  const served = await serveFlights()
  try {
    const user = await served.as('ada')
    for (let quarter = 0; quarter < 40; quarter++) {
      const [offer] = await searchOffers(user)
      assert.ok(offer)
      served.pass(15)
      const now = (await user.get(`/offers/${offer.id}`).expect(200)).body
      if (now.totalAmount === offer.totalAmount) continue
      const { body } = await user.post('/holds', toOrder(offer)).expect(409)
      assert.ok(body.detail.includes(`${now.total}, amount ${now.totalAmount} (price_changed)`), body.detail)
      await user.post('/holds', toOrder(now)).expect(200)
      return
    }
    assert.fail('no price has moved in ten hours')
  } finally {
    await served.close()
  }
})

test('seats sell out, for held orders too, and are free again when the hold ends', async () => {
  const served = await serveFlights()
  try {
    const user = await served.as('ada')
    const [offer] = await searchOffers(user, 'holdable=true&cabin=first')
    assert.ok(offer)
    let held = 0
    for (; held < 5; held++) if ((await user.post('/holds', toOrder(offer))).status !== 200) break
    assert.ok(held > 0 && held < 5)
    assert.match((await user.post('/holds', toOrder(offer)).expect(409)).body.detail, /sold_out/)
    await user.get(`/offers/${offer.id}`).expect(409)
    const departures = async () =>
      (await searchOffers(user, 'holdable=true&cabin=first&limit=20')).map(
        (one) => JSON.stringify(one).match(/departingAt":"[^"]+/)?.[0],
      )
    const before = await departures()
    served.pass(25 * 60)
    assert.ok((await departures()).length > before.length)
  } finally {
    await served.close()
  }
})

test('a held order keeps its price for a while, then its seats, then nothing', async () => {
  const served = await serveFlights()
  try {
    const user = await served.as('ada')
    const order = await hold(user)
    const state = async () => (await user.get(`/orders/${order.id}`).expect(200)).body.state
    served.pass(5 * 60)
    assert.equal(await state(), 'held')
    served.pass(2 * 60)
    assert.equal(await state(), 'price_no_longer_guaranteed')
    served.pass(24 * 60)
    assert.equal(await state(), 'expired')
    const { status, body } = await pay(user, order)
    assert.equal(status, 409)
    assert.match(body.detail, /order_expired|price_changed/)
    await user.post('/cancellations', { orderId: order.id }).expect(409)
  } finally {
    await served.close()
  }
})

test('only the newest quote of an order is confirmed, until it expires', async () => {
  const served = await serveFlights()
  try {
    const user = await served.as('ada')
    const order = await hold(user)
    await pay(user, order)
    const quote = async () => (await user.post('/cancellations', { orderId: order.id }).expect(200)).body
    const confirm = ({ id, refundAmount }: { id: string; refundAmount: number }) =>
      user.agree(`/cancellations/${id}/confirmation`, { amount: refundAmount, currency: 'EUR' })
    const [first, second] = [await quote(), await quote()]
    assert.match((await confirm(first)).body.detail, /quote_superseded/)
    assert.match((await confirm({ ...second, refundAmount: 1 })).body.detail, /price_changed/)
    served.pass(31)
    assert.match((await confirm(second)).body.detail, /quote_expired/)
    const third = await quote()
    assert.equal((await confirm(third)).status, 200)
    assert.match((await confirm(third)).body.detail, /already_confirmed/)
    assert.equal((await user.get('/account')).body.balanceAmount, 500_000 - 6_000)
  } finally {
    await served.close()
  }
})

test('what the account does not have cannot be paid', async () => {
  const served = await serveFlights({ settings: { FLIGHTS_STARTING_BALANCE: 10 } })
  try {
    const user = await served.as('ada')
    const { status, body } = await pay(user, await hold(user))
    assert.equal(status, 409)
    assert.match(body.detail, /has only 10.00 EUR, amount 1000 \(insufficient_balance\)/)
    assert.equal((await user.get('/account')).body.balanceAmount, 1_000)
    assert.equal((await user.get('/orders')).body.orders[0].state, 'held')
  } finally {
    await served.close()
  }
})

test('amounts are in the minor unit of the currency, whatever that is', async () => {
  for (const [currency, pattern] of [
    ['JPY', /^Pay \d+ JPY for ZRH–OSL on 12 March 2027, 1 passenger\?$/],
    ['BHD', /^Pay \d+\.\d{3} BHD for ZRH–OSL on 12 March 2027, 1 passenger\?$/],
  ] as const) {
    const served = await serveFlights({ settings: { FLIGHTS_CURRENCY: currency } })
    const user = await served.as('ada')
    const order = await hold(user)
    const price = { amount: order.totalAmount, currency }
    const { body } = await user.post(`/orders/${order.id}/payment`, price).set('Prefer', 'confirmation').expect(428)
    assert.match(body.confirmation.question, pattern)
    await served.close()
  }
})

test('a person is asked in words and figures, and without a person nothing is paid', async () => {
  user = await newUser()
  const order = await hold(user, ['Lovelace, Ada, 1990-05-17, f', 'Byron, Allegra, 1991-01-12, f'])
  const price = { amount: order.totalAmount, currency: 'EUR' }
  const { body } = await user.post(`/orders/${order.id}/payment`, price).set('Prefer', 'confirmation').expect(428)
  assert.equal(body.confirmation.question, `Pay ${order.total} for ZRH–OSL on 12 March 2027, 2 passengers?`)
  const labels = body.confirmation.facts.map(({ label }: { label: string }) => label)
  for (const label of ['Passengers', 'Baggage', 'Refund before departure', 'Change before departure'])
    assert.ok(labels.includes(label), label)
  await user.post(`/orders/${order.id}/payment`, price).expect(403)
  assert.equal((await user.get(`/orders/${order.id}`)).body.state, 'held')
})

test('where the operator says so, a client that cannot ask pays what it names', async () => {
  const served = await serveFlights({ settings: { FLIGHTS_UNASKED: 'amount' } })
  try {
    const user = await served.as('ada')
    const order = await hold(user)
    const send = (amount: number) => user.post(`/orders/${order.id}/payment`, { amount, currency: 'EUR' })
    await send(order.totalAmount - 1).expect(409)
    await send(order.totalAmount).expect(200)
  } finally {
    await served.close()
  }
})

test('passengers must be those that were searched for', async () => {
  user = await newUser()
  const [offer] = await searchOffers(user, 'holdable=true&adults=1&childAges=4')
  assert.ok(offer)
  const send = (...passengers: string[]) => user.post('/holds', toOrder(offer, passengers))
  const [adult, child] = ['Lovelace, Ada, 1990-05-17, f', 'Lovelace, Ralph, 2022-07-02, m']
  await send(adult).expect(422)
  assert.match(
    (await send(adult, adult).expect(422)).body.detail,
    /Ada is 36 at departure, and the offer is for a child of 4/,
  )
  await send('Lovelace, Ada, 1990-02-30, f', child).expect(422)
  await send('Ada Lovelace', child).expect(400)
  await send('4111111111111111, Ada, 1990-05-17, f', child).expect(400)
  const { body } = await send(adult, child).expect(200)
  assert.deepEqual(
    body.passengers.map(({ givenName, type }: Record<string, string>) => `${givenName} ${type}`),
    ['Ada adult', 'Ralph child'],
  )
})

test('a place that is not clear is answered with candidates', async () => {
  user = await newUser()
  const search = (origin: string, more = 'departureDate=2027-03-12') =>
    user.get(`/flights?origin=${origin}&destination=OSL&${more}`)
  const { body } = await search('San Jose').expect(422)
  assert.match(body.detail, /SJC .* or SJO .*ask the user/)
  assert.match((await search('Xqzzyw').expect(422)).body.detail, /searchPlaces/)
  await search('London').expect(200)
  await search('ZRH', 'departureDate=2027-03-12&returnDate=2027-03-11').expect(422)
  assert.match((await search('Oslo').expect(422)).body.detail, /Origin and destination are both OSL/)
  assert.deepEqual((await search('ZRH', 'departureDate=2029-03-12').expect(200)).body.offers, [])
  const places = (await user.get('/places?query=London').expect(200)).body.places
  assert.equal(places[0].code, 'LON')
})
