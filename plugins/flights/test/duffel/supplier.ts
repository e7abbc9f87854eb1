import type {} from '@duffel/api'
import type {
  CreateOfferRequest,
  CreateOrder,
  CreateOrderChangeRequest,
  Offer,
  Order,
  OrderCancellation,
  OrderChange,
} from '@duffel/api/types'
import { airportOf, newId, offer, slice } from './itineraries.ts'

/** What Duffel answers instead of a result. */
export class Refusal extends Error {
  readonly status: number
  readonly type: string
  readonly code: string
  readonly pointer: string | undefined

  constructor(status: number, type: string, code: string, message = code, pointer?: string) {
    super(message)
    this.status = status
    this.type = type
    this.code = code
    this.pointer = pointer
  }
}

const invalid = (code: string, pointer: string) =>
  new Refusal(422, 'validation_error', code, `${pointer}: ${code}`, pointer)
const wrongState = (code: string) => new Refusal(422, 'invalid_state_error', code)
const missing = () => new Refusal(404, 'invalid_request_error', 'not_found')

/** The guide of Duffel says `hold`, the types of its client say `pay_later`. */
type CreateOrderBody = Omit<CreateOrder, 'type'> & { type: 'instant' | 'hold' | 'pay_later' }
type HeldOrder = Omit<Order, 'cancelled_at'> & {
  type: string
  offer_id: string
  cancelled_at: string | null
  documents: NonNullable<Order['documents']>
}
type Quote = Omit<OrderCancellation, 'confirmed_at'> & { confirmed_at: string | null }
type Change = Omit<OrderChange, 'refund_to'> & { refund_to: OrderChange['refund_to'] | null }

export interface SupplierOptions {
  /** The prices of the offers of a search, as decimals. */
  prices: string[]
  currency: string
  /** Of offers and of quotes, in milliseconds. */
  lifetime: number
  canBeHeld: boolean
  /** Of the operator, in hundredths. */
  balance: number
}

const at = (milliseconds = 0) => new Date(Date.now() + milliseconds).toISOString()
const hasPassed = (time: string | null | undefined) => typeof time === 'string' && Date.parse(time) <= Date.now()
const cents = (decimal: string) => Math.round(Number(decimal) * 100)

/** The state of a Duffel account, and its rules, as the documentation tells them. */
export class Supplier {
  options: SupplierOptions
  readonly requests = new Map<string, string[]>()
  readonly offers = new Map<string, Offer>()
  readonly orders = new Map<string, HeldOrder>()
  readonly payments: { id: string; order_id: string; amount: string; currency: string }[] = []
  readonly cancellations = new Map<string, Quote>()
  readonly changes = new Map<string, Change>()
  readonly #changeOffers = new Map<string, Change>()

  constructor(options: Partial<SupplierOptions> = {}) {
    const usual = { prices: ['90.80', '45.00', '120.15'], currency: 'GBP', lifetime: 1_800_000, canBeHeld: true }
    this.options = { ...usual, balance: 1_000_000, ...options }
  }

  createOfferRequest({ slices, passengers, cabin_class = 'economy', max_connections = 1 }: CreateOfferRequest) {
    if (slices.length === 0) throw invalid('validation_required', '/data/slices')
    const { prices, currency, lifetime, canBeHeld } = this.options
    const travellers = passengers.map(({ age, type }) => ({
      id: newId('pas'),
      type: type ?? null,
      age: age ?? null,
      fare_type: null,
    }))
    const ids = travellers.map(({ id }) => id)
    const offers = prices.map((total, index) => {
      const toSlice = ({ origin, destination, departure_date }: CreateOfferRequest['slices'][number]) => {
        const [from, to] = [airportOf(origin), airportOf(destination)]
        const flight = { from, to, date: departure_date, number: 100 + index, cabin: cabin_class, passengerIds: ids }
        return slice(flight, Math.min(index, max_connections))
      }
      const parts = { slices: slices.map(toSlice), passengers: travellers, total, currency, lifetime, canBeHeld }
      return offer(parts)
    })
    for (const one of offers) this.offers.set(one.id, one)
    const id = newId('orq')
    this.requests.set(
      id,
      offers.map((one) => one.id),
    )
    return { id, live_mode: false, created_at: at(), slices, passengers: travellers, cabin_class, offers }
  }

