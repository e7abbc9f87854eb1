import type { Reading, Transaction } from '@reference-plugins/store'
import { ShopError } from '../shop-error.ts'
import { minute } from '../stores/hours.ts'
import type { Checkout, CheckoutState } from './checkout.ts'

interface Row {
  id: string
  customer: string
  store: string
  version: number
  state: CheckoutState
  lines: string
  wishes: string
  confirmed_age: number
  declined: string | null
  action_key: string | null
  order_id: string | null
  created_at: number
  updated_at: number
  expires_at: number
}

const day = 24 * 60 * minute
/** How long checkouts without an order are kept after they expire, and orders after their window. */
const keeping = { checkout: day, order: 90 * day }

/** @throws ShopError */
export async function readCheckout(reading: Reading, id: string): Promise<Checkout> {
  const row = await reading.get<Row>`SELECT * FROM checkout WHERE id = ${id}`
  if (!row) throw new ShopError('missing', `Checkout ${id} does not exist: start one with createCheckout`)
  return {
    id: row.id,
    customer: row.customer,
    store: row.store,
    version: row.version,
    state: row.state,
    lines: JSON.parse(row.lines),
    wishes: JSON.parse(row.wishes),
    confirmedAge: row.confirmed_age,
    declined: row.declined ?? undefined,
    actionKey: row.action_key ?? undefined,
    orderId: row.order_id ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    expiresAt: row.expires_at,
  }
}

export async function insertCheckout(transaction: Transaction, checkout: Checkout): Promise<void> {
  const { id, customer, store, version, state, lines, wishes, confirmedAge, createdAt, updatedAt, expiresAt } = checkout
  await transaction.run`
    INSERT INTO checkout (id, customer, store, version, state, lines, wishes, confirmed_age, created_at, updated_at, expires_at)
    VALUES (${id}, ${customer}, ${store}, ${version}, ${state}, ${JSON.stringify(lines)}, ${JSON.stringify(wishes)},
      ${confirmedAge}, ${createdAt}, ${updatedAt}, ${expiresAt})`
}

export async function writeCheckout(transaction: Transaction, checkout: Checkout): Promise<void> {
  const { id, version, state, lines, wishes, confirmedAge, updatedAt, expiresAt } = checkout
  const { declined = null, actionKey = null, orderId = null } = checkout
  await transaction.run`
    UPDATE checkout SET version = ${version}, state = ${state}, lines = ${JSON.stringify(lines)},
      wishes = ${JSON.stringify(wishes)}, confirmed_age = ${confirmedAge}, declined = ${declined},
      action_key = ${actionKey}, order_id = ${orderId}, updated_at = ${updatedAt}, expires_at = ${expiresAt}
    WHERE id = ${id}`
}

/** Whether this guest has been here before. */
export const isCustomer = async (reading: Reading, customer: string): Promise<boolean> =>
  (await reading.get`
    SELECT customer FROM checkout WHERE customer = ${customer}
    UNION ALL SELECT customer FROM food_order WHERE customer = ${customer} LIMIT 1`) !== undefined

/** Removes what guests have said, some time after they can need it. */
export async function removeOld(transaction: Transaction, now: number): Promise<void> {
  await transaction.run`
    DELETE FROM checkout WHERE expires_at < ${now - keeping.checkout} AND state IN ('open', 'canceled') AND order_id IS NULL`
  await transaction.run`DELETE FROM checkout WHERE expires_at < ${now - keeping.order}`
  await transaction.run`DELETE FROM food_order WHERE window_end < ${now - keeping.order}`
}
