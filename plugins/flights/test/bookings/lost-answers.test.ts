import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { Accounts } from '../../src/bookings/accounts.ts'
import { Bookings } from '../../src/bookings/bookings.ts'
import type { OrderRequest } from '../../src/order.ts'
import { flightsMigrations } from '../../src/plugin.ts'
import { type FlightSource, SourceError } from '../../src/source.ts'
import { Timetable } from '../../src/timetable/timetable.ts'
import { hold, pay, searchOffers, serveFlights, start, toOrder } from '../fixture.ts'

/** The bookings of ada on a source that `fault` can stop before or after each step. */
async function openBookings({ settleSeconds = 0 } = {}) {
  let time = start
  const now = () => time
  const database = await openDatabase(temporaryDatabase(), flightsMigrations)
  const timetable = new Timetable({ database, seed: '2026', currency: 'EUR', now })
  const fault: { before?: () => void; after?: () => void } = {}
  const around =
    <Given extends unknown[], Result>(call: (...given: Given) => Promise<Result>) =>
    async (...given: Given) => {
      fault.before?.()
      const result = await call.apply(timetable, given)
      fault.after?.()
      return result
    }
  const steps = ['createOrder', 'payOrder', 'confirmCancellation', 'confirmChange']
  const source = new Proxy<FlightSource>(timetable, {
    get(_, name: keyof Timetable) {
      if (name === 'settleSeconds') return settleSeconds
      const member = timetable[name]
      if (typeof member !== 'function') return member
      return steps.includes(name) ? around(member as () => Promise<unknown>) : member.bind(timetable)
    },
  })
  const accounts = new Accounts(database, { amount: 500_000, currency: 'EUR' })
  const bookings = new Bookings(database, source, accounts, now)
  const search = {
    slices: [{ origin: 'ZRH', destination: 'OSL', departureDate: '2027-03-12' }],
    adults: 1,
    childAges: [],
    cabinClass: 'economy' as const,
    maxConnections: 1,
  }
  const offers = await timetable.searchOffers(search)
  const offer = offers.find(({ paymentRequirements }) => !paymentRequirements.requiresInstantPayment)
  assert.ok(offer)
  const request = {
    offerId: offer.id,
    price: { amount: offer.totalAmount, currency: 'EUR' },
    travellers: [
      {
        givenName: 'Ada',
        familyName: 'Lovelace',
        bornOn: '1990-05-17',
        gender: 'f' as const,
        email: 'a@example.com',
        phoneNumber: '+41791234567',
      },
    ],
  }
  const by = (key: string) => ({ owner: 'ada', key })
  return {
    fault,
    bookings,
    timetable,
    database,
    request,
    by,
    balance: async () => (await accounts.balance('ada')).amount,
    orders: async () => bookings.list('ada', 0, 10),
    orderCount: async () => (await database.all`SELECT id FROM timetable_order`).length,
    paid: async () =>
      (
        await database.get<{
          sum: number
        }>`SELECT CAST(COALESCE(sum(amount), 0) AS INTEGER) AS sum FROM timetable_payment`
      )?.sum,
    pass: (minutes: number) => {
      time += minutes * 60_000
    },
  }
}

const died = () => {
  throw new Error('the process ended')
}
const unknown = () => {
  throw new SourceError('outcome_unknown', 'no answer')
}

test('an order whose answer is lost is found, whether the source or the process failed', async () => {
  for (const fail of [died, unknown]) {
    const { fault, bookings, request, by, orders, orderCount } = await openBookings()
    fault.after = fail
    await bookings.order(by('one'), request, false).catch(() => {})
    delete fault.after
    fault.before = () => assert.fail('it is sent again')
    await bookings.order(by('one'), request, false)
    assert.equal(await orderCount(), 1)
    assert.equal((await orders()).length, 1)
  }
})

test('an order that was never made is not made by repeating the call, and nothing is paid', async () => {
  for (const fail of [died, unknown]) {
    const { fault, bookings, request, by, orders, orderCount, balance } = await openBookings()
    fault.before = fail
    await assert.rejects(bookings.order(by('one'), request, true))
    delete fault.before
    await assert.rejects(bookings.order(by('one'), request, true), { code: 'not_done' })
    assert.equal(await orderCount(), 0)
    assert.equal((await orders()).length, 0)
    assert.equal(await balance(), 500_000)
    await bookings.order(by('two'), request, true)
    assert.equal(await balance(), 500_000 - request.price.amount)
  }
})

