import { sameAnswerTests } from '@reference-plugins/testing'
import { createFlightsPlugin } from '../src/plugin.ts'
import { script } from './script.ts'

// Nobody is asked here, so the plugin must take the amount for an answer. The clock stands still, because prices move.
sameAnswerTests(
  (settings) =>
    createFlightsPlugin({ ...settings, FLIGHTS_UNASKED: 'amount' }, { now: () => Date.parse('2027-01-11T08:00:00Z') }),
  script,
)
