import type { FlightSource } from '../source.ts'
import { createCancellations } from './cancellations.ts'
import { createChanges } from './changes.ts'
import { type ClientOptions, DuffelClient } from './client.ts'
import { createOffers } from './offers.ts'
import { createOrders } from './orders.ts'

export interface DuffelOptions {
  /** Of the operator. One that begins with `duffel_test_` books nothing real. */
  token: string
  /** By default Duffel's own. */
  baseUrl?: string
  timeouts?: ClientOptions['timeouts']
}

// Duffel waits up to 120 seconds for an airline. A search must end within the time of a call of this plugin.
const timeouts = { read: 15_000, search: 30_000, action: 130_000 }

/** An order that Duffel has accepted, but whose airline has not answered, may appear after a couple of hours. */
const longestWait = 3 * 3_600

/** The offers and orders of Duffel, API v2 (https://duffel.com/docs/api). Orders are paid from the operator's balance there. */
export function createDuffelSource({
  token,
  baseUrl = 'https://api.duffel.com',
  ...options
}: DuffelOptions): FlightSource {
  const client = new DuffelClient({ token, baseUrl, timeouts: options.timeouts ?? timeouts })
  const isTest = token.startsWith('duffel_test_')
  return {
    name: isTest ? 'Duffel, in test mode: nothing is really booked' : 'Duffel',
    settleSeconds: longestWait,
    ...createOffers(client),
    ...createOrders(client),
    ...createCancellations(client),
    ...createChanges(client),
  }
}
