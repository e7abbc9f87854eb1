import assert from 'node:assert/strict'
import { type Database, openDatabase } from '@reference-plugins/store'
import type { Scene, Subject } from '@reference-plugins/testing/faults'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { createFlightsPlugin } from '../src/plugin.ts'
import { type FlightSource, SourceError } from '../src/source.ts'
import { timetableMigrations } from '../src/timetable/tables.ts'
import { Timetable } from '../src/timetable/timetable.ts'
import { ada, publicUrl, start } from './fixture.ts'
import { userSettings } from './users.ts'

/** The airlines, with a database of their own. */
interface Airlines {
  database: Database
  timetable: FlightSource
}

interface Priced {
  id: string
  totalAmount: number
  totalCurrency: string
}

interface Order extends Priced {
  state: string
  slices: { id: string }[]
}

interface Quote {
  id: string
  refundAmount: number
  refundCurrency: string
}

interface Change {
  id: string
  changeTotalAmount: number
  changeTotalCurrency: string
}

const day = 24 * 3_600_000
const inDays = (count: number): string => new Date(Date.now() + count * day).toISOString().slice(0, 10)
const pick = <One>(all: readonly One[], choice: number): One | undefined => all[choice % all.length]
const startingBalance = 5_000

async function findOffer(scene: Scene<Airlines>, choice: number, holdable: boolean) {
  const search = { origin: 'ZRH', destination: 'OSL', departureDate: inDays(40), holdable, limit: 3 }
  const offer = pick((await scene.read<{ offers: Priced[] }>('searchFlights', search)).offers, choice)
  return (
    offer && {
      offerId: offer.id,
      amount: offer.totalAmount,
      currency: offer.totalCurrency,
      passengers: [ada],
      email: `${scene.id}@example.com`,
      phone: '+41791234567',
    }
  )
}

/** An order of the user, read again. */
async function findOrder(scene: Scene<Airlines>, choice: number, ...steps: string[]): Promise<Order | undefined> {
  const call = pick(
    steps.flatMap((step) => scene.done(step)),
    choice,
  )
  return call && scene.read<Order>('getOrder', { orderId: call.answer?.id })
}

/** A user holds, books, pays, changes and cancels flights. */
export const flightsSubject: Subject<Airlines> = {
  startsAt: start,
  async createOutside() {
    const database = await openDatabase(temporaryDatabase(), timetableMigrations)
    return { database, timetable: new Timetable({ database, seed: '2026', currency: 'EUR', now: Date.now }) }
  },
  closeOutside: ({ database }) => database.close(),
  open(DATABASE_URL, { timetable }, watch) {
    const source = watch(
      timetable,
      ({ message }, method) =>
        new SourceError(/^(create|pay|confirm)/.test(method) ? 'outcome_unknown' : 'unavailable', message),
    )
    const settings = { FLIGHTS_UNASKED: 'amount', FLIGHTS_STARTING_BALANCE: startingBalance } as const
    return createFlightsPlugin({ PUBLIC_URL: publicUrl, DATABASE_URL, ...userSettings, ...settings }, { source })
  },
  caller: (id) => ({ id, scopes: ['flights:book', 'flights:cancel'] }),
  steps: {
    hold: { operation: 'holdOffer', input: (scene, choice) => findOffer(scene, choice, true) },
    pay: {
      operation: 'payOrder',
      async input(scene, choice) {
        const order = await findOrder(scene, choice, 'hold')
        return order && { orderId: order.id, amount: order.totalAmount, currency: order.totalCurrency }
      },
    },
    change: {
      operation: 'confirmChange',
      async input(scene, choice) {
        const order = await findOrder(scene, choice, 'hold', 'book')
        const request = { orderId: order?.id, sliceId: order?.slices[0]?.id, departureDate: inDays(45) }
        const { changes } = await scene.read<{ changes: Change[] }>('quoteChange', request)
        const change = pick(changes, choice)
        return change && { changeId: change.id, amount: change.changeTotalAmount, currency: change.changeTotalCurrency }
      },
    },
    cancel: {
      operation: 'confirmCancellation',
      async input(scene, choice) {
        const order = await findOrder(scene, choice, 'hold', 'book')
        const quote = order && (await scene.read<Quote>('quoteCancellation', { orderId: order.id }))
        return quote && { cancellationId: quote.id, amount: quote.refundAmount, currency: quote.refundCurrency }
      },
    },
    book: { operation: 'bookOffer', input: (scene, choice) => findOffer(scene, choice, false) },
  },
  async check(scene) {
    const { database } = scene.outside
    const orders = await database.all<{ id: string; paid_at: number | null; cancelled_at: number | null }>`
      SELECT id, paid_at, cancelled_at FROM timetable_order WHERE travellers LIKE ${`%"${scene.id}@example.com"%`}`
    const known: Order[] = []
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const page: { orders: Order[]; nextOffset?: number } = await scene.read('listOrders', { limit: 10, offset })
      known.push(...page.orders)
      offset = page.nextOffset
    }
    assert.deepEqual(known.map(({ id }) => id).sort(), orders.map(({ id }) => id).sort(), 'the user sees all orders')

    const count = (state: string, ...steps: string[]) =>
      scene.calls.filter((call) => steps.includes(call.step) && call.state === state).length
    const least = count('done', 'hold', 'book')
    const most = least + count('unknown', 'hold', 'book')
    assert.ok(orders.length >= least && orders.length <= most, `${orders.length} orders, not ${least} to ${most}`)
    for (const { answer } of [...scene.done('hold'), ...scene.done('book')])
      assert.ok(
        known.some(({ id }) => id === answer?.id),
        'what was booked can be found',
      )

    // Each kind of thing has happened as often as its calls are done.
    const paid = orders.filter((order) => order.paid_at !== null).length - count('done', 'book')
    // Of two calls that pay for one order at once, the second may lose its answer and then find the order paid.
    const told = new Set(scene.done('pay').map(({ answer }) => answer?.id)).size
    assert.ok(paid >= told, 'what was paid is paid')
    assert.ok(paid <= told + count('unknown', 'pay', 'book'), 'nothing else is paid')
    const cancelled = orders.filter((order) => order.cancelled_at !== null).length
    assert.ok(cancelled >= count('done', 'cancel'), 'what was cancelled is cancelled')
    assert.ok(cancelled <= count('done', 'cancel') + count('unknown', 'cancel'), 'nothing else is cancelled')

    // The money of the user is what the airlines have got.
    let spent = 0
    for (const { id } of orders) {
      const payments = await database.all<{ amount: number }>`
        SELECT amount FROM timetable_payment WHERE order_id = ${id}`
      for (const { amount } of payments) spent += amount
    }
    const { balanceAmount } = await scene.read<{ balanceAmount: number }>('getAccount', {})
    assert.equal(balanceAmount, startingBalance * 100 - spent, 'the account has paid what the airlines have got')
  },
}
