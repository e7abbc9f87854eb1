export const englishMonths =
  'january february march april may june july august september october november december'.split(' ')
const languages =
  'en de fr es it pt nl ru uk bg el pl cs sv da nb fi tr ro hu ca id sk sl sr sr-Latn mk lt lv et he ms ar ar-MA ar-DZ ar-LB'.split(
    ' ',
  )
/** Short forms that feeds use and Intl does not have. */
const shortForms = { mrz: 3, sept: 9, set: 9, sett: 9, fev: 2, avr: 4, abr: 4, dic: 12, dez: 12, ene: 1 }

interface Names {
  /** Undefined for a name that means different months in different languages. */
  months: Map<string, number | undefined>
  weekdays: Set<string>
}

/** Lower case without accents and dots, so that `Févr.` and `fevr` are the same. */
const fold = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/[\p{M}.]/gu, '')
    // Hebrew writes "in March" as one word.
    .replace(/^ב(?=[א-ת]{3})/, '')
    .toLowerCase()

let collected: Names | undefined
/** The words that were looked up, because a feed has the same ones again and again. */
const known = new Map<string, number | undefined>()
const mostKnown = 1_000

/** Collected when a name is not English, because that takes a while. */
function collectNames(): Names {
  const months = new Map<string, number | undefined>()
  const weekdays = new Set<string>()
  const add = (value: string, month: number) => {
    const name = fold(value)
    if (/^\p{L}{3,}$/u.test(name)) months.set(name, (months.get(name) ?? month) === month ? month : undefined)
  }
  for (const language of languages)
    for (const style of ['long', 'short'] as const) {
      // The name beside a day differs from the name alone in Slavic languages: `марта`, `март`.
      for (const options of [{ month: style }, { month: style, day: 'numeric' }] as const) {
        const nameOf = partOf(language, options, 'month')
        for (let month = 1; month <= 12; month++) add(nameOf(month - 1, 1), month)
      }
      const nameOf = partOf(language, { weekday: style }, 'weekday')
      for (let day = 1; day <= 7; day++) weekdays.add(fold(nameOf(0, day)))
    }
  for (const [name, month] of Object.entries(shortForms)) add(name, month)
  return { months, weekdays }
}

function partOf(language: string, options: Intl.DateTimeFormatOptions, type: 'month' | 'weekday') {
  const format = new Intl.DateTimeFormat(language, { ...options, timeZone: 'UTC' })
  return (month: number, day: number): string =>
    format.formatToParts(Date.UTC(2026, month, day)).find((part) => part.type === type)?.value ?? ''
}

/**
 * The month that a word names in one of some thirty languages, in full or cut to three letters or more. Undefined if it names
 * none, or different ones in different languages.
 */
export function monthOf(word: string): number | undefined {
  if (!known.has(word)) {
    if (known.size === mostKnown) known.clear()
    known.set(word, findMonth(fold(word)))
  }
  return known.get(word)
}

function findMonth(name: string): number | undefined {
  if (name.length < 3) return undefined
  const index = englishMonths.findIndex((month) => month === name || month.slice(0, 3) === name)
  if (index >= 0) return index + 1
  collected ??= collectNames()
  const { months } = collected
  if (months.has(name)) return months.get(name)
  const meant = new Set([...months].filter(([month]) => month.startsWith(name)).map(([, number]) => number))
  return meant.size === 1 ? [...meant][0] : undefined
}

/** Whether a word is the name of a weekday, in full or short. */
export function isWeekday(word: string): boolean {
  collected ??= collectNames()
  return collected.weekdays.has(fold(word))
}
