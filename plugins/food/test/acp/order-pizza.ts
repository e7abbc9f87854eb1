import type { toAcpSession } from '../../src/acp/session-answer.ts'

type AcpSession = ReturnType<typeof toAcpSession>
/** Sends a request with the headers Authorization, API-Version and Idempotency-Key, and returns the body of the answer. */
type Post = (path: string, body: object) => Promise<AcpSession>

export async function orderPizza(post: Post): Promise<AcpSession> {
  const { id, fulfillment_options } = await post('/checkout_sessions', {
    line_items: [{ id: 'forno-luca/margherita+large+olives', quantity: 2 }],
    currency: 'usd',
    capabilities: {},
    fulfillment_details: { name: 'Ada Guest', phone_number: '+12125550100' },
  })
  const pickup = fulfillment_options.find(({ type }) => type === 'pickup')
  const { capabilities } = await post(`/checkout_sessions/${id}`, {
    selected_fulfillment_options: [{ type: 'pickup', option_id: pickup?.id, item_ids: [] }],
  })
  // Here the agent shows items, window and total to its user, and asks.
  const [handler] = capabilities.payment.handlers
  return post(`/checkout_sessions/${id}/complete`, {
    payment_data: { handler_id: handler?.id, instrument: handler?.config.instrument },
  })
}
