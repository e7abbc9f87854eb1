import { minute } from '../stores/hours.ts'
import { describeMoney } from '../stores/money.ts'
import type { Store } from '../stores/store.ts'
import { areaOf } from '../stores/stores.ts'
import type { Checkout } from './checkout.ts'
import { canServe, describeWindow, windowOf } from './fulfillment.ts'
import type { Amounts, PricedLine } from './totals.ts'
import type { Message } from './vocabulary.ts'

type Resolution = NonNullable<Message['resolution']>

const error = (code: string, param: string, content: string, resolution: Resolution = 'recoverable'): Message => ({
  type: 'error',
  code,
  severity: resolution === 'requires_buyer_review' ? 'high' : 'medium',
  resolution,
  param,
  content_type: 'plain',
  content,
})

const warning = (code: string, param: string, content: string): Message => ({
  type: 'warning',
  code,
  severity: 'low',
  resolution: 'recoverable',
  param,
  content_type: 'plain',
  content,
})

/** How many of an item are left, or undefined where there are always enough. */
export type Stock = (line: Pick<PricedLine, 'menuItem' | 'since'>) => number | undefined

/** What is wrong with the items. */
export function lineMessages(lines: readonly PricedLine[], stockOf: Stock): Message[] {
  return lines.flatMap((line, index): Message[] => {
    const { menuItem } = line
    const wanted = lines.filter(({ item }) => item === line.item).reduce((sum, { quantity }) => sum + quantity, 0)
    const left = stockOf(line)
    const place = `$.line_items[${index}]`
    if (left === 0)
      return [error('out_of_stock', place, `${menuItem.name} is sold out: leave it out or choose another item`)]
    if (left !== undefined && wanted > left)
      return [error('out_of_stock', place, `Only ${left} of ${menuItem.name} are left: order fewer`)]
    if (wanted > menuItem.most)
      return [error('quantity_exceeded', place, `At most ${menuItem.most} of ${menuItem.name} can be ordered`)]
    return left !== undefined && left - wanted < 3
      ? [warning('low_stock', place, `${left} of ${menuItem.name} are left`)]
      : []
  })
}

/** What is missing about the guest, the place and the time. */
export function guestMessages(
  store: Store,
  { wishes, expiresAt, updatedAt }: Checkout,
  { items }: Amounts,
  now: number,
): Message[] {
  const { guest_name, guest_phone, line_one, city, postal_code, fulfillment, window } = wishes
  const found: Message[] = []
  const ask = (param: string, content: string) => found.push(error('missing', param, content, 'requires_buyer_input'))
  if (guest_name === undefined) ask('$.fulfillment_details.name', 'Ask for the name of the guest')
  if (guest_phone === undefined) ask('$.fulfillment_details.phone_number', 'Ask for a phone number of the guest')
  if (fulfillment === undefined)
    ask('$.selected_fulfillment_options', 'Ask whether to pick it up or to have it delivered')
  if (fulfillment === 'local_delivery') {
    const area = postal_code === undefined ? undefined : areaOf(store, postal_code)
    if (line_one === undefined || city === undefined || postal_code === undefined)
      ask('$.fulfillment_details.address', 'Ask for the address: line_one, city and postal_code')
    else if (!area)
      found.push(
        error(
          'region_restricted',
          '$.fulfillment_details.address',
          `${store.name} does not deliver to ${postal_code}: pick it up, or find another store with listStores`,
        ),
      )
    else if (items < area.minimum)
      found.push(
        error(
          'minimum_not_met',
          '$.line_items',
          `Items for ${describeMoney(area.minimum, store.currency)} are the minimum for a delivery to ${area.name}: these cost ${describeMoney(items, store.currency)}`,
        ),
      )
  }
  if (fulfillment !== undefined && window === undefined)
    found.push(
      error('unsupported', '$.selected_fulfillment_options', `${store.name} has no window for this within a week`),
    )
  if (fulfillment !== undefined && window !== undefined) {
    const chosen = windowOf(store, fulfillment, window)
    if (!canServe(store, chosen, now))
      found.push(
        error(
          'expired',
          '$.selected_fulfillment_options[0].option_id',
          `It is too late for ${describeWindow(chosen, store.timezone)}: choose another window`,
        ),
      )
  }
  if (expiresAt - now < 10 * minute && expiresAt > updatedAt)
    found.push(warning('limited_availability', '$.expires_at', 'This checkout expires soon'))
  return found
}

/** The age that a person must have confirmed, or 0. */
export const ageFor = (lines: readonly PricedLine[]): number =>
  Math.max(0, ...lines.map(({ menuItem }) => menuItem.age ?? 0))

export const ageMessage = (age: number, url: string): Message =>
  error(
    'age_verification_required',
    '$.continue_url',
    `A person must confirm at ${url} that they are at least ${age}: give the link to the user. You cannot do this for them`,
    'requires_buyer_review',
  )

export const couponMessages = ({ discounts }: Amounts): Message[] =>
  discounts.rejected.map(({ code, reason, message }) =>
    warning(reason, `$.discounts.codes[${discounts.codes.indexOf(code)}]`, message),
  )

export const declinedMessage = (payment: string): Message =>
  error(
    'payment_declined',
    '$.payment_data',
    `The payment with ${payment} was declined, and nothing was charged: choose another`,
  )

export const expiredMessage = error(
  'expired',
  '$.expires_at',
  'This checkout has expired: start again with createCheckout',
)

export const progressMessage: Message = {
  type: 'info',
  content_type: 'plain',
  content: 'The payment is being confirmed: read the checkout again in a few seconds',
}
