import { LRUCache } from 'lru-cache'
import { durationOf as formatDuration } from '../airports/local-time.ts'
import type { Cabin, Passenger, Segment, Slice } from '../itinerary.ts'
import type { Offer, SearchedSlice } from '../offer.ts'
import { type Currency, conditionsOf, emissionsOf, type FareBrand, fareBrands, fareOf, partFor } from './fares.ts'
import type { Flight } from './flights.ts'
import { durationOf, findJourneys, type Journey } from './journeys.ts'
import { toLocal } from './local-date.ts'

/** Everything that the flights and the price of an offer or order are computed from. */
export interface BookedJourney {
  slices: readonly PickedSlice[]
  cabinClass: Cabin
  /** Of `fareBrands`. */
  brand: number
  /** Undefined for adults. */
  ages: readonly (number | undefined)[]
}

export interface PickedSlice extends SearchedSlice {
  maxConnections: number
  /** Of the journeys of that day. */
  index: number
  /** What all passengers have paid for it, once it is booked. */
  price?: number
}

export const mostJourneys = 12

export const brandOf = ({ brand }: BookedJourney): FareBrand => fareBrands[brand] as FareBrand

/** How many seats it takes: the smallest children have none. */
export const seatsFor = ({ ages }: BookedJourney): number => ages.filter((age) => age === undefined || age > 1).length

export const firstDeparture = (journeys: readonly Journey[]): number =>
  Math.min(...journeys.flat().map(({ departsAt }) => departsAt))

/** Computes flights and prices: the same for the same seed, whenever and wherever. */
export class Fares {
  readonly #seed: string
  readonly currency: Currency
  readonly #journeys = new LRUCache<string, Journey[]>({ max: 200 })

  constructor(seed: string, currency: Currency) {
    this.#seed = seed
    this.currency = currency
  }

  journeysOn(slice: SearchedSlice, maxConnections: number): Journey[] {
    const { origin, destination, departureDate } = slice
    const key = [origin, destination, departureDate, maxConnections].join()
    const known = this.#journeys.get(key)
    if (known) return known
    const found = findJourneys(this.#seed, slice, maxConnections, mostJourneys)
    this.#journeys.set(key, found)
    return found
  }

  journeysOf({ slices }: BookedJourney): Journey[] {
    return slices.map((slice) => this.journeysOn(slice, slice.maxConnections)[slice.index] as Journey)
  }

  /** What each slice costs all passengers now. */
  slicePrices(booked: BookedJourney, journeys: readonly Journey[], now: number): number[] {
    return journeys.map((journey) => {
      const fare = fareOf(this.#seed, journey, booked.cabinClass, brandOf(booked), this.currency, now)
      return booked.ages.reduce<number>((sum, age) => sum + Math.round(fare * partFor(age)), 0)
    })
  }

  toSlices(booked: BookedJourney, journeys: readonly Journey[]): Slice[] {
    const { name, checkedBags } = brandOf(booked)
    return journeys.map((journey, index) => ({
      id: `sli_${index + 1}`,
      origin: journey[0]?.origin.code ?? '',
      destination: journey.at(-1)?.destination.code ?? '',
      duration: formatDuration(durationOf(journey)),
      fareBrandName: name,
      segments: journey.map((flight) => toSegment(flight, booked.cabinClass, checkedBags)),
    }))
  }

  toOffer(id: string, booked: BookedJourney, journeys: readonly Journey[], createdAt: number, now: number): Offer {
    const { currency } = this
    const brand = brandOf(booked)
    const total = sumOf(this.slicePrices(booked, journeys, now))
    const tax = Math.round(total * 0.17)
    const [first] = journeys[0] ?? []
    const times = holdTimes(brand, journeys, now)
    return {
      id,
      createdAt: toTime(createdAt),
      expiresAt: toTime(createdAt + offerLifetime),
      totalAmount: total,
      totalCurrency: currency,
      baseAmount: total - tax,
      taxAmount: tax,
      owner: first?.airline ?? { iataCode: '', name: '' },
      slices: this.toSlices(booked, journeys),
      passengers: toPassengers(booked),
      conditions: conditionsOf(brand, booked.ages.length, currency),
      paymentRequirements: times
        ? {
            requiresInstantPayment: false,
            paymentRequiredBy: toTime(times.requiredBy),
            priceGuaranteeExpiresAt: toTime(times.guaranteedUntil),
          }
        : { requiresInstantPayment: true },
      totalEmissionsKg: seatsFor(booked) * sumOf(journeys.map((journey) => emissionsOf(journey, booked.cabinClass))),
    }
  }
}

const minute = 60_000
const hour = 60 * minute
export const offerLifetime = 30 * minute

/** Until when an order that is held now must be paid, and has its price. Undefined if it cannot be held. */
export function holdTimes({ heldFor, guaranteedFor }: FareBrand, journeys: readonly Journey[], now: number) {
  const last = firstDeparture(journeys) - 12 * hour
  if (heldFor === 0 || last < now + hour) return undefined
  const requiredBy = Math.min(now + heldFor * hour, last)
  return { requiredBy, guaranteedUntil: Math.min(now + guaranteedFor * hour, requiredBy) }
}

export const toPassengers = ({ ages }: BookedJourney): Passenger[] =>
  ages.map((age, index) => ({
    id: `pas_${index + 1}`,
    type: age === undefined ? 'adult' : age < 2 ? 'infant_without_seat' : 'child',
    ...(age !== undefined && { age }),
  }))

const toSegment = (flight: Flight, cabinClass: Cabin, checkedBags: number): Segment => ({
  origin: toAirport(flight.origin),
  destination: toAirport(flight.destination),
  departingAt: toLocal(flight.departsAt, flight.origin.timeZone),
  arrivingAt: toLocal(flight.arrivesAt, flight.destination.timeZone),
  duration: formatDuration(flight.arrivesAt - flight.departsAt),
  marketingCarrier: flight.airline,
  marketingCarrierFlightNumber: flight.number,
  operatingCarrier: flight.airline,
  aircraft: flight.aircraft,
  cabinClass,
  baggages: [
    { type: 'carry_on', quantity: 1 },
    { type: 'checked', quantity: checkedBags + (cabinClass === 'business' || cabinClass === 'first' ? 1 : 0) },
  ],
})

const toAirport = ({ code, name, city, timeZone }: Flight['origin']) => ({
  iataCode: code,
  name,
  cityName: city,
  timeZone,
})

export const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)
export const toTime = (milliseconds: number): string => new Date(milliseconds).toISOString()
