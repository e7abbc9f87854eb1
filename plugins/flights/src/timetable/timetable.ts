import type { Database } from '@reference-plugins/store'
import { checkPrice } from '../check-price.ts'
import type { Offer, OfferSearch } from '../offer.ts'
import type { Cancellation, ChangeRequest, Money, Order, OrderChange, OrderRequest } from '../order.ts'
import { type FlightSource, SourceError } from '../source.ts'
import { brandOf, Fares, firstDeparture, holdTimes, sumOf } from './booked-journey.ts'
import { Cancellations } from './cancellations.ts'
import { Changes } from './changes.ts'
import { checkTravellers, soldOut } from './checks.ts'
import type { Currency } from './fares.ts'
import { OfferDesk } from './offer-desk.ts'
import { OrderDesk } from './order-desk.ts'
import { isExpired, journeyOf } from './rows.ts'
import { Seats } from './seats.ts'
import { TestCase } from './test-cases.ts'

export interface TimetableOptions {
  database: Database
  seed: string
  currency: Currency
  /** In milliseconds since 1970. Tests set it. */
  now: () => number
}

const day = 24 * 3_600_000

/**
 * A source that needs no key: timetable and fares follow from the seed and the date, and the rest behaves like a real one.
 * Offers expire, prices move, seats sell out, and a few family names make payments and calls fail. It keeps its orders in
 * tables of its own and commits by itself, as if it were another service.
 */
export class Timetable implements FlightSource {
  readonly name = 'a timetable made up for this sample: these flights do not exist'
  readonly settleSeconds = 0
  readonly #database: Database
  readonly #now: () => number
  readonly #fares: Fares
  readonly #seats: Seats
  readonly #orders: OrderDesk
  readonly #offers: OfferDesk
  readonly #cancellations: Cancellations
  readonly #changes: Changes

  constructor({ database, seed, currency, now }: TimetableOptions) {
    this.#database = database
    this.#now = now
    this.#fares = new Fares(seed, currency)
    this.#seats = new Seats(seed)
    this.#orders = new OrderDesk(this.#fares)
    const parts = { database, now, fares: this.#fares, seats: this.#seats, orders: this.#orders }
    this.#offers = new OfferDesk(parts)
    this.#cancellations = new Cancellations(parts)
    this.#changes = new Changes(parts)
  }

  searchOffers(search: OfferSearch): Promise<Offer[]> {
    return this.#offers.search(search)
  }

  getOffer(id: string): Promise<Offer> {
    return this.#offers.get(id)
  }

  async createOrder(request: OrderRequest): Promise<Order> {
    const testCase = new TestCase(request.travellers)
    testCase.before()
    const order = await this.#database.transaction(async (transaction) => {
      const now = this.#now()
      const { booked, journeys } = await this.#offers.read(transaction, request.offerId, now)
      checkTravellers(booked, request.travellers, journeys)
      const times = holdTimes(brandOf(booked), journeys, now)
      if (!request.isPaid && !times) throw new SourceError('cannot_be_held', 'This offer must be paid at once')
      const isOpen = await this.#seats.open(transaction, journeys, booked, now)
      if (!journeys.every(isOpen)) throw soldOut()
      const prices = this.#fares.slicePrices(booked, journeys, now)
      checkPrice(request.price, { amount: sumOf(prices), currency: this.#fares.currency })
      if (request.isPaid) testCase.onPayment()
      const slices = booked.slices.map((slice, index) => ({ ...slice, price: prices[index] ?? 0 }))
      const row = await this.#orders.add(
        transaction,
        request,
        { ...booked, slices },
        {
          now,
          requiredBy: request.isPaid ? null : (times?.requiredBy ?? null),
          guaranteedUntil: request.isPaid ? null : (times?.guaranteedUntil ?? null),
          paidAt: request.isPaid ? now : null,
        },
      )
      if (request.isPaid) await this.#orders.pay(transaction, row, 'order', row.amount, now)
      await this.#seats.take(transaction, row.id, journeys, booked, row.required_by ?? firstDeparture(journeys) + day)
      return this.#orders.toOrder(transaction, row, now)
    })
    testCase.after()
    return order
  }

  async findOrder({ key }: Pick<OrderRequest, 'key'>): Promise<Order | undefined> {
    const row = await this.#orders.find(this.#database, key)
    return row && this.#orders.toOrder(this.#database, row, this.#now())
  }

  async getOrder(id: string): Promise<Order> {
    return this.#orders.toOrder(this.#database, await this.#orders.read(this.#database, id), this.#now())
  }

  async payOrder(id: string, price: Money): Promise<Order> {
    const testCase = new TestCase((await this.getOrder(id)).passengers)
    testCase.before()
    const order = await this.#database.transaction(async (transaction) => {
      const now = this.#now()
      const row = await this.#orders.read(transaction, id)
      if (row.cancelled_at !== null) throw new SourceError('already_cancelled', 'The order is cancelled')
      if (row.paid_at !== null) throw new SourceError('already_paid', 'The order is paid')
      if (isExpired(row, now)) throw new SourceError('order_expired', 'The order was not paid in time')
      checkPrice(price, { amount: this.#orders.amountOf(row, now), currency: row.currency })
      testCase.onPayment()
      const booked = journeyOf(row)
      const journeys = this.#fares.journeysOf(booked)
      await this.#orders.setPaid(transaction, row, price.amount, now)
      await this.#seats.keep(transaction, id, firstDeparture(journeys) + day)
      return this.#orders.toOrder(transaction, await this.#orders.read(transaction, id), now)
    })
    testCase.after()
    return order
  }

  quoteCancellation(orderId: string): Promise<Cancellation> {
    return this.#cancellations.quote(orderId)
  }

  getCancellation(id: string): Promise<Cancellation> {
    return this.#cancellations.read(id)
  }

  confirmCancellation(id: string): Promise<Cancellation> {
    return this.#cancellations.confirm(id)
  }

  quoteChange(request: ChangeRequest): Promise<OrderChange[]> {
    return this.#changes.quote(request)
  }

  getChange(id: string): Promise<OrderChange> {
    return this.#changes.read(id)
  }

  confirmChange(id: string, price: Money): Promise<OrderChange> {
    return this.#changes.confirm(id, price)
  }
}
