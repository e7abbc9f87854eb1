import type { Reading, Transaction } from '@reference-plugins/store'
import type { Store } from '../stores/store.ts'
import type { Line } from './cart.ts'

/** How many of each item have been sold on a day. */
export async function soldOn(reading: Reading, store: Store, day: string): Promise<Map<string, number>> {
  const rows = await reading.all<{ item: string; quantity: number }>`
    SELECT item, quantity FROM sold WHERE store = ${store.id} AND day = ${day}`
  return new Map(rows.map(({ item, quantity }) => [item, quantity]))
}

/** Takes the items of an order, or gives them back with a `sign` of -1. Items without a limit are not counted. */
export async function countSold(
  transaction: Transaction,
  store: Store,
  day: string,
  lines: readonly Pick<Line, 'item' | 'quantity'>[],
  sign: 1 | -1,
): Promise<void> {
  for (const { item, quantity } of lines)
    if (store.menu.some(({ id, per_day }) => id === item && per_day !== undefined))
      await transaction.run`
        INSERT INTO sold (store, item, day, quantity) VALUES (${store.id}, ${item}, ${day}, ${sign * quantity})
        ON CONFLICT (store, item, day) DO UPDATE SET quantity = sold.quantity + ${sign * quantity}`
}
