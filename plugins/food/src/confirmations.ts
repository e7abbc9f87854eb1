import type { Confirmation } from '@reference-plugins/core'
import { totalOf } from './checkout/total.ts'
import type { Session } from './checkout/vocabulary.ts'
import type { StoredOrder } from './orders/order.ts'
import { refundOf } from './orders/progress.ts'
import type { Payment } from './payments/payment-service.ts'
import { describeTime } from './stores/hours.ts'
import { describeMoney } from './stores/money.ts'
import type { Store } from './stores/store.ts'

const paymentNames: Record<Payment, string> = {
  at_the_door: 'at the door or in the store',
  saved_wallet: 'with the saved wallet',
  saved_card: 'with the saved card',
}

/** What a person sees before food is ordered. */
export function confirmOrder(session: Session, store: Store, payment: Payment): Confirmation {
  const { currency, totals, line_items, selected_fulfillment_options, fulfillment_options, fulfillment_details } =
    session
  const [selected] = selected_fulfillment_options
  const total = totalOf(totals)
  const window = fulfillment_options.find(({ id }) => id === selected?.option_id)?.title ?? ''
  const { address, name = '', phone_number = '' } = fulfillment_details
  const isPickup = selected?.type === 'pickup'
  return {
    question: `Order from ${store.name} for ${describeMoney(total, currency)}, paid ${paymentNames[payment]}?`,
    facts: [
      ...line_items.map((line) => ({
        label: `${line.quantity} x ${[line.name, ...line.variant_options.map(({ value }) => value)].join(', ')}`,
        value: describeMoney(line.unit_amount * line.quantity, currency),
      })),
      ...totals
        .filter(({ type, amount }) => amount > 0 && ['discount', 'fulfillment', 'tax', 'tip'].includes(type))
        .map(({ type, display_text, amount }) => ({
          label: display_text,
          value: describeMoney(type === 'discount' ? -amount : amount, currency),
        })),
      { label: 'Total', value: describeMoney(total, currency) },
      { label: 'When', value: window },
      {
        label: isPickup ? 'Where' : 'Address',
        value: isPickup || !address ? addressLine(store.address) : addressLine(address),
      },
      { label: 'Guest', value: `${name}, ${phone_number}` },
    ],
    bound: { total, currency, version: session.metadata.version, window: selected?.option_id ?? '' },
  }
}

const addressLine = ({ line_one, city, postal_code }: Store['address']): string => `${line_one}, ${postal_code} ${city}`

/** What a person sees before an order is canceled. */
export function confirmCancellation(order: StoredOrder): Confirmation {
  const { contents, kitchenAt, windowStart } = order
  const refund = refundOf(order)
  const back = refund > 0 ? `${describeMoney(refund, contents.currency)} come back` : 'nothing was paid'
  return {
    question: `Cancel the order at ${contents.store} for ${describeTime(windowStart, contents.timezone)}? ${refund > 0 ? back : `Nothing comes back, because ${back}`}.`,
    facts: [
      ...contents.lines.map(({ title, quantity }) => ({ label: 'Item', value: `${quantity} x ${title}` })),
      { label: 'Possible until', value: describeTime(kitchenAt, contents.timezone) },
    ],
    bound: { refund, currency: contents.currency },
  }
}
