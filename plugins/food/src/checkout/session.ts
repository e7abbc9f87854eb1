import type { Order } from '../orders/vocabulary.ts'
import { localTime, toTime } from '../stores/hours.ts'
import type { Store } from '../stores/store.ts'
import { areaOf } from '../stores/stores.ts'
import type { Checkout, Wishes } from './checkout.ts'
import { idOf, nextWindows, toOption, windowOf } from './fulfillment.ts'
import {
  ageFor,
  ageMessage,
  couponMessages,
  declinedMessage,
  expiredMessage,
  guestMessages,
  lineMessages,
  progressMessage,
  type Stock,
} from './messages.ts'
import { paymentHandlers } from './payment-handlers.ts'
import { type PricedLine, priceLines, totalsOf } from './totals.ts'
import {
  type FulfillmentOption,
  type LineItem,
  type Message,
  protocolVersion,
  type Session,
  type Status,
} from './vocabulary.ts'

export interface SessionFacts {
  checkout: Checkout
  store: Store
  /** How many of each item have been sold on the day of the order. */
  sold: ReadonlyMap<string, number>
  order?: Order | undefined
  /** In milliseconds. */
  now: number
  publicUrl: string
}

/** How many other guests leave of an item that they are taking. */
const lastOnes = 2

/** The session of a stored checkout: a function of what is stored and of the time, so all instances say the same. */
export function toSession({ checkout, store, sold, order, now, publicUrl }: SessionFacts): Session {
  const { wishes } = checkout
  const lines = priceLines(store, checkout.lines)
  const amounts = totalsOf(store, checkout, lines, now)
  const stockOf: Stock = ({ menuItem: { id, per_day, rush }, since }) =>
    rush ? (now > since ? 0 : lastOnes) : per_day && Math.max(0, per_day - (sold.get(id) ?? 0))
  const continueUrl = `${publicUrl}/continue/${checkout.id}`
  const isExpired = checkout.state === 'open' && now >= checkout.expiresAt
  const isOpen = checkout.state === 'open' && !isExpired
  const faults = isOpen ? [...lineMessages(lines, stockOf), ...guestMessages(store, checkout, amounts, now)] : []
  const needed = isOpen ? ageFor(lines) : 0
  const age = needed > checkout.confirmedAge ? needed : 0
  const messages: Message[] = [
    ...faults,
    ...(age > 0 ? [ageMessage(age, continueUrl)] : []),
    ...couponMessages(amounts),
    ...(isOpen && checkout.declined !== undefined ? [declinedMessage(checkout.declined)] : []),
    ...(isExpired ? [expiredMessage] : []),
    ...(checkout.state === 'in_progress' ? [progressMessage] : []),
  ]
  const isBlocked = faults.some(({ type }) => type === 'error')
  const openStatus: Status = isBlocked ? 'incomplete' : age > 0 ? 'requires_escalation' : 'ready_for_payment'
  const closed: Record<Exclude<Checkout['state'], 'open'>, Status> = {
    in_progress: 'complete_in_progress',
    completed: 'completed',
    canceled: 'canceled',
  }
  const status = isExpired ? 'expired' : checkout.state === 'open' ? openStatus : closed[checkout.state]
  return {
    id: checkout.id,
    protocol: { version: protocolVersion },
    status,
    currency: store.currency,
    timezone: store.timezone,
    ...(wishes.guest_email !== undefined && { buyer: toBuyer(wishes.guest_email, wishes) }),
    line_items: lines.map((line, index) => toLineItem(line, index, stockOf(line))),
    fulfillment_details: toDetails(store, wishes),
    fulfillment_options: isOpen ? optionsFor(store, wishes, now) : [],
    selected_fulfillment_options: selectedOption(lines, wishes),
    totals: amounts.totals,
    ...(amounts.discounts.codes.length > 0 && { discounts: amounts.discounts }),
    messages,
    links: [
      { type: 'terms_of_use', url: `${publicUrl}/legal` },
      { type: 'privacy_policy', url: `${publicUrl}/legal` },
    ],
    capabilities: { payment: { handlers: paymentHandlers(publicUrl) } },
    created_at: toTime(checkout.createdAt),
    updated_at: toTime(checkout.updatedAt),
    expires_at: toTime(checkout.expiresAt),
    ...(status === 'requires_escalation' && { continue_url: continueUrl }),
    metadata: { store: store.id, version: checkout.version, customer_id: checkout.customer },
    ...(order && { order }),
  }
}

