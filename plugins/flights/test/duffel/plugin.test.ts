import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { EnvironmentError } from '@reference-plugins/core'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { createFlightsPlugin } from '../../src/plugin.ts'
import { pay, publicUrl, serveFlights, toOrder } from '../fixture.ts'
import { openSource } from './fixture.ts'

async function serve(t: TestContext) {
  const { source, double, supplier } = await openSource(t)
  const settings = { FLIGHTS_CURRENCY: 'GBP', FLIGHTS_STARTING_BALANCE: 1_000 }
  const served = await serveFlights({ settings, given: { source, now: Date.now } })
  t.after(() => served.close())
  const ada = await served.as('ada')
  const found = await ada.get('/flights?origin=Heathrow&destination=New+York&departureDate=2030-06-13').expect(200)
  return { ada, double, supplier, found: found.body }
}

test('a user searches by names, holds, pays and cancels at Duffel', async (t) => {
  const { ada, double, supplier, found } = await serve(t)
  assert.match(found.source, /test mode/)
  const [{ data }] = [double.seen[0]?.body as { data: { slices: unknown } }]
  assert.deepEqual(data.slices, [{ origin: 'LHR', destination: 'NYC', departure_date: '2030-06-13' }])
  assert.equal(found.offers[0].total, '45.00 GBP')
  const { body: held } = await ada.post('/holds', toOrder(found.offers[0])).expect(200)
  assert.equal(held.state, 'held')
  assert.equal((await pay(ada, held)).body.state, 'paid')
  const { body: quote } = await ada.post('/cancellations', { orderId: held.id }).expect(200)
  assert.equal(quote.refund, '5.00 GBP')
  const path = `/cancellations/${quote.id}/confirmation`
  const { body: refund } = await ada.agree(path, { amount: quote.refundAmount, currency: quote.refundCurrency })
  assert.ok(refund.confirmedAt)
  assert.equal((await ada.get('/account').expect(200)).body.balance, '960.00 GBP')
  assert.equal(supplier.options.balance, 1_000_000 - 4_500 + 500)
})

test('a hold whose answer was lost is one order, whatever is repeated', async (t) => {
  const { ada, double, supplier, found } = await serve(t)
  double.fail('POST', /orders$/, { kind: 'lost', made: true })
  const send = () => ada.post('/holds', toOrder(found.offers[0])).set('Idempotency-Key', 'one-key')
  const first = await send()
  const again = first.status === 200 ? first : await send().expect(200)
  assert.deepEqual([...supplier.orders.keys()], [again.body.id])
  assert.equal(double.count('POST', /orders$/), 1)
})

test('a process that ends after the order was made finds it again', async (t) => {
  const { source, double, supplier } = await openSource(t)
  const database = temporaryDatabase()
  const settings = { FLIGHTS_CURRENCY: 'GBP', FLIGHTS_STARTING_BALANCE: 1_000 }
  async function createOrder(...given: Parameters<typeof source.createOrder>): Promise<never> {
    await source.createOrder(...given)
    throw new Error('the process ends here')
  }
  const ended = { source: { ...source, createOrder }, now: Date.now }
  const first = await serveFlights({ database, settings, given: ended })
  const user = await first.as('ada')
  const found = await user.get('/flights?origin=LHR&destination=JFK&departureDate=2030-06-13').expect(200)
  const order = toOrder(found.body.offers[0])
  await user.post('/holds', order).set('Idempotency-Key', 'one-key').expect(500)
  await first.close()

  const second = await serveFlights({ database, settings, given: { source, now: Date.now } })
  t.after(() => second.close())
  const again = await (await second.as('ada')).post('/holds', order).set('Idempotency-Key', 'one-key').expect(200)
  assert.deepEqual([...supplier.orders.keys()], [again.body.id])
  assert.equal(double.count('POST', /orders$/), 1)
})

test('a live source needs a token, and gives nobody money by itself', async (t) => {
  const settings = { PUBLIC_URL: publicUrl, DATABASE_URL: temporaryDatabase(), FLIGHTS_SOURCE: 'duffel' } as const
  await assert.rejects(createFlightsPlugin(settings), (error: Error) => {
    return error instanceof EnvironmentError && /DUFFEL_TOKEN/.test(error.message)
  })
  const live = { FLIGHTS_SOURCE: 'duffel', DUFFEL_TOKEN: 'duffel_test_x' } as const
  const served = await serveFlights({ settings: live })
  t.after(() => served.close())
  assert.equal((await (await served.as('ada')).get('/account').expect(200)).body.balanceAmount, 0)
})
