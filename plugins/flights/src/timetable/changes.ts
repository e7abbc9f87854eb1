import { checkPrice } from '../check-price.ts'
import type { ChangeRequest, Money, OrderChange } from '../order.ts'
import { SourceError } from '../source.ts'
import { type BookedJourney, brandOf, firstDeparture, type PickedSlice, sumOf, toTime } from './booked-journey.ts'
import { checkQuote, quoteLifetime } from './cancellations.ts'
import { isInOrder, soldOut } from './checks.ts'
import type { Desk } from './desk.ts'
import { toMinor } from './fares.ts'
import { inFuture } from './local-date.ts'
import { journeyOf, type OrderRow, quoteOf } from './rows.ts'
import { TestCase } from './test-cases.ts'

const mostQuotes = 5

/** Replaces a slice of a paid order by another: quotes first. */
export class Changes {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  quote(request: ChangeRequest): Promise<OrderChange[]> {
    const { database, now: clock, orders, seats, fares } = this.#desk
    return database.transaction(async (transaction) => {
      const now = clock()
      const row = await orders.read(transaction, request.orderId)
      this.#checkChangeable(row, now)
      const choices = this.#choices(row, request, now)
      const journeys = choices.map((choice) => fares.journeysOf(choice))
      const isOpen = await seats.open(transaction, journeys.flat(), journeyOf(row), now, row.id)
      const quotes: OrderChange[] = []
      for (const [index, choice] of choices.entries()) {
        if (!journeys[index]?.every(isOpen)) continue
        const quote = this.#toQuote(row, choice, now)
        quotes.push(quote)
        await orders.addQuote(transaction, 'change', row, index + 1, quote, choice)
      }
      if (quotes.length === 0) throw new SourceError('no_flights', 'There are no such flights with free seats')
      return quotes
    })
  }

  async read(id: string): Promise<OrderChange> {
    const { database, orders } = this.#desk
    return quoteOf(await orders.readQuote<OrderChange>(database, 'change', id))
  }

  async confirm(id: string, price: Money): Promise<OrderChange> {
    const { database, now: clock, orders, seats, fares } = this.#desk
    const { orderId } = await this.read(id)
    const testCase = new TestCase(
      (await orders.toOrder(database, await orders.read(database, orderId), clock())).passengers,
    )
    testCase.before()
    const change = await database.transaction(async (transaction) => {
      const now = clock()
      const quote = await orders.readQuote<OrderChange>(transaction, 'change', id)
      const row = await orders.read(transaction, quote.order_id)
      checkQuote(quote, row, now)
      this.#checkChangeable(row, now)
      const { changeTotalAmount, changeTotalCurrency, newTotalAmount } = quoteOf(quote)
      checkPrice(price, { amount: changeTotalAmount, currency: changeTotalCurrency })
      const choice = journeyOf(quote)
      const journeys = fares.journeysOf(choice)
      const isOpen = await seats.open(transaction, journeys, choice, now, row.id)
      if (!journeys.every(isOpen)) throw soldOut()
      if (changeTotalAmount > 0) testCase.onPayment()
      await orders.confirmQuote(transaction, id, now)
      await orders.setJourney(transaction, row, choice, newTotalAmount)
      await orders.pay(transaction, row, id, changeTotalAmount, now)
      await seats.free(transaction, row.id)
      await seats.take(transaction, row.id, journeys, choice, firstDeparture(journeys) + 24 * 3_600_000)
      return quoteOf(await orders.readQuote<OrderChange>(transaction, 'change', id))
    })
    testCase.after()
    return change
  }

  /** The order with each journey that could replace the slice, the cheapest first. */
  #choices(row: OrderRow, request: ChangeRequest, now: number): BookedJourney[] {
    const { fares } = this.#desk
    const booked = journeyOf(row)
    const place = booked.slices.findIndex((_, index) => `sli_${index + 1}` === request.sliceId)
    const old = booked.slices[place]
    if (!old) throw new SourceError('no_flights', `The order has no slice ${request.sliceId}`)
    const { origin = old.origin, destination = old.destination, departureDate } = request
    const [asked = old] = inFuture([{ origin, destination, departureDate }], now)
    const picked = { ...asked, maxConnections: old.maxConnections }
    return fares
      .journeysOn(picked, picked.maxConnections)
      .map((journey, index): BookedJourney => {
        const [price = 0] = fares.slicePrices(booked, [journey], now)
        const slices = booked.slices.with(place, { ...picked, index, price } satisfies PickedSlice)
        return { ...booked, slices }
      })
      .filter((choice) => isInOrder(fares.journeysOf(choice)) && firstDeparture(fares.journeysOf(choice)) > now)
      .filter(
        (choice) =>
          choice.slices[place]?.departureDate !== old.departureDate || choice.slices[place]?.index !== old.index,
      )
      .sort((a, b) => totalOf(a) - totalOf(b))
      .slice(0, mostQuotes)
  }

  #toQuote(row: OrderRow, choice: BookedJourney, now: number): OrderChange {
    const { fares } = this.#desk
    const penalty = toMinor(brandOf(choice).changePenalty ?? 0, fares.currency) * choice.ages.length
    const difference = totalOf(choice) - row.amount
    // Only where a change is free the airline gives something back.
    const toPay = penalty + (penalty === 0 ? difference : Math.max(0, difference))
    const money = {
      changeTotalCurrency: row.currency,
      penaltyTotalCurrency: row.currency,
      newTotalCurrency: row.currency,
    }
    return {
      id: `oce_${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}`,
      orderId: row.id,
      slices: fares.toSlices(choice, fares.journeysOf(choice)),
      ...money,
      changeTotalAmount: toPay,
      penaltyTotalAmount: penalty,
      newTotalAmount: row.amount + toPay - penalty,
      ...(toPay < 0 && { refundTo: 'original_form_of_payment' as const }),
      expiresAt: toTime(now + quoteLifetime),
    }
  }

  #checkChangeable(row: OrderRow, now: number): void {
    if (row.cancelled_at !== null) throw new SourceError('already_cancelled', 'The order is cancelled')
    const booked = journeyOf(row)
    if (row.paid_at === null || brandOf(booked).changePenalty === undefined)
      throw new SourceError('not_changeable', 'Only a paid order whose fare allows it can be changed')
    if (now >= firstDeparture(this.#desk.fares.journeysOf(booked)))
      throw new SourceError('not_changeable', 'The first flight has departed')
  }
}

const totalOf = ({ slices }: BookedJourney): number => sumOf(slices.map(({ price = 0 }) => price))
