import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dayOrderOf, readFeedDate } from '../../src/feeds/feed-date.ts'

for (const [expected, ...texts] of [
  [
    '2026-03-05T09:00:00.000Z',
    ...['Thu, 05 Mar 2026 09:00:00 GMT', 'Thu, 05 Mar 2026 10:00:00 CET', 'Thu, 05 Mar 2026 04:00:00 EST'],
    ...[
      'Thu, 5 Mar 26 09:00 UT',
      'Thu, 05 Mar 2026 14:30:00 +5:30',
      'Thu,05 Mar 2026 18:00:00JST',
      '5 Mar 2026 10:00 (CET)',
    ],
    ...['Thu, 05 Mar 2026 09:00:00 A', 'Thu, 05 Mar 2026 09:00:00 Z', 'Thu, 05 Mar 2026 09:00:00 XYZ'],
    ...['Thu, 05 Mar 2026 03:00:00 America/Chicago', 'Thu, 05 Mar 2026 01:00:00 Pacific Standard Time'],
    ...[
      'Thu Mar  5 09:00:00 2026',
      'Thu Mar 05 10:00:00 +0100 2026',
      'Thu, 05-Mar-26 09:00:00 GMT',
      '5 Mar 2026 4:00 ET',
    ],
    ...['Thu Mar 05 2026 10:00:00 GMT+0100 (Central European Standard Time)', 'March 5th, 2026 at 9:00 a.m.'],
    ...['2026-03-05T09:00:00Z', '2026-03-05t09:00z', '2026-03-05T10:00:00.000+0100', '2026-03-05 10:00:00 +0100 CET'],
    ...['2026-03-05T10:00:00+01:00[Europe/Paris]', '20260305T090000Z', '20260305090000', '1772701200', '1772701200000'],
    ...['2026/03/05 09:00', '05.03.2026 09:00', '5. 3. 2026 09:00', '2026-Mar-05 09:00', '2026年3月5日 09:00'],
    ...[
      'Do, 05 Mär 2026 10:00:00 MEZ',
      'Donnerstag, 5. März 2026, 09:00 Uhr',
      '09:00 Uhr, 5. März 2026',
      '5 Mrz 2026 09:00',
    ],
    ...['jeu., 05 mars 2026 10:00:00 +0100', 'le 5 mars 2026 à 9h00', 'jueves, 5 de marzo de 2026, 9:00 a. m.'],
    ...['gio, 05 mar 2026 10:00:00 +0100', 'giovedì 5 marzo 2026 alle 09.00', 'qui, 5 de março de 2026 às 9h'],
    ...[
      'Чт, 05 мар 2026 12:00:00 +0300',
      '5 марта 2026 г., 09:00',
      '2026年3月5日(木) 9時00分',
      '令和8年3月5日 午前9時',
    ],
    ...['星期四, 05 三月 2026 17:00:00 +0800', '목, 05 3월 2026 18:00:00 +0900', '木, 05 3月 2026 18:00:00 +0900'],
    ...['2026-03-05 10:00:00 +0100 +0100', 'Thu, 05 Mar 2026 04:00:00 –0500', 'Thu, 05 Mar 2026 01:00:00 PST8PDT'],
    ...[
      'Thu, 05 Mar 2026 9:0:0 Z',
      'do, 05 mrt 2026 09:00:00 +0000',
      'Thu, Mar 05 2026 02:00:00 MST',
      '5 Mar 2026, 9.00am GMT',
      'Thu, 05 Mar 2026 04:00:00 COT',
      '٠٥ مارس ٢٠٢٦ 09:00',
      '5 במרץ 2026 09:00',
    ],
    ...['2026年3月5日 星期四 上午9:00', '2026年３月５日 ９：００', '2026년 3월 5일 오전 9:00', '5 marca 2026 09:00'],
  ],
  [
    '2026-03-05T00:00:00.000Z',
    '2026-03-05',
    '5 March 2026',
    '1772668800',
    '20260305',
    '2026-03-04T24:00:00Z',
    '5.3.2026',
  ],
  ['2025-02-03T10:00:00.000Z', 'mar. 3 févr. 2025 10:00', 'mar, 3 feb 2025 10:00', 'Tue, 03 Feb 2025 10:00:00 -0000'],
  ['2024-07-01T08:00:00.000Z', 'Mon, 01 Jul 2024 10:00:00 CEST', '1 juil. 2024 09:00 BST', 'Mon, 1 Jul 2024 04:00 ET'],
  ['2025-12-25T12:00:00.000Z', '25/12/2025 12:00', '12/25/2025 12:00 PM', '25-12-2025 12:00', '25.12.2025 12:00'],
  ['2017-01-01T00:00:00.000Z', 'Sat, 31 Dec 2016 23:59:60 GMT', '1er janvier 2017', '1/1/2017'],
  [
    undefined,
    ...[
      '',
      'yesterday',
      'March 2026',
      '2026',
      '2026-03',
      '10:30',
      '05/03/2026',
      '5-3-2026 10:00',
      '06.03.26',
      '2026-13-05',
    ],
    ...[
      '30 Feb 2026',
      '29 Feb 2026',
      '5 Mar 2026 25:00',
      '5 Mar 2026 10:60',
      '5 Mar 2026 13:00 AM',
      '0000-00-00 00:00:00',
    ],
    ...[
      'Thu, 01 Jan 1970 00:00:00 GMT',
      '0001-01-01T00:00:00Z',
      'Wed, 30 Nov -0001 00:00:00 +0000',
      '5 Mar 2026 10:00 +99:00',
    ],
    ...[
      '5-6 March 2026',
      '5 Mar 2026 10:00 W. Europe Standard Time',
      '5 Mar 2026 10:00 MET DST',
      '5 Mar 2026 10:00 Eastern',
      '5 March 2026 10:00 - 11:00',
      '2026-03-05 10:00 2027',
      '5 juni juli 2026',
      '5 xyz 2026',
      `${'9'.repeat(500)}`,
    ],
  ],
] as const)
  for (const text of texts)
    test(`${text.slice(0, 80)} is ${expected ?? 'not read'}`, () => {
      assert.equal(readFeedDate(text), expected)
    })

