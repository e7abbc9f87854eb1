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
