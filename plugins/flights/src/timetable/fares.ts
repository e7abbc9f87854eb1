import type { Cabin, Conditions } from '../itinerary.ts'
import { minorDigits } from '../money.ts'
import { chance, pick } from './chance.ts'
import type { Flight } from './flights.ts'
import type { Journey } from './journeys.ts'

/** What a unit of the sample is in other currencies. These rates exist only here. */
const rates = { EUR: 1, CHF: 0.95, GBP: 0.86, USD: 1.1, SEK: 11.2, JPY: 160, BHD: 0.41 } as const
export type Currency = keyof typeof rates
export const currencies = Object.keys(rates) as [Currency, ...Currency[]]

export interface FareBrand {
  name: string
  factor: number
  checkedBags: number
  /** For how long it can be held, and its price then is guaranteed; 0 if it must be paid at once. In hours. */
  heldFor: number
  guaranteedFor: number
  /** For each passenger, in euros; undefined if it is not allowed. */
  refundPenalty: number | undefined
  changePenalty: number | undefined
}

export const fareBrands: readonly FareBrand[] = [
  {
    name: 'Light',
    factor: 1,
    checkedBags: 0,
    heldFor: 0,
    guaranteedFor: 0,
    refundPenalty: undefined,
    changePenalty: 75,
  },
  {
    name: 'Standard',
    factor: 1.18,
    checkedBags: 1,
    heldFor: 24,
    guaranteedFor: 6,
    refundPenalty: 60,
    changePenalty: 40,
  },
  { name: 'Flex', factor: 1.55, checkedBags: 1, heldFor: 72, guaranteedFor: 24, refundPenalty: 0, changePenalty: 0 },
]

const cabinFactors: Record<Cabin, number> = { economy: 1, premium_economy: 1.7, business: 3.4, first: 6 }
const mostSeats: Record<Cabin, number> = { economy: 40, premium_economy: 14, business: 10, first: 4 }
const hour = 3_600_000
/** How often prices may move, in milliseconds. */
const step = hour / 4

/** How many seats of a cabin were for sale at first. */
export const seatsOn = (seed: string, flight: Flight, cabin: Cabin): number => {
  const parts = ['seats', seed, seatKey(flight, cabin)]
  return chance('few', ...parts) < 0.1 ? pick(0, 3, ...parts) : pick(3, mostSeats[cabin], ...parts)
}

/** The seats of one cabin on one flight of one day. */
export const seatKey = ({ airline, number, origin, departsAt }: Flight, cabin: Cabin): string =>
  `${airline.iataCode}${number} ${origin.code} ${new Date(departsAt).toISOString()} ${cabin}`

/** What a journey costs an adult at a time, in the minor unit of the currency. */
export function fareOf(
  seed: string,
  journey: Journey,
  cabin: Cabin,
  brand: FareBrand,
  currency: Currency,
  now: number,
): number {
  const [first] = journey
  if (!first) return 0
  const days = (first.departsAt - now) / (24 * hour)
  const soon = days < 3 ? 1.7 : days < 7 ? 1.4 : days < 21 ? 1.15 : 1
  const parts = [seed, ...journey.map((flight) => seatKey(flight, cabin))]
  const euros = journey.reduce((sum, { distance }) => sum + 22 + 0.9 * distance ** 0.74, 0)
  const level = 0.8 + 0.5 * chance('level', ...parts)
  return toMinor(euros * cabinFactors[cabin] * brand.factor * level * soon * movement(parts, now), currency)
}

/** Most of the time 1; now and then the price is another for a quarter of an hour. */
function movement(parts: readonly string[], now: number): number {
  const time = Math.floor(now / step)
  return chance('moves', ...parts, time) < 0.15 ? 0.96 + 0.12 * chance('move', ...parts, time) : 1
}

/** @param euros with any number of digits */
export const toMinor = (euros: number, currency: Currency): number =>
  Math.round(euros * rates[currency] * 10 ** minorDigits(currency))

/** What children pay, as a part of the fare of an adult. */
export const partFor = (age: number | undefined): number => (age === undefined || age > 11 ? 1 : age < 2 ? 0.1 : 0.75)

export function conditionsOf(
  { refundPenalty, changePenalty }: FareBrand,
  passengers: number,
  currency: Currency,
): Conditions {
  const condition = (euros: number | undefined) =>
    euros === undefined
      ? { allowed: false }
      : { allowed: true, penaltyAmount: toMinor(euros, currency) * passengers, penaltyCurrency: currency }
  return { refundBeforeDeparture: condition(refundPenalty), changeBeforeDeparture: condition(changePenalty) }
}

/** CO2 of one passenger, in kilograms. */
export const emissionsOf = (journey: Journey, cabin: Cabin): number =>
  Math.round(journey.reduce((sum, { distance }) => sum + 12 + 0.075 * distance, 0) * Math.min(cabinFactors[cabin], 3))
