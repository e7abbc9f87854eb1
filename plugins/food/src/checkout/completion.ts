import type { Transaction } from '@reference-plugins/store'
import { deleteOrder, insertOrder, readOrder, type StoredOrder, writeOrder } from '../orders/order.ts'
import type { OrderParts } from '../orders/orders.ts'
import { type ChargeState, chargeOnce, type Payment, type SavedPayment } from '../payments/payment-service.ts'
import { ShopError } from '../shop-error.ts'
import { minute } from '../stores/hours.ts'
import { describeMoney } from '../stores/money.ts'
import type { Store } from '../stores/store.ts'
import type { Checkout } from './checkout.ts'
import { readCheckout, writeCheckout } from './checkout-table.ts'
import { type Checkouts, newId } from './checkouts.ts'
import { windowOf } from './fulfillment.ts'
import { stockDay, toDetails } from './session.ts'
import { countSold } from './stock.ts'
import { totalOf } from './total.ts'
import { priceLines } from './totals.ts'
import type { Session } from './vocabulary.ts'

/** What the guest has agreed to. */
export interface Agreement {
  version: number
  /** In minor units. */
  total: number
  payment: Payment
}

type Begun = { session: Session } | { order: StoredOrder }

/** How long after the kitchen should have started an order is still charged. */
const latest = 10 * minute

/**
 * Turns checkouts into orders. The order is written before it is paid, so that there is never money without an order, and the
 * charge has the id of the order, so that it is never made twice.
 */
export class Completion {
  readonly #parts: OrderParts
  readonly #checkouts: Checkouts

  constructor(parts: OrderParts, checkouts: Checkouts) {
    this.#parts = parts
    this.#checkouts = checkouts
  }

