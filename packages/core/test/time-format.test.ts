import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { describeFormat, restorePlus } from '../src/time-format.ts'

for (const [value, fault] of [
  ['2026-03-01', 'the time is missing'],
  ['2026-03-01T09:00:00', 'the offset is missing: add Z for UTC'],
  ['2026-03-01T09:00Z', 'the seconds are missing'],
  ['2026-03-01 09:00:00Z', 'a T must be between the date and the time'],
  ['2026-03-01T09:00:00+0000', 'the offset must have the form +02:00'],
  ['2026-03-01T09:00:00+02', 'the offset must have the form +02:00'],
  ['2026-03-01T09:00:00 02:00', 'the plus of the offset was lost: in a URL write it as %2B'],
  ['2026-03-01t09:00:00z', 'T and Z must be capital letters'],
  [
    '2026-03-01 09:00',
    'a T must be between the date and the time; the seconds are missing; the offset is missing: add Z for UTC',
  ],
  ['2026-02-30T09:00:00Z', 'this time does not exist'],
  ['2026-03-01T25:00:00+02:00', 'this time does not exist'],
] as const)
  test(`of ${value} the message says: ${fault}`, () => {
    assert.equal(
      describeFormat('datetime', value),
      `must be a date and time with an offset, such as 2026-03-01T09:00:00Z or 2026-03-01T09:00:00+02:00; ${fault}`,
    )
  })

test('text of another form, and other formats, get the form only', () => {
  for (const value of ['yesterday', '1772700000', '', 5, null])
    assert.match(describeFormat('datetime', value) ?? '', /or 2026-03-01T09:00:00\+02:00$/)
  assert.equal(describeFormat('date', '1.3.2026'), 'must be a date such as 2026-03-01')
  assert.equal(describeFormat('email', 'x'), undefined)
})

test('whatever is refused as a time, the message has a form that is accepted', () => {
  const schema = z.iso.datetime({ offset: true })
  const part = fc.constantFrom(
    '2026-03-01',
    'T',
    't',
    ' ',
    '09:00',
    ':00',
    '.5',
    'Z',
    'z',
    '+02:00',
    '+0200',
    '-5',
    '',
    'x',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 7 }), (parts) => {
      const value = parts.join('')
      if (schema.safeParse(value).success) return
      const example = /such as (\S+)/.exec(describeFormat('datetime', value) ?? '')?.[1]
      assert.ok(schema.safeParse(example).success)
    }),
  )
})

test('a valid time stays as it is, and loses only its plus in a query', () => {
  fc.assert(
    fc.property(
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-01-01') }),
      fc.integer({ min: 0, max: 840 }),
      (date, offset) => {
        const pad = (number: number) => String(number).padStart(2, '0')
        const time = date.toISOString().replace('Z', `+${pad(Math.floor(offset / 60))}:${pad(offset % 60)}`)
        assert.equal(restorePlus(time), time)
        assert.equal(restorePlus(time.replace('+', ' ')), time)
      },
    ),
  )
})
