import assert from 'node:assert/strict'
import { openDatabase } from '@reference-plugins/store'
import { type KilledRequest, killTests } from '@reference-plugins/testing/faults'
import { foodMigrations } from '../src/plugin.ts'
import { guest } from './fixture.ts'

interface Checkout {
  id: string
  version: number
  totals: { type: string; amount: number }[]
  customer: { id: string }
  order?: { id: string }
}

killTests({
  folder: new URL('..', import.meta.url),
  steps: {
    completeCheckout: {
      operation: 'completeCheckout',
      async prepare(client) {
        const cart = { store: 'forno-luca', items: ['2 x margherita + large'], fulfillment: 'pickup', ...guest }
        const { id, version, totals, customer } = await client.post<Checkout>('/checkouts', cart)
        const total = totals.find(({ type }) => type === 'total')?.amount
        const request = { path: `/checkouts/${id}/complete`, body: { version, total, payment: 'saved_wallet' } }
        return { ...request, customer: customer.id }
      },
      async check(client, { request, database, answer, isRefused }) {
        const { customer } = request as KilledRequest & { customer: string }
        const { orders } = await client.get<{ orders: { id: string; status: string }[] }>(
          `/orders?customer_id=${customer}`,
        )
        assert.ok(orders.length <= 1 && orders[0]?.status !== 'created', 'it is ordered and paid once, or not at all')
        if (answer) assert.equal(orders[0]?.id, (answer as Checkout).order?.id)
        if (isRefused) assert.equal(orders.length, 0)
        const tables = await openDatabase(database, foodMigrations)
        const charges = await tables.all<{ reference: string }>`
          SELECT reference FROM payment_charge WHERE state = 'charged'
          AND reference NOT IN (SELECT id FROM food_order WHERE payment_state = 'paid')`
        const [charge] = await tables.all<{ count: number }>`
          SELECT count(*) AS count FROM payment_charge WHERE reference = ${orders[0]?.id ?? ''}`
        await tables.close()
        assert.deepEqual(charges, [], 'there is no money without an order')
        assert.equal(charge?.count, orders.length)
      },
    },
  },
})
