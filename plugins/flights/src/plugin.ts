import { actionMigrations, definePlugin } from '@reference-plugins/core'
import { createSignIn, oauthMigrations } from '@reference-plugins/oauth-server'
import { openDatabase } from '@reference-plugins/store'
import { Accounts } from './bookings/accounts.ts'
import { Bookings } from './bookings/bookings.ts'
import { bookingMigrations } from './bookings/tables.ts'
import { chooseSource } from './choose-source.ts'
import { createOperations } from './operations.ts'
import type { FlightsSettings } from './settings.ts'
import type { FlightSource } from './source.ts'
import { timetableMigrations } from './timetable/tables.ts'

export const flightsMigrations = {
  ...actionMigrations,
  ...oauthMigrations,
  ...bookingMigrations,
  ...timetableMigrations,
}

const scopes = {
  'flights:book': 'See your bookings, hold and pay for flights',
  'flights:cancel': 'Cancel and change your bookings',
} as const

/** What tests give instead. */
export interface Given {
  source?: FlightSource
  /** The clock, in milliseconds since 1970. */
  now?: () => number
}

/** Search flights, hold, pay, change and cancel them. Users see only their own orders. */
export async function createFlightsPlugin(settings: FlightsSettings, { source: given, now = Date.now }: Given = {}) {
  const { FLIGHTS_UNASKED: unasked = 'refuse' } = settings
  const database = await openDatabase(settings.DATABASE_URL, flightsMigrations)
  const { source, start } = chooseSource(settings, { database, now, source: given })
  const accounts = new Accounts(database, start)
  const bookings = new Bookings(database, source, accounts, now)
  const signIn = await createSignIn({
    environment: settings,
    publicUrl: settings.PUBLIC_URL,
    title: 'Flights',
    database,
    scopes,
    onRemoveAccount: (owner, transaction) => bookings.removeAll(owner, transaction),
  })
  bookings.start()

  return definePlugin({
    name: 'flights',
    title: 'Flights',
    descriptionForHuman: 'Search flights, hold and pay for them, and cancel or change them.',
    descriptionForModel:
      'Search flights with searchFlights, and tell the user price, times with their zones, baggage and conditions. Hold an ' +
      'offer with holdOffer, then pay for it with payOrder; an offer that cannot be held is booked with bookOffer. Offers ' +
      'expire within half an hour, and prices move. Get a quote before you cancel or change an order, tell the user what it costs, and ' +
      'confirm it only if they agree. Amounts are integers in the minor unit of the currency: 18420 EUR is 184.20 EUR. ' +
      'Never ask for a card number: orders are paid from the balance of the account.',
    conversationStarters: [
      'Find me a flight from Zurich to Oslo on 12 March, back on the 15th.',
      'Hold the cheapest one that I can cancel.',
      'Which flights have I booked?',
      'What do I get back if I cancel my flight?',
    ],
    contactEmail: 'maintainers@example.com',
    folder: new URL('..', import.meta.url),
    servesFrom: source.name,
    auth: signIn.auth,
    database,
    needs: [database, signIn, bookings],
    mounts: signIn.mounts,
    operations: createOperations({ source, bookings, accounts, now, unasked }),
  })
}
