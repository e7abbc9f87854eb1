import type { Reading } from '@reference-plugins/store'
import type { Offer, OfferSearch } from '../offer.ts'
import { SourceError } from '../source.ts'
import { type BookedJourney, firstDeparture, offerLifetime } from './booked-journey.ts'
import { isInOrder, soldOut } from './checks.ts'
import type { Desk } from './desk.ts'
import { fareBrands } from './fares.ts'
import type { Journey } from './journeys.ts'
import { addDays, dateOf, inFuture } from './local-date.ts'

const hour = 3_600_000
/** How far ahead flights are sold: from so many milliseconds to so many days. */
const leastAhead = 3 * hour
const daysAhead = 366
/** Longer than an offer lives, so that it is said to have expired. */
const keptFor = 24 * hour

/** Keeps what was searched for. The offers follow from it: the id of one says which search, journeys and fare brand. */
export class OfferDesk {
  readonly #desk: Desk

  constructor(desk: Desk) {
    this.#desk = desk
  }

  async search({ slices, ...rest }: OfferSearch): Promise<Offer[]> {
    const { database, now: clock, fares, seats } = this.#desk
    const now = clock()
    const search = { ...rest, slices: inFuture(slices, now) }
    const days = search.slices.map((slice) =>
      isOnSale(slice.departureDate, now) ? fares.journeysOn(slice, search.maxConnections) : [],
    )
    const choices = combine(days.map(({ length }) => length))
      .map((indexes) => ({ indexes, journeys: indexes.map((index, slice) => days[slice]?.[index] as Journey) }))
      .filter(({ journeys }) => firstDeparture(journeys) > now + leastAhead && isInOrder(journeys))
    if (choices.length === 0) return []
    const isOpen = await seats.open(database, days.flat(), toBooked(search, [], 0), now)
    const id = await this.#keep(search, now)
    return choices
      .filter(({ journeys }) => journeys.every(isOpen))
      .flatMap(({ indexes, journeys }) =>
        fareBrands.map((_, brand) =>
          fares.toOffer(['off', id, ...indexes, brand].join('_'), toBooked(search, indexes, brand), journeys, now, now),
        ),
      )
      .sort((a, b) => a.totalAmount - b.totalAmount)
  }

  async get(id: string): Promise<Offer> {
    const { database, now: clock, fares, seats } = this.#desk
    const now = clock()
    const { booked, journeys, createdAt } = await this.read(database, id, now)
    const isOpen = await seats.open(database, journeys, booked, now)
    if (!journeys.every(isOpen)) throw soldOut()
    return fares.toOffer(id, booked, journeys, createdAt, now)
  }

  /** @throws SourceError offer_not_found, offer_expired */
  async read(reading: Reading, id: string, now: number) {
    const [, searchId = '', ...indexes] = id.split('_')
    const row = await reading.get<{ search: string; created_at: number }>`
      SELECT search, created_at FROM timetable_search WHERE id = ${searchId}`
    const brand = Number(indexes.pop())
    const search: OfferSearch | undefined = row && JSON.parse(row.search)
    if (!row || !search || search.slices.length !== indexes.length || !fareBrands[brand])
      throw new SourceError('offer_not_found', `Offer ${id} does not exist`)
    if (now >= row.created_at + offerLifetime) throw new SourceError('offer_expired', `Offer ${id} has expired`)
    const booked = toBooked(search, indexes.map(Number), brand)
    const journeys = this.#desk.fares.journeysOf(booked)
    if (!journeys.every(Boolean)) throw new SourceError('offer_not_found', `Offer ${id} does not exist`)
    return { booked, journeys, createdAt: row.created_at }
  }

  async #keep(search: OfferSearch, now: number): Promise<string> {
    const { database } = this.#desk
    const id = crypto.randomUUID().replaceAll('-', '').slice(0, 12)
    await database.run`DELETE FROM timetable_search WHERE created_at < ${now - keptFor}`
    await database.run`INSERT INTO timetable_search (id, search, created_at) VALUES (${id}, ${JSON.stringify(search)}, ${now})`
    return id
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
