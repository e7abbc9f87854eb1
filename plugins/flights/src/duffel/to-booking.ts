import { parseAmount } from '../money.ts'
import type { Offer } from '../offer.ts'
import type { Cancellation, Order, OrderChange } from '../order.ts'
import { SourceError } from '../source.ts'
import type { SentCancellation, SentChange, SentOffer, SentOrder } from './messages.ts'
import { toAirline, toConditions, toPassenger, toSlice } from './to-itinerary.ts'

export function toOffer(sent: SentOffer): Offer {
  const { total_currency, base_amount, base_currency, tax_amount, tax_currency, total_emissions_kg } = sent
  const { requires_instant_payment, payment_required_by, price_guarantee_expires_at } = sent.payment_requirements
  const emissions = Math.round(Number(total_emissions_kg ?? Number.NaN))
  return {
    id: sent.id,
    createdAt: sent.created_at,
    expiresAt: sent.expires_at,
    totalAmount: parseAmount(sent.total_amount, total_currency),
    totalCurrency: total_currency,
    ...(base_amount !== undefined &&
      base_currency === total_currency && { baseAmount: parseAmount(base_amount, total_currency) }),
    ...(tax_amount !== undefined &&
      tax_currency === total_currency && { taxAmount: parseAmount(tax_amount, total_currency) }),
    owner: toAirline(sent.owner),
    slices: sent.slices.map(toSlice),
    passengers: sent.passengers.map(toPassenger),
    conditions: toConditions(sent.conditions),
    paymentRequirements: {
      requiresInstantPayment: requires_instant_payment,
      ...(payment_required_by !== undefined && { paymentRequiredBy: payment_required_by }),
      ...(price_guarantee_expires_at !== undefined && { priceGuaranteeExpiresAt: price_guarantee_expires_at }),
    },
    ...(Number.isSafeInteger(emissions) && { totalEmissionsKg: emissions }),
  }
}

export function toOrder(sent: SentOrder): Order {
  const { awaiting_payment, payment_required_by, price_guarantee_expires_at, paid_at } = sent.payment_status
  const isHeld = sent.type === undefined ? payment_required_by !== undefined : sent.type !== 'instant'
  // Duffel writes of an order that was not paid in time that it awaits no payment, as of one that is paid.
  const isLapsed = isHeld && !awaiting_payment && paid_at === undefined && sent.cancelled_at === undefined
  const isPayable =
    awaiting_payment &&
    sent.cancelled_at === undefined &&
    (payment_required_by === undefined || Date.parse(payment_required_by) > Date.now())
  const actions = (['cancel', 'change'] as const).filter((action) => sent.available_actions?.includes(action))
  return {
    id: sent.id,
    bookingReference: sent.booking_reference,
    type: isHeld ? 'hold' : 'instant',
    createdAt: sent.created_at,
    totalAmount: parseAmount(sent.total_amount, sent.total_currency),
    totalCurrency: sent.total_currency,
    owner: toAirline(sent.owner),
    slices: sent.slices.map(toSlice),
    passengers: sent.passengers.map(({ given_name, family_name, born_on, ...passenger }) => ({
      ...toPassenger(passenger),
      givenName: given_name,
      familyName: family_name,
      bornOn: born_on,
    })),
    conditions: toConditions(sent.conditions),
    paymentStatus: {
      awaitingPayment: awaiting_payment || isLapsed,
      ...(payment_required_by !== undefined && { paymentRequiredBy: payment_required_by }),
      ...(isLapsed && payment_required_by === undefined && { paymentRequiredBy: sent.created_at }),
      ...(price_guarantee_expires_at !== undefined && { priceGuaranteeExpiresAt: price_guarantee_expires_at }),
      ...(paid_at !== undefined && { paidAt: paid_at }),
    },
    availableActions: [...(isPayable ? (['pay'] as const) : []), ...actions],
    documents: (sent.documents ?? []).map(({ type, unique_identifier }) => ({
      type,
      uniqueIdentifier: unique_identifier,
    })),
    ...(sent.cancelled_at !== undefined && { cancelledAt: sent.cancelled_at }),
    ...(sent.cancellation?.refund_amount !== undefined && { cancellation: toCancellation(sent.cancellation) }),
  }
}

const refundTargets = ['balance', 'voucher', 'airline_credits', 'awaiting_payment'] as const

/** @throws SourceError if the airline does not say what it pays back */
export function toCancellation(sent: SentCancellation): Cancellation {
  const { refund_amount, refund_currency, confirmed_at, refund_to } = sent
  if (refund_amount === undefined || refund_currency === undefined)
    throw new SourceError('not_cancellable', 'The airline does not say what it would pay back: ask the airline')
  return {
    id: sent.id,
    orderId: sent.order_id,
    refundAmount: parseAmount(refund_amount, refund_currency),
    refundCurrency: refund_currency,
    // This plugin pays from the balance, so the original form of payment is the balance.
    refundTo: refundTargets.find((target) => target === refund_to) ?? 'balance',
    expiresAt: sent.expires_at ?? confirmed_at ?? new Date().toISOString(),
    ...(confirmed_at !== undefined && { confirmedAt: confirmed_at }),
  }
}

/** @param order Before the change, or after it if the change is confirmed */
export function toOrderChange(sent: SentChange, order: SentOrder): OrderChange {
  const removed = new Set(sent.slices.remove.map(({ id }) => id))
  const kept = order.slices.filter(({ id }) => !removed.has(id))
  const after = sent.confirmed_at === undefined ? [...kept, ...sent.slices.add] : order.slices
  const departure = (slice: (typeof after)[number]) => slice.segments[0]?.departing_at ?? ''
  const { penalty_total_amount, penalty_total_currency, refund_to, confirmed_at } = sent
  return {
    id: sent.id,
    orderId: sent.order_id,
    slices: after.toSorted((a, b) => departure(a).localeCompare(departure(b))).map(toSlice),
    changeTotalAmount: parseAmount(sent.change_total_amount, sent.change_total_currency),
    changeTotalCurrency: sent.change_total_currency,
    ...(penalty_total_amount !== undefined &&
      penalty_total_currency !== undefined && {
        penaltyTotalAmount: parseAmount(penalty_total_amount, penalty_total_currency),
        penaltyTotalCurrency: penalty_total_currency,
      }),
    newTotalAmount: parseAmount(sent.new_total_amount, sent.new_total_currency),
    newTotalCurrency: sent.new_total_currency,
    ...(refund_to !== undefined && { refundTo: refund_to === 'voucher' ? 'voucher' : 'original_form_of_payment' }),
    expiresAt: sent.expires_at,
    ...(confirmed_at !== undefined && { confirmedAt: confirmed_at }),
  }
}
