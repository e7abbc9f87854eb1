import { retryAfterSeconds } from '@reference-plugins/guarded-fetch/retry-after'
import { SourceError, type SourceErrorCode } from '../source.ts'
import { type SentError, SentErrors } from './messages.ts'

/** What the call was about, for the errors that do not say so themselves. */
export interface Attempt {
  /** What does not exist if the status is 404. */
  subject: 'offer' | 'order' | 'quote'
  /** Whether it may have been done although no answer, or one of these statuses, says so. */
  isAction: boolean
}

export interface Refused {
  status: number
  headers: Headers
  /** As far as it is JSON. */
  body: unknown
}

/** Duffel's codes, from the tables of its documentation. Another code is explained by its type and status. */
const meanings: Readonly<Record<string, SourceErrorCode>> = {
  offer_expired: 'offer_expired',
  offer_no_longer_available: 'sold_out',
  offer_request_already_booked: 'sold_out',
  price_changed: 'price_changed',
  payment_amount_does_not_match_order_amount: 'price_changed',
  payment_currency_does_not_match_order_currency: 'price_changed',
  insufficient_balance: 'insufficient_balance',
  payment_declined: 'payment_declined',
  duplicate_booking: 'passengers_invalid',
  duplicate_passenger_name: 'passengers_invalid',
  duplicate_passenger_names: 'passengers_invalid',
  invalid_passenger_name: 'passengers_invalid',
  invalid_passenger_title: 'passengers_invalid',
  invalid_phone_number: 'passengers_invalid',
  invalid_email_address: 'passengers_invalid',
  order_passengers_incompatible_with_offer: 'passengers_invalid',
  already_paid: 'already_paid',
  already_cancelled: 'already_cancelled',
  past_payment_required_by_date: 'order_expired',
  schedule_changed: 'not_changeable',
  order_not_cancellable: 'not_cancellable',
  order_cancellation_stale: 'quote_superseded',
  order_not_changeable: 'not_changeable',
  order_not_changeable_yet: 'not_changeable',
  order_change_already_actioned: 'already_confirmed',
  // The documentation promises that neither an order nor a payment was made.
  order_not_created: 'sold_out',
  // It may be the order of a try whose answer was lost.
  order_creation_already_attempted: 'outcome_unknown',
  booking_already_attempted: 'outcome_unknown',
}

const missing = { offer: 'offer_not_found', order: 'order_not_found', quote: 'quote_not_found' } as const
const defaultPause = 30
const longestPause = 3_600
const longestMessage = 300

/** What an answer that is not a success means. */
export function toSourceError({ status, headers, body }: Refused, attempt: Attempt): SourceError {
  const sent = SentErrors.safeParse(body).data
  const [error] = sent?.errors ?? []
  const requestId = sent?.meta?.request_id ?? headers.get('x-request-id')
  const cause = new Error(`Duffel answered ${status} ${error?.code ?? ''}, request ${requestId ?? 'without an id'}`)
  const said = error ? `: ${oneLine(error.message ?? error.title ?? '')}` : ''
  const fail = (code: SourceErrorCode, message: string, retryAfter?: number) =>
    new SourceError(code, message, { cause, ...(retryAfter !== undefined && { retryAfter }) })

  if (status === 429)
    return fail('unavailable', 'Too many calls were made to Duffel', pauseOf(headers, 'ratelimit-reset'))
  if (status === 401 || status === 403)
    return fail('unavailable', 'Duffel does not accept the token of this plugin, which only its operator can change')
  const meaning = meanings[error?.code ?? '']
  if (meaning) return fail(meaning, `Duffel refused it${said}`)
  if (status === 404) return fail(missing[attempt.subject], `Duffel does not know this ${attempt.subject}`)
  // Documented: nothing was booked.
  if (status === 503)
    return fail('unavailable', 'Duffel is not available at the moment', pauseOf(headers, 'retry-after'))
  if (isAboutPassengers(error)) return fail('passengers_invalid', `The data of a passenger is not accepted${said}`)
  if (attempt.isAction && (status >= 500 || status < 400 || error?.type === 'airline_error'))
    return fail('outcome_unknown', 'Duffel did not say whether it was done')
  return fail('unavailable', `Duffel failed with status ${status}${said}`)
}

const isAboutPassengers = (error: SentError | undefined): boolean =>
  error?.type === 'validation_error' && /passenger/.test(`${error.source?.pointer} ${error.source?.field}`)

/** In seconds: the header is a date, or a number of seconds. */
export const pauseOf = (headers: Headers, name: string): number =>
  Math.min(Math.max(retryAfterSeconds(headers.get(name)) ?? defaultPause, 1), longestPause)

/** A model reads it: one line without invisible characters. */
function oneLine(text: string): string {
  const line = text
    .slice(0, 2_000)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .replaceAll(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '')
    .trim()
  return line.length > longestMessage ? `${line.slice(0, longestMessage - 1).toWellFormed()}…` : line
}
