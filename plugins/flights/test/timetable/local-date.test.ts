import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inFuture } from '../../src/timetable/local-date.ts'

const now = Date.parse('2027-05-10T12:00:00Z')
const datesOf = (...dates: string[]) =>
  inFuture(
    dates.map((departureDate) => ({ departureDate })),
    now,
  ).map(({ departureDate }) => departureDate)

test('a day that has passed means the next such day that is a week ahead, and the way back moves with it', () => {
  assert.deepEqual(datesOf('2027-05-11', '2027-06-01'), ['2027-05-11', '2027-06-01'])
  assert.deepEqual(datesOf('2027-05-08'), ['2028-05-08'])
  assert.deepEqual(datesOf('2026-05-16', '2026-05-17'), ['2028-05-16', '2028-05-17'])
  assert.deepEqual(datesOf('2024-12-24', '2025-01-03'), ['2027-12-24', '2028-01-03'])
  assert.deepEqual(datesOf('2024-02-29'), ['2028-02-29'])
  assert.deepEqual(datesOf('2026-02-28', '2028-02-29'), ['2028-02-28', '2030-03-01'])
})
