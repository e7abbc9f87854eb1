import { z } from 'zod'
import { Airline, amount, Conditions, currency, Passenger, Slice } from './itinerary.ts'

/** What it would give back to cancel an order. Only the newest quote of an order can be confirmed, until it expires. */
export const Cancellation = z
  .object({
    id: z.string(),
    orderId: z.string(),
    refundAmount: amount,
    refundCurrency: currency,
    refundTo: z.enum(['balance', 'voucher', 'airline_credits', 'awaiting_payment']),
    expiresAt: z.string(),
    confirmedAt: z.string().optional().describe('When the order was cancelled; missing for a quote'),
  })
  .meta({ id: 'Cancellation' })
export type Cancellation = z.infer<typeof Cancellation>

/** Other flights for an order, and what the change costs. */
export const OrderChange = z
  .object({
    id: z.string(),
    orderId: z.string(),
    slices: z.array(Slice).describe('All flights of the order after the change'),
    changeTotalAmount: amount.describe('To pay, with the penalty. Negative if it is paid back'),
    changeTotalCurrency: currency,
    penaltyTotalAmount: amount.optional(),
    penaltyTotalCurrency: currency.optional(),
    newTotalAmount: amount.describe('What the order costs after the change'),
    newTotalCurrency: currency,
    refundTo: z.enum(['original_form_of_payment', 'voucher']).optional(),
    expiresAt: z.string(),
    confirmedAt: z.string().optional().describe('When the order was changed; missing for a quote'),
  })
  .meta({ id: 'OrderChange' })
export type OrderChange = z.infer<typeof OrderChange>

export const Order = z
  .object({
    id: z.string(),
    bookingReference: z.string(),
    type: z.enum(['hold', 'instant']),
    createdAt: z.string(),
    totalAmount: amount,
    totalCurrency: currency,
    owner: Airline,
    slices: z.array(Slice),
    passengers: z.array(Passenger.extend({ givenName: z.string(), familyName: z.string(), bornOn: z.string() })),
    conditions: Conditions,
    paymentStatus: z.object({
      awaitingPayment: z.boolean(),
      paymentRequiredBy: z.string().optional(),
      priceGuaranteeExpiresAt: z.string().optional(),
      paidAt: z.string().optional(),
    }),
    availableActions: z.array(z.enum(['pay', 'cancel', 'change'])),
    documents: z
      .array(z.object({ type: z.string(), uniqueIdentifier: z.string() }))
      .describe('Tickets, once it is paid'),
    cancelledAt: z.string().optional(),
    cancellation: Cancellation.optional().describe('The newest quote, or the cancellation'),
  })
  .meta({ id: 'Order' })
export type Order = z.infer<typeof Order>

/** Who travels, and how the airline reaches them. */
export interface Traveller {
  givenName: string
  familyName: string
  /** YYYY-MM-DD */
  bornOn: string
  gender: 'm' | 'f'
  email: string
  /** E.164 */
  phoneNumber: string
}

export interface Money {
  amount: number
  currency: string
}

export interface OrderRequest {
  /** Kept with the order, so that it can be found again by it: at most 64 characters of [A-Za-z0-9_-]. */
  key: string
  offerId: string
  /** In the order of the passengers of the offer. */
  travellers: readonly Traveller[]
  /** What the user has agreed to. Any other price is refused. */
  price: Money
  /** Whether it is paid at once from the operator's balance. Otherwise it is held. */
  isPaid: boolean
}

export interface ChangeRequest {
  orderId: string
  /** The slice of the order that is replaced. */
  sliceId: string
  /** IATA codes; those of the replaced slice if missing. */
  origin?: string | undefined
  destination?: string | undefined
  /** YYYY-MM-DD */
  departureDate: string
}
