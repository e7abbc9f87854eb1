import { z } from 'zod'
import type { Offer, OfferSearch } from '../offer.ts'
import { type FlightSource, SourceError } from '../source.ts'
import type { DuffelClient } from './client.ts'
import { OnlyId, SentOffer } from './messages.ts'
import { toOffer } from './to-booking.ts'
import { understand } from './understand.ts'

/** A search may find hundreds; the cheapest are enough to choose from. */
const mostOffers = 200
const pageSize = 100
/** How long Duffel waits for airlines, in milliseconds. */
const supplierTimeout = 20_000

const about = { subject: 'offer', isAction: false } as const

export const createOffers = (client: DuffelClient): Pick<FlightSource, 'searchOffers' | 'getOffer'> => ({
  async searchOffers(search, signal) {
    const { data: request } = await client.call('POST', '/air/offer_requests', {
      ...about,
      query: { return_offers: false, supplier_timeout: supplierTimeout },
      body: toOfferRequest(search),
      data: OnlyId,
      timeout: 'search',
      signal,
    })
    const found: unknown[] = []
    for (let after: string | undefined; found.length < mostOffers; ) {
      const query = { offer_request_id: request.id, sort: 'total_amount', limit: pageSize, after }
      const page = await client.call('GET', '/air/offers', { ...about, query, data: z.array(z.unknown()), signal })
      found.push(...page.data)
      after = page.after
      if (after === undefined) break
    }
    const offers = found.flatMap(readOffer)
    if (offers.length === 0 && found.length > 0)
      throw new SourceError('unavailable', 'Duffel sent offers that this plugin does not understand')
    return offers.slice(0, mostOffers).sort((a, b) => a.totalAmount - b.totalAmount)
  },

  getOffer: async (id, signal) => {
    const offer = await fetchOffer(client, id, signal)
    return understand(() => toOffer(offer))
  },
})

const toOfferRequest = ({ slices, adults, childAges, cabinClass, maxConnections }: OfferSearch) => ({
  slices: slices.map(({ origin, destination, departureDate }) => ({
    origin,
    destination,
    departure_date: departureDate,
  })),
  passengers: [...Array.from({ length: adults }, () => ({ type: 'adult' })), ...childAges.map((age) => ({ age }))],
  cabin_class: cabinClass,
  max_connections: maxConnections,
})

/** One offer that is not understood does not spoil the others. */
function readOffer(sent: unknown): Offer[] {
  const checked = SentOffer.safeParse(sent)
  if (!checked.success) return []
  try {
    return [toOffer(checked.data)]
  } catch {
    return []
  }
}

/**
 * The offer with its current price.
 * @throws SourceError offer_expired, sold_out, offer_not_found or unavailable
 */
export async function fetchOffer(client: DuffelClient, id: string, signal?: AbortSignal): Promise<SentOffer> {
  const path = `/air/offers/${encodeURIComponent(id)}`
  const { data } = await client.call('GET', path, { ...about, data: SentOffer, signal })
  if (Date.parse(data.expires_at) <= Date.now()) throw new SourceError('offer_expired', 'This offer has expired')
  return data
}