test('while the outcome is open the money is reserved, and the caller is told to wait', async () => {
  const { fault, bookings, request, by, balance, pass } = await openBookings({ settleSeconds: 120 })
  fault.before = unknown
  await assert.rejects(bookings.order(by('one'), request, true), { code: 'outcome_unknown' })
  assert.equal(await balance(), 500_000 - request.price.amount)
  await bookings.reconcile()
  pass(1)
  await assert.rejects(bookings.order(by('one'), request, true), { code: 'outcome_unknown' })
  pass(2)
  await assert.rejects(bookings.order(by('one'), request, true), { code: 'not_done' })
  assert.equal(await balance(), 500_000)
})

test('an order that appears after everybody has given up is found by the sweep, and paid', async () => {
  const { bookings, timetable, request, by, orders, balance, paid, pass } = await openBookings()
  const sent: OrderRequest[] = []
  const { createOrder } = timetable
  timetable.createOrder = async (late) => {
    sent.push(late)
    return unknown()
  }
  await assert.rejects(bookings.order(by('one'), request, true), { code: 'not_done' })
  assert.ok(sent[0])
  await createOrder.call(timetable, sent[0])
  assert.equal(await balance(), 500_000)
  pass(2)
  await bookings.reconcile()
  assert.equal((await orders())[0]?.paymentStatus.awaitingPayment, false)
  assert.equal(await balance(), 500_000 - request.price.amount)
  assert.equal(await paid(), request.price.amount)
})

test('a payment, a cancellation and a change whose answer is lost are done once, and the account says so', async () => {
  for (const fail of [died, unknown]) {
    const { fault, bookings, request, by, balance, paid } = await openBookings()
    const { id, slices } = await bookings.order(by('one'), request, false)
    const twice = async (call: () => Promise<unknown>) => {
      fault.after = fail
      await call().catch(() => {})
      delete fault.after
      await call()
      await bookings.reconcile()
      assert.equal(await balance(), 500_000 - ((await paid()) ?? Number.NaN))
    }
    await twice(() => bookings.pay(by('two'), id, request.price))
    assert.equal(await paid(), request.price.amount)
    const sliceId = slices[0]?.id ?? ''
    const [change] = await bookings.quoteChange('ada', { orderId: id, sliceId, departureDate: '2027-03-14' })
    assert.ok(change)
    const price = { amount: change.changeTotalAmount, currency: 'EUR' }
    await twice(() => bookings.confirmChange(by('three'), change.id, price))
    assert.equal(await paid(), request.price.amount + price.amount)
    const quote = await bookings.quoteCancellation('ada', id)
    const refund = { amount: quote.refundAmount, currency: quote.refundCurrency }
    await twice(() => bookings.confirmCancellation(by('four'), quote.id, refund))
    assert.equal(await paid(), request.price.amount + price.amount - quote.refundAmount)
  }
})

test('two payments of one order at the same time take the money once', async () => {
  const { bookings, request, by, balance, paid } = await openBookings()
  const { id } = await bookings.order(by('one'), request, false)
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => bookings.pay(by(`pay ${index}`), id, request.price)),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
  assert.equal(await paid(), request.price.amount)
  assert.equal(await balance(), 500_000 - request.price.amount)
})

test('family names show what may go wrong: a declined payment, a lost answer, a lost call', async (t) => {
  const served = await serveFlights()
  t.after(() => served.close())
  const user = await served.as('ada')
  const as = (name: string) => [`${name}, Ada, 1990-05-17, f`]
  const declined = await hold(user, as('Declined'))
  assert.match((await pay(user, declined)).body.detail, /payment_declined.*nothing was paid/)
  assert.equal((await user.get(`/orders/${declined.id}`)).body.state, 'held')
  const late = await hold(user, as('Timeout'))
  assert.equal((await pay(user, late)).body.state, 'paid')
  assert.equal((await user.get('/account')).body.balanceAmount, 500_000 - late.totalAmount)
  const [offer] = await searchOffers(user)
  assert.ok(offer)
  const lost = await user.post('/holds', toOrder(offer, as('Lost'))).expect(409)
  assert.match(lost.body.detail, /not_done/)
  assert.equal((await user.get('/orders')).body.orders.length, 2)
})

test('a repeated call gets the first answer', async (t) => {
  const served = await serveFlights()
  t.after(() => served.close())
  const user = await served.as('ada')
  const [offer] = await searchOffers(user)
  assert.ok(offer)
  const send = (key: string) => user.post('/holds', toOrder(offer)).set('Idempotency-Key', key).expect(200)
  const first = await send('a')
  const again = await send('a')
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.deepEqual(again.body, first.body)
  assert.notEqual((await send('b')).body.id, first.body.id)
  const other = await served.as('bob')
  const [theirs] = await searchOffers(other)
  assert.ok(theirs)
  const { body } = await other.post('/holds', toOrder(theirs)).set('Idempotency-Key', 'a').expect(200)
  assert.notEqual(body.id, first.body.id)
})
