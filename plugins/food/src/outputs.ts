import { z } from 'zod'
import { Total, totalOf } from './checkout/total.ts'
import { FulfillmentOption, Session } from './checkout/vocabulary.ts'
import type { StoredOrder } from './orders/order.ts'
import { canCancel, refundOf } from './orders/progress.ts'
import { Order } from './orders/vocabulary.ts'
import { toTime } from './stores/hours.ts'

// The address of the store is in the answer of listStores.
const BriefOption = FulfillmentOption.omit({ location: true, pickup_type: true }).meta({ id: 'BriefOption' })

/** A session without what only programs need, and with what the next call needs. */
export const Checkout = Session.omit({ protocol: true, capabilities: true, links: true, metadata: true })
  .extend({
    fulfillment_options: z.array(BriefOption),
    order: Order.pick({ id: true, status: true, estimated_delivery: true, permalink_url: true })
      .optional()
      .describe('getOrder has more'),
    store: z.string(),
    version: z.int().describe('Increases with each change. completeCheckout needs it'),
    customer: z.object({
      id: z.string().describe('Names the guest. Keep it secret, and send it as customer_id the next time'),
    }),
  })
  .meta({ id: 'Checkout' })

export function toCheckout({ metadata, ...session }: Session): z.input<typeof Checkout> {
  const { store, version, customer_id } = metadata
  return { ...session, store, version, customer: { id: customer_id } }
}

export const PlacedOrder = Order.extend({
  store: z.string(),
  currency: z.string(),
  timezone: z.string(),
  cancellation: z
    .object({ possible: z.boolean(), until: z.string(), refund: z.int() })
    .describe('Whether it can be canceled, until when, and what comes back'),
}).meta({ id: 'PlacedOrder' })

export const toPlacedOrder = (shown: Order, order: StoredOrder, now: number): z.input<typeof PlacedOrder> => ({
  ...shown,
  store: order.store,
  currency: order.contents.currency,
  timezone: order.contents.timezone,
  cancellation: { possible: canCancel(order, now), until: toTime(order.kitchenAt), refund: refundOf(order) },
})

export const BriefOrder = Order.pick({ id: true, status: true, estimated_delivery: true })
  .extend({ store: z.string(), currency: z.string(), total: Total.shape.amount })
  .meta({ id: 'BriefOrder' })

export const toBriefOrder = (
  { id, status, estimated_delivery, totals }: Order,
  { store, contents }: StoredOrder,
): z.input<typeof BriefOrder> => ({
  id,
  status,
  estimated_delivery,
  store,
  currency: contents.currency,
  total: totalOf(totals),
})
