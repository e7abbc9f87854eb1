import type { Line } from './cart.ts'
import type { FulfillmentType } from './vocabulary.ts'

/** What a guest has said besides the items. */
export interface Wishes {
  guest_name?: string | undefined
  guest_phone?: string | undefined
  guest_email?: string | undefined
  line_one?: string | undefined
  line_two?: string | undefined
  city?: string | undefined
  state?: string | undefined
  postal_code?: string | undefined
  fulfillment?: FulfillmentType | undefined
  /** When the window starts, in milliseconds. */
  window?: number | undefined
  /** In minor units. */
  tip?: number | undefined
  coupons?: readonly string[] | undefined
  notes?: string | undefined
}

export type CheckoutState = 'open' | 'in_progress' | 'completed' | 'canceled'

/** A checkout as it is stored. Everything else about a session is computed from it. Times are in milliseconds. */
export interface Checkout {
  id: string
  /** Unguessable: who has it, sees the orders of this guest. */
  customer: string
  store: string
  /** Increases with each change. */
  version: number
  state: CheckoutState
  lines: readonly Line[]
  wishes: Wishes
  /** The age that a person has confirmed at `continue_url`, or 0. */
  confirmedAge: number
  /** The payment that was declined last. */
  declined?: string | undefined
  /** The idempotency key of the call that completes it. */
  actionKey?: string | undefined
  orderId?: string | undefined
  createdAt: number
  updatedAt: number
  expiresAt: number
}
