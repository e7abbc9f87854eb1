import type { Database, Reading } from '@reference-plugins/store'
import { checkPrice } from '../check-price.ts'
import type { Offer, OfferSearch } from '../offer.ts'
import type { Cancellation, ChangeRequest, Money, Order, OrderChange, OrderRequest } from '../order.ts'
import { type FlightSource, SourceError } from '../source.ts'
import {
  type BookedJourney,
  brandOf,
  Fares,
  firstDeparture,
  holdTimes,
  offerLifetime,
  sumOf,
} from './booked-journey.ts'
import { Cancellations } from './cancellations.ts'
import { Changes } from './changes.ts'
import { checkTravellers, isInOrder, soldOut } from './checks.ts'
import { type Currency, fareBrands } from './fares.ts'
import type { Journey } from './journeys.ts'
import { addDays, dateOf, inFuture } from './local-date.ts'
import { isExpired, journeyOf, OrderDesk } from './order-desk.ts'
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
/** How far ahead flights are sold. */
const daysAhead = 366

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
  readonly #cancellations: Cancellations
  readonly #changes: Changes

  constructor({ database, seed, currency, now }: TimetableOptions) {
    this.#database = database
    this.#now = now
    this.#fares = new Fares(seed, currency)
    this.#seats = new Seats(seed)
    this.#orders = new OrderDesk(this.#fares)
    const parts = { database, now, fares: this.#fares, seats: this.#seats, orders: this.#orders }
    this.#cancellations = new Cancellations(parts)
    this.#changes = new Changes(parts)
  }

  async searchOffers({ slices, ...rest }: OfferSearch): Promise<Offer[]> {
    const now = this.#now()
    const search = { ...rest, slices: inFuture(slices, now) }
    const days = search.slices.map((slice) =>
      isOnSale(slice.departureDate, now) ? this.#fares.journeysOn(slice, search.maxConnections) : [],
    )
    const picks = combine(days.map(({ length }) => length)).filter((indexes) => {
      const journeys = indexes.map((index, slice) => days[slice]?.[index] as Journey)
      return firstDeparture(journeys) > now + day / 8 && isInOrder(journeys)
    })
    if (picks.length === 0) return []
    const isOpen = await this.#seats.open(this.#database, days.flat(), toBooked(search, [], 0), now)
    const id = crypto.randomUUID().replaceAll('-', '').slice(0, 12)
    await this.#database.run`DELETE FROM timetable_search WHERE created_at < ${now - day}`
    await this.#database
      .run`INSERT INTO timetable_search (id, search, created_at) VALUES (${id}, ${JSON.stringify(search)}, ${now})`
    return picks
      .filter((indexes) => indexes.every((index, slice) => isOpen(days[slice]?.[index] as Journey)))
      .flatMap((indexes) =>
        fareBrands.map((_, brand) => {
          const journeys = indexes.map((index, slice) => days[slice]?.[index] as Journey)
          const booked = toBooked(search, indexes, brand)
          return this.#fares.toOffer(`off_${[id, ...indexes, brand].join('_')}`, booked, journeys, now, now)
        }),
      )
      .sort((a, b) => a.totalAmount - b.totalAmount)
  }

  async getOffer(id: string): Promise<Offer> {
    const now = this.#now()
    const { booked, journeys, createdAt } = await this.#readOffer(this.#database, id, now)
    const isOpen = await this.#seats.open(this.#database, journeys, booked, now)
    if (!journeys.every(isOpen)) throw soldOut()
    return this.#fares.toOffer(id, booked, journeys, createdAt, now)
  }

  async createOrder(request: OrderRequest): Promise<Order> {
    const testCase = new TestCase(request.travellers)
    testCase.before()
    const order = await this.#database.transaction(async (transaction) => {
      const now = this.#now()
      const { booked, journeys } = await this.#readOffer(transaction, request.offerId, now)
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

  async #readOffer(reading: Reading, id: string, now: number) {
    const [, searchId = '', ...indexes] = id.split('_')
    const row = await reading.get<{ search: string; created_at: number }>`
      SELECT search, created_at FROM timetable_search WHERE id = ${searchId}`
    const brand = Number(indexes.pop())
    const search: OfferSearch | undefined = row && JSON.parse(row.search)
    if (!row || !search || search.slices.length !== indexes.length || !fareBrands[brand])
      throw new SourceError('offer_not_found', `Offer ${id} does not exist`)
    if (now >= row.created_at + offerLifetime) throw new SourceError('offer_expired', `Offer ${id} has expired`)
    const booked = toBooked(search, indexes.map(Number), brand)
    const journeys = this.#fares.journeysOf(booked)
    if (!journeys.every(Boolean)) throw new SourceError('offer_not_found', `Offer ${id} does not exist`)
    return { booked, journeys, createdAt: row.created_at }
  }
}

function toBooked(search: OfferSearch, indexes: readonly number[], brand: number): BookedJourney {
  const { slices, adults, childAges, cabinClass, maxConnections } = search
  return {
    slices: indexes.map((index, slice) => ({
      ...(slices[slice] as OfferSearch['slices'][number]),
      maxConnections,
      index,
    })),
    cabinClass,
    brand,
    ages: [...Array<undefined>(adults).fill(undefined), ...childAges],
  }
}

/** All combinations of one index of each list. */
const combine = (lengths: readonly number[]): number[][] =>
  lengths.reduce<number[][]>(
    (found, length) => found.flatMap((indexes) => Array.from({ length }, (_, index) => [...indexes, index])),
    [[]],
  )

const isOnSale = (date: string, now: number): boolean => date <= addDays(dateOf(now), daysAhead)
