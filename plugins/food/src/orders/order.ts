import type { Reading, Transaction } from '@reference-plugins/store'
import type { Total } from '../checkout/total.ts'
import type { FulfillmentType } from '../checkout/vocabulary.ts'
import type { Payment } from '../payments/payment-service.ts'
import { ShopError } from '../shop-error.ts'
import type { Address } from '../stores/store.ts'

/** `due` is paid at the door. `pending`: the payment service has not confirmed it. `returning`: a refund is not confirmed. */
export type PaymentState = 'due' | 'pending' | 'paid' | 'returning' | 'returned'

/** What was ordered: it does not change when the menu does. */
export interface OrderContents {
  type: FulfillmentType
  store: string
  phone: string
  timezone: string
  currency: string
  lines: { id: string; item: string; title: string; quantity: number; unitAmount: number }[]
  totals: Total[]
  destination?: Address | undefined
  notes?: string | undefined
  /** The day whose stock it has taken. */
  day: string
}

/** An order as it is stored. Its status is computed from its times, which are in milliseconds. */
export interface StoredOrder {
  id: string
  checkout: string
  customer: string
  store: string
  contents: OrderContents
  payment: Payment
  paymentState: PaymentState
  amount: number
  refunded: number
  placedAt: number
  kitchenAt: number
  readyAt: number
  windowStart: number
  windowEnd: number
  canceledAt?: number | undefined
  cancelKey?: string | undefined
}

interface Row {
  id: string
  checkout: string
  customer: string
  store: string
  contents: string
  payment: Payment
  payment_state: PaymentState
  amount: number
  refunded: number
  placed_at: number
  kitchen_at: number
  ready_at: number
  window_start: number
  window_end: number
  canceled_at: number | null
  cancel_key: string | null
}

const toOrder = (row: Row): StoredOrder => ({
  id: row.id,
  checkout: row.checkout,
  customer: row.customer,
  store: row.store,
  contents: JSON.parse(row.contents),
  payment: row.payment,
  paymentState: row.payment_state,
  amount: row.amount,
  refunded: row.refunded,
  placedAt: row.placed_at,
  kitchenAt: row.kitchen_at,
  readyAt: row.ready_at,
  windowStart: row.window_start,
  windowEnd: row.window_end,
  canceledAt: row.canceled_at ?? undefined,
  cancelKey: row.cancel_key ?? undefined,
})

/** @throws ShopError */
export async function readOrder(reading: Reading, id: string): Promise<StoredOrder> {
  const row = await reading.get<Row>`SELECT * FROM food_order WHERE id = ${id}`
  if (!row)
    throw new ShopError(
      'missing',
      `Order ${id} does not exist: completeCheckout, getCheckout and listOrders have its id`,
    )
  return toOrder(row)
}

/** The orders of a guest, the newest first. */
export async function ordersOf(
  reading: Reading,
  customer: string,
  offset: number,
  count: number,
): Promise<StoredOrder[]> {
  const rows = await reading.all<Row>`
    SELECT * FROM food_order WHERE customer = ${customer}
    ORDER BY placed_at DESC, id LIMIT ${count} OFFSET ${offset}`
  return rows.map(toOrder)
}

export async function insertOrder(transaction: Transaction, order: StoredOrder): Promise<void> {
  await transaction.run`
    INSERT INTO food_order (id, checkout, customer, store, contents, payment, payment_state, amount, refunded,
      placed_at, kitchen_at, ready_at, window_start, window_end)
    VALUES (${order.id}, ${order.checkout}, ${order.customer}, ${order.store},
      ${JSON.stringify(order.contents)}, ${order.payment}, ${order.paymentState}, ${order.amount}, ${order.refunded},
      ${order.placedAt}, ${order.kitchenAt}, ${order.readyAt}, ${order.windowStart}, ${order.windowEnd})`
}

/** Writes what may change: the payment and the cancellation. */
export async function writeOrder(transaction: Transaction, order: StoredOrder): Promise<void> {
  const { id, paymentState, refunded, canceledAt = null, cancelKey = null } = order
  await transaction.run`
    UPDATE food_order SET payment_state = ${paymentState}, refunded = ${refunded}, canceled_at = ${canceledAt},
      cancel_key = ${cancelKey} WHERE id = ${id}`
}

export const deleteOrder = (transaction: Transaction, id: string): Promise<number> =>
  transaction.run`DELETE FROM food_order WHERE id = ${id}`
