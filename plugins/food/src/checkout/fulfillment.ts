import { ShopError } from '../shop-error.ts'
import { describeClock, describeTime, isOpen, minute, toTime } from '../stores/hours.ts'
import type { Store } from '../stores/store.ts'
import type { FulfillmentOption, FulfillmentType } from './vocabulary.ts'

const length = 30 * minute
const farthest = 7 * 24 * 60 * minute
const mostOffered = 3
/** Offered windows leave time for the guest to decide. */
const slack = 10 * minute

/** A window in which food is picked up or delivered, and what must happen before, in milliseconds. */
export interface Window {
  type: FulfillmentType
  start: number
  end: number
  kitchenStarts: number
  /** When it is ready in the store. */
  ready: number
}

function windowAt(store: Store, type: FulfillmentType, start: number): Window {
  const ready = type === 'pickup' ? start : start - store.delivery.minutes * minute
  return { type, start, end: start + length, kitchenStarts: ready - store.preparation_minutes * minute, ready }
}

/** Whether the store can still serve it. */
export const canServe = (store: Store, window: Window, now: number): boolean =>
  window.kitchenStarts >= now && isOpen(store, window.kitchenStarts) && isOpen(store, window.ready)

/** The next windows. */
export function nextWindows(store: Store, type: FulfillmentType, now: number): Window[] {
  const found: Window[] = []
  for (
    let start = Math.ceil(now / length) * length;
    start < now + farthest && found.length < mostOffered;
    start += length
  ) {
    const window = windowAt(store, type, start)
    if (canServe(store, window, now + slack)) found.push(window)
  }
  return found
}

export const idOf = ({ type, start }: Pick<Window, 'type' | 'start'>): string =>
  `${type}-${toTime(start).slice(0, 16).replaceAll(':', '')}Z`

const idForm = /^(pickup|local_delivery)-(\d{4}-\d\d-\d\dT\d\d)(\d\d)Z$/

/**
 * Reads a window: the id of a fulfillment option, or a time with offset, which means the window that contains it.
 * @throws ShopError
 */
export function readWindow(store: Store, type: FulfillmentType, text: string, now: number): Window {
  const [, idType, hour, minutes] = idForm.exec(text) ?? []
  const time = Date.parse(idType ? `${hour}:${minutes}:00Z` : text)
  if (Number.isNaN(time) || !(idType || /(Z|[+-]\d\d:\d\d)$/.test(text)))
    throw new ShopError(
      'invalid',
      `The window ${text} is not known: send the id of a fulfillment option, or a time with offset such as 2026-11-27T19:00:00+01:00`,
    )
  if (idType && idType !== type)
    throw new ShopError('invalid', `The window ${text} is for ${idType}, and the fulfillment is ${type}: send both`)
  const window = windowAt(store, type, Math.floor(time / length) * length)
  if (window.start < now + farthest && canServe(store, window, now)) return window
  const next = nextWindows(store, type, now).map((one) => describeWindow(one, store.timezone))
  throw new ShopError(
    'invalid',
    `${store.name} has no ${type} at ${text}. ${next.length ? `The next windows: ${next.join('; ')}` : 'It is closed for a week'}`,
  )
}

/** The window of a stored start. */
export const windowOf = windowAt

export const describeWindow = ({ start, end }: Window, timezone: string): string =>
  `${describeTime(start, timezone)} to ${describeClock(end, timezone)} (${timezone})`

export function toOption(store: Store, window: Window, fee: number): FulfillmentOption {
  const { type, start, end } = window
  const common = {
    type,
    id: idOf(window),
    title: describeWindow(window, store.timezone),
    totals: [{ type: 'total' as const, display_text: type === 'pickup' ? 'Pick-up' : 'Delivery', amount: fee }],
  }
  return type === 'pickup'
    ? {
        ...common,
        location: { name: store.name, address: store.address, phone: store.phone },
        pickup_type: 'in_store',
        ready_by: toTime(start),
        pickup_by: toTime(end),
      }
    : { ...common, delivery_window: { start: toTime(start), end: toTime(end) } }
}
