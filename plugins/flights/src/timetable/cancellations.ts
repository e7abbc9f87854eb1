import type { Cancellation } from '../order.ts'
import { SourceError } from '../source.ts'
import { brandOf, firstDeparture, toTime } from './booked-journey.ts'
import type { Desk } from './desk.ts'
import { toMinor } from './fares.ts'
import { isExpired, journeyOf, type OrderRow, type QuoteRow, quoteOf } from './rows.ts'
import { TestCase } from './test-cases.ts'

export const quoteLifetime = 30 * 60_000

/** Cancels orders: a quote first, of which only the newest can be confirmed. */
export class Cancellations {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  quote(orderId: string): Promise<Cancellation> {
    const { database, now: clock, fares, orders } = this.#desk
    return database.transaction(async (transaction) => {
      const now = clock()
      const row = await orders.read(transaction, orderId)
      this.#checkActive(row, now)
      const booked = journeyOf(row)
      const { refundPenalty } = brandOf(booked)
      const penalty = toMinor(refundPenalty ?? 0, fares.currency) * booked.ages.length
      const isPaid = row.paid_at !== null
      const refund = isPaid && refundPenalty !== undefined ? Math.max(0, row.amount - penalty) : 0
      const earlier = await orders.newestQuote(transaction, orderId, 'cancellation')
      const quote: Cancellation = {
        id: `ore_${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}`,
        orderId,
        refundAmount: refund,
        refundCurrency: row.currency,
        refundTo: isPaid ? 'balance' : 'awaiting_payment',
        expiresAt: toTime(now + quoteLifetime),
      }
      await orders.addQuote(transaction, 'cancellation', row, (earlier?.number ?? 0) + 1, quote, undefined)
      return quote
    })
  }

  async read(id: string): Promise<Cancellation> {
    const { database, orders } = this.#desk
    return quoteOf(await orders.readQuote<Cancellation>(database, 'cancellation', id))
  }

  async confirm(id: string): Promise<Cancellation> {
    const { database, now: clock, seats, orders } = this.#desk
    const { orderId } = await this.read(id)
    const testCase = new TestCase(
      (await orders.toOrder(database, await orders.read(database, orderId), clock())).passengers,
    )
    testCase.before()
    const cancellation = await database.transaction(async (transaction) => {
      const now = clock()
      const quote = await orders.readQuote<Cancellation>(transaction, 'cancellation', id)
      const row = await orders.read(transaction, quote.order_id)
      const newest = await orders.newestQuote(transaction, row.id, 'cancellation')
      checkQuote(quote, row, now)
      if (newest?.id !== id) throw new SourceError('quote_superseded', 'There is a newer quote for this order')
      this.#checkActive(row, now)
      const { refundAmount } = quoteOf(quote)
      await orders.confirmQuote(transaction, id, now)
      await orders.setCancelled(transaction, row, refundAmount, now)
      await seats.free(transaction, row.id)
      return quoteOf(await orders.readQuote<Cancellation>(transaction, 'cancellation', id))
    })
    testCase.after()
    return cancellation
  }

  #checkActive(row: OrderRow, now: number): void {
    if (row.cancelled_at !== null) throw new SourceError('already_cancelled', 'The order is cancelled')
    if (isExpired(row, now)) throw new SourceError('order_expired', 'The order was not paid in time')
    const { fares } = this.#desk
    if (now >= firstDeparture(fares.journeysOf(journeyOf(row))))
      throw new SourceError('not_cancellable', 'The first flight has departed')
  }
}

/** @throws SourceError if the quote is no longer about the order as it is */
export function checkQuote(
  { confirmed_at, expires_at, order_version }: QuoteRow<unknown>,
  row: OrderRow,
  now: number,
): void {
  if (confirmed_at !== null) throw new SourceError('already_confirmed', 'This quote has been confirmed')
  if (now >= expires_at) throw new SourceError('quote_expired', 'The quote has expired')
  if (order_version !== row.version) throw new SourceError('quote_superseded', 'The order has changed since the quote')
}
