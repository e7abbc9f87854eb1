import type { Database } from '@reference-plugins/store'
import { Checkouts } from './checkout/checkouts.ts'
import { Completion } from './checkout/completion.ts'
import { checkoutMigrations } from './checkout/tables.ts'
import { Orders } from './orders/orders.ts'
import { orderMigrations } from './orders/tables.ts'
import type { PaymentService } from './payments/payment-service.ts'
import {
  createShakyNetwork,
  createSimulatedService,
  type Network,
  paymentMigrations,
} from './payments/simulated-service.ts'
import { Stores } from './stores/stores.ts'

export const shopMigrations = { ...checkoutMigrations, ...orderMigrations, ...paymentMigrations }

/** All parts of the service. They know nothing of HTTP or assistants. */
export interface Shop {
  database: Database
  stores: Stores
  checkouts: Checkouts
  completion: Completion
  orders: Orders
  /** In milliseconds. */
  now: () => number
}

export function createShop(
  database: Database,
  settings: { PUBLIC_URL: string; FOOD_PAYMENTS?: 'steady' | 'shaky' },
  {
    now = Date.now,
    payments: given,
    network,
  }: { now?: () => number; payments?: PaymentService; network?: Network } = {},
): Shop {
  const own = settings.FOOD_PAYMENTS === 'shaky' ? createShakyNetwork() : undefined
  const stores = new Stores()
  const payments = given ?? createSimulatedService(database, network ?? own)
  const parts = { database, stores, payments, now, publicUrl: settings.PUBLIC_URL }
  const orders = new Orders(parts)
  const checkouts = new Checkouts(parts, orders)
  return { database, stores, checkouts, completion: new Completion(parts, checkouts), orders, now }
}
