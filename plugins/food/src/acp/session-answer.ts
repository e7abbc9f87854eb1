import type { Session } from '../checkout/vocabulary.ts'
import type { Order } from '../orders/vocabulary.ts'
import { itemIdOf } from './item-id.ts'
import { instrumentOf } from './payment-data.ts'
import { inAcpWords } from './words.ts'

type Total = Session['totals'][number]

/** The session as ACP 2026-04-17 has it: items are named together with their options, and only what its schema knows. */
export function toAcpSession(session: Session) {
  const { metadata, line_items, selected_fulfillment_options, fulfillment_options, order, capabilities } = session
  const lines = line_items.map((line) => ({
    ...line,
    item: {
      ...line.item,
      id: itemIdOf(
        metadata.store,
        line.item.id,
        line.variant_options.map(({ name }) => name),
      ),
    },
    product_id: line.item.id,
    totals: line.totals.map(toTotal),
  }))
  const handlers = capabilities.payment.handlers.map((handler) => ({
    ...handler,
    config: { instrument: instrumentOf(handler.id) },
  }))
  return {
    ...session,
    line_items: lines,
    fulfillment_options: fulfillment_options.map((option) => ({ ...option, totals: option.totals.map(toTotal) })),
    selected_fulfillment_options: selected_fulfillment_options.map((option) => ({
      ...option,
      item_ids: lines.map(({ item }) => item.id),
    })),
    totals: session.totals.map(toTotal),
    messages: session.messages.map((message) => ({ ...message, content: inAcpWords(message.content) })),
    capabilities: {
      payment: { handlers },
      interventions: { supported: [] },
      ...(session.discounts && { extensions: [{ name: 'discount', extends: ['$.CheckoutSession.discounts'] }] }),
    },
    ...(order && { order: toAcpOrder(order) }),
  }
}

// Descriptions are not in the schema.
const toTotal = ({ type, display_text, amount }: Total) => ({ type, display_text, amount })

const toAcpOrder = (order: Order) => ({
  ...order,
  fulfillments: order.fulfillments.map((fulfillment) => ({
    ...fulfillment,
    events: fulfillment.events.map(({ id, type, occurred_at }) => ({ id, type, occurred_at })),
  })),
  adjustments: order.adjustments.map(({ description, ...adjustment }) => ({ ...adjustment, reason: description })),
  totals: order.totals.map(toTotal),
})