test('which number of a date with slashes is the day is read from the dates beside it, never guessed', () => {
  assert.deepEqual(['25/03/2026', '03/25/2026', '05/03/2026', '35/03/2026'].map(dayOrderOf), [
    'day first',
    'month first',
    undefined,
    undefined,
  ])
  assert.equal(readFeedDate('05/03/2026 10:00', 'day first'), '2026-03-05T10:00:00.000Z')
  assert.equal(readFeedDate('05/03/2026 10:00', 'month first'), '2026-05-03T10:00:00.000Z')
})

const time = fc.date({ min: new Date('1971-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map((date) => {
  date.setUTCMilliseconds(0)
  return date
})
const minutes = (date: Date): Date => new Date(Math.floor(date.getTime() / 60_000) * 60_000)

test('a date is read in whatever language and style it is written', () => {
  const language = fc.constantFrom(
    ...'en-US en-GB de fr es es-MX it pt pt-BR ru zh ja ko nl pl uk sv nb he sk sl et ms el ar-EG'.split(' '),
  )
  const style = fc.record({
    dateStyle: fc.constantFrom('full', 'long'),
    timeStyle: fc.constantFrom('short', 'medium', undefined),
  })
  fc.assert(
    fc.property(time, language, style, (date, locale, { dateStyle, timeStyle }) => {
      const options = { dateStyle, timeStyle, timeZone: 'UTC' } as Intl.DateTimeFormatOptions
      const text = new Intl.DateTimeFormat(locale, options).format(date)
      const exact = timeStyle === 'medium' ? date : timeStyle === 'short' ? minutes(date) : undefined
      assert.equal(readFeedDate(text), (exact ?? new Date(date.toISOString().slice(0, 10))).toISOString(), text)
    }),
    { numRuns: 500 },
  )
})

test('a date is read with whatever offset, and in every form of the RFCs', () => {
  const two = (number: number) => String(number).padStart(2, '0')
  const offset = fc.integer({ min: -12 * 4, max: 14 * 4 }).map((quarters) => quarters * 15)
  fc.assert(
    fc.property(time, offset, fc.nat(5), (date, east, form) => {
      const local = new Date(date.getTime() + east * 60_000)
      const [weekday, day, month, year, clock] = local.toUTCString().replace(',', '').split(' ')
      const sign = east < 0 ? '-' : '+'
      const [hours, rest] = [Math.floor(Math.abs(east) / 60), Math.abs(east) % 60]
      const text = [
        `${weekday}, ${day} ${month} ${year} ${clock} ${sign}${two(hours)}${two(rest)}`,
        `${Number(day)} ${month} ${year} ${clock}${sign}${hours}:${two(rest)}`,
        `${weekday}, ${day} ${month} ${year} ${clock} GMT${sign}${two(hours)}:${two(rest)}`,
        `${weekday} ${month} ${day} ${clock} ${sign}${two(hours)}${two(rest)} ${year}`,
        local.toISOString().replace('.000Z', `${sign}${two(hours)}:${two(rest)}`),
        local
          .toISOString()
          .replace('.000Z', ` ${sign}${two(hours)}${two(rest)}`)
          .replace('T', ' '),
      ][form]
      assert.equal(readFeedDate(text), date.toISOString(), text)
    }),
    { numRuns: 500 },
  )
})

test('the zone of the machine changes nothing', (t) => {
  const before = process.env.TZ
  t.after(() => {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  })
  const texts = [
    '2023-08-17 21:10:05',
    '17 Aug 2023 21:10:05',
    '17.08.2023',
    '2023年8月17日 21:10',
    'Aug 17, 2023 9:10 PM',
  ]
  const read = ['UTC', 'Asia/Shanghai', 'America/Los_Angeles'].map((zone) => {
    process.env.TZ = zone
    return texts.map((text) => readFeedDate(text))
  })
  assert.deepEqual(read[1], read[0])
  assert.deepEqual(read[2], read[0])
})

test('any text is a date of these centuries in ISO 8601, or none', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'Mar',
      'mars',
      '5',
      '05',
      '2026',
      '26',
      '10:00',
      ':',
      '/',
      '-',
      '.',
      ' ',
      ',',
      '+',
      'Z',
      'GMT',
      'pm',
    ),
    fc.constantFrom('年', '月', '日', '時', '下午', 'h', 'T', 'de', '99', '0', '24:00', '\u200f', 'America/', '(', '"'),
    fc.string({ maxLength: 3, unit: 'grapheme' }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const read = readFeedDate(pieces.join(''))
      assert.ok(read === undefined || /^(19|2\d|[3-9]\d)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(read), read)
    }),
    { numRuns: 2_000 },
  )
})
