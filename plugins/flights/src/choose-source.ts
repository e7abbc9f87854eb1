import { EnvironmentError } from '@reference-plugins/core'
import type { Database } from '@reference-plugins/store'
import { createDuffelSource } from './duffel/duffel-source.ts'
import { minorDigits } from './money.ts'
import type { Money } from './order.ts'
import type { FlightsSettings } from './settings.ts'
import type { FlightSource } from './source.ts'
import { currencies } from './timetable/fares.ts'
import { Timetable } from './timetable/timetable.ts'

/** In whole units: users of the timetable have something to spend, users of a live source have what the operator gives. */
const usualBalances = { timetable: 5_000, duffel: 0 }

interface Parts {
  database: Database
  now: () => number
  /** What tests give instead. */
  source: FlightSource | undefined
}

/**
 * The source that the variables name, and what each user has at first.
 * @throws EnvironmentError
 */
export function chooseSource(settings: FlightsSettings, parts: Parts): { source: FlightSource; start: Money } {
  const { FLIGHTS_SOURCE: name = 'timetable', FLIGHTS_CURRENCY: currency = 'EUR' } = settings
  const units = settings.FLIGHTS_STARTING_BALANCE ?? usualBalances[name]
  const start = { amount: units * 10 ** minorDigits(currency), currency }
  if (parts.source) return { source: parts.source, start }
  return { source: name === 'duffel' ? openDuffel(settings) : openTimetable(settings, parts), start }
}

function openDuffel({ DUFFEL_TOKEN: token }: FlightsSettings): FlightSource {
  if (token === undefined)
    throw new EnvironmentError('FLIGHTS_SOURCE=duffel needs DUFFEL_TOKEN: create a token in the dashboard of Duffel')
  return createDuffelSource({ token })
}

function openTimetable(settings: FlightsSettings, { database, now }: Parts): FlightSource {
  const { FLIGHTS_SEED: seed = '2026', FLIGHTS_CURRENCY: code = 'EUR' } = settings
  const currency = currencies.find((one) => one === code)
  if (!currency) throw new EnvironmentError(`FLIGHTS_CURRENCY must be one of ${currencies.join(', ')}`)
  return new Timetable({ database, seed, currency, now })
}
