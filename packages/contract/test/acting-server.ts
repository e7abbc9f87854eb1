import { setTimeout as sleep } from 'node:timers/promises'
import { type Any, operation, parameter, type Question, type Reply, type SmallServer, takes } from './small-server.ts'

export const actingTokens = ['token-of-ada-lovelace', 'token-of-bob-the-second'] as const

const json = (schema: Any) => ({ description: 'd', content: { 'application/json': { schema } } })
const booking = {
  type: 'object',
  required: ['id', 'guest', 'state'],
  properties: { id: { type: 'string' }, guest: { type: 'string' }, state: { type: 'string' } },
}
const answers = { 200: json(booking), 201: json(booking), '4XX': { description: 'd' } }
const id = parameter('id', 'path', { type: 'string' })

/** How long an action takes, in milliseconds. */
const work = 25
/** So that calls at once meet also on a busy machine. */
const longWork = 1_000

/** What one user has done. */
interface Account {
  bookings: Any[]
  payouts: Any[]
  balance: number
}

/** A hotel whose operations act: bookings with a key, payouts that are confirmed, quotes that expire, a wallet. */
export function actingServer(defect = '', habit = ''): SmallServer {
  const on = (name: string): boolean => name === defect
  const has = (name: string): boolean => name === habit
  const keyHeader = has('PayPal-Request-Id') ? 'PayPal-Request-Id' : 'Idempotency-Key'
  const quoted = has('quoted keys') && { example: '"8e03978e-40d5-43dd-bc93-6894a57f9324"' }
  const key = parameter(
    keyHeader,
    'header',
    { type: 'string', minLength: 8 },
    { required: !has('optional key'), ...quoted },
  )
  const isKeyInBody = has('key in the body')
  const guest = {
    guest: { type: 'string', minLength: 1, maxLength: 60 },
    nights: { type: 'integer', minimum: 1, maximum: 9 },
  }
  const bodyKey = { idempotency_key: { type: 'string', maxLength: 45 } }
  return {
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths: {
      '/bookings': {
        get: secured('listBookings', {
          responses: { 200: json({ type: 'array', items: booking }), '4XX': { description: 'd' } },
        }),
        post: secured('createBooking', {
          ...(isKeyInBody ? {} : { parameters: [key] }),
          ...takes({
            type: 'object',
            required: isKeyInBody ? ['guest', 'idempotency_key'] : ['guest'],
            properties: { ...guest, ...(isKeyInBody && bodyKey) },
          }),
          ...(!has('paths that pair') && { 'x-undo': { quote: 'quoteCancellation', by: 'confirmCancellation' } }),
          responses: answers,
        }),
      },
      '/bookings/{id}': { get: secured('getBooking', { parameters: [id], responses: answers }) },
      '/bookings/{id}/cancel': { post: secured('cancelBooking', { parameters: [id, key], responses: answers }) },
      '/cancellations': {
        post: secured(
          'quoteCancellation',
          takes({ type: 'object', required: ['booking_id'], properties: { booking_id: { type: 'string' } } }),
        ),
      },
      '/cancellations/{id}/confirm': { post: secured('confirmCancellation', { parameters: [id] }) },
      '/payouts': {
        get: secured('listPayouts'),
        post: secured('payOut', {
          'x-confirmation': true,
          ...takes({
            type: 'object',
            required: ['to'],
            properties: { to: { type: 'string', minLength: 1, maxLength: 60 } },
          }),
        }),
      },
      '/rates': {
        post: secured(
          'quoteRate',
          takes({ type: 'object', required: ['city'], properties: { city: { type: 'string', maxLength: 60 } } }),
        ),
      },
      '/rates/{id}/accept': { post: secured('acceptRate', { parameters: [id] }) },
      '/wallet': { get: secured('getWallet') },
      '/wallet/withdrawals': {
        post: secured('withdraw', {
          parameters: [parameter('Idempotency-Key', 'header', { type: 'string' }, { required: true })],
          ...takes({
            type: 'object',
            required: ['cents'],
            properties: { cents: { type: 'integer', minimum: 1, maximum: 50 } },
          }),
        }),
      },
      '/wallet/reset': {
        post: secured(
          'resetWallet',
          takes({
            type: 'object',
            properties: { confirm: { type: 'boolean', description: 'Must be true, otherwise nothing is done' } },
          }),
        ),
      },
    },
    async answer(question, state) {
      const token = question.headers.authorization?.replace('Bearer ', '') ?? ''
      if (!actingTokens.some((one) => one === token)) return [401, {}, { 'www-authenticate': 'Bearer' }]
      state.accounts ??= new Map<string, Account>()
      state.keys ??= new Map<string, Any>()
      state.tokens ??= new Map<string, Any>()
      state.rates ??= new Map<string, Any>()
      if (!state.accounts.has(token)) state.accounts.set(token, { bookings: [], payouts: [], balance: 1_000_000 })
      const account: Account = state.accounts.get(token)
      const [kind, one, action] = question.parts
      if (kind === 'bookings' && one === undefined)
        return question.method === 'GET'
          ? [200, account.bookings.slice(-50)]
          : once(question, state, token, () => book(account, question.body))
      if (action === 'cancel') return once(question, state, token, () => onBooking(account, one, action))
      if (kind === 'bookings') return onBooking(account, one, action)
      if (kind === 'cancellations') return cancellation(account, state, question)
      if (kind === 'payouts')
        return question.method === 'GET' ? [200, account.payouts] : payOut(account, state, token, question)
      if (kind === 'rates') return one === undefined ? quoteRate(state, question.body) : acceptRate(state, one)
      if (one === undefined) return [200, { balance: account.balance, currency: 'EUR' }]
      if (one === 'reset') return reset(account, question.body)
      return once(question, state, token, () => withdraw(account, question.body), on('wallet-key-ignored'))
    },
  }

  function secured(operationId: string, more: Any = {}): Any {
    return operation(operationId, { security: [{ token: [] }], ...more })
  }

  /** Does the work once for the key of the call. */
  async function once(
    question: Question,
    state: Any,
    token: string,
    act: () => Reply,
    isIgnored = on('key-ignored'),
  ): Promise<Reply> {
    const name = question.parts[0] === 'bookings' ? keyHeader.toLowerCase() : 'idempotency-key'
    const { idempotency_key, ...input } = question.body ?? {}
    const key = isKeyInBody && question.parts.length === 1 ? idempotency_key : question.headers[name]
    if (key === undefined && has('optional key')) return act()
    if (typeof key !== 'string' || key.length < 8) return [400, { error: 'a key is needed' }]
    if (quoted && question.parts[0] === 'bookings' && !/^"[^"]+"$/.test(key))
      return [400, { error: 'a structured field is needed' }]
    if (isIgnored) return act()
    const scope = on('key-global') ? '' : token
    const body = JSON.stringify(input)
    const place = `${scope} ${on('key-of-any-path') ? question.parts[0] : question.parts.join('/')} ${key} ${on('key-of-body') ? body : ''}`
    const kept = state.keys.get(place)
    if (kept) return repeated(kept, body)
    const entry: Any = { body, done: undefined }
    if (!on('key-race')) state.keys.set(place, entry)
    entry.running = (async () => {
      await sleep(on('key-race') ? longWork : work)
      state.keys.set(place, entry)
      const reply = act()
      if (reply[0] >= 400) state.keys.delete(place)
      else entry.done = has('replays the state of now') ? reply : structuredClone(reply)
      return reply
    })()
    return entry.running
  }

  async function repeated(kept: Any, body: string): Promise<Reply> {
    if (kept.body !== body && !on('key-of-any-body'))
      return [has('409 for other input') ? 409 : 422, { error: 'another input' }]
    if (!kept.done)
      return has('waits for the first') ? kept.running : [has('425 in flight') ? 425 : 409, {}, { 'retry-after': '1' }]
    if (on('key-refused-again')) return [409, { error: 'exists already' }]
    const [status, value, headers] = kept.done
    if (on('key-other-answer')) return [200, { ok: true }]
    const fresh = has('fresh members')
      ? { ...value, served_at: new Date().toISOString(), request_id: crypto.randomUUID() }
      : value
    const mark = has('replay without a header') ? {} : { 'idempotent-replayed': 'true' }
    return [has('200 for a replay') ? 200 : status, fresh, { ...headers, ...mark }]
  }

  function book(account: Account, { guest, nights = 1 }: Any): Reply {
    if (typeof guest !== 'string' || guest.length === 0 || guest.length > 60) return [422]
    if (!Number.isInteger(nights) || nights < 1 || nights > 9) return [422]
    const made = {
      id: crypto.randomUUID(),
      guest,
      nights,
      state: 'booked',
      created_at: new Date().toISOString(),
      ...priceOf(nights),
    }
    account.bookings.push(made)
    const more = has('fresh members') ? { served_at: new Date().toISOString(), request_id: crypto.randomUUID() } : {}
    return [201, { ...made, ...more }]
  }

  function priceOf(nights: number): Any {
    const [subtotal, tax] = [nights * 9_000, nights * 330]
    const total = subtotal + tax + (on('sum-off') ? 1 : 0)
    if (on('amount-fraction')) return { currency: 'EUR', subtotal: subtotal / 100, tax: tax / 100, total: total / 100 }
    if (has('decimal texts'))
      return {
        currency: 'EUR',
        subtotal: (subtotal / 100).toFixed(2),
        tax: (tax / 100).toFixed(2),
        total: (total / 100).toFixed(2),
      }
    if (has('rates and percentages'))
      return {
        currency: 'EUR',
        tax_rate: 3.666,
        discount_percent: 12.5,
        exchange_rate: 1.0842,
        subtotal,
        tax,
        total,
        total_emissions_kg: 1.25,
      }
    if (has('discounts of either sign'))
      return { currency: 'EUR', subtotal, discount: -500, coupon_discount: 200, tax, total: total - 700 }
    if (has('taxes included')) return { currency: 'EUR', subtotal, tax, total: subtotal, balance: 0 }
    if (has('lists of totals') || on('list-sum-off'))
      return {
        currency: 'EUR',
        totals: [
          { type: 'subtotal', amount: subtotal },
          { type: 'tax', amount: tax },
          { type: 'total', amount: total + (on('list-sum-off') ? 1 : 0) },
        ],
      }
    return { currency: 'EUR', subtotal, tax, total }
  }

  function onBooking({ bookings }: Account, one: string | undefined, action: string | undefined): Reply {
    const found = bookings.find((other) => other.id === one)
    if (!found) return [404]
    if (action === undefined) return [200, found]
    if (found.state !== 'booked') return [409]
    if (on('cancel-nothing')) return [200, { ok: true }]
    if (has('cancels later') || has('replays the state of now'))
      setTimeout(() => Object.assign(found, { state: 'cancelled' }), 100)
    else found.state = 'cancelled'
    return [200, found]
  }

  function cancellation({ bookings }: Account, state: Any, { parts: [, one], body }: Question): Reply {
    state.cancellations ??= new Map<string, string>()
    if (one === undefined) {
      const found = bookings.find((other) => other.id === body?.booking_id)
      if (!found) return [404]
      const made = { id: crypto.randomUUID(), booking_id: found.id, refund: 9_000, currency: 'EUR', confirmed_at: null }
      state.cancellations.set(made.id, found.id)
      return [201, made]
    }
    const found = bookings.find((other) => other.id === state.cancellations.get(one))
    if (!found) return [404]
    if (!on('confirm-nothing')) found.state = 'cancelled'
    return [200, { id: one, booking_id: found.id, confirmed_at: new Date().toISOString() }]
  }

  function payOut(account: Account, state: Any, token: string, { body, headers }: Question): Reply {
    if (typeof body?.to !== 'string' || body.to === '' || body.to.length > 60) return [422]
    const sent = headers.confirmation
    const done = () => {
      const made = { id: crypto.randomUUID(), to: body.to }
      account.payouts.push(made)
      return [201, made] as const
    }
    if (on('confirmation-ignored')) return done()
    if (on('any-confirmation') && sent !== undefined) return done()
    if (sent === undefined && String(headers.prefer).includes('confirmation')) {
      const made = crypto.randomUUID()
      state.tokens.set(made, { to: body.to, token, isUsed: false })
      return [428, { confirmation: { question: `Pay ${body.to}?`, token: made, expiresIn: 600 } }]
    }
    if (sent === undefined) return on('confirmation-of-polite') ? done() : [403]
    const kept = state.tokens.get(sent)
    if (!kept) return [403]
    if (kept.to !== body.to && !on('confirmation-of-any-input')) return [403]
    if (kept.token !== token && !on('confirmation-of-any-user')) return [403]
    if (kept.isUsed && !on('confirmation-again')) return has('replays a confirmation') ? kept.answer : [409]
    kept.isUsed = true
    kept.answer = done()
    return kept.answer
  }

  function quoteRate(state: Any, body: Any): Reply {
    if (typeof body?.city !== 'string' || body.city.length > 60) return [422]
    const isShort = habit === '' ? ['', 'rate-forever'].includes(defect) : has('rates in seconds')
    const seconds = isShort ? 1 : 3_600
    const made = { id: crypto.randomUUID(), city: body.city, amount: 9_000, currency: 'EUR' }
    const end = Date.now() + seconds * 1_000
    state.rates.set(made.id, { ...made, end })
    if (has('rates in seconds')) return [201, { ...made, expires_in: seconds }]
    return [201, { ...made, expires_at: new Date(end).toISOString() }]
  }

  function acceptRate(state: Any, one: string): Reply {
    const found = state.rates.get(one)
    if (!found) return [404]
    if (Date.now() > found.end && !on('rate-forever')) return [410]
    return [200, { id: one, accepted: true }]
  }

  function withdraw(account: Account, body: Any): Reply {
    if (!Number.isInteger(body?.cents) || body.cents < 1 || body.cents > 50) return [422]
    account.balance -= body.cents
    return [200, { done: true }]
  }

  function reset(account: Account, body: Any): Reply {
    if (body?.confirm !== true && !on('flag-ignored')) return [400]
    account.balance = 1_000_000
    return [200, { balance: account.balance }]
  }
}