  offersOf(requestId: string | null, sort: string | null): Offer[] {
    const ids = this.requests.get(requestId ?? '')
    if (!ids) throw invalid('validation_required', '/offer_request_id')
    const offers = ids.map((id) => this.offers.get(id) as Offer)
    return sort === 'total_amount' ? offers.sort((a, b) => cents(a.total_amount) - cents(b.total_amount)) : offers
  }

  offer(id: string): Offer {
    const found = this.offers.get(id)
    if (!found) throw missing()
    return found
  }

  createOrder(given: CreateOrderBody): HeldOrder {
    const { type, selected_offers, passengers = [], payments, metadata = {} } = given
    if (selected_offers?.length !== 1) throw invalid('validation_length', '/data/selected_offers')
    if (!['instant', 'hold', 'pay_later'].includes(type)) throw invalid('validation_inclusion', '/data/type')
    const chosen = this.offer(selected_offers[0] as string)
    if (hasPassed(chosen.expires_at)) throw wrongState('offer_expired')
    for (const order of this.orders.values())
      if (order.offer_id === chosen.id) throw wrongState('order_creation_already_attempted')
    const { requires_instant_payment, payment_required_by, price_guarantee_expires_at } = chosen.payment_requirements
    const isHeld = type !== 'instant'
    if (isHeld && requires_instant_payment) throw invalid('validation_inclusion', '/data/type')
    if (isHeld && payments) throw new Refusal(422, 'validation_error', 'payments_not_allowed_for_order_type')
    this.#checkPassengers(chosen, passengers)
    if (Object.values(metadata).some((value) => typeof value !== 'string' || value.length > 500))
      throw invalid('validation_length', '/data/metadata')
    if (!isHeld) {
      const [payment] = payments ?? []
      if (!payment) throw invalid('validation_required', '/data/payments')
      if (payment.currency !== chosen.total_currency)
        throw invalid('payment_currency_does_not_match_order_currency', '/data/payments')
      if (payment.amount !== chosen.total_amount) throw new Refusal(422, 'airline_error', 'price_changed')
      this.#charge(cents(payment.amount))
    }
    const order: HeldOrder = {
      id: newId('ord'),
      type,
      offer_id: chosen.id,
      booking_reference: newId('').slice(-6).toUpperCase(),
      live_mode: false,
      created_at: at(),
      synced_at: at(),
      content: 'self_managed',
      total_amount: chosen.total_amount,
      total_currency: chosen.total_currency,
      base_amount: chosen.base_amount,
      base_currency: chosen.base_currency,
      tax_amount: chosen.total_amount,
      tax_currency: chosen.total_currency,
      owner: chosen.owner,
      slices: chosen.slices as never,
      services: [],
      conditions: chosen.conditions,
      passengers: passengers.map((passenger) => ({
        ...passenger,
        type: chosen.passengers.find(({ id }) => id === passenger.id)?.type ?? 'adult',
      })),
      payment_status: {
        awaiting_payment: isHeld,
        ...(isHeld && payment_required_by && { payment_required_by }),
        ...(isHeld && price_guarantee_expires_at && { price_guarantee_expires_at }),
        paid_at: isHeld ? null : at(),
      },
      available_actions: ['cancel', 'change'],
      airline_initiated_changes: [],
      documents: [],
      metadata,
      cancelled_at: null,
      cancellation: null,
    }
    if (!isHeld) this.#issue(order)
    this.orders.set(order.id, order)
    return order
  }

  order(id: string): HeldOrder {
    const found = this.orders.get(id)
    if (!found) throw missing()
    return found
  }

