import { z } from 'zod'

// The words are those of Duffel's API v2. Amounts are integers in the minor unit of the currency beside them.

export const cabins = ['economy', 'premium_economy', 'business', 'first'] as const
export type Cabin = (typeof cabins)[number]

export const amount = z.int().describe('In the minor unit of the currency: 18420 is 184.20 EUR, 18420 JPY, 18.420 BHD')
export const currency = z.string().describe('ISO 4217')

export const Airport = z
  .object({
    iataCode: z.string(),
    name: z.string(),
    cityName: z.string(),
    timeZone: z.string().describe('The zone of local times here, such as Europe/Zurich'),
  })
  .meta({ id: 'Airport' })
export type Airport = z.infer<typeof Airport>

export const Airline = z.object({ iataCode: z.string(), name: z.string() }).meta({ id: 'Airline' })
export type Airline = z.infer<typeof Airline>

export const Segment = z
  .object({
    origin: Airport,
    destination: Airport,
    departingAt: z.string().describe('Local time at the origin, without a zone'),
    arrivingAt: z.string().describe('Local time at the destination, without a zone'),
    duration: z.string().describe('ISO 8601, such as PT2H35M'),
    marketingCarrier: Airline,
    marketingCarrierFlightNumber: z.string(),
    operatingCarrier: Airline,
    aircraft: z.string().optional(),
    cabinClass: z.enum(cabins),
    baggages: z
      .array(z.object({ type: z.enum(['carry_on', 'checked']), quantity: z.int() }))
      .describe('For each passenger'),
  })
  .meta({ id: 'Segment' })
export type Segment = z.infer<typeof Segment>

export const Slice = z
  .object({
    id: z.string(),
    origin: z.string().describe('IATA code'),
    destination: z.string().describe('IATA code'),
    duration: z.string().describe('ISO 8601, with the time between flights'),
    fareBrandName: z.string().optional(),
    segments: z.array(Segment),
  })
  .meta({ id: 'Slice' })
export type Slice = z.infer<typeof Slice>

const Condition = z
  .object({
    allowed: z.boolean(),
    penaltyAmount: amount.optional(),
    penaltyCurrency: currency.optional(),
  })
  .meta({ id: 'Condition' })
export type Condition = z.infer<typeof Condition>

export const Conditions = z
  .object({
    refundBeforeDeparture: Condition.optional().describe('Missing if the airline does not say'),
    changeBeforeDeparture: Condition.optional().describe('Missing if the airline does not say'),
  })
  .meta({ id: 'Conditions' })
export type Conditions = z.infer<typeof Conditions>

export const Passenger = z
  .object({
    id: z.string(),
    type: z.enum(['adult', 'child', 'infant_without_seat']),
    age: z.int().optional(),
  })
  .meta({ id: 'Passenger' })
export type Passenger = z.infer<typeof Passenger>
