import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { hold, type Served, searchOffers, serveFlights, toOrder } from './fixture.ts'

/** Two instances on one database. */
let instances: [Served, Served]
before(async () => {
  const database = temporaryDatabase()
  instances = [await serveFlights({ database }), await serveFlights({ database })]
})
after(() => Promise.all(instances.map(({ close }) => close())))

const usersOf = (name: string) => Promise.all(instances.map((one) => one.as(name)))

test('a call that comes to both instances at once makes one order', async () => {
  const users = await usersOf('ada')
  const [first] = users
  assert.ok(first)
  const [offer] = await searchOffers(first)
  assert.ok(offer)
  const calls = [...users, ...users].map((user) => user.post('/holds', toOrder(offer)).set('Idempotency-Key', 'one'))
  const statuses = new Set((await Promise.all(calls)).map(({ status }) => status))
  for (const status of statuses) assert.ok(status === 200 || status === 409, String(status))
  const answers = await Promise.all(
    users.map(
      async (user) => (await user.post('/holds', toOrder(offer)).set('Idempotency-Key', 'one').expect(200)).body.id,
    ),
  )
  assert.equal(answers[0], answers[1])
  assert.equal((await first.get('/orders').expect(200)).body.orders.length, 1)
})

test('a question of one instance is answered at the other, and the payment is made once', async () => {
  const [one, two] = await usersOf('bob')
  assert.ok(one && two)
  const order = await hold(one)
  const price = { amount: order.totalAmount, currency: order.totalCurrency }
  const path = `/orders/${order.id}/payment`
  const { token } = (await one.post(path, price).set('Prefer', 'confirmation').expect(428)).body.confirmation
  const answers = await Promise.all(
    [two, one, two, one].map((user) => user.post(path, price).set('Confirmation', token)),
  )
  for (const { status, body } of answers) assert.ok(status === 200 || /still running/.test(body.detail), body.detail)
  assert.equal((await two.post(path, price).set('Confirmation', token).expect(200)).body.state, 'paid')
  assert.equal((await two.get('/account')).body.balanceAmount, 500_000 - order.totalAmount)
})

test('different calls that pay one order at both instances take the money once', async () => {
  const users = await usersOf('eve')
  const [one, two] = users
  assert.ok(one && two)
  const order = await hold(one)
  const price = { amount: order.totalAmount, currency: order.totalCurrency }
  const answers = await Promise.all(
    [one, two, one, two].map((user) => user.agree(`/orders/${order.id}/payment`, price)),
  )
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.equal((await two.get('/account')).body.balanceAmount, 500_000 - order.totalAmount)
})
