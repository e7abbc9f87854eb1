import { timeZoneOf } from '../airports/find-places.ts'
import { durationOf, instantOf } from '../airports/local-time.ts'
import {
  type Airline,
  type Cabin,
  type Conditions,
  cabins,
  type Passenger,
  type Segment,
  type Slice,
} from '../itinerary.ts'
import { parseAmount } from '../money.ts'
import type { SentConditions, SentPassenger, SentSegment, SentSlice } from './messages.ts'

export const toAirline = ({ iata_code, name }: { iata_code: string | undefined; name: string }): Airline => ({
  iataCode: iata_code ?? '',
  name,
})

export const toSlice = (sent: SentSlice): Slice => ({
  id: sent.id,
  origin: sent.origin.iata_code,
  destination: sent.destination.iata_code,
  duration: plainDuration(sent.duration) ?? travelTime(sent.segments),
  ...(sent.fare_brand_name !== undefined && { fareBrandName: sent.fare_brand_name }),
  segments: sent.segments.map(toSegment),
})

/** All passengers of this plugin fly in the same cabin, with the same baggage. */
const toSegment = (sent: SentSegment): Segment => ({
  origin: toAirport(sent.origin),
  destination: toAirport(sent.destination),
  departingAt: sent.departing_at,
  arrivingAt: sent.arriving_at,
  duration: plainDuration(sent.duration) ?? travelTime([sent]),
  marketingCarrier: toAirline(sent.marketing_carrier),
  marketingCarrierFlightNumber: sent.marketing_carrier_flight_number,
  operatingCarrier: toAirline(sent.operating_carrier),
  ...(sent.aircraft && { aircraft: sent.aircraft.name }),
  cabinClass: toCabin(sent.passengers[0]?.cabin_class),
  baggages: toBaggages(sent.passengers[0]?.baggages ?? []),
})

const toCabin = (sent: string | undefined): Cabin => cabins.find((cabin) => cabin === sent) ?? 'economy'

/** One entry for each type: Duffel may send a type several times, or with 0. */
function toBaggages(sent: Segment['baggages']): Segment['baggages'] {
  const counts = new Map<Segment['baggages'][number]['type'], number>()
  for (const { type, quantity } of sent) counts.set(type, (counts.get(type) ?? 0) + quantity)
  return Array.from(counts, ([type, quantity]) => ({ type, quantity })).filter(({ quantity }) => quantity > 0)
}

function toAirport({ iata_code, name, city_name, time_zone }: SentSegment['origin']): Segment['origin'] {
  return { iataCode: iata_code, name, cityName: city_name ?? name, timeZone: zoneOf({ iata_code, time_zone }) }
}

/** Duffel's own, and otherwise that of the data of this plugin. */
const zoneOf = ({ iata_code, time_zone }: { iata_code: string; time_zone: string | undefined }): string =>
  time_zone ?? timeZoneOf(iata_code) ?? 'UTC'

/** `PT02H26M` and `P1DT1H` as hours and minutes: `PT2H26M` and `PT25H`. */
function plainDuration(sent: string | undefined): string | undefined {
  const [, days, hours, minutes] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:[\d.]+S)?)?$/.exec(sent ?? '') ?? []
  if (days === undefined && hours === undefined && minutes === undefined) return undefined
  return durationOf(((Number(days ?? 0) * 24 + Number(hours ?? 0)) * 60 + Number(minutes ?? 0)) * 60_000)
}

function travelTime(segments: readonly SentSegment[]): string {
  const [first, last] = [segments[0], segments.at(-1)]
  if (!first || !last) return 'PT0M'
  const departure = instantOf(first.departing_at, zoneOf(first.origin))
  return durationOf(instantOf(last.arriving_at, zoneOf(last.destination)) - departure)
}

export function toConditions({ refund_before_departure, change_before_departure }: SentConditions): Conditions {
  const [refund, change] = [toCondition(refund_before_departure), toCondition(change_before_departure)]
  return { ...(refund && { refundBeforeDeparture: refund }), ...(change && { changeBeforeDeparture: change }) }
}

function toCondition(sent: SentConditions['refund_before_departure']): Conditions['refundBeforeDeparture'] {
  if (sent === undefined) return undefined
  const { allowed, penalty_amount, penalty_currency } = sent
  if (penalty_amount === undefined || penalty_currency === undefined) return { allowed }
  return { allowed, penaltyAmount: parseAmount(penalty_amount, penalty_currency), penaltyCurrency: penalty_currency }
}

export function toPassenger({ id, type, age }: SentPassenger): Passenger {
  const given = (['adult', 'child', 'infant_without_seat'] as const).find((one) => one === type)
  const byAge = age === undefined || age > 11 ? 'adult' : age < 2 ? 'infant_without_seat' : 'child'
  return { id, type: given ?? byAge, ...(age !== undefined && { age }) }
}
