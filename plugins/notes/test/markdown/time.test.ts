import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readTime } from '../../src/markdown/time.ts'

test('times of ISO 8601 and YAML are read', () => {
  for (const [written, time] of [
    ['2024-01-05', '2024-01-05T00:00:00.000Z'],
    ['2024-01-05T10:00:00Z', '2024-01-05T10:00:00.000Z'],
    ['2024-01-05T10:00:00.5+09:00', '2024-01-05T01:00:00.500Z'],
    ['2024-01-05 10:00:00 +0900', '2024-01-05T01:00:00.000Z'],
    ['2024-01-05t10:00-05', '2024-01-05T15:00:00.000Z'],
    ['2024-02-29T00:00:00.123000Z', '2024-02-29T00:00:00.123Z'],
  ])
    assert.deepEqual(readTime(written as string), { time, isExact: true }, written)
})

test('a time without a zone, or in parts of a millisecond, says more than is kept', () => {
  assert.deepEqual(readTime('2024-01-05 10:00'), { time: '2024-01-05T10:00:00.000Z', isExact: false })
  assert.deepEqual(readTime('2024-01-05T10:00:00.123456Z'), { time: '2024-01-05T10:00:00.123Z', isExact: false })
})

test('other forms are not guessed', () => {
  for (const written of [
    ...[
      '05.01.2024',
      '01/05/2024',
      '05-01-2024 07:15 PM',
      'January 5, 2024',
      '20240105',
      '1704412800',
      '2024-1-5',
      '2024',
    ],
    ...['2024-02-30', '2023-02-29', '2024-13-01', '2024-00-10', '2024-01-05T24:00Z', '2024-01-05T10:60Z', '2024-W01-5'],
    ...[
      '2024-01-05T10:00:60Z',
      '2024-01-05T10:00+99:00',
      '2024-01-05T10:00 EST',
      '12:00',
      'now',
      '',
      '0000-01-01T00:00+01:00',
    ],
  ])
    assert.equal(readTime(written), undefined, written)
})

test('every moment is read the same in each form and zone', () => {
  const moment = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true })
  fc.assert(
    fc.property(
      moment,
      fc.integer({ min: -23 * 60, max: 23 * 60 }),
      fc.constantFrom('T', ' ', 't'),
      (date, offset, mark) => {
        const local = new Date(date.getTime() + offset * 60_000)
        const digits = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0')
        const zone = `${offset < 0 ? '-' : '+'}${digits(offset / 60)}:${digits(offset % 60)}`
        const written = local.toISOString().replace('T', mark).replace('Z', zone)
        const want = { time: date.toISOString(), isExact: true }
        assert.deepEqual(readTime(written), want)
        assert.deepEqual(readTime(written.replace(/:(\d\d)$/, '$1')), want)
        assert.deepEqual(readTime(date.toISOString()), want)
      },
    ),
  )
})
