import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationOf, instantOf } from '../../src/airports/local-time.ts'

test('a local time and its zone are an instant', () => {
  const cases: [local: string, zone: string, instant: string][] = [
    ['2026-12-24T08:30:00', 'Europe/Zurich', '2026-12-24T07:30:00.000Z'],
    ['2026-07-01T08:30:00', 'Europe/Zurich', '2026-07-01T06:30:00.000Z'],
    ['2026-07-01T23:45:00', 'Asia/Kathmandu', '2026-07-01T18:00:00.000Z'],
    ['2026-01-01T00:00:00', 'Pacific/Kiritimati', '2025-12-31T10:00:00.000Z'],
    ['2026-06-01T12:00:00', 'America/St_Johns', '2026-06-01T14:30:00.000Z'],
    // The clocks change: twice 02:30, and no 02:30.
    ['2026-10-25T02:30:00', 'Europe/Zurich', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T03:30:00', 'Europe/Zurich', '2026-10-25T02:30:00.000Z'],
    ['2026-03-29T02:30:00', 'Europe/Zurich', '2026-03-29T01:30:00.000Z'],
    ['2026-03-29T03:30:00', 'Europe/Zurich', '2026-03-29T01:30:00.000Z'],
    ['2026-03-08T01:30:00', 'America/New_York', '2026-03-08T06:30:00.000Z'],
    ['2026-03-08T03:30:00', 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['2026-11-01T02:30:00', 'America/New_York', '2026-11-01T07:30:00.000Z'],
  ]
  for (const [local, zone, instant] of cases)
    assert.equal(new Date(instantOf(local, zone)).toISOString(), instant, `${local} ${zone}`)
})

test('a duration is written as ISO 8601', () => {
  assert.deepEqual(
    [0, 59, 60, 61, 1_500].map((minutes) => durationOf(minutes * 60_000)),
    ['PT0M', 'PT59M', 'PT1H', 'PT1H1M', 'PT25H'],
  )
})
