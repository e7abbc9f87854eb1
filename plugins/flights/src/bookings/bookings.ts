import type { Database, Transaction } from '@reference-plugins/store'
import { checkPrice } from '../check-price.ts'
import type { Cancellation, ChangeRequest, Money, Order, OrderChange, Traveller } from '../order.ts'
import { type FlightSource, SourceError } from '../source.ts'
import type { Accounts } from './accounts.ts'
import { Reconciliation } from './reconciliation.ts'
import { refundOf } from './refund.ts'
import { type Step, Steps, stepId } from './steps.ts'

export interface BookingRequest {
  offerId: string
  travellers: readonly Traveller[]
  price: Money
}

/** A call of a user: the owner of the bookings, and the idempotency key of the call. */
export interface KeyedBy {
  owner: string
  key: string
}

/** The orders of all users. Each is made, paid and cancelled at the source; here is whose it is. */
export class Bookings {
  readonly #database: Database
  readonly #source: FlightSource
  readonly #steps: Steps
  readonly #reconciliation: Reconciliation

  constructor(database: Database, source: FlightSource, accounts: Accounts, now: () => number) {
    this.#database = database
    this.#source = source
    this.#steps = new Steps(database, accounts, now)
    this.#reconciliation = new Reconciliation(this.#steps, source, now)
  }

  /** @param isPaid whether it is paid at once; otherwise it is held */
  async order(
    { owner, key }: KeyedBy,
    { offerId, travellers, price }: BookingRequest,
    isPaid: boolean,
  ): Promise<Order> {
    const id = stepId(owner, isPaid ? 'book' : 'hold', key)
    const step: Step = {
      id,
      owner,
      kind: 'order',
      subject: offerId,
      price: isPaid ? price : { ...price, amount: 0 },
    }
    const done = await this.#reconciliation.perform(step, async () => {
      const order = await this.#source.createOrder({ key: id, offerId, travellers, price, isPaid })
      return { orderId: order.id, paid: isPaid ? order.totalAmount : 0 }
    })
    return this.#source.getOrder(done.orderId)
  }

  async pay({ owner, key }: KeyedBy, orderId: string, price: Money): Promise<Order> {
    await this.checkOwner(owner, orderId)
    const step: Step = { id: stepId(owner, 'pay', key), owner, kind: 'payment', subject: orderId, orderId, price }
    await this.#reconciliation.perform(step, async () => {
      const { totalAmount } = await this.#source.payOrder(orderId, price)
      return { orderId, paid: totalAmount }
    })
    return this.#source.getOrder(orderId)
  }

  async get(owner: string, orderId: string): Promise<Order> {
    await this.checkOwner(owner, orderId)
    return this.#source.getOrder(orderId)
  }

  /** The newest first. */
  async list(owner: string, offset: number, count: number): Promise<Order[]> {
    const rows = await this.#database.all<{ order_id: string }>`
      SELECT order_id FROM booking WHERE owner = ${owner} ORDER BY number DESC LIMIT ${count} OFFSET ${offset}`
    return Promise.all(rows.map(({ order_id }) => this.#source.getOrder(order_id)))
  }

  async quoteCancellation(owner: string, orderId: string): Promise<Cancellation> {
    await this.checkOwner(owner, orderId)
    return this.#source.quoteCancellation(orderId)
  }

  async getCancellation(owner: string, id: string): Promise<Cancellation> {
    const cancellation = await this.#source.getCancellation(id)
    await this.checkOwner(owner, cancellation.orderId, new SourceError('quote_not_found', `Quote ${id} does not exist`))
    return cancellation
  }

  async confirmCancellation({ owner, key }: KeyedBy, id: string, refund: Money): Promise<Cancellation> {
    const { orderId, refundAmount, refundCurrency } = await this.getCancellation(owner, id)
    checkPrice(refund, { amount: refundAmount, currency: refundCurrency })
    const price = { amount: -refundAmount, currency: refundCurrency }
    const step: Step = { id: stepId(owner, 'cancel', key), owner, kind: 'cancellation', subject: id, orderId, price }
    await this.#reconciliation.perform(step, async () => {
      const cancellation = await this.#source.confirmCancellation(id)
      return { orderId, paid: -refundOf(cancellation) }
    })
    return this.#source.getCancellation(id)
  }

  async quoteChange(owner: string, request: ChangeRequest): Promise<OrderChange[]> {
    await this.checkOwner(owner, request.orderId)
    return this.#source.quoteChange(request)
  }

  async getChange(owner: string, id: string): Promise<OrderChange> {
    const change = await this.#source.getChange(id)
    await this.checkOwner(owner, change.orderId, new SourceError('quote_not_found', `Quote ${id} does not exist`))
    return change
  }

  async confirmChange({ owner, key }: KeyedBy, id: string, price: Money): Promise<OrderChange> {
    const { orderId } = await this.getChange(owner, id)
    const step: Step = { id: stepId(owner, 'change', key), owner, kind: 'change', subject: id, orderId, price }
    await this.#reconciliation.perform(step, async () => {
      const { changeTotalAmount } = await this.#source.confirmChange(id, price)
      return { orderId, paid: changeTotalAmount }
    })
    return this.#source.getChange(id)
  }

  /** @throws SourceError order_not_found, or `otherwise`: the same as for an order that does not exist */
  async checkOwner(
    owner: string,
    orderId: string,
    otherwise = new SourceError('order_not_found', `Order ${orderId} does not exist`),
  ): Promise<void> {
    if (!(await this.#database.get`SELECT 1 FROM booking WHERE order_id = ${orderId} AND owner = ${owner}`))
      throw otherwise
  }

  /** The airline keeps its orders; nobody can see them here any more. */
  removeAll(owner: string, transaction: Transaction): Promise<void> {
    return this.#steps.removeAll(owner, transaction)
  }

  /** From now on looks for what became of calls whose answer was lost. */
  start(): void {
    this.#reconciliation.start()
  }

  /** Looks once. */
  reconcile(): Promise<void> {
    return this.#reconciliation.sweep()
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {
    this.#reconciliation.stop()
  }
}
