import { openDatabase } from '@reference-plugins/store'
import { contractTests } from '@reference-plugins/testing'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import { createFlightsPlugin, flightsMigrations } from '../src/plugin.ts'
import { Timetable } from '../src/timetable/timetable.ts'
import { ada, contact, start } from './fixture.ts'

// The tester cannot guess an offer: this one is the same at every time, and so is its price while the clock stands still.
const offerId = 'off_sample_1_1'
const now = () => start
const search = {
  slices: [{ origin: 'ZRH', destination: 'OSL', departureDate: '2027-03-12' }],
  adults: 1,
  childAges: [],
  cabinClass: 'economy',
  maxConnections: 1,
}

async function addOffer(url: string) {
  const database = await openDatabase(url, flightsMigrations)
  await database.run`INSERT INTO timetable_search (id, search, created_at) VALUES ('sample', ${JSON.stringify(search)}, ${start})`
  const offer = await new Timetable({ database, seed: '2026', currency: 'EUR', now }).getOffer(offerId)
  await database.close()
  return offer
}

const { totalAmount: amount, totalCurrency: currency } = await addOffer(temporaryDatabase())

contractTests(
  async (settings) => {
    await addOffer(settings.DATABASE_URL)
    return createFlightsPlugin({ ...settings, FLIGHTS_STARTING_BALANCE: 1_000_000 }, { now })
  },
  {
    values: {
      ...{ offerId, amount: String(amount), currency, passengers: JSON.stringify([ada]), ...contact },
      // Nothing was paid for an order that is held, so nothing comes back.
      'confirmCancellation.amount': '0',
      ...{ origin: 'ZRH', destination: 'OSL', sliceId: 'sli_1', departureDate: '2027-03-13' },
    },
    expectAnswers: ['searchFlights', 'getOffer', 'holdOffer', 'bookOffer', 'getOrder', 'quoteCancellation'],
  },
)
