import { z } from 'zod'
import { Order } from '../orders/vocabulary.ts'
import { Address } from '../stores/store.ts'
import { Total } from './total.ts'

// The words of the Agentic Commerce Protocol, ACP, version 2026-04-17. Amounts are in the minor unit of the currency.

export const protocolVersion = '2026-04-17'

const messageMembers = {
  severity: z.enum(['info', 'low', 'medium', 'high', 'critical']).optional(),
  resolution: z.enum(['recoverable', 'requires_buyer_input', 'requires_buyer_review']).optional(),
  param: z.string().optional().describe('What it is about, as a JSONPath into the checkout'),
  content_type: z.literal('plain'),
  content: z.string(),
}
export const Message = z
  .object({
    type: z.enum(['info', 'warning', 'error']),
    code: z
      .string()
      .optional()
      .describe('Such as missing, out_of_stock, minimum_not_met or age_verification_required; not for info'),
    ...messageMembers,
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof Message>

export const LineItem = z
  .object({
    id: z.string(),
    item: z.object({ id: z.string(), name: z.string(), unit_amount: z.int() }),
    quantity: z.int(),
    name: z.string(),
    unit_amount: z.int().describe('With its options'),
    variant_options: z.array(z.object({ name: z.string(), value: z.string() })),
    availability_status: z.enum(['in_stock', 'low_stock', 'out_of_stock']),
    available_quantity: z.int().optional(),
    max_quantity_per_order: z.int(),
    totals: z.array(Total),
  })
  .meta({ id: 'LineItem' })
export type LineItem = z.infer<typeof LineItem>

export const FulfillmentOption = z
  .object({
    type: z.enum(['pickup', 'local_delivery']),
    id: z.string(),
    title: z.string().describe('The window in local time'),
    location: z.object({ name: z.string(), address: Address, phone: z.string() }).optional(),
    pickup_type: z.literal('in_store').optional(),
    ready_by: z.string().optional(),
    pickup_by: z.string().optional(),
    delivery_window: z.object({ start: z.string(), end: z.string() }).optional(),
    totals: z.array(Total),
  })
  .meta({ id: 'FulfillmentOption' })
export type FulfillmentOption = z.infer<typeof FulfillmentOption>

const SelectedFulfillmentOption = z.object({
  type: z.enum(['pickup', 'local_delivery']),
  option_id: z.string(),
  item_ids: z.array(z.string()),
})

export const fulfillmentTypes = ['pickup', 'local_delivery'] as const
export type FulfillmentType = (typeof fulfillmentTypes)[number]

export const discountRefusals = [
  'discount_code_expired',
  'discount_code_invalid',
  'discount_code_combination_disallowed',
  'discount_code_minimum_not_met',
] as const
export type DiscountRefusal = (typeof discountRefusals)[number]

const Coupon = z.object({
  id: z.string(),
  name: z.string(),
  percent_off: z.number().optional(),
  amount_off: z.int().optional(),
  currency: z.string().optional(),
  duration: z.literal('once'),
})
export const Discounts = z.object({
  codes: z.array(z.string()),
  applied: z.array(z.object({ id: z.string(), code: z.string(), coupon: Coupon, amount: z.int() })),
  rejected: z.array(z.object({ code: z.string(), reason: z.enum(discountRefusals), message: z.string() })),
})
export type Discounts = z.infer<typeof Discounts>

export const statuses = [
  'incomplete',
  'requires_escalation',
  'ready_for_payment',
  'complete_in_progress',
  'completed',
  'canceled',
  'expired',
] as const
export type Status = (typeof statuses)[number]

const PaymentHandler = z.object({
  id: z.string(),
  name: z.string(),
  display_name: z.string(),
  version: z.string(),
  spec: z.string(),
  requires_delegate_payment: z.boolean(),
  requires_pci_compliance: z.boolean(),
  psp: z.string(),
  config_schema: z.string(),
  instrument_schemas: z.array(z.string()),
  config: z.record(z.string(), z.unknown()),
})

/** A checkout session. */
export const Session = z
  .object({
    id: z.string(),
    protocol: z.object({ version: z.literal(protocolVersion) }),
    status: z.enum(statuses),
    currency: z.string(),
    timezone: z.string(),
    buyer: z
      .object({ email: z.string(), full_name: z.string().optional(), phone_number: z.string().optional() })
      .optional(),
    line_items: z.array(LineItem),
    fulfillment_details: z.object({
      name: z.string().optional(),
      phone_number: z.string().optional(),
      email: z.string().optional(),
      address: Address.optional(),
    }),
    fulfillment_options: z.array(FulfillmentOption),
    selected_fulfillment_options: z.array(SelectedFulfillmentOption),
    totals: z.array(Total),
    discounts: Discounts.optional(),
    messages: z.array(Message),
    links: z.array(z.object({ type: z.enum(['terms_of_use', 'privacy_policy']), url: z.string() })),
    capabilities: z.object({ payment: z.object({ handlers: z.array(PaymentHandler) }) }),
    created_at: z.string(),
    updated_at: z.string(),
    expires_at: z.string(),
    continue_url: z.string().optional().describe('Give it to the user: a page on which a person goes on'),
    metadata: z.object({ store: z.string(), version: z.int(), customer_id: z.string() }),
    order: Order.optional(),
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>
