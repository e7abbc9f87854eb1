/** What messages of the shop call by the names of operations, as an ACP agent calls it. */
const calls: Record<string, string> = {
  createCheckout: 'POST /checkout_sessions',
  getCheckout: 'GET /checkout_sessions/{id}',
  updateCheckout: 'POST /checkout_sessions/{id}',
  completeCheckout: 'POST /checkout_sessions/{id}/complete',
  cancelCheckout: 'POST /checkout_sessions/{id}/cancel',
  listStores: 'GET /stores',
  getMenu: 'GET /stores/{store}/menu',
  getOrder: 'GET /orders/{id}',
  listOrders: 'GET /orders',
  cancelOrder: 'POST /orders/{id}/cancel',
}

const names = new RegExp(`\\b(${Object.keys(calls).join('|')})\\b`, 'g')

export const inAcpWords = (text: string): string => text.replaceAll(names, (name) => calls[name] as string)
