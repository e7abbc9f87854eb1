import { englishMonths, isWeekday, monthOf } from './month-names.ts'
import { zoneOffset } from './time-zones.ts'

const longestDate = 200
const earliestYear = 1900
/** What programs write for no date: the beginnings of the calendars of Unix and of spreadsheets. */
const noDates = new Set(['1970-01-01T00:00:00.000Z', '1900-01-01T00:00:00.000Z'])
const eras: Record<string, number> = { 令和: 2018, 平成: 1988, 昭和: 1925 }

const zonePattern =
  /^\s*((?:UTC|GMT|UT|Z)?\s?[+−-]\d{1,2}(?::?\d{2})?(?![\d./-])|[A-Z]{3}\d[A-Z]{3}\b|[A-Za-z]+\/[\w/+-]+|(?:[A-Z][a-z]+ ){1,3}Time\b|[A-Za-z]{1,5}(?![\p{L}\d.]))/u
// Also in Greek, Arabic and Malay.
const noonPattern = /^\s*([apπμ]\.?\s?[mμ]\.?|[صم]|pt?g)(?!\p{L})/iu
const ofZones = /\b(?:Eastern|Central|Mountain|Pacific|Standard|Daylight|Summer|DST)\b/
const noonBefore = /(上午|下午|午前|午後|오전|오후|凌晨|早上|晚上)\s*$/
const timePatterns = [
  /(?<![\d:+−.-])(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?![\d:])/,
  /(?<![\d:])(\d{1,2})\s?[時时点點시]\s?(?:(\d{1,2})\s?[分분])?\s?(?:(\d{1,2})\s?[秒초])?/,
  /(?<![\d:])(\d{1,2})\s?h(?:eures?|oras?|rs?)?\s?(?:(\d{2})(?:\s?min)?)?(?!\p{L})/iu,
  // Some programs write no zeros: `20:0:0`.
  /(?<![\d:+−.-])(\d{1,2}):(\d{1,2}):(\d{1,2})()(?![\d:])/,
  /(?<![\d.:])(\d{1,2})(?:\.(\d{2}))?()()(?=\s?[ap]\.?\s?m\b)/i,
  // A time with a dot, as in Italian and Finnish. A date with dots has three parts.
  /(?<![\d.:])(\d{1,2})\.(\d{2})(?![\d.])/,
]

/** Which number of `05/03/2025` is the day. Undefined where the document does not show it. */
export type DayOrder = 'day first' | 'month first' | undefined

interface Clock {
  hour: number
  minute: number
  second: number
  millisecond: number
}

/**
 * Reads a date as feeds write it: RFC 822, RFC 2822, RFC 3339, and the usual national forms where they have one meaning.
 * Without a zone it is UTC, whatever the zone of this machine.
 * @param order says how to read a date such as `05/03/2025`, which is not read otherwise
 * @returns ISO 8601 in UTC; undefined if it is not a date, or may be one of several
 */
export function readFeedDate(text: string | undefined, order?: DayOrder): string | undefined {
  const whole = clean(text ?? '')
  if (whole.length > longestDate) return undefined
  const numeric = readDigits(whole)
  if (numeric !== undefined) return toIso(numeric)
  const { clock, rest, zone } = takeTime(whole)
  const day = rest === undefined ? undefined : readDay(rest, order)
  if (day === undefined || clock === undefined) return undefined
  const local = day + ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1000 + clock.millisecond
  const offset = zone === undefined ? 0 : zoneOffset(zone, local)
  return offset === undefined ? undefined : toIso(local - offset * 60_000)
}

/** Whether the day or the month is first in a numeric date, where only one of them is possible. */
export function dayOrderOf(text: string | undefined): DayOrder {
  const found = /(?<!\d)(\d{1,2})([/-])(\d{1,2})\2\d{4}(?!\d)/.exec(clean(text ?? ''))
  if (!found) return undefined
  const [first, second] = [Number(found[1]), Number(found[3])]
  if (first > 12 && first <= 31 && second <= 12) return 'day first'
  if (second > 12 && second <= 31 && first <= 12) return 'month first'
  return undefined
}

