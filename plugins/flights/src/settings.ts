import { type Settings, text } from '@reference-plugins/core'
import { SignInEnvironment } from '@reference-plugins/oauth-server'
import { z } from 'zod'

/** The variables that only this plugin reads, and how users sign in. */
export const FlightsSettings = SignInEnvironment.extend({
  FLIGHTS_SOURCE: z.enum(['timetable', 'duffel'], 'must be timetable or duffel').default('timetable'),
  DUFFEL_TOKEN: z
    .string()
    .regex(/^duffel_(test|live)_[\w-]+$/, 'must begin with duffel_test_ or duffel_live_')
    .optional(),
  /** Another seed is another timetable. */
  FLIGHTS_SEED: text(100).default('2026'),
  /** Of the accounts, and of the prices of the timetable. Duffel's prices are in the currency of your organisation there. */
  FLIGHTS_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be a code such as EUR')
    .default('EUR'),
  /** What each user has at first, in whole units of the currency: by default 5,000, and nothing with a live source. */
  FLIGHTS_STARTING_BALANCE: z.coerce.number('must be a number').int().min(0).max(1_000_000).optional(),
  /** Whether payments and cancellations by clients that cannot ask a person are refused, or made if they name the amount. */
  FLIGHTS_UNASKED: z.enum(['refuse', 'amount'], 'must be refuse or amount').default('refuse'),
})
export type FlightsSettings = Settings<typeof FlightsSettings>
