import type { Cancellation, OrderChange } from '../order.ts'
import { type BookedJourney, toTime } from './booked-journey.ts'

export interface OrderRow {
  id: string
  number: number
  version: number
  journey: string
  travellers: string
  amount: number
  currency: string
  created_at: number
  required_by: number | null
  guaranteed_until: number | null
  paid_at: number | null
  cancelled_at: number | null
}

export interface QuoteRow<Content = Cancellation | OrderChange> {
  id: string
  order_id: string
  number: number
  order_version: number
  content: string
  journey: string
  expires_at: number
  confirmed_at: number | null
  readonly type?: Content
}

export const journeyOf = ({ journey }: Pick<OrderRow, 'journey'>): BookedJourney => {
  const booked: BookedJourney = JSON.parse(journey)
  // JSON has no undefined, which is the age of an adult.
  return { ...booked, ages: booked.ages.map((age) => age ?? undefined) }
}

export const quoteOf = <Content extends object>({ content, confirmed_at }: QuoteRow<Content>): Content => ({
  ...JSON.parse(content),
  ...(confirmed_at !== null && { confirmedAt: toTime(confirmed_at) }),
})

/** Whether it was held and not paid in time. */
export const isExpired = ({ paid_at, required_by }: OrderRow, now: number): boolean =>
  paid_at === null && required_by !== null && now >= required_by