const clean = (text: string): string =>
  text
    .normalize('NFKC')
    // A comment may have the zone: `10:00 (CET)`.
    .replaceAll(/[()[\]]/g, ' ')
    // Arabic and Persian digits.
    .replaceAll(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 15))
    .replaceAll(/[–—](?=\d)/g, '-')
    // A month as Java writes it in Chinese, Japanese and Korean: `06 二月 2025`, `06 2월 2025`.
    .replaceAll(/(?<=(?<!\p{L})\d{1,2} )(\d{1,2}|十?[一二三四五六七八九]|十)[月월](?= \d{4})/gu, nameMonth)
    // Go writes the offset again where the zone has no name.
    .replace(/(\s[+-]\d{4})\1$/, '$1')
    .replaceAll(/(令和|平成|昭和)\s?(\d{1,2}|元)\s?年/g, (_, era: string, year: string) => {
      return `${(eras[era] as number) + (year === '元' ? 1 : Number(year))}年`
    })
    .replaceAll(/[\s\p{Cf}]+/gu, ' ')
    .trim()

const months = '一二三四五六七八九十'

/** `3月`, `十二月` and `3월` with an English name. */
function nameMonth(_: string, written: string): string {
  const tens = written.length > 1 && written.startsWith('十') ? 10 : 0
  const month = Number(written) || tens + months.indexOf(written.at(-1) as string) + 1
  return englishMonths[month - 1] ?? ''
}

/** A date of digits only: seconds or milliseconds since 1970, or year, month and day with or without the time. */
function readDigits(text: string): number | undefined {
  if (/^(\d{10}|\d{13})$/.test(text)) return Number(text) * (text.length === 10 ? 1000 : 1)
  const found = /^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text)
  if (!found) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone = 'Z'] = found
  const start = toDay(Number(year), Number(month), Number(day))
  const clock = toClock([hour, minute, second, ''], undefined)
  if (start === undefined || clock === undefined) return Number.NaN
  const local = start + ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1000
  return local - (zoneOffset(zone, local) ?? Number.NaN) * 60_000
}

/** Separates the time and its zone from the rest. `clock` is undefined if the time does not exist. */
function takeTime(text: string): { clock: Clock | undefined; rest: string | undefined; zone: string | undefined } {
  const found = timePatterns.map((pattern) => pattern.exec(text)).find((match) => match !== null)
  if (!found) {
    // XML Schema lets a date without a time have a zone.
    const zone = /^\d{4}-\d{1,2}-\d{1,2}\s?(Z|[+-]\d{2}:\d{2})$/i.exec(text)?.[1]
    const rest = zone === undefined ? text : text.slice(0, -zone.length)
    return { clock: { hour: 0, minute: 0, second: 0, millisecond: 0 }, rest, zone }
  }
  let before = text.slice(0, found.index)
  let after = text.slice(found.index + found[0].length)
  const asian = noonBefore.exec(before)
  const western = noonPattern.exec(after)
  if (asian) before = before.slice(0, asian.index)
  if (western) after = after.slice(western[0].length)
  const isAfternoon = /[下後晚]|오후/.test(asian?.[1] ?? '') || /^(p\.?\s?m|μ|م|ptg)/i.test(western?.[1] ?? '')
  const clock = toClock(found.slice(1), asian || western ? isAfternoon : undefined)
  const zone = zonePattern.exec(after.replace(/^\s*Uhr\b/i, ''))
  const isZone = zone !== null && monthOf(zone[1] as string) === undefined
  if (isZone) after = after.replace(/^\s*Uhr\b/i, '').slice(zone[0].length)
  // After an offset its name may follow. Without one, the name would have to be known.
  if (!/\d/.test(isZone ? (zone[1] as string) : '') && ofZones.test(after))
    return { clock: undefined, rest: text, zone: undefined }
  return { clock, rest: `${before.replace(/(?<=\d)T$/i, '')} ${after}`, zone: isZone ? zone[1] : undefined }
}

