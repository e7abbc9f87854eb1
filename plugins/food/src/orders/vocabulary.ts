import { z } from 'zod'
import { Total } from '../checkout/total.ts'
import { Address } from '../stores/store.ts'

const EstimatedDelivery = z.object({ earliest: z.string(), latest: z.string() })

/** An order, in the words of ACP. */
export const Order = z
  .object({
    type: z.literal('order'),
    id: z.string(),
    checkout_session_id: z.string(),
    permalink_url: z.string(),
    status: z
      .enum(['created', 'confirmed', 'processing', 'shipped', 'completed', 'canceled'])
      .describe('created: the payment is not confirmed yet. processing: the kitchen works. shipped: on its way'),
    estimated_delivery: EstimatedDelivery,
    support: z.object({ phone: z.string() }),
    line_items: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        product_id: z.string(),
        quantity: z.object({ ordered: z.int(), current: z.int(), fulfilled: z.int() }),
        unit_price: z.int(),
        subtotal: z.int(),
        status: z.enum(['processing', 'fulfilled', 'removed']),
      }),
    ),
    fulfillments: z.array(
      z.object({
        id: z.string(),
        type: z.enum(['pickup', 'shipping']),
        status: z.enum(['pending', 'processing', 'ready_for_pickup', 'out_for_delivery', 'delivered', 'canceled']),
        destination: Address.optional(),
        estimated_delivery: EstimatedDelivery,
        events: z.array(
          z.object({ id: z.string(), type: z.string(), occurred_at: z.string(), description: z.string() }),
        ),
      }),
    ),
    adjustments: z.array(
      z.object({
        id: z.string(),
        type: z.enum(['refund', 'cancellation']),
        occurred_at: z.string(),
        status: z.enum(['pending', 'completed']),
        amount: z.int(),
        currency: z.string(),
        description: z.string(),
      }),
    ),
    totals: z.array(Total),
  })
  .meta({ id: 'Order' })
export type Order = z.infer<typeof Order>
