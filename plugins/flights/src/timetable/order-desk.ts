import type { Reading, Transaction } from '@reference-plugins/store'
import type { Cancellation, Order, OrderChange, OrderRequest } from '../order.ts'
import { SourceError } from '../source.ts'
import { type BookedJourney, type Fares, sumOf } from './booked-journey.ts'
import { journeyOf, type OrderRow, type QuoteRow, quoteOf } from './rows.ts'
import { toOrder } from './to-order.ts'

/** Reads and writes the rows of orders and quotes. */
export class OrderDesk {
  readonly #fares: Fares

  constructor(fares: Fares) {
    this.#fares = fares
  }

  /** @throws SourceError order_not_found */
  async read(reading: Reading, id: string): Promise<OrderRow> {
    const row = await reading.get<OrderRow>`SELECT * FROM timetable_order WHERE id = ${id}`
    if (!row) throw new SourceError('order_not_found', `Order ${id} does not exist`)
    return row
  }

  async find(reading: Reading, key: string): Promise<OrderRow | undefined> {
    return reading.get<OrderRow>`SELECT * FROM timetable_order WHERE request_key = ${key} ORDER BY number LIMIT 1`
  }

  async add(
    transaction: Transaction,
    { key, offerId, travellers, price }: OrderRequest,
    booked: BookedJourney,
    times: { now: number; requiredBy: number | null; guaranteedUntil: number | null; paidAt: number | null },
  ): Promise<OrderRow> {
    const last = await transaction.get<{ number: number | null }>`SELECT max(number) AS number FROM timetable_order`
    const id = `ord_${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}`
    await transaction.run`
      INSERT INTO timetable_order (id, number, request_key, offer_id, version, journey, travellers, amount, currency, created_at, required_by, guaranteed_until, paid_at)
      VALUES (${id}, ${(last?.number ?? 0) + 1}, ${key}, ${offerId}, ${1}, ${JSON.stringify(booked)}, ${JSON.stringify(travellers)},
        ${price.amount}, ${price.currency}, ${times.now}, ${times.requiredBy}, ${times.guaranteedUntil}, ${times.paidAt})`
    return this.read(transaction, id)
  }

  async setPaid(transaction: Transaction, row: OrderRow, amount: number, now: number): Promise<void> {
    await transaction.run`
      UPDATE timetable_order SET paid_at = ${now}, amount = ${amount}, version = version + 1 WHERE id = ${row.id}`
    await this.pay(transaction, row, 'order', amount, now)
  }

  async setCancelled(transaction: Transaction, row: OrderRow, refund: number, now: number): Promise<void> {
    await transaction.run`UPDATE timetable_order SET cancelled_at = ${now}, version = version + 1 WHERE id = ${row.id}`
    await this.pay(transaction, row, 'cancellation', -refund, now)
  }

  async setJourney(transaction: Transaction, { id }: OrderRow, journey: BookedJourney, amount: number): Promise<void> {
    await transaction.run`
      UPDATE timetable_order SET journey = ${JSON.stringify(journey)}, amount = ${amount}, version = version + 1 WHERE id = ${id}`
  }

  /** Writes what the airline got, or with a negative amount what it gave back. */
  async pay(transaction: Transaction, { id }: OrderRow, reason: string, amount: number, now: number): Promise<void> {
    const { currency } = this.#fares
    if (amount !== 0)
      await transaction.run`
        INSERT INTO timetable_payment (order_id, reason, amount, currency, created_at) VALUES (${id}, ${reason}, ${amount}, ${currency}, ${now})`
  }

  /** What an order costs now: once the guarantee has ended, what its flights cost now. */
  amountOf(row: OrderRow, now: number): number {
    if (row.paid_at !== null || row.cancelled_at !== null || now < (row.guaranteed_until ?? now + 1)) return row.amount
    const booked = journeyOf(row)
    return sumOf(this.#fares.slicePrices(booked, this.#fares.journeysOf(booked), now))
  }

  async toOrder(reading: Reading, row: OrderRow, now: number): Promise<Order> {
    const quote = await this.newestQuote<Cancellation>(reading, row.id, 'cancellation')
    return toOrder(row, this.amountOf(row, now), quote && quoteOf<Cancellation>(quote), this.#fares, now)
  }

  /** @throws SourceError quote_not_found */
  async readQuote<Content>(reading: Reading, kind: string, id: string): Promise<QuoteRow<Content>> {
    const row = await reading.get<QuoteRow<Content>>`SELECT * FROM timetable_quote WHERE kind = ${kind} AND id = ${id}`
    if (!row) throw new SourceError('quote_not_found', `Quote ${id} does not exist`)
    return row
  }

  async newestQuote<Content>(reading: Reading, orderId: string, kind: string): Promise<QuoteRow<Content> | undefined> {
    return reading.get<QuoteRow<Content>>`
      SELECT * FROM timetable_quote WHERE order_id = ${orderId} AND kind = ${kind} ORDER BY number DESC LIMIT 1`
  }

  async addQuote(
    transaction: Transaction,
    kind: string,
    { id: orderId, version }: OrderRow,
    number: number,
    content: Cancellation | OrderChange,
    booked: BookedJourney | undefined,
  ): Promise<void> {
    await transaction.run`
      INSERT INTO timetable_quote (id, kind, order_id, number, order_version, content, journey, expires_at)
      VALUES (${content.id}, ${kind}, ${orderId}, ${number}, ${version}, ${JSON.stringify(content)}, ${JSON.stringify(booked ?? null)}, ${Date.parse(content.expiresAt)})`
  }

  async confirmQuote(transaction: Transaction, id: string, now: number): Promise<void> {
    await transaction.run`UPDATE timetable_quote SET confirmed_at = ${now} WHERE id = ${id}`
  }
}
