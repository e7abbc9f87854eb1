import type { Traveller } from '../order.ts'
import { SourceError } from '../source.ts'
import type { SentOffer } from './messages.ts'
import { toPassenger } from './to-itinerary.ts'

/**
 * The travellers as the passengers of the offer, in the same order. Each infant without a seat travels on the lap of an
 * adult.
 * @throws SourceError passengers_invalid
 */
export function toPassengers(offer: SentOffer, travellers: readonly Traveller[]) {
  const expected = offer.passengers.map(toPassenger)
  if (offer.passenger_identity_documents_required)
    throw new SourceError('passengers_invalid', 'The airline asks for passports, which cannot be given here')
  if (travellers.length !== expected.length)
    throw new SourceError('passengers_invalid', `This offer is for ${expected.length} passengers`)
  const infants = expected.filter(({ type }) => type === 'infant_without_seat').map(({ id }) => id)
  return expected.map(({ id, type }, index) => {
    const { givenName, familyName, bornOn, gender, email, phoneNumber } = travellers[index] as Traveller
    const infant = type === 'adult' ? infants.shift() : undefined
    return {
      id,
      given_name: givenName,
      family_name: familyName,
      born_on: bornOn,
      gender,
      title: gender === 'm' ? 'mr' : 'ms',
      email,
      phone_number: phoneNumber,
      ...(infant !== undefined && { infant_passenger_id: infant }),
    }
  })
}
