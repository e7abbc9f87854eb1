import assert from 'node:assert/strict'
import type { Scene, Subject } from '@reference-plugins/testing/faults'
import { type Charge, type ChargeState, NoAnswer, type PaymentService } from '../src/payments/payment-service.ts'
import { createFoodPlugin } from '../src/plugin.ts'
import { friday, guest } from './fixture.ts'

/** A payment service, with all that it has charged. */
class Bank implements PaymentService {
  readonly charges = new Map<string, { amount: number; state: ChargeState }>()
  readonly compared = new Set<string>()
  isDeclining = false

  async charge({ reference, amount }: Charge): Promise<ChargeState> {
    const charge = this.charges.get(reference) ?? { amount, state: this.isDeclining ? 'declined' : 'charged' }
    this.charges.set(reference, charge)
    return charge.state
  }

  async find(reference: string): Promise<ChargeState | undefined> {
    return this.charges.get(reference)?.state
  }

  async refund(reference: string): Promise<number> {
    const charge = this.charges.get(reference) ?? { amount: 0, state: 'declined' }
    this.charges.set(reference, charge)
    if (charge.state === 'charged') charge.state = 'refunded'
    return charge.state === 'refunded' ? charge.amount : 0
  }
}

interface Checkout {
  id: string
  status: string
  version: number
  totals: { type: string; amount: number }[]
  customer: { id: string }
  order?: { id: string }
}

interface Order {
  id: string
  status: string
  checkout_session_id: string
  cancellation: { refund: number }
}

const totalOf = ({ totals }: Checkout): number => totals.find(({ type }) => type === 'total')?.amount ?? 0
const pick = <One>(all: readonly One[], choice: number): One | undefined => all[choice % all.length]
const checkouts = (scene: Scene<Bank>) => scene.done('create').map(({ answer }) => answer as unknown as Checkout)
const orderOf = (answer: object | undefined) => (answer as Checkout).order as { id: string }
const payments = ['saved_wallet', 'saved_card', 'at_the_door']

/** A guest orders from a store, pays by the payment service, and cancels. */
export const foodSubject: Subject<Bank> = {
  startsAt: friday,
  createOutside: () => new Bank(),
  open: (DATABASE_URL, bank, watch) =>
    createFoodPlugin({ DATABASE_URL, PUBLIC_URL: 'https://food.example.com', NODE_ENV: 'development' } as never, {
      payments: watch<PaymentService>(bank, ({ message }) => new NoAnswer(message)),
    }),
  caller: () => undefined,
  steps: {
    create: {
      operation: 'createCheckout',
      input: (_, choice) => ({
        store: 'forno-luca',
        items: [`${(choice % 3) + 1} x margherita + large`],
        fulfillment: 'pickup',
        ...guest,
      }),
    },
    complete: {
      operation: 'completeCheckout',
      async input(scene, choice) {
        const checkout = pick(checkouts(scene), choice)
        if (!checkout) return undefined
        const { id, version, ...now } = await scene.read<Checkout>('getCheckout', { id: checkout.id })
        return { id, version, total: totalOf({ id, version, ...now }), payment: pick(payments, choice) }
      },
    },
    cancel: {
      operation: 'cancelOrder',
      async input(scene, choice) {
        const call = pick(scene.done('complete'), choice)
        if (!call) return undefined
        const { id, cancellation } = await scene.read<Order>('getOrder', { id: orderOf(call.answer).id })
        return { id, refund: cancellation.refund }
      },
    },
  },
  events: {
    'the bank declines or charges': ({ outside }, choice) => {
      outside.isDeclining = choice % 2 === 1
    },
    'the guest adds a tip': async (scene, choice) => {
      const checkout = pick(checkouts(scene), choice)
      if (checkout) await scene.read('updateCheckout', { id: checkout.id, tip: choice }).catch(() => {})
    },
  },
  async check(scene) {
    const { outside, calls } = scene
    const found = new Map<string, Order>()
    for (const { id: checkout, customer } of checkouts(scene)) {
      const { orders } = await scene.read<{ orders: Order[] }>('listOrders', { customer_id: customer.id })
      assert.ok(orders.length <= 1, 'a checkout is ordered once')
      for (const { id } of orders) found.set(checkout, await scene.read<Order>('getOrder', { id }))
    }
    const states = (step: string, field: string, value: string) =>
      calls.filter((call) => call.step === step && (call.input as Record<string, string>)[field] === value)

    for (const { id } of checkouts(scene)) {
      const order = found.get(id)
      const tries = states('complete', 'id', id)
      const done = tries.filter(({ state }) => state === 'done')
      assert.ok(done.length <= 1, 'a checkout is completed once')
      assert.ok(order || done.length === 0, 'what was ordered can be found')
      if (order && !tries.some(({ state }) => state === 'unknown'))
        assert.equal(done.length, 1, 'there is no order that nobody knows of')
      for (const { answer } of done) assert.equal(orderOf(answer).id, order?.id)
      if (!order) continue

      const cancels = states('cancel', 'id', order.id)
      const isCanceled = order.status === 'canceled'
      if (cancels.some(({ state }) => state === 'done')) assert.ok(isCanceled, 'what was canceled is canceled')
      else if (isCanceled)
        assert.ok(
          cancels.some(({ state }) => state === 'unknown'),
          'nobody has canceled it',
        )
      const charge = outside.charges.get(order.id)
      const agreed = done[0]?.input as { payment: string; total: number } | undefined
      if (agreed?.payment === 'at_the_door') assert.equal(charge, undefined, 'nothing is charged')
      else if (agreed)
        assert.deepEqual([charge?.state, charge?.amount], [isCanceled ? 'refunded' : 'charged', agreed.total])
    }
    // No money without an order. Those of other guests were compared before.
    const ids = new Set([...found.values()].map(({ id }) => id))
    for (const [reference, { state }] of outside.charges) {
      if (outside.compared.has(reference)) continue
      assert.ok(state !== 'charged' || ids.has(reference), `the order of ${reference}, which is paid, can be found`)
      outside.compared.add(reference)
    }
  },
}