function toClock(parts: string[], isAfternoon: boolean | undefined): Clock | undefined {
  const [given = 0, minute = 0, second = 0] = parts.slice(0, 3).map((part) => Number(part ?? 0))
  const millisecond = Math.floor(Number(`0.${parts[3] || '0'}`) * 1000)
  if (isAfternoon !== undefined && (given < 1 || given > 12) && !(isAfternoon && given < 24)) return undefined
  const hour = isAfternoon === undefined || given > 12 ? given : (given % 12) + (isAfternoon ? 12 : 0)
  const isEnd = hour === 24 && minute === 0 && second === 0
  // A leap second has the number 60.
  if ((hour > 23 && !isEnd) || minute > 59 || second > 60) return undefined
  return { hour, minute, second, millisecond }
}

/** Milliseconds since 1970 of the beginning of the day in UTC. */
function readDay(text: string, order: DayOrder): number | undefined {
  const yearFirst = /(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)/.exec(text)
  if (yearFirst) return isRest(text, yearFirst) ? toDay(...numbersOf(yearFirst)) : undefined
  const compact = /(?<!\d)(\d{4})(\d{2})(\d{2})(?!\d)/.exec(text)
  if (compact) return isRest(text, compact) ? toDay(...numbersOf(compact)) : undefined
  const yearLast = /(?<!\d)(\d{1,2})(\.|[/-])\s?(\d{1,2})\2\s?(\d{4})(?!\d)/.exec(text)
  if (yearLast) {
    const [, first, mark, second, year] = yearLast
    const isDayFirst = mark === '.' || first === second || (dayOrderOf(text) ?? order) === 'day first'
    if (!isDayFirst && (dayOrderOf(text) ?? order) === undefined) return undefined
    const [day, month] = isDayFirst ? [first, second] : [second, first]
    return isRest(text, yearLast) ? toDay(Number(year), Number(month), Number(day)) : undefined
  }
  return readNamedDay(text)
}

const numbersOf = ([, year, month, day]: RegExpExecArray): [number, number, number] => [
  Number(year),
  Number(month),
  Number(day),
]

/** Whether nothing but words is left, such as the name of the weekday. */
const isRest = (text: string, { 0: found, index }: RegExpExecArray): boolean =>
  !/\d/.test(text.slice(0, index) + text.slice(index + found.length))

function readNamedDay(text: string): number | undefined {
  const words = text.match(/\p{L}[\p{L}\p{M}]*|\d+/gu) ?? []
  const numbers = words.filter((word) => /^\d/.test(word))
  let named = words.flatMap((word, place) => (/^\d/.test(word) ? [] : [{ word, place, month: monthOf(word) }]))
  named = named.filter(({ month }) => month !== undefined)
  // `mar. 3 févr.` is a Tuesday in French and Italian, not a day in March.
  if (named.length === 2 && isWeekday(named[0]?.word ?? '')) named.shift()
  const [name] = named
  if (named.length !== 1 || name?.month === undefined || numbers.length !== 2) return undefined
  const [first = '', second = ''] = numbers
  if (first.length >= 3 === second.length >= 3 && first.length >= 3) return undefined
  const [day, year] = first.length >= 3 ? [second, first] : [first, second]
  return toDay(toYear(year), name.month, Number(day))
}

/** RFC 2822, section 4.3. */
function toYear(text: string): number {
  const year = Number(text)
  if (text.length <= 2) return year + (year < 50 ? 2000 : 1900)
  return text.length === 3 ? year + 1900 : year
}

function toDay(year: number, month: number, day: number): number | undefined {
  const time = Date.UTC(year, month - 1, day)
  const exists = new Date(time).getUTCMonth() === month - 1 && new Date(time).getUTCDate() === day
  return exists && year >= earliestYear && year <= 9999 ? time : undefined
}

function toIso(time: number): string | undefined {
  if (Number.isNaN(time)) return undefined
  const iso = new Date(time).toISOString()
  return iso.length === 24 && !noDates.has(iso) ? iso : undefined
}
