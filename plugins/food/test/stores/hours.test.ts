import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeTime, isOpen, nextChange, toTime } from '../../src/stores/hours.ts'
import { days, type Store } from '../../src/stores/store.ts'
import { Stores } from '../../src/stores/stores.ts'

const stores = new Stores()
const luca = stores.get('forno-luca')
const schale = stores.get('gruene-schale')
const curry = stores.get('curry-lane')
const isOpenAt = (store: Store, time: string) => isOpen(store, Date.parse(time))

test('hours are those of the place of the store', () => {
  // Friday, noon in New York, 18:00 in Zürich, 17:00 in London, Saturday 02:00 in Tokyo.
  const noon = '2026-11-27T17:00:00Z'
  assert.deepEqual(
    stores.all.filter((store) => isOpenAt(store, noon)).map(({ id }) => id),
    ['curry-lane', 'forno-luca', 'gruene-schale'],
  )
  assert.equal(isOpenAt(luca, '2026-11-27T15:59:59Z'), false)
  assert.equal(isOpenAt(luca, '2026-11-27T16:00:00Z'), true)
})

test('hours past midnight belong to the day on which they begin', () => {
  for (const [time, expected] of [
    // Saturday until two in the morning, after Friday.
    ['2026-11-28T06:59:00Z', true],
    ['2026-11-28T07:00:00Z', false],
    // Friday in the small hours, after Thursday, which ends at 23:00.
    ['2026-11-27T06:30:00Z', false],
    ['2026-11-27T03:59:00Z', true],
    ['2026-11-27T04:00:00Z', false],
  ] as const)
    assert.equal(isOpenAt(luca, time), expected, time)
  // Closed on Christmas, but the night before goes on.
  assert.equal(isOpenAt(luca, '2026-12-25T17:00:00Z'), false)
  assert.equal(isOpenAt(curry, '2026-12-25T00:30:00Z'), true, 'the Thursday before ends at one')
  assert.equal(isOpenAt(curry, '2026-12-26T01:00:00Z'), false, 'a closed Friday has no night')
})

test('a lunch break and a closed day', () => {
  assert.equal(isOpenAt(schale, '2026-11-27T12:59:00Z'), true)
  assert.equal(isOpenAt(schale, '2026-11-27T13:00:00Z'), false)
  assert.equal(isOpenAt(schale, '2026-11-29T12:00:00Z'), false, 'Sunday')
  assert.equal(toTime(nextChange(schale, Date.parse('2026-11-28T21:00:00Z')) ?? 0), '2026-11-30T10:00:00.000Z')
})

test('clocks that are put forward or back keep the hours on the wall', () => {
  // In New York, clocks go from 01:59 EDT to 01:00 EST on Sunday, 1 November 2026: the night of Saturday is an hour longer.
  const closing = Date.parse('2026-11-01T07:00:00Z')
  assert.equal(isOpen(luca, Date.parse('2026-11-01T05:30:00Z')), true, '01:30, the first time')
  assert.equal(isOpen(luca, Date.parse('2026-11-01T06:30:00Z')), true, '01:30, the second time')
  assert.equal(isOpen(luca, closing), false, '02:00')
  assert.equal(nextChange(luca, Date.parse('2026-11-01T05:30:00Z')), closing)
  // In London, 01:00 to 02:00 does not exist on Sunday, 29 March 2026, and the night ends at 03:00 BST all the same.
  assert.equal(isOpenAt(curry, '2026-03-29T01:30:00Z'), true, '02:30 BST')
  assert.equal(isOpenAt(curry, '2026-03-29T02:00:00Z'), false, '03:00 BST')
  // In Zürich noon is 11:00 UTC in winter and 10:00 UTC in summer.
  assert.equal(describeTime(Date.parse('2026-07-01T10:00:00Z'), schale.timezone), 'Wed 1 Jul, 12:00')
})

test('a store that never opens has no next change', () => {
  const closed = { ...schale, hours: Object.fromEntries(days.map((day) => [day, []])) as unknown as Store['hours'] }
  assert.equal(nextChange(closed, 0), undefined)
})
