import type { Change } from '../checkout/change.ts'
import type { Session } from '../checkout/vocabulary.ts'
import type { Store } from '../stores/store.ts'
import { AcpError } from './acp-error.ts'
import type { Changes } from './requests.ts'

/**
 * What an agent says about a session, in the words of the shop. The contact for the food is the guest; where there is none,
 * it is the buyer.
 * @throws AcpError if the shop cannot do it
 */
export function toChange(store: Store, changes: Omit<Changes, 'line_items'>): Change {
  const { buyer, fulfillment_groups = [], selected_fulfillment_options: selected, order_notes } = changes
  const [group] = fulfillment_groups
  if (group?.location_id !== undefined && group.location_id !== store.id)
    throw new AcpError(
      400,
      'invalid',
      `The items are of ${store.id}: pick them up there`,
      '$.fulfillment_groups[0].location_id',
    )
  const details = { ...group?.fulfillment_details, ...changes.fulfillment_details }
  const { address } = details
  if (address && address.country.toUpperCase() !== store.address.country)
    throw new AcpError(
      400,
      'region_restricted',
      `${store.name} is in ${store.address.country} and delivers only nearby: choose a store with GET /stores`,
      changes.fulfillment_details?.address ? '$.fulfillment_details.address.country' : '$.fulfillment_groups[0]',
    )
  return {
    guest_name: details.name ?? nameOf(buyer) ?? (address?.name || undefined),
    guest_phone: details.phone_number ?? buyer?.phone_number,
    guest_email: details.email ?? buyer?.email,
    ...(address && {
      line_one: address.line_one,
      line_two: address.line_two || undefined,
      city: address.city,
      state: address.state || undefined,
      postal_code: address.postal_code,
    }),
    ...(selected ? chosenOption(selected) : { fulfillment: group?.destination_type }),
    coupons: changes.discounts?.codes ?? changes.coupons,
    notes: order_notes ?? group?.instructions,
  }
}

/** What the final buyer adds to a session. Who gets the food stays who gets it. */
export function toFinalChange(
  { fulfillment_details: known }: Session,
  changes: Pick<Changes, 'buyer' | 'order_notes'>,
) {
  const { buyer, order_notes } = changes
  const change: Change = {
    ...(known.name === undefined && { guest_name: nameOf(buyer) }),
    ...(known.phone_number === undefined && { guest_phone: buyer?.phone_number }),
    ...(known.email === undefined && { guest_email: buyer?.email }),
    notes: order_notes,
  }
  return Object.values(change).some((value) => value !== undefined) ? change : undefined
}

function nameOf(buyer: Changes['buyer']): string | undefined {
  const { full_name, first_name, last_name } = buyer ?? {}
  return full_name ?? ([first_name, last_name].filter(Boolean).join(' ') || undefined)
}

/** All items of a cart are fulfilled together. */
function chosenOption(selected: NonNullable<Changes['selected_fulfillment_options']>): Change {
  const [first, ...others] = selected
  const other = others.findIndex(({ option_id }) => option_id !== first?.option_id)
  if (other >= 0)
    throw new AcpError(
      400,
      'unsupported',
      'All items are fulfilled together: select one option for all of them',
      `$.selected_fulfillment_options[${other + 1}].option_id`,
    )
  return first ? { fulfillment: first.type, window: first.option_id } : {}
}
