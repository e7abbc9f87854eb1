import { z } from 'zod'
import { formatMoney } from './money.ts'
import { Offer } from './offer.ts'
import { Cancellation, Order, OrderChange } from './order.ts'

// What the source says, with each amount as people write it too: a model need not move the point.

const total = z.string().describe('totalAmount as people write it: 184.20 EUR')
const inWords = (amount: number, currency: string): string => formatMoney({ amount, currency })

export const PricedOffer = Offer.extend({ total }).meta({ id: 'PricedOffer' })
export const toPricedOffer = (offer: Offer): z.infer<typeof PricedOffer> => ({
  ...offer,
  total: inWords(offer.totalAmount, offer.totalCurrency),
})

const states = ['held', 'price_no_longer_guaranteed', 'expired', 'paid', 'cancelled'] as const

export const KnownOrder = Order.extend({
  total,
  state: z.enum(states).describe('An expired order was not paid in time, and no longer exists for the airline'),
}).meta({ id: 'KnownOrder' })
export const toKnownOrder = (order: Order, now: number): z.infer<typeof KnownOrder> => ({
  ...order,
  total: inWords(order.totalAmount, order.totalCurrency),
  state: stateOf(order, now),
})

export const Refund = Cancellation.extend({ refund: z.string().describe('refundAmount as people write it') }).meta({
  id: 'Refund',
})
export const toRefund = (quote: Cancellation): z.infer<typeof Refund> => ({
  ...quote,
  refund: inWords(quote.refundAmount, quote.refundCurrency),
})

export const Change = OrderChange.extend({ toPay: z.string().describe('changeTotalAmount as people write it') }).meta({
  id: 'Change',
})
export const toChange = (change: OrderChange): z.infer<typeof Change> => ({
  ...change,
  toPay: inWords(change.changeTotalAmount, change.changeTotalCurrency),
})

/** Duffel has no status: it follows from times. */
function stateOf({ cancelledAt, paymentStatus }: Order, now: number): (typeof states)[number] {
  const { awaitingPayment, paymentRequiredBy, priceGuaranteeExpiresAt } = paymentStatus
  if (cancelledAt !== undefined) return 'cancelled'
  if (!awaitingPayment) return 'paid'
  if (paymentRequiredBy !== undefined && Date.parse(paymentRequiredBy) <= now) return 'expired'
  const isGuaranteed = priceGuaranteeExpiresAt === undefined || Date.parse(priceGuaranteeExpiresAt) > now
  return isGuaranteed ? 'held' : 'price_no_longer_guaranteed'
}
