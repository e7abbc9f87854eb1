import type { Cancellation, Order, Traveller } from '../order.ts'
import { brandOf, type Fares, firstDeparture, toPassengers, toTime } from './booked-journey.ts'
import { conditionsOf } from './fares.ts'
import { isExpired, journeyOf, type OrderRow } from './rows.ts'

/** An order as the airline tells it. */
export function toOrder(
  row: OrderRow,
  amount: number,
  cancellation: Cancellation | undefined,
  fares: Fares,
  now: number,
): Order {
  const booked = journeyOf(row)
  const journeys = fares.journeysOf(booked)
  const travellers: Traveller[] = JSON.parse(row.travellers)
  const brand = brandOf(booked)
  const isPaid = row.paid_at !== null
  const hasEnded = row.cancelled_at !== null || isExpired(row, now) || now > firstDeparture(journeys)
  const canChange = brand.changePenalty !== undefined
  const actions: Order['availableActions'] = isPaid
    ? ['cancel', ...(canChange ? (['change'] as const) : [])]
    : ['pay', 'cancel']
  return {
    id: row.id,
    bookingReference: referenceOf(row.number),
    type: row.required_by === null ? 'instant' : 'hold',
    createdAt: toTime(row.created_at),
    totalAmount: amount,
    totalCurrency: row.currency,
    owner: journeys[0]?.[0]?.airline ?? { iataCode: '', name: '' },
    slices: fares.toSlices(booked, journeys),
    passengers: toPassengers(booked).map((passenger, index) => {
      const { givenName = '', familyName = '', bornOn = '' } = travellers[index] ?? {}
      return { ...passenger, givenName, familyName, bornOn }
    }),
    conditions: conditionsOf(brand, booked.ages.length, fares.currency),
    paymentStatus: {
      awaitingPayment: !isPaid && row.cancelled_at === null,
      ...(row.required_by !== null && { paymentRequiredBy: toTime(row.required_by) }),
      ...(row.guaranteed_until !== null && { priceGuaranteeExpiresAt: toTime(row.guaranteed_until) }),
      ...(isPaid && { paidAt: toTime(row.paid_at as number) }),
    },
    availableActions: hasEnded ? [] : actions,
    documents: isPaid ? travellers.map((_, index) => toTicket(row, index)) : [],
    ...(row.cancelled_at !== null && { cancelledAt: toTime(row.cancelled_at) }),
    ...(cancellation && { cancellation }),
  }
}

const letters = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** Six letters and digits, no two the same. */
function referenceOf(number: number): string {
  // A product with an odd number is another one for each number.
  let rest = Math.imul(number, 0x2545f491) & 0x3fffffff
  let reference = ''
  for (let count = 0; count < 6; count++, rest >>>= 5) reference += letters[rest & 31]
  return reference
}

const toTicket = ({ number }: OrderRow, index: number) => ({
  type: 'electronic_ticket',
  uniqueIdentifier: `999-${String(number * 10 + index).padStart(10, '0')}`,
})
