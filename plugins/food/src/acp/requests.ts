import { text } from '@reference-plugins/core'
import { z } from 'zod'
import { wishes, words } from '../inputs.ts'
import { AcpError } from './acp-error.ts'

// The requests of ACP 2026-04-17, with limits. What this shop has no use for may be sent, and is not read.

/** Words of the guest that may be empty. */
const emptyOr = (most: number) =>
  z.string().superRefine((value, { addIssue }) => {
    const [issue] = value === '' ? [] : (words(most).safeParse(value).error?.issues ?? [])
    if (issue) addIssue(issue.message)
  })
const unread = z.record(z.string(), z.unknown()).optional()

const Item = z.strictObject({
  id: text(300),
  quantity: z.int().min(1).max(999).optional(),
  // The prices and names of the store count.
  name: emptyOr(500).optional(),
  unit_amount: z.int().optional(),
})

const email = z.email('must be an e-mail address').max(200)
const phone = wishes.guest_phone

const Address = z.strictObject({
  name: emptyOr(100),
  line_one: words(100),
  line_two: emptyOr(100).optional(),
  city: text(60),
  state: emptyOr(60),
  country: text(60),
  postal_code: text(20),
  company: emptyOr(100).optional(),
})

const FulfillmentDetails = z.strictObject({
  name: words(100).optional(),
  phone_number: phone,
  email: email.optional(),
  address: Address.optional(),
})

const Buyer = z.strictObject({
  email,
  first_name: words(50).optional(),
  last_name: words(50).optional(),
  full_name: words(100).optional(),
  phone_number: phone,
  customer_id: text(40).optional(),
  account_type: z.string().max(50).optional(),
  authentication_status: z.string().max(50).optional(),
  company: unread,
  loyalty: unread,
  tax_exemption: unread,
})

const FulfillmentGroup = z.strictObject({
  id: text(200),
  item_ids: z.array(text(300)).max(100),
  destination_type: z.enum(['pickup', 'local_delivery'], 'must be pickup or local_delivery: nothing else is offered'),
  fulfillment_details: FulfillmentDetails.optional(),
  location_id: text(40).optional(),
  instructions: emptyOr(5000).optional(),
})

const codes = z.array(text(40)).max(3, 'at most 3 codes')

/** What create and update have in common. */
const changes = {
  buyer: Buyer.optional(),
  fulfillment_details: FulfillmentDetails.optional(),
  fulfillment_groups: z.array(FulfillmentGroup).max(1, 'all items of a checkout are fulfilled together').optional(),
  coupons: codes.optional(),
  discounts: z.strictObject({ codes: codes.optional() }).optional(),
  order_notes: emptyOr(5000).optional(),
}

const lineItems = z.array(Item).min(1, 'must have an item').max(100)

export const CreateRequest = z.strictObject({
  line_items: lineItems,
  currency: text(10),
  capabilities: z.record(z.string(), z.unknown()),
  ...changes,
  affiliate_attribution: unread,
  locale: z.string().max(50).optional(),
  timezone: z.string().max(100).optional(),
  metadata: unread,
})

const SelectedOption = z.strictObject({
  type: z.enum(['pickup', 'local_delivery'], 'must be pickup or local_delivery: nothing else is offered'),
  option_id: text(100),
  item_ids: z.array(text(300)).max(100),
})

export const UpdateRequest = z.strictObject({
  line_items: lineItems.optional(),
  selected_fulfillment_options: z.array(SelectedOption).max(100).optional(),
  ...changes,
})

export const CompleteRequest = z.strictObject({
  payment_data: z.strictObject({
    handler_id: text(100).optional(),
    instrument: z
      .looseObject({ type: text(100), credential: z.looseObject({ type: text(100), token: z.string().max(5000) }) })
      .optional(),
    billing_address: Address.optional(),
    payment_terms: z.literal('immediate', 'must be immediate: nothing else is offered').optional(),
  }),
  buyer: Buyer.optional(),
  order_notes: emptyOr(5000).optional(),
  authentication_result: unread,
  affiliate_attribution: unread,
  risk_signals: unread,
  marketing_consents: z.array(z.record(z.string(), z.unknown())).max(100).optional(),
})

export const CancelRequest = z.strictObject({ intent_trace: unread })

export type Changes = Partial<z.infer<typeof UpdateRequest>>
export type PaymentData = z.infer<typeof CompleteRequest>['payment_data']

const deepest = 20

/** @throws AcpError 400 with the place of what is wrong */
export function readRequest<Request extends z.ZodType>(schema: Request, body: unknown): z.output<Request> {
  if (isDeeper(body, deepest)) throw new AcpError(400, 'invalid', `The body is nested deeper than ${deepest} levels`)
  const checked = schema.safeParse(body)
  if (checked.success) return checked.data
  const [issue] = checked.error.issues
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])]
  const param = pathOf(path)
  const isMissing = issue?.code === 'invalid_type' && valueAt(body, path) === undefined
  const reason = isMissing
    ? 'is missing'
    : issue?.code === 'unrecognized_keys'
      ? 'is not known here: leave it out'
      : (issue?.message ?? 'is wrong')
  throw new AcpError(400, isMissing ? 'missing' : 'invalid', `${param} ${reason}`, param)
}

const isDeeper = (value: unknown, most: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (most === 0 || Object.values(value).some((member) => isDeeper(member, most - 1)))

const valueAt = (body: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, name) => (value as Record<PropertyKey, unknown> | undefined)?.[name], body)

/** A JSONPath (RFC 9535). */
const pathOf = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    const name = String(part).slice(0, 100)
    return /^[A-Za-z_]\w*$/.test(name) ? `${text}.${name}` : `${text}[${JSON.stringify(name)}]`
  }, '$')
