import type { Database, Reading } from '@reference-plugins/store'
import { readCheckout, writeCheckout } from '../checkout/checkout-table.ts'
import { countSold } from '../checkout/stock.ts'
import type { PaymentService } from '../payments/payment-service.ts'
import { ShopError } from '../shop-error.ts'
import { describeTime } from '../stores/hours.ts'
import type { Stores } from '../stores/stores.ts'
import { ordersOf, readOrder, type StoredOrder, writeOrder } from './order.ts'
import { canCancel, toOrder } from './progress.ts'
import type { Order } from './vocabulary.ts'

export interface OrderParts {
  database: Database
  stores: Stores
  payments: PaymentService
  /** In milliseconds. */
  now: () => number
  publicUrl: string
}

/** The orders of all stores. */
export class Orders {
  readonly #parts: OrderParts

  constructor(parts: OrderParts) {
    this.#parts = parts
  }

  /** @throws ShopError */
  read(reading: Reading, id: string): Promise<StoredOrder> {
    return readOrder(reading, id)
  }

  list(customer: string, offset: number, count: number): Promise<StoredOrder[]> {
    return ordersOf(this.#parts.database, customer, offset, count)
  }

  /** In the words of ACP, as it is now. */
  show(order: StoredOrder): Order {
    return toOrder(order, this.#parts.now(), this.#parts.publicUrl)
  }

  /** @throws ShopError if the kitchen has started, or if it is canceled already */
  checkCancelable(order: StoredOrder): void {
    if (order.canceledAt !== undefined) throw new ShopError('conflict', `Order ${order.id} is canceled already`)
    if (!canCancel(order, this.#parts.now()))
      throw new ShopError(
        'conflict',
        `The kitchen started at ${describeTime(order.kitchenAt, order.contents.timezone)}, so the order cannot be canceled: call ${order.contents.store} at ${order.contents.phone}`,
      )
  }

  /**
   * Cancels an order and gives the money back. Called again with the same key, it goes on where it was.
   * @throws ShopError
   * @throws NoAnswer if it is not known yet whether the money is back
   */
  async cancel(id: string, key: string): Promise<StoredOrder> {
    const { database, payments } = this.#parts
    const canceled = await database.transaction(async (transaction) => {
      const order = await readOrder(transaction, id)
      if (order.canceledAt !== undefined && order.cancelKey === key) return order
      this.checkCancelable(order)
      const isPaid = order.payment !== 'at_the_door'
      const next: StoredOrder = {
        ...order,
        canceledAt: this.#parts.now(),
        cancelKey: key,
        paymentState: isPaid ? 'returning' : 'returned',
      }
      await writeOrder(transaction, next)
      await countSold(transaction, this.#parts.stores.get(order.store), order.contents.day, order.contents.lines, -1)
      // A call that completes it may still wait for the payment service.
      const checkout = await readCheckout(transaction, order.checkout)
      if (checkout.state === 'in_progress') await writeCheckout(transaction, { ...checkout, state: 'canceled' })
      return next
    })
    if (canceled.paymentState !== 'returning') return canceled
    const refunded = await payments.refund(id)
    return database.transaction(async (transaction) => {
      const next: StoredOrder = { ...(await readOrder(transaction, id)), paymentState: 'returned', refunded }
      await writeOrder(transaction, next)
      return next
    })
  }
}
