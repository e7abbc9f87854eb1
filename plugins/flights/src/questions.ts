import type { Confirmation, UserContext } from '@reference-plugins/core'
import { checkPrice } from './check-price.ts'
import { formatMoney } from './money.ts'
import type { Cancellation, Money, Order, OrderChange } from './order.ts'
import { answerFrom } from './problems.ts'
import { type FlightSource, SourceError } from './source.ts'
import { type OrderInput, readRequest } from './travellers.ts'
import { changeWords, flightFacts, momentOf, people, priceOf, refundWords, route, travellersFact } from './wording.ts'

/** What a person sees before an offer is held, or booked and paid. */
export const confirmOrdering = (
  how: 'hold' | 'book',
  input: OrderInput,
  context: UserContext<never>,
  source: FlightSource,
): Promise<Confirmation> =>
  answerFrom(context, async () => {
    const { offerId, travellers, price } = readRequest(input)
    const offer = await source.getOffer(offerId, context.signal)
    const { requiresInstantPayment, paymentRequiredBy, priceGuaranteeExpiresAt } = offer.paymentRequirements
    const isHold = how === 'hold'
    if (isHold && requiresInstantPayment) throw new SourceError('cannot_be_held', 'This offer must be paid at once')
    if (travellers.length !== offer.passengers.length)
      throw new SourceError('passengers_invalid', `The offer is for ${people(offer.passengers)}`)
    checkPrice(price, priceOf(offer))
    const words = `${route(offer.slices)}, ${people(travellers)}`
    return {
      question: isHold
        ? `Hold ${words}, for ${formatMoney(price)}? Nothing is paid now.`
        : `Pay ${formatMoney(price)} for ${words}?`,
      facts: [
        travellersFact(travellers),
        ...flightFacts(offer),
        ...(isHold && paymentRequiredBy ? [{ label: 'Must be paid by', value: momentOf(paymentRequiredBy) }] : []),
        ...(isHold && priceGuaranteeExpiresAt
          ? [{ label: 'Price guaranteed until', value: momentOf(priceGuaranteeExpiresAt) }]
          : []),
      ],
      bound: { ...price },
    }
  })

export function confirmPaying(order: Order, price: Money): Confirmation {
  checkPrice(price, priceOf(order))
  const { paidAt } = order.paymentStatus
  if (order.cancelledAt !== undefined) throw new SourceError('already_cancelled', 'The order is cancelled')
  if (paidAt !== undefined) throw new SourceError('already_paid', 'The order is paid')
  if (!order.availableActions.includes('pay')) throw new SourceError('order_expired', 'The order was not paid in time')
  return {
    question: `Pay ${formatMoney(price)} for ${route(order.slices)}, ${people(order.passengers)}?`,
    facts: [
      { label: 'Booking reference', value: order.bookingReference },
      travellersFact(order.passengers),
      ...flightFacts(order),
    ],
    bound: { ...price },
  }
}

export function confirmCancelling(quote: Cancellation, order: Order, refund: Money, now: number): Confirmation {
  checkOpen(quote, now)
  checkPrice(refund, { amount: quote.refundAmount, currency: quote.refundCurrency })
  return {
    question: `Cancel ${route(order.slices)}, ${people(order.passengers)}? Refund: ${refundWords(quote)}.`,
    facts: [
      { label: 'Booking reference', value: order.bookingReference },
      travellersFact(order.passengers),
      { label: 'Paid', value: order.paymentStatus.paidAt === undefined ? 'nothing' : formatMoney(priceOf(order)) },
    ],
    bound: { ...refund },
  }
}

export function confirmChanging(change: OrderChange, order: Order, price: Money, now: number): Confirmation {
  checkOpen(change, now)
  const { changeTotalAmount, changeTotalCurrency, penaltyTotalAmount, penaltyTotalCurrency } = change
  checkPrice(price, { amount: changeTotalAmount, currency: changeTotalCurrency })
  const penalty =
    penaltyTotalAmount === undefined
      ? []
      : [
          {
            label: 'Penalty in it',
            value: formatMoney({ amount: penaltyTotalAmount, currency: penaltyTotalCurrency ?? changeTotalCurrency }),
          },
        ]
  const { conditions } = order
  return {
    question: `Change ${route(order.slices)} to ${route(change.slices)}, ${people(order.passengers)}, and ${changeWords(change)}?`,
    facts: [
      { label: 'Booking reference', value: order.bookingReference },
      travellersFact(order.passengers),
      ...flightFacts({ slices: change.slices, conditions }),
      ...penalty,
    ],
    bound: { ...price },
  }
}

function checkOpen({ confirmedAt, expiresAt }: Pick<Cancellation, 'confirmedAt' | 'expiresAt'>, now: number): void {
  if (confirmedAt !== undefined) throw new SourceError('already_confirmed', 'This quote has been confirmed')
  if (Date.parse(expiresAt) <= now) throw new SourceError('quote_expired', 'The quote has expired')
}
