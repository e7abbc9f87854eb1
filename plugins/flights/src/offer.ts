import { z } from 'zod'
import { Airline, amount, type Cabin, Conditions, currency, Passenger, Slice } from './itinerary.ts'

/** A journey that can be booked at a price until it expires. */
export const Offer = z
  .object({
    id: z.string(),
    createdAt: z.string(),
    expiresAt: z.string(),
    totalAmount: amount.describe('For all passengers, in the minor unit of totalCurrency'),
    totalCurrency: currency,
    baseAmount: amount.optional(),
    taxAmount: amount.optional(),
    owner: Airline.describe('The airline that sells it'),
    slices: z.array(Slice),
    passengers: z.array(Passenger),
    conditions: Conditions,
    paymentRequirements: z.object({
      requiresInstantPayment: z.boolean().describe('True if it cannot be held'),
      paymentRequiredBy: z.string().optional().describe('Until when a held order must be paid'),
      priceGuaranteeExpiresAt: z.string().optional().describe('Until when the price of a held order is guaranteed'),
    }),
    totalEmissionsKg: z.int().optional(),
  })
  .meta({ id: 'Offer' })
export type Offer = z.infer<typeof Offer>

/** What is searched for: one slice, or two for there and back. */
export interface OfferSearch {
  /** IATA codes of airports or of cities, and a date in the zone of the origin. */
  slices: readonly SearchedSlice[]
  adults: number
  childAges: readonly number[]
  cabinClass: Cabin
  maxConnections: number
}

export interface SearchedSlice {
  origin: string
  destination: string
  /** YYYY-MM-DD */
  departureDate: string
}
