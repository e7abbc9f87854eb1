import assert from 'node:assert/strict'
import { openDatabase } from '@reference-plugins/store'
import { type KilledRequest, killTests } from '@reference-plugins/testing/faults'
import { flightsMigrations } from '../src/plugin.ts'
import { ada } from './fixture.ts'
import { openUsers, userSettings } from './users.ts'

// The tokens are for this address, wherever a process listens.
const publicUrl = 'http://localhost:3339'
const scopes = { 'flights:book': 'Book', 'flights:cancel': 'Cancel' }

interface Order {
  id: string
  totalAmount: number
  totalCurrency: string
  state: string
}

interface Booked extends KilledRequest {
  orderId?: string
}

const priceOf = ({ totalAmount, totalCurrency }: Order) => ({ amount: totalAmount, currency: totalCurrency })
const inFortyDays = new Date(Date.now() + 40 * 24 * 3_600_000).toISOString().slice(0, 10)
const search = `/flights?origin=ZRH&destination=OSL&departureDate=${inFortyDays}&holdable=true&limit=1`

let holds = 0

killTests({
  folder: new URL('..', import.meta.url),
  environment: {
    PUBLIC_URL: publicUrl,
    NODE_ENV: 'production',
    OAUTH_CLIENTS: JSON.stringify(userSettings.OAUTH_CLIENTS),
    FLIGHTS_UNASKED: 'amount',
    FLIGHTS_STARTING_BALANCE: '1000000',
  },
  async token(url) {
    const database = await openDatabase(url, flightsMigrations)
    const auth = { scopes } as never
    const users = await openUsers({ auth, title: 'Flights' } as never, database, publicUrl)
    const token = await users.tokenFor('ada')
    await users.close()
    await database.close()
    return token
  },
  steps: {
    holdOffer: {
      operation: 'holdOffer',
      async prepare(client) {
        const offer = (await client.get<{ offers: Order[] }>(search)).offers[0] as Order
        const email = `ada${holds++}@example.com`
        const body = { offerId: offer.id, ...priceOf(offer), passengers: [ada], email, phone: '+41791234567' }
        return { path: '/holds', body }
      },
      async check(client, { request, database, answer, isRefused }) {
        const { email } = request.body as { email: string }
        const tables = await openDatabase(database, flightsMigrations)
        const made = await tables.all<{ id: string }>`
          SELECT id FROM timetable_order WHERE travellers LIKE ${`%"${email}"%`}`
        await tables.close()
        assert.ok(made.length <= 1, 'the airline has it once')
        for (const { id } of made) assert.equal((await client.get<Order>(`/orders/${id}`)).id, id)
        if (answer) assert.equal(made[0]?.id, (answer as Order).id)
        if (isRefused) assert.equal(made.length, 0)
      },
    },
    payOrder: {
      operation: 'payOrder',
      async prepare(client): Promise<Booked> {
        const offer = (await client.get<{ offers: Order[] }>(search)).offers[0] as Order
        const traveller = { passengers: [ada], email: 'ada@example.com', phone: '+41791234567' }
        const order = await client.post<Order>('/holds', { offerId: offer.id, ...priceOf(offer), ...traveller })
        return { path: `/orders/${order.id}/payment`, body: priceOf(order), orderId: order.id }
      },
      async check(client, { request, database, answer, isRefused }) {
        const { orderId = '' } = request as Booked
        const tables = await openDatabase(database, flightsMigrations)
        const payments = await tables.all`SELECT 1 AS one FROM timetable_payment WHERE order_id = ${orderId}`
        const entries = await tables.all`SELECT 1 AS one FROM account_entry WHERE id = ${`order ${orderId}`}`
        await tables.close()
        const { state } = await client.get<Order>(`/orders/${orderId}`)
        assert.equal(entries.length, payments.length, 'the account has paid what the airline has got')
        assert.equal(payments.length, state === 'paid' ? 1 : 0, 'what is paid is paid once')
        if (answer) assert.equal(state, 'paid')
        if (isRefused) assert.equal(state, 'held')
      },
    },
  },
})