  /**
   * @param key the same for each try: a call that was interrupted goes on where it was
   * @returns the session, which is completed, or says in its messages why it is not
   * @throws ShopError if the checkout is not as the guest has agreed to
   * @throws NoAnswer if it is not known yet whether it is paid: call again with the same key
   */
  async complete(id: string, agreement: Agreement, key: string): Promise<Session> {
    const { database, payments } = this.#parts
    const begun = await database.transaction((transaction) => this.#begin(transaction, id, agreement, key))
    if ('session' in begun) return begun.session
    const { order } = begun
    const { amount, contents, payment } = order
    if (this.#parts.now() > order.kitchenAt + latest) {
      await payments.refund(order.id)
      await database.transaction((transaction) => this.#release(transaction, id, order.id))
      throw new ShopError('conflict', 'It is too late for the window, and nothing was charged: choose another window')
    }
    const charge = { reference: order.id, method: payment as SavedPayment, amount, currency: contents.currency }
    const state = await chargeOnce(payments, charge)
    return database.transaction((transaction) => this.#end(transaction, order.id, id, state))
  }

  /** @throws ShopError if the checkout is closed, or if the guest has agreed to something else */
  check(session: Session, { version, total }: Omit<Agreement, 'payment'>): void {
    const { metadata, status, order, messages } = session
    if (status === 'completed') throw new ShopError('conflict', `It is ordered already, as order ${order?.id}`)
    if (status === 'complete_in_progress')
      throw new ShopError('conflict', 'Another call is completing it: read it with getCheckout in a few seconds')
    if (status === 'canceled')
      throw new ShopError('conflict', 'The checkout is canceled: start another one with createCheckout')
    const now = totalOf(session.totals)
    if (metadata.version !== version || now !== total)
      throw new ShopError(
        'conflict',
        `Nothing was ordered: the checkout is now at version ${metadata.version} with a total of ${now} (${describeMoney(now, session.currency)}). ` +
          'Read it with getCheckout, ask the user, then call again with these',
      )
    if (status !== 'ready_for_payment') throw new ShopError('conflict', refusalOf(messages))
  }

  async #begin(transaction: Transaction, id: string, agreement: Agreement, key: string): Promise<Begun> {
    const checkout = await readCheckout(transaction, id)
    const session = await this.#checkouts.show(transaction, checkout)
    if (checkout.actionKey === key && checkout.orderId !== undefined && checkout.state !== 'open') {
      const order = await readOrder(transaction, checkout.orderId)
      return order.paymentState === 'pending' && checkout.state === 'in_progress' ? { order } : { session }
    }
    if (session.status === 'incomplete' || session.status === 'requires_escalation' || session.status === 'expired')
      return { session }
    this.check(session, agreement)
    const store = this.#parts.stores.get(checkout.store)
    const order = this.#toOrder(checkout, store, session, agreement)
    await insertOrder(transaction, order)
    await countSold(transaction, store, order.contents.day, order.contents.lines, 1)
    const isPaid = agreement.payment === 'at_the_door'
    const next: Checkout = {
      ...checkout,
      state: isPaid ? 'completed' : 'in_progress',
      declined: undefined,
      actionKey: key,
      orderId: order.id,
      updatedAt: this.#parts.now(),
    }
    await writeCheckout(transaction, next)
    return isPaid ? { session: await this.#checkouts.show(transaction, next) } : { order }
  }

  async #end(transaction: Transaction, orderId: string, id: string, state: ChargeState): Promise<Session> {
    const checkout = await readCheckout(transaction, id)
    // Another try has ended it, or it was canceled meanwhile.
    if (checkout.state !== 'in_progress' || checkout.orderId !== orderId)
      return this.#checkouts.show(transaction, checkout)
    if (state !== 'charged') return this.#checkouts.show(transaction, await this.#release(transaction, id, orderId))
    await writeOrder(transaction, { ...(await readOrder(transaction, orderId)), paymentState: 'paid' })
    const next: Checkout = { ...checkout, state: 'completed', updatedAt: this.#parts.now() }
    await writeCheckout(transaction, next)
    return this.#checkouts.show(transaction, next)
  }

  /** Opens the checkout of an order that could not be paid again, and removes the order. */
  async #release(transaction: Transaction, id: string, orderId: string): Promise<Checkout> {
    const checkout = await readCheckout(transaction, id)
    if (checkout.state !== 'in_progress' || checkout.orderId !== orderId) return checkout
    const order = await readOrder(transaction, orderId)
    await deleteOrder(transaction, orderId)
    await countSold(transaction, this.#parts.stores.get(order.store), order.contents.day, order.contents.lines, -1)
    const next: Checkout = {
      ...checkout,
      state: 'open',
      declined: order.payment,
      actionKey: undefined,
      orderId: undefined,
      updatedAt: this.#parts.now(),
    }
    await writeCheckout(transaction, next)
    return next
  }

  #toOrder(checkout: Checkout, store: Store, session: Session, { payment, total }: Agreement): StoredOrder {
    const { fulfillment = 'pickup', window = 0, notes } = checkout.wishes
    const { start, end, kitchenStarts, ready } = windowOf(store, fulfillment, window)
    const now = this.#parts.now()
    const id = newId('ord')
    return {
      id,
      checkout: checkout.id,
      customer: checkout.customer,
      store: store.id,
      contents: {
        type: fulfillment,
        store: store.name,
        phone: store.phone,
        timezone: store.timezone,
        currency: store.currency,
        lines: priceLines(store, checkout.lines).map(({ item, quantity, unitAmount, menuItem, chosen }, index) => ({
          id: `line-${index + 1}`,
          item,
          title: [menuItem.name, ...chosen.map(({ name }) => name)].join(', '),
          quantity,
          unitAmount,
        })),
        totals: session.totals,
        destination: fulfillment === 'local_delivery' ? toDetails(store, checkout.wishes).address : undefined,
        notes,
        day: stockDay(store, checkout, now),
      },
      payment,
      paymentState: payment === 'at_the_door' ? 'due' : 'pending',
      amount: total,
      refunded: 0,
      placedAt: now,
      kitchenAt: kitchenStarts,
      readyAt: ready,
      windowStart: start,
      windowEnd: end,
    }
  }
}

/** Why nothing was ordered. */
export const refusalOf = (messages: Session['messages']): string =>
  `Nothing was ordered. ${messages
    .filter(({ type }) => type === 'error')
    .map(({ content }) => content)
    .join('. ')}`
