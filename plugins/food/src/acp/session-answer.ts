import type { Session } from '../checkout/vocabulary.ts'
import { itemIdOf } from './item-id.ts'
import { instrumentOf } from './payment-data.ts'
import { inAcpWords } from './words.ts'

/** The session as ACP 2026-04-17 has it: an item is named together with its options, and messages name ACP's calls. */
export function toAcpSession(session: Session) {
  const { metadata, line_items, selected_fulfillment_options, capabilities, messages, discounts } = session
  const lines = line_items.map((line) => {
    const options = line.variant_options.map(({ name }) => name)
    return {
      ...line,
      item: { ...line.item, id: itemIdOf(metadata.store, line.item.id, options) },
      product_id: line.item.id,
    }
  })
  const handlers = capabilities.payment.handlers.map((handler) => ({
    ...handler,
    config: { instrument: instrumentOf(handler.id) },
  }))
  return {
    ...session,
    line_items: lines,
    selected_fulfillment_options: selected_fulfillment_options.map((option) => ({
      ...option,
      item_ids: lines.map(({ item }) => item.id),
    })),
    messages: messages.map((message) => ({ ...message, content: inAcpWords(message.content) })),
    capabilities: {
      payment: { handlers },
      interventions: { supported: [] },
      ...(discounts && { extensions: [{ name: 'discount', extends: ['$.CheckoutSession.discounts'] }] }),
    },
  }
}
