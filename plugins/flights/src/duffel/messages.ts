import { z } from 'zod'

// What Duffel's API v2 sends, as far as this plugin reads it. Members that are not named here are ignored.

const amount = z.string().max(32)
const currency = z.string().regex(/^[A-Z]{3}$/)
const time = z.string().max(40)
const id = z.string().max(100)
const optional = <Inner extends z.ZodType>(inner: Inner) => inner.nullish().transform((value) => value ?? undefined)

const Carrier = z.object({ iata_code: optional(z.string()), name: z.string() })
const Place = z.object({ iata_code: z.string(), name: z.string(), city_name: optional(z.string()) })
const Airport = Place.extend({ time_zone: optional(z.string()) })

const Condition = optional(
  z.object({ allowed: z.boolean(), penalty_amount: optional(amount), penalty_currency: optional(currency) }),
)
export const SentConditions = z.object({ refund_before_departure: Condition, change_before_departure: Condition })
export type SentConditions = z.output<typeof SentConditions>

const Baggage = z.object({ type: z.enum(['carry_on', 'checked']), quantity: z.int() })

const SentSegment = z.object({
  origin: Airport,
  destination: Airport,
  departing_at: time,
  arriving_at: time,
  duration: optional(z.string()),
  marketing_carrier: Carrier,
  marketing_carrier_flight_number: z.string(),
  operating_carrier: Carrier,
  aircraft: optional(z.object({ name: z.string() })),
  passengers: z.array(z.object({ cabin_class: optional(z.string()), baggages: optional(z.array(Baggage)) })),
})
export type SentSegment = z.output<typeof SentSegment>

export const SentSlice = z.object({
  id,
  origin: Place,
  destination: Place,
  duration: optional(z.string()),
  fare_brand_name: optional(z.string()),
  segments: z.array(SentSegment).min(1),
})
export type SentSlice = z.output<typeof SentSlice>

const SentPassenger = z.object({ id, type: optional(z.string()), age: optional(z.int()) })
export type SentPassenger = z.output<typeof SentPassenger>

export const SentOffer = z.object({
  id,
  created_at: time,
  expires_at: time,
  total_amount: amount,
  total_currency: currency,
  base_amount: optional(amount),
  base_currency: optional(currency),
  tax_amount: optional(amount),
  tax_currency: optional(currency),
  owner: Carrier,
  slices: z.array(SentSlice).min(1),
  passengers: z.array(SentPassenger).min(1),
  conditions: SentConditions,
  payment_requirements: z.object({
    requires_instant_payment: z.boolean(),
    payment_required_by: optional(time),
    price_guarantee_expires_at: optional(time),
  }),
  passenger_identity_documents_required: optional(z.boolean()),
  total_emissions_kg: optional(z.string()),
})
export type SentOffer = z.output<typeof SentOffer>

export const SentCancellation = z.object({
  id,
  order_id: id,
  refund_amount: optional(amount),
  refund_currency: optional(currency),
  refund_to: z.string(),
  expires_at: optional(time),
  confirmed_at: optional(time),
})
export type SentCancellation = z.output<typeof SentCancellation>

export const SentOrder = z.object({
  id,
  booking_reference: z.string(),
  type: optional(z.string()),
  created_at: time,
  total_amount: amount,
  total_currency: currency,
  owner: Carrier,
  slices: z.array(SentSlice),
  passengers: z.array(SentPassenger.extend({ given_name: z.string(), family_name: z.string(), born_on: z.string() })),
  conditions: SentConditions,
  payment_status: z.object({
    awaiting_payment: z.boolean(),
    payment_required_by: optional(time),
    price_guarantee_expires_at: optional(time),
    paid_at: optional(time),
  }),
  available_actions: optional(z.array(z.string())),
  documents: optional(z.array(z.object({ type: z.string(), unique_identifier: z.string() }))),
  metadata: optional(z.record(z.string(), z.unknown())),
  cancelled_at: optional(time),
  cancellation: optional(SentCancellation),
})
export type SentOrder = z.output<typeof SentOrder>

export const SentPayment = z.object({ id, status: optional(z.string()), failure_reason: optional(z.string()) })

export const SentChange = z.object({
  id,
  order_id: id,
  slices: z.object({ add: z.array(SentSlice), remove: z.array(z.object({ id })) }),
  change_total_amount: amount,
  change_total_currency: currency,
  penalty_total_amount: optional(amount),
  penalty_total_currency: optional(currency),
  new_total_amount: amount,
  new_total_currency: currency,
  refund_to: optional(z.string()),
  expires_at: time,
  confirmed_at: optional(time),
})
export type SentChange = z.output<typeof SentChange>

export const SentChangeRequest = z.object({
  order_change_offers: z.array(
    z.object({ id, change_total_amount: optional(amount), new_total_amount: optional(amount) }),
  ),
})

export const OnlyId = z.object({ id })

export const SentErrors = z.object({
  errors: z
    .array(
      z.object({
        type: optional(z.string()),
        code: optional(z.string()),
        title: optional(z.string()),
        message: optional(z.string()),
        source: optional(z.object({ field: optional(z.string()), pointer: optional(z.string()) })),
      }),
    )
    .min(1),
  meta: optional(z.object({ request_id: optional(z.string()) })),
})
export type SentError = z.output<typeof SentErrors>['errors'][number]
