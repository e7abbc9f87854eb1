import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NoAnswer } from '../../src/payments/payment-service.ts'
import { createShakyNetwork, type Network } from '../../src/payments/simulated-service.ts'
import { codesIn, minutes, readyCheckout, serveFood } from '../fixture.ts'

/** A network that fails as it is told, and notes what reached the service. */
function createNetwork() {
  const state = { lose: [] as ('request' | 'answer')[], calls: [] as string[] }
  const network: Network = async (call, send) => {
    const loss = state.lose.shift()
    if (loss === 'request') throw new NoAnswer('lost')
    state.calls.push(call)
    const result = await send()
    if (loss === 'answer') throw new NoAnswer('lost')
    return result
  }
  return { state, network }
}

const wallet = { payment: 'saved_wallet' }
const key = { 'idempotency-key': 'one' }

test('a charge whose answer is lost is found, and not sent again', async (t) => {
  const { state, network } = createNetwork()
  const { call, close } = await serveFood(network)
  t.after(close)
  const { checkout, agreement } = await readyCheckout(call)
  state.lose = ['answer']
  const done = await call('post', `/checkouts/${checkout.id}/complete`, { ...agreement, ...wallet })
  assert.deepEqual([done.status, done.order.status], ['completed', 'confirmed'])
  assert.deepEqual(state.calls, ['charge', 'find'])
})

test('a charge that did not arrive is sent again', async (t) => {
  const { state, network } = createNetwork()
  const { call, close } = await serveFood(network)
  t.after(close)
  const { checkout, agreement } = await readyCheckout(call)
  state.lose = ['request']
  const done = await call('post', `/checkouts/${checkout.id}/complete`, { ...agreement, ...wallet })
  assert.equal(done.status, 'completed')
  assert.deepEqual(state.calls, ['find', 'charge'])
})

test('while the payment service does not answer, the order can be found, and the same call goes on later', async (t) => {
  const { state, network } = createNetwork()
  const { call, close } = await serveFood(network)
  t.after(close)
  const { checkout, agreement } = await readyCheckout(call)
  const path = `/checkouts/${checkout.id}`
  state.lose = ['answer', 'request']
  const failed = await call('post', `${path}/complete`, { ...agreement, ...wallet }, key)
  assert.deepEqual([failed.httpStatus, failed.headers['retry-after']], [503, '5'])
  const pending = await call('get', path)
  assert.deepEqual([pending.status, pending.order.status], ['complete_in_progress', 'created'])
  assert.deepEqual((await call('put', path, { tip: 100 })).version, 1, 'nothing changes meanwhile')
  assert.equal((await call('post', `${path}/cancel`, {})).httpStatus, 409)
  const { orders } = await call('get', `/orders?customer_id=${checkout.customer.id}`)
  assert.deepEqual([orders.length, orders[0].status], [1, 'created'])
  const other = await call('post', `${path}/complete`, { ...agreement, ...wallet }, { 'idempotency-key': 'two' })
  assert.equal(other.httpStatus, 409)
  const done = await call('post', `${path}/complete`, { ...agreement, ...wallet }, key)
  assert.deepEqual([done.status, done.order.id], ['completed', pending.order.id])
  assert.equal(state.calls.filter((one) => one === 'charge').length, 2, 'the service knows the second by its reference')
})

test('a declined payment leaves no order, and another one can be chosen', async (t) => {
  const { call, close } = await serveFood()
  t.after(close)
  const { checkout, agreement } = await readyCheckout(call, { items: ['10 x diavola'] })
  const path = `/checkouts/${checkout.id}`
  const declined = await call('post', `${path}/complete`, { ...agreement, payment: 'saved_card' })
  assert.equal(declined.httpStatus, 409)
  assert.match(declined.detail, /with saved_card was declined, and nothing was charged: choose another/)
  const open = await call('get', path)
  assert.deepEqual([open.status, open.order, codesIn(open)], ['ready_for_payment', undefined, ['payment_declined']])
  assert.deepEqual((await call('get', `/orders?customer_id=${checkout.customer.id}`)).orders, [])
  assert.equal((await call('post', `${path}/complete`, { ...agreement, ...wallet })).status, 'completed')
})

test('a refund whose answer is lost is pending, and the same call goes on later', async (t) => {
  const { state, network } = createNetwork()
  const { call, close } = await serveFood(network)
  t.after(close)
  const { checkout, agreement } = await readyCheckout(call)
  const { order } = await call('post', `/checkouts/${checkout.id}/complete`, { ...agreement, ...wallet })
  const refund = { refund: agreement.total }
  state.lose = ['answer']
  assert.equal((await call('post', `/orders/${order.id}/cancel`, refund, key)).httpStatus, 503)
  const pending = await call('get', `/orders/${order.id}`)
  assert.deepEqual([pending.status, pending.adjustments[0].status], ['canceled', 'pending'])
  const done = await call('post', `/orders/${order.id}/cancel`, refund, key)
  assert.deepEqual(
    [done.adjustments[0].status, done.adjustments[0].amount, done.totals.at(-1).amount],
    ['completed', agreement.total, agreement.total],
  )
})

test('an order that is canceled while its payment is not confirmed costs nothing, even if the charge arrives later', async (t) => {
  const { state, network } = createNetwork()
  const { call, close } = await serveFood(network)
  t.after(close)
  const { checkout, agreement } = await readyCheckout(call)
  const path = `/checkouts/${checkout.id}`
  state.lose = ['request', 'request']
  assert.equal((await call('post', `${path}/complete`, { ...agreement, ...wallet }, key)).httpStatus, 503)
  const { order } = await call('get', path)
  const canceled = await call('post', `/orders/${order.id}/cancel`, { refund: agreement.total })
  assert.deepEqual([canceled.status, canceled.adjustments[0].amount], ['canceled', 0])
  const late = await call('post', `${path}/complete`, { ...agreement, ...wallet }, key)
  assert.equal(late.httpStatus, 409)
  assert.equal((await call('get', path)).status, 'canceled')
})

test('a payment that is confirmed long after the window is taken back', async (t) => {
  const { state, network } = createNetwork()
  const { call, clock, close } = await serveFood(network)
  t.after(close)
  const { checkout, agreement } = await readyCheckout(call)
  state.lose = ['answer', 'request']
  const path = `/checkouts/${checkout.id}`
  assert.equal((await call('post', `${path}/complete`, { ...agreement, ...wallet }, key)).httpStatus, 503)
  clock.now += minutes(60)
  const late = await call('post', `${path}/complete`, { ...agreement, ...wallet }, key)
  assert.equal(late.httpStatus, 409)
  assert.match(late.detail, /too late for the window, and nothing was charged/)
  assert.deepEqual(state.calls, ['charge', 'refund'])
})

test('with a shaky network, every order is paid once', async (t) => {
  const { call, close } = await serveFood(createShakyNetwork())
  t.after(close)
  for (let guests = 0; guests < 4; guests++) {
    const { checkout, agreement } = await readyCheckout(call)
    const done = await call('post', `/checkouts/${checkout.id}/complete`, { ...agreement, ...wallet })
    assert.equal(done.status, 'completed')
  }
})
