import { findPlaces, placeOf } from './airports/find-places.ts'
import type { Cabin, Slice } from './itinerary.ts'
import type { Offer, OfferSearch } from './offer.ts'
import { type FlightSource, SourceError } from './source.ts'

export interface Query {
  origin: string
  destination: string
  departureDate: string
  returnDate?: string | undefined
  cabin: Cabin
  adults: number
  childAges: readonly number[]
  maxConnections: number
  sort: 'price' | 'duration'
  holdable: boolean
}

const mostPeople = 9

/** @throws SourceError also if it is not clear what is searched for */
export async function findOffers(source: FlightSource, query: Query, signal: AbortSignal): Promise<Offer[]> {
  const offers = await source.searchOffers(toSearch(query), signal)
  const fitting = query.holdable
    ? offers.filter(({ paymentRequirements }) => !paymentRequirements.requiresInstantPayment)
    : offers
  return query.sort === 'price' ? fitting : fitting.toSorted((a, b) => minutesOf(a.slices) - minutesOf(b.slices))
}

function toSearch({
  departureDate,
  returnDate,
  cabin,
  adults,
  childAges,
  maxConnections,
  ...places
}: Query): OfferSearch {
  if (returnDate !== undefined && returnDate < departureDate)
    throw new SourceError('search_invalid', 'The return is before the departure')
  if (adults + childAges.length > mostPeople)
    throw new SourceError('search_invalid', `At most ${mostPeople} people can fly together`)
  const [origin, destination] = [readPlace(places.origin), readPlace(places.destination)]
  if (origin === destination) throw new SourceError('search_invalid', `Origin and destination are both ${origin}`)
  const back = returnDate === undefined ? [] : [{ origin: destination, destination: origin, departureDate: returnDate }]
  return {
    slices: [{ origin, destination, departureDate }, ...back],
    adults,
    childAges,
    cabinClass: cabin,
    maxConnections,
  }
}

/**
 * The code of the airport or city that a text means: an IATA code, or a name. A city with several airports comes before
 * others of its name; otherwise all airports of that name must be in one city.
 */
function readPlace(text: string): string {
  const byCode = /^[A-Za-z]{3,4}$/.test(text.trim()) ? placeOf(text.trim()) : undefined
  if (byCode) return byCode.code
  const found = findPlaces(text, 5)
  const [best] = found
  if (!best) throw new SourceError('place_unknown', `No airport or city is called ${JSON.stringify(text)}`)
  const others =
    best.type === 'city' ? [] : found.filter(({ city, country }) => city !== best.city || country !== best.country)
  if (others.length === 0) return best.code
  const candidates = [best, ...others].map(({ code, name, city, country }) => `${code} (${name}, ${city}, ${country})`)
  throw new SourceError('place_unclear', `${JSON.stringify(text)} may be ${candidates.join(' or ')}`)
}

/** In the air and between flights. */
const minutesOf = (slices: readonly Slice[]): number =>
  slices.reduce((sum, { duration }) => {
    const [, days = '0', hours = '0', minutes = '0'] = /^P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?$/.exec(duration) ?? []
    return sum + Number(days) * 1440 + Number(hours) * 60 + Number(minutes)
  }, 0)
