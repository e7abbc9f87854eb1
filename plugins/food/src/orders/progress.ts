import { minute, toTime } from '../stores/hours.ts'
import type { StoredOrder } from './order.ts'
import type { Order } from './vocabulary.ts'

type FulfillmentStatus = Order['fulfillments'][number]['status']

/** A delivery arrives in the middle of its window. */
const arrivesAt = ({ windowStart }: StoredOrder): number => windowStart + 15 * minute

interface Step {
  at: number
  order: Order['status']
  fulfillment: FulfillmentStatus
  description: string
}

/** The way of an order that is paid or will be paid at the door, from the first step to the last. */
function stepsOf(order: StoredOrder): Step[] {
  const { placedAt, kitchenAt, readyAt, windowEnd, contents } = order
  const start: Step[] = [
    { at: placedAt, order: 'confirmed', fulfillment: 'pending', description: 'The store has the order' },
    { at: kitchenAt, order: 'processing', fulfillment: 'processing', description: 'The kitchen has started' },
  ]
  return contents.type === 'pickup'
    ? [
        ...start,
        { at: readyAt, order: 'processing', fulfillment: 'ready_for_pickup', description: 'It can be picked up' },
        { at: windowEnd, order: 'completed', fulfillment: 'delivered', description: 'The window is over' },
      ]
    : [
        ...start,
        { at: readyAt, order: 'shipped', fulfillment: 'out_for_delivery', description: 'It is on its way' },
        { at: arrivesAt(order), order: 'completed', fulfillment: 'delivered', description: 'It has been delivered' },
      ]
}

export interface Progress {
  status: Order['status']
  fulfillment: FulfillmentStatus
  events: Order['fulfillments'][number]['events']
}

/** How far an order is. It is computed from its times, so it moves on by itself and is the same in all instances. */
export function progressOf(order: StoredOrder, now: number): Progress {
  const { canceledAt, paymentState } = order
  const until = Math.min(now, canceledAt ?? now)
  const done = stepsOf(order).filter(({ at }) => at <= until)
  const events = done.map(({ at, fulfillment, description }, index) => ({
    id: `event-${index + 1}`,
    type: fulfillment,
    occurred_at: toTime(at),
    description,
  }))
  if (canceledAt !== undefined) {
    const canceled = {
      id: 'event-canceled',
      type: 'canceled',
      occurred_at: toTime(canceledAt),
      description: 'It was canceled',
    }
    return { status: 'canceled', fulfillment: 'canceled', events: [...events, canceled] }
  }
  if (paymentState === 'pending') return { status: 'created', fulfillment: 'pending', events: [] }
  const { order: status = 'confirmed', fulfillment = 'pending' } = done.at(-1) ?? {}
  return { status, fulfillment, events }
}

/** Whether it can be canceled: until the kitchen starts. */
export const canCancel = ({ canceledAt, kitchenAt }: StoredOrder, now: number): boolean =>
  canceledAt === undefined && now < kitchenAt

/** What comes back if it is canceled. */
export const refundOf = ({ payment, amount }: StoredOrder): number => (payment === 'at_the_door' ? 0 : amount)

/** The order in the words of ACP. */
export function toOrder(order: StoredOrder, now: number, publicUrl: string): Order {
  const { id, contents, checkout, canceledAt, refunded } = order
  const { status, fulfillment, events } = progressOf(order, now)
  const estimate = { earliest: toTime(order.windowStart), latest: toTime(order.windowEnd) }
  const isRemoved = status === 'canceled'
  return {
    type: 'order',
    id,
    checkout_session_id: checkout,
    permalink_url: `${publicUrl}/continue/${checkout}`,
    status,
    estimated_delivery: estimate,
    support: { phone: contents.phone },
    line_items: contents.lines.map((line) => ({
      id: line.id,
      title: line.title,
      product_id: line.item,
      quantity: {
        ordered: line.quantity,
        current: isRemoved ? 0 : line.quantity,
        fulfilled: status === 'completed' ? line.quantity : 0,
      },
      unit_price: line.unitAmount,
      subtotal: line.unitAmount * line.quantity,
      status: isRemoved ? 'removed' : status === 'completed' ? 'fulfilled' : 'processing',
    })),
    fulfillments: [
      {
        id: 'fulfillment-1',
        type: contents.type === 'pickup' ? 'pickup' : 'shipping',
        status: fulfillment,
        ...(contents.destination && { destination: contents.destination }),
        estimated_delivery: estimate,
        events,
      },
    ],
    adjustments: canceledAt === undefined ? [] : [toAdjustment(order, canceledAt)],
    totals: [
      ...contents.totals,
      ...(refunded > 0 ? [{ type: 'amount_refunded' as const, display_text: 'Refunded', amount: refunded }] : []),
    ],
  }
}

function toAdjustment(order: StoredOrder, canceledAt: number): Order['adjustments'][number] {
  const isReturning = order.paymentState === 'returning'
  const amount = isReturning ? refundOf(order) : order.refunded
  return {
    id: 'adjustment-1',
    type: amount > 0 ? 'refund' : 'cancellation',
    occurred_at: toTime(canceledAt),
    status: isReturning ? 'pending' : 'completed',
    amount,
    currency: order.contents.currency,
    description: amount > 0 ? 'Canceled: the amount goes back to where it came from' : 'Canceled: nothing was paid',
  }
}