  pay({ order_id, payment }: { order_id: string; payment: { amount: string; currency: string; type: string } }) {
    const order = this.order(order_id)
    if (order.cancelled_at) throw wrongState('already_cancelled')
    if (order.payment_status.paid_at) throw wrongState('already_paid')
    if (hasPassed(order.payment_status.payment_required_by)) throw wrongState('past_payment_required_by_date')
    if (payment.currency !== order.total_currency)
      throw invalid('payment_currency_does_not_match_order_currency', '/data/payment/currency')
    if (payment.amount !== order.total_amount)
      throw invalid('payment_amount_does_not_match_order_amount', '/data/payment/amount')
    this.#charge(cents(payment.amount))
    order.payment_status = { awaiting_payment: false, paid_at: at() }
    this.#issue(order)
    const made = { id: newId('pay'), order_id, ...payment, status: 'succeeded', created_at: at(), live_mode: false }
    this.payments.push(made)
    return made
  }

  quoteCancellation({ order_id }: { order_id: string }): Quote {
    const order = this.order(order_id)
    if (order.cancelled_at) throw wrongState('already_cancelled')
    if (!order.available_actions.includes('cancel')) throw wrongState('order_not_cancellable')
    const isPaid = order.payment_status.paid_at !== null
    const quote: Quote = {
      id: newId('ore'),
      order_id,
      refund_amount: isPaid ? (cents(order.total_amount) / 100 - 40).toFixed(2) : '0.00',
      refund_currency: order.total_currency,
      refund_to: isPaid ? 'balance' : 'awaiting_payment',
      expires_at: at(this.options.lifetime),
      confirmed_at: null,
      created_at: at(),
      live_mode: false,
      airline_credits: [],
    }
    this.cancellations.set(quote.id, quote)
    return quote
  }

  cancellation(id: string): Quote {
    const found = this.cancellations.get(id)
    if (!found) throw missing()
    return found
  }

  confirmCancellation(id: string): Quote {
    const quote = this.cancellation(id)
    const order = this.order(quote.order_id)
    const newest = [...this.cancellations.values()].findLast(({ order_id }) => order_id === order.id)
    if (order.cancelled_at) throw wrongState('already_cancelled')
    if (newest !== quote || hasPassed(quote.expires_at)) throw wrongState('order_cancellation_stale')
    quote.confirmed_at = at()
    this.options.balance += order.payment_status.paid_at ? cents(quote.refund_amount ?? '0') : 0
    Object.assign(order, { cancelled_at: quote.confirmed_at, available_actions: [], cancellation: quote })
    order.payment_status.awaiting_payment = false
    return quote
  }

  requestChange({ order_id, slices: { add, remove } }: CreateOrderChangeRequest) {
    const order = this.order(order_id)
    if (!order.available_actions.includes('change')) throw wrongState('order_not_changeable')
    const removed = order.slices.filter(({ id }) => remove.some(({ slice_id }) => slice_id === id))
    if (removed.length !== remove.length) throw invalid('validation_inclusion', '/data/slices/remove')
    const passengerIds = order.passengers.map(({ id }) => id)
    const offers = ['25.00', '-10.00', '0.00'].map((difference, index) => {
      const added = add.map(({ origin, destination, departure_date, cabin_class }) => {
        const [from, to, cabin] = [airportOf(origin), airportOf(destination), cabin_class ?? 'economy']
        return slice({ from, to, date: departure_date, number: 300 + index, cabin, passengerIds })
      })
      const total = (cents(order.total_amount) + cents(difference)) / 100
      const pending: Change = {
        id: newId('oce'),
        order_id,
        live_mode: false,
        created_at: at(),
        expires_at: at(this.options.lifetime),
        confirmed_at: null,
        change_total_amount: difference,
        change_total_currency: order.total_currency,
        penalty_total_amount: '10.00',
        penalty_total_currency: order.total_currency,
        new_total_amount: total.toFixed(2),
        new_total_currency: order.total_currency,
        refund_to: cents(difference) < 0 ? 'original_form_of_payment' : null,
        slices: { add: added as never, remove: removed as never },
        available_payment_types: ['balance'],
      }
      const id = newId('oco')
      this.#changeOffers.set(id, pending)
      const { penalty_total_amount, penalty_total_currency, ...rest } = pending
      return {
        ...rest,
        id,
        order_change_id: pending.id,
        penalty_amount: penalty_total_amount,
        penalty_currency: penalty_total_currency,
      }
    })
    return { id: newId('ocr'), live_mode: false, order_id, slices: { add, remove }, order_change_offers: offers }
  }