/** The day for whose stock a checkout counts, in local time: that of its window, or today. */
export const stockDay = (store: Store, { wishes: { fulfillment, window } }: Checkout, now: number): string =>
  localTime(
    fulfillment === undefined || window === undefined ? now : windowOf(store, fulfillment, window).kitchenStarts,
    store.timezone,
  ).date

function toLineItem(line: PricedLine, index: number, left: number | undefined): LineItem {
  const { menuItem, chosen, unitAmount, amount, quantity } = line
  return {
    id: `line-${index + 1}`,
    item: { id: menuItem.id, name: menuItem.name, unit_amount: menuItem.price },
    quantity,
    name: menuItem.name,
    unit_amount: unitAmount,
    variant_options: chosen.map(({ id, name }) => ({ name: id, value: name })),
    availability_status:
      left === undefined
        ? 'in_stock'
        : left < quantity
          ? 'out_of_stock'
          : left - quantity < 3
            ? 'low_stock'
            : 'in_stock',
    ...(left !== undefined && { available_quantity: left }),
    max_quantity_per_order: menuItem.most,
    totals: [{ type: 'total', display_text: 'Price', amount }],
  }
}

const toBuyer = (email: string, { guest_name: name, guest_phone: phone }: Wishes): NonNullable<Session['buyer']> => ({
  email,
  ...(name !== undefined && { full_name: name }),
  ...(phone !== undefined && { phone_number: phone }),
})

export function toDetails(store: Store, wishes: Wishes): Session['fulfillment_details'] {
  const {
    guest_name: name,
    guest_phone: phone,
    guest_email: email,
    line_one,
    line_two,
    city,
    state,
    postal_code,
  } = wishes
  const { address } = store
  return {
    ...(name !== undefined && { name }),
    ...(phone !== undefined && { phone_number: phone }),
    ...(email !== undefined && { email }),
    ...(line_one !== undefined &&
      city !== undefined &&
      postal_code !== undefined && {
        address: {
          name: name ?? '',
          line_one,
          ...(line_two !== undefined && { line_two }),
          city,
          // A store delivers only nearby.
          state: state ?? address.state,
          country: address.country,
          postal_code,
        },
      }),
  }
}

function optionsFor(store: Store, { fulfillment, window, postal_code }: Wishes, now: number): FulfillmentOption[] {
  const area = postal_code === undefined ? undefined : areaOf(store, postal_code)
  const offered = [
    ...nextWindows(store, 'pickup', now).map((one) => toOption(store, one, 0)),
    ...(area ? nextWindows(store, 'local_delivery', now).map((one) => toOption(store, one, area.fee)) : []),
  ]
  if (fulfillment === undefined || window === undefined) return offered
  const fee = fulfillment === 'pickup' ? 0 : (area?.fee ?? 0)
  const chosen = toOption(store, windowOf(store, fulfillment, window), fee)
  return offered.some(({ id }) => id === chosen.id) ? offered : [chosen, ...offered]
}

const selectedOption = (
  lines: readonly PricedLine[],
  { fulfillment, window }: Wishes,
): Session['selected_fulfillment_options'] =>
  fulfillment === undefined || window === undefined
    ? []
    : [
        {
          type: fulfillment,
          option_id: idOf({ type: fulfillment, start: window }),
          item_ids: [...new Set(lines.map(({ item }) => item))],
        },
      ]
