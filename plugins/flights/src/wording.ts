import type { Condition, Slice } from './itinerary.ts'
import { formatMoney } from './money.ts'
import type { Offer } from './offer.ts'
import type { Cancellation, Money, OrderChange, Traveller } from './order.ts'

interface Fact {
  label: string
  value: string
}

const dates = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' })

/** `12 March 2026, 19:40 UTC`, of a point in time. */
export const momentOf = (time: string): string =>
  `${dates.format(new Date(time))}, ${new Date(time).toISOString().slice(11, 16)} UTC`

/** `12 March 2026`, of a local time without a zone. */
const dateOf = (local: string): string => dates.format(new Date(`${local.slice(0, 10)}T00:00:00Z`))

/** `ZRH–OSL on 12 March 2026 and OSL–ZRH on 15 March 2026`. */
export const route = (slices: readonly Slice[]): string =>
  slices
    .map(({ origin, destination, segments }) => `${origin}–${destination} on ${dateOf(segments[0]?.departingAt ?? '')}`)
    .join(' and ')

export const people = ({ length }: readonly unknown[]): string => `${length} passenger${length === 1 ? '' : 's'}`

const baggageOf = (slices: readonly Slice[]): string => {
  const [{ baggages = [] } = {}] = slices[0]?.segments ?? []
  const parts = baggages
    .filter(({ quantity }) => quantity > 0)
    .map(({ type, quantity }) => `${quantity} ${type === 'checked' ? 'checked' : 'carry-on'}`)
  return `${parts.join(', ') || 'none'} for each passenger`
}

const conditionOf = (condition: Condition | undefined): string => {
  if (!condition) return 'not known'
  if (!condition.allowed) return 'not allowed'
  const { penaltyAmount, penaltyCurrency } = condition
  if (penaltyAmount === undefined || penaltyCurrency === undefined) return 'allowed, the penalty is not known'
  return penaltyAmount === 0
    ? 'free of charge'
    : `for a fee of ${formatMoney({ amount: penaltyAmount, currency: penaltyCurrency })}`
}

const flightsOf = (slices: readonly Slice[]): Fact => ({
  label: 'Flights',
  value: slices
    .flatMap(({ segments }) => segments)
    .map(
      ({ marketingCarrier, marketingCarrierFlightNumber: number, origin, destination, departingAt, arrivingAt }) =>
        `${marketingCarrier.iataCode} ${number}: ${place(origin, departingAt)} to ${place(destination, arrivingAt)}`,
    )
    .join('; '),
})

const place = ({ iataCode, timeZone }: { iataCode: string; timeZone: string }, local: string): string =>
  `${iataCode} ${local.slice(0, 16).replace('T', ' ')} (${timeZone})`

/** What a person must know before they agree to fly. */
export const flightFacts = ({ slices, conditions }: Pick<Offer, 'slices' | 'conditions'>): Fact[] => [
  flightsOf(slices),
  { label: 'Baggage', value: baggageOf(slices) },
  { label: 'Refund before departure', value: conditionOf(conditions.refundBeforeDeparture) },
  { label: 'Change before departure', value: conditionOf(conditions.changeBeforeDeparture) },
]

export const travellersFact = (
  travellers: readonly Pick<Traveller, 'givenName' | 'familyName' | 'bornOn'>[],
): Fact => ({
  label: 'Passengers',
  value: travellers.map(({ givenName, familyName, bornOn }) => `${givenName} ${familyName} (${bornOn})`).join('; '),
})

export const priceOf = ({ totalAmount, totalCurrency }: { totalAmount: number; totalCurrency: string }): Money => ({
  amount: totalAmount,
  currency: totalCurrency,
})

const refundPlaces: Record<Cancellation['refundTo'], string> = {
  balance: 'to the balance of the account',
  voucher: 'as a voucher of the airline',
  airline_credits: 'as credits of the airline',
  awaiting_payment: 'nothing was paid',
}

export function refundWords({ refundAmount, refundCurrency, refundTo }: Cancellation): string {
  const words = formatMoney({ amount: refundAmount, currency: refundCurrency })
  return refundTo === 'awaiting_payment'
    ? `${words} (${refundPlaces[refundTo]})`
    : `${words}, ${refundPlaces[refundTo]}`
}

export function changeWords({ changeTotalAmount, changeTotalCurrency }: OrderChange): string {
  const words = formatMoney({ amount: Math.abs(changeTotalAmount), currency: changeTotalCurrency })
  return changeTotalAmount < 0 ? `get back ${words}` : `pay ${words}`
}
