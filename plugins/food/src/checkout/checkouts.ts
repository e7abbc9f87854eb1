import { randomBytes } from 'node:crypto'
import type { Reading, Transaction } from '@reference-plugins/store'
import { readOrder } from '../orders/order.ts'
import type { OrderParts, Orders } from '../orders/orders.ts'
import { ShopError } from '../shop-error.ts'
import { applyChange, type Change } from './change.ts'
import type { Checkout } from './checkout.ts'
import { insertCheckout, isCustomer, readCheckout, removeOld, writeCheckout } from './checkout-table.ts'
import { stockDay, toSession } from './session.ts'
import { soldOn } from './stock.ts'
import type { Session } from './vocabulary.ts'

/** A name that nobody can guess: who has it may use what it names. */
export const newId = (prefix: string): string => `${prefix}_${randomBytes(16).toString('base64url')}`

/** The checkout sessions of all guests, in the words of ACP. */
export class Checkouts {
  readonly #parts: OrderParts
  readonly #orders: Orders

  constructor(parts: OrderParts, orders: Orders) {
    this.#parts = parts
    this.#orders = orders
  }

  /** @param customer a guest who was here before. @throws ShopError if something is unknown */
  async create(transaction: Transaction, storeId: string, change: Change, customer?: string): Promise<Session> {
    const store = this.#parts.stores.get(storeId)
    const now = this.#parts.now()
    if (customer !== undefined && !(await isCustomer(transaction, customer)))
      throw new ShopError(
        'missing',
        `Guest ${customer} does not exist: leave customer_id out, and the answer has a new one`,
      )
    const empty: Checkout = {
      id: newId('cs'),
      customer: customer ?? newId('cus'),
      store: store.id,
      version: 0,
      state: 'open',
      lines: [],
      wishes: {},
      confirmedAge: 0,
      createdAt: now,
      updatedAt: now,
      expiresAt: now,
    }
    const checkout = applyChange(store, empty, change, now)
    await removeOld(transaction, now)
    await insertCheckout(transaction, checkout)
    return this.show(transaction, checkout, now)
  }

  /** What is wrong with a checkout is said by its messages. @throws ShopError if it does not exist */
  async read(reading: Reading, id: string): Promise<Session> {
    return this.show(reading, await readCheckout(reading, id))
  }

  /** While the payment is being confirmed, nothing changes. @throws ShopError */
  async update(transaction: Transaction, id: string, change: Change): Promise<Session> {
    const checkout = await readCheckout(transaction, id)
    if (checkout.state === 'in_progress') return this.show(transaction, checkout)
    this.#checkOpen(checkout)
    const now = this.#parts.now()
    const next = applyChange(this.#parts.stores.get(checkout.store), checkout, change, now)
    await writeCheckout(transaction, next)
    return this.show(transaction, next, now)
  }

  /** A canceled checkout stays as it is. @throws ShopError if it is completed or being completed */
  async cancel(transaction: Transaction, id: string): Promise<Session> {
    const checkout = await readCheckout(transaction, id)
    if (checkout.state === 'in_progress')
      throw new ShopError('conflict', 'The payment is being confirmed: read the checkout again, then cancel the order')
    if (checkout.state === 'completed')
      throw new ShopError('conflict', `It is ordered already: cancel order ${checkout.orderId} with cancelOrder`)
    const next: Checkout = { ...checkout, state: 'canceled', updatedAt: this.#parts.now() }
    if (checkout.state === 'open') await writeCheckout(transaction, next)
    return this.show(transaction, next)
  }

  /** Notes the age that a person has confirmed, in years. Only for the page at `continue_url`. @throws ShopError */
  async confirmAge(transaction: Transaction, id: string, age: number): Promise<Session> {
    const checkout = await readCheckout(transaction, id)
    this.#checkOpen(checkout)
    const next: Checkout = { ...checkout, confirmedAge: Math.max(age, checkout.confirmedAge) }
    await writeCheckout(transaction, next)
    return this.show(transaction, next)
  }

  /** The session of a stored checkout, as it is now. */
  async show(reading: Reading, checkout: Checkout, now = this.#parts.now()): Promise<Session> {
    const { publicUrl } = this.#parts
    const store = this.#parts.stores.get(checkout.store)
    const sold = await soldOn(reading, store, stockDay(store, checkout, now))
    const order = checkout.orderId === undefined ? undefined : await readOrder(reading, checkout.orderId)
    return toSession({ checkout, store, sold, order: order && this.#orders.show(order), now, publicUrl })
  }

  #checkOpen({ state, orderId, expiresAt }: Checkout): void {
    if (state === 'completed')
      throw new ShopError('conflict', `It is ordered already, as order ${orderId}: start another checkout`)
    if (state !== 'open')
      throw new ShopError('conflict', 'The checkout is canceled: start another one with createCheckout')
    if (this.#parts.now() >= expiresAt)
      throw new ShopError('conflict', 'The checkout has expired: start another one with createCheckout')
  }
}