  createChange({ selected_order_change_offer }: { selected_order_change_offer: string }): Change {
    const pending = this.#changeOffers.get(selected_order_change_offer)
    if (!pending) throw missing()
    this.changes.set(pending.id, pending)
    return pending
  }

  change(id: string): Change {
    const found = this.changes.get(id)
    if (!found) throw missing()
    return found
  }

  confirmChange(id: string, { payment }: { payment?: { amount: string; currency: string } }): Change {
    const pending = this.change(id)
    const order = this.order(pending.order_id)
    if (pending.confirmed_at) throw wrongState('order_change_already_actioned')
    if (hasPassed(pending.expires_at)) throw wrongState('unsupported_action')
    const due = cents(pending.change_total_amount)
    if (due > 0 && payment?.amount !== pending.change_total_amount)
      throw invalid('validation_required', '/data/payment')
    this.#charge(due)
    const removed = new Set(pending.slices.remove.map((one) => one.id))
    order.slices = [...order.slices.filter((one) => !removed.has(one.id)), ...(pending.slices.add as never[])]
    order.total_amount = pending.new_total_amount
    pending.confirmed_at = at()
    return pending
  }

  #charge(amount: number): void {
    if (amount > this.options.balance) throw new Refusal(422, 'invalid_state_error', 'insufficient_balance')
    this.options.balance -= amount
  }

  #issue(order: HeldOrder): void {
    order.documents = order.passengers.map(({ id }, index) => ({
      type: 'electronic_ticket',
      unique_identifier: String(1_252_106_312_810 + index),
      passenger_ids: [id],
    }))
  }

  #checkPassengers({ passengers: expected }: Offer, given: CreateOrder['passengers']): void {
    const ids = new Set(expected.map(({ id }) => id))
    if (given.length !== ids.size || given.some(({ id }) => !ids.has(id)))
      throw invalid('order_passengers_incompatible_with_offer', '/data/passengers')
    for (const [index, { given_name, family_name, born_on, email, phone_number, title }] of given.entries()) {
      const pointer = `/data/passengers/${index}`
      if (!title) throw invalid('validation_required', `${pointer}/title`)
      if (!/^[\p{Script=Latin} '-]{1,20}$/u.test(given_name))
        throw invalid('validation_format', `${pointer}/given_name`)
      if (!/^[\p{Script=Latin} '-]{1,20}$/u.test(family_name))
        throw invalid('validation_format', `${pointer}/family_name`)
      if (!/^\d{4}-\d\d-\d\d$/.test(born_on)) throw invalid('validation_format', `${pointer}/born_on`)
      if (!/^\+[1-9]\d{6,14}$/.test(phone_number)) throw invalid('invalid_phone_number', `${pointer}/phone_number`)
      if (!/^[^@]+@[^@]+$/.test(email)) throw invalid('invalid_email_address', `${pointer}/email`)
    }
    const lapInfants = expected.filter(({ age }) => age !== null && age < 2).map(({ id }) => id)
    const carried = given.map(({ infant_passenger_id }) => infant_passenger_id).filter(Boolean)
    if (lapInfants.some((id) => !carried.includes(id)))
      throw invalid('validation_required', '/data/passengers/infant_passenger_id')
  }
}
