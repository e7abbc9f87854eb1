import { type Settings, text } from '@reference-plugins/core'
import { SignInEnvironment } from '@reference-plugins/oauth-server'
import { z } from 'zod'
import { currencies } from './timetable/fares.ts'

/** The variables that only this plugin reads, and how users sign in. */
export const FlightsSettings = SignInEnvironment.extend({
  FLIGHTS_SOURCE: z.enum(['timetable'], 'must be timetable').default('timetable'),
  /** Another seed is another timetable. */
  FLIGHTS_SEED: text(100).default('2026'),
  /** Of the prices and of the accounts. */
  FLIGHTS_CURRENCY: z.enum(currencies, `must be one of ${currencies.join(', ')}`).default('EUR'),
  /** What each user has at first, in whole units of the currency. */
  FLIGHTS_STARTING_BALANCE: z.coerce.number('must be a number').int().min(0).max(1_000_000).default(5_000),
  /** Whether payments and cancellations by clients that cannot ask a person are refused, or made if they name the amount. */
  FLIGHTS_UNASKED: z.enum(['refuse', 'amount'], 'must be refuse or amount').default('refuse'),
})
export type FlightsSettings = Settings<typeof FlightsSettings>
