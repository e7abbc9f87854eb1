import type { Server } from 'node:http'
import { closePlugin, createApp, createLog, type Plugin } from '@reference-plugins/core'
import { type Database, openDatabase } from '@reference-plugins/store'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import supertest from 'supertest'
import { createFlightsPlugin, flightsMigrations, type Given } from '../src/plugin.ts'
import type { FlightsSettings } from '../src/settings.ts'
import { openUsers, userSettings } from './users.ts'

export const publicUrl = 'https://flights.example.com'

export interface Served {
  plugin: Plugin
  /** Sends requests without a token. */
  api: ReturnType<typeof supertest>
  /** Sends requests as a user, who is created if they do not exist. */
  as: (name: string) => Promise<User>
  /** The tables, to look at what the plugin and the airlines keep. */
  tables: Database
  /** Moves the clock. */
  pass: (minutes: number) => void
  close: () => Promise<void>
}

export interface User {
  token: string
  get: (path: string) => supertest.Test
  /** Sends a call that nobody is asked about. */
  post: (path: string, body?: object) => supertest.Test
  /** Sends a call, and says yes to its question. Returns the answer, or the refusal before a question. */
  agree: (path: string, body: object, key?: string) => Promise<supertest.Response>
}

export const start = Date.parse('2027-01-11T08:00:00Z')

/** The plugin on a new database, with a clock that stands still until `pass` moves it. */
export async function serveFlights({
  database = temporaryDatabase(),
  settings = {},
  given = {},
}: {
  database?: string
  settings?: Partial<FlightsSettings>
  given?: Given
} = {}): Promise<Served> {
  let time = start
  const plugin = await createFlightsPlugin(
    { PUBLIC_URL: publicUrl, DATABASE_URL: database, ...userSettings, ...settings },
    { now: () => time, ...given },
  )
  const app = await createApp(plugin, { publicUrl, log: createLog('silent', false), rateLimit: 1_000_000 })
  const api = supertest(app.callback() as unknown as Server)
  const tables = await openDatabase(database, flightsMigrations)
  const users = await openUsers(plugin, tables, publicUrl)
  return {
    plugin,
    api,
    tables,
    async as(name) {
      const token = await users.tokenFor(name)
      const set = (test: supertest.Test) => test.set('Authorization', `Bearer ${token}`)
      return {
        token,
        get: (path) => set(api.get(path)),
        post: (path, body = {}) => set(api.post(path)).send(body),
        async agree(path, body, key = crypto.randomUUID()) {
          const send = () => set(api.post(path)).send(body).set('Idempotency-Key', key).set('Prefer', 'confirmation')
          const asked = await send()
          return asked.status === 428 ? send().set('Confirmation', asked.body.confirmation.token) : asked
        },
      }
    },
    pass(minutes) {
      time += minutes * 60_000
    },
    async close() {
      await users.close()
      await tables.close()
      await closePlugin(plugin)
    },
  }
}

/** Somebody who travels, as inputs have it. */
export const ada = 'Lovelace, Ada, 1990-05-17, f'
export const contact = { email: 'ada@example.com', phone: '+41791234567' }

interface FoundOffer {
  id: string
  totalAmount: number
  totalCurrency: string
  paymentRequirements: { requiresInstantPayment: boolean }
}

/** The cheapest offers from Zurich to Oslo. */
export async function searchOffers(user: User, query = 'holdable=true'): Promise<FoundOffer[]> {
  const path = `/flights?origin=ZRH&destination=OSL&departureDate=2027-03-12&${query}`
  return (await user.get(path).expect(200)).body.offers
}

/** What to send to hold or book an offer. */
export const toOrder = ({ id, totalAmount, totalCurrency }: FoundOffer, passengers = [ada]) => ({
  offerId: id,
  amount: totalAmount,
  currency: totalCurrency,
  passengers,
  ...contact,
})

/** Holds the cheapest offer that can be held. */
export async function hold(user: User, passengers = [ada]) {
  const [offer] = await searchOffers(user, `holdable=true&adults=${passengers.length}`)
  if (!offer) throw new Error('there is no offer')
  return (await user.post('/holds', toOrder(offer, passengers)).expect(200)).body
}

/** Pays an order with the price that it has. */
export const pay = (user: User, { id, totalAmount, totalCurrency }: Record<string, unknown>, key?: string) =>
  user.agree(`/orders/${id}/payment`, { amount: totalAmount, currency: totalCurrency }, key)
