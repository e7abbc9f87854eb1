import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hold, pay, type Served, serveFlights, type User } from './fixture.ts'

let served: Served
let ada: User
let bob: User
let order: { id: string; slices: { id: string }[]; totalAmount: number }
let quote: { id: string; refundAmount: number }
let change: { id: string; changeTotalAmount: number }
before(async () => {
  served = await serveFlights()
  ada = await served.as('ada')
  bob = await served.as('bob')
  order = await hold(ada)
  await pay(ada, order)
  quote = (await ada.post('/cancellations', { orderId: order.id }).expect(200)).body
  change = (await ada.post('/changes', toChange(order.id)).expect(200)).body.changes[0]
})
after(() => served.close())

const toChange = (orderId: string) => ({ orderId, sliceId: 'sli_1', departureDate: '2027-03-13' })
const price = { amount: 1, currency: 'EUR' }

test('to every operation an order or a quote of another user looks like one that does not exist', async () => {
  const calls = (order: string, quote: string, change: string) => [
    bob.get(`/orders/${order}`),
    bob.agree(`/orders/${order}/payment`, price),
    bob.post('/cancellations', { orderId: order }),
    bob.post('/changes', toChange(order)),
    bob.agree(`/cancellations/${quote}/confirmation`, price),
    bob.agree(`/changes/${change}/confirmation`, price),
  ]
  const foreign = await Promise.all(calls(order.id, quote.id, change.id))
  const absent = await Promise.all(calls('ord_none', 'ore_none', 'oce_none'))
  const plain = (text: string) => text.replace(/(ord|ore|oce)_\w+/, 'ID')
  foreign.forEach(({ status, body }, index) => {
    assert.equal(status, 404)
    assert.equal(plain(body.detail), plain(absent[index]?.body.detail))
  })
  assert.equal((await ada.get(`/orders/${order.id}`)).body.state, 'paid')
})

test('a confirmation of one user is not accepted from another', async () => {
  const refund = { amount: quote.refundAmount, currency: 'EUR' }
  const path = `/cancellations/${quote.id}/confirmation`
  const asked = await ada.post(path, refund).set('Prefer', 'confirmation').expect(428)
  const { token } = asked.body.confirmation
  for (const [user, body] of [
    [bob, refund],
    [ada, { ...refund, amount: 1 }],
  ] as const)
    await user.post(path, body).set('Confirmation', token).expect(403)
  await ada
    .post(`/changes/${change.id}/confirmation`, { amount: change.changeTotalAmount, currency: 'EUR' })
    .set('Confirmation', token)
    .expect(403)
  assert.equal((await ada.get(`/orders/${order.id}`)).body.state, 'paid')
})

test('orders and the account of another user change nothing in one’s own', async () => {
  const mine = async () => [(await bob.get('/orders')).body, (await bob.get('/account')).body]
  const before = await mine()
  await pay(ada, await hold(ada))
  assert.deepEqual(await mine(), before)
  assert.deepEqual(before[0].orders, [])
})
