import { decode, encode } from 'iconv-lite'

/** An encoding in which programs write names without saying so. */
interface Encoding {
  name: string
  label: string
  /** Whether names read in this encoding look like words. The names have no extension. */
  isPlausible: (names: readonly string[]) => boolean
}

type Range = [from: number, to: number]

/** Where the standard has its signs, and which codes of two bytes ordinary words are written with. */
interface EastAsian {
  leads: Range
  lowestTrail: number
  common: Range[]
  commonShare: number
}

const isIn = (value: number, ranges: readonly Range[]): boolean =>
  ranges.some(([from, to]) => value >= from && value <= to)

function eastAsian(name: string, label: string, { leads, lowestTrail, common, commonShare }: EastAsian): Encoding {
  return {
    name,
    label,
    isPlausible(names) {
      const counts = { all: 0, common: 0, amongLatin: 0 }
      for (const [sign, before, after] of names.flatMap(signsIn)) {
        const [lead = 0, trail] = encode(sign, label)
        if (trail === undefined || !isIn(lead, [leads]) || trail < lowestTrail) return false
        counts.all++
        if (isIn(lead * 256 + trail, common)) counts.common++
        // An accented letter and the plain one after it can look like a sign.
        const isTrailLatin = isLatin(String.fromCharCode(trail))
        if ([isTrailLatin, isLatin(before), isLatin(after)].filter(Boolean).length > 1) counts.amongLatin++
      }
      return counts.all > 1 && counts.common >= counts.all * commonShare && counts.amongLatin * 2 < counts.all
    },
  }
}

/** The characters that are not ASCII, with their neighbours. */
function signsIn(name: string): [sign: string, before: string, after: string][] {
  const characters = Array.from(name)
  return characters.flatMap((character, index): [string, string, string][] =>
    character < '\u0080' ? [] : [[character, characters[index - 1] ?? '', characters[index + 1] ?? '']],
  )
}

const isLatin = (character: string): boolean => /^[A-Za-z]$/.test(character)

/** Two plain letters for each accented one, at most two accented in a row, and no capital after a small letter. */
function isWestern(names: readonly string[]): boolean {
  const text = names.join('\n')
  const accented = text.match(/[À-ÖØ-öø-þ]/g)?.length ?? 0
  const plain = text.match(/[A-Za-z]/g)?.length ?? 0
  const isOdd = /[^\0-\x7fÀ-ÖØ-öø-þ]|[^\0-\x7f]{3}|[a-zß-þ][À-ÖØ-Þ]/.test(text)
  return !isOdd && plain >= accented * 2
}

/** As Western, with the letters that Turkish has instead of those of Icelandic. */
const isTurkish = (names: readonly string[]): boolean =>
  isWestern(names.map((name) => name.replaceAll(/[ğış]/g, 'é').replaceAll(/[ĞİŞ]/g, 'É')))

/** Forms for the end of a word only there. */
function isHebrew(names: readonly string[]): boolean {
  const text = names.join('\n')
  return /[א-ת]{2}/.test(text) && !/[^\0-\x7fא-ת]|[A-Za-z][א-ת]|[א-ת][A-Za-z]|[ךםןףץ][א-ת]/.test(text)
}

/** At least three letters; words with a vowel, letters that follow each other in words, and no Latin letter or capital inside. */
function isCyrillic(names: readonly string[]): boolean {
  const text = names.join('\n')
  const words = text.match(/[А-яЁё]+/g) ?? []
  const isOdd = /[^\0-\x7fА-яЁё]|[A-Za-z][А-яЁё]|[А-яЁё][A-Za-z]|[а-яё][А-ЯЁ]/.test(text)
  const isUnlikely =
    /[бвгджзклмнпрстфхцчшщъь]й|(?<![А-яЁё])[ъьы]|[аеёиоуыэюя][ъьы]|[бвгджзклмнпрстфхцчшщ]{5}|[аеёиоуыэюя]{3}|шщ|щш|йй/i.test(
      text,
    )
  const areWords =
    !isUnlikely && words.every((word) => (word.length < 3 ? /^[авикосуя]$|../i : /[аеёиоуыэюя]/i).test(word))
  return !isOdd && areWords && words.join('').length >= 3
}

const encodings: readonly Encoding[] = [
  eastAsian('GBK', 'cp936', {
    leads: [0xa1, 0xf7],
    lowestTrail: 0xa1,
    common: [
      [0xa1a1, 0xa3fe],
      [0xb0a1, 0xd7fe],
    ],
    commonShare: 0.75,
  }),
  eastAsian('Shift_JIS', 'cp932', {
    leads: [0x81, 0xea],
    lowestTrail: 0x40,
    common: [
      [0x8140, 0x8396],
      [0x889f, 0x9872],
    ],
    commonShare: 0.75,
  }),
  eastAsian('Big5', 'cp950', {
    leads: [0xa1, 0xf9],
    lowestTrail: 0x40,
    common: [
      [0xa140, 0xa3bf],
      [0xa440, 0xc67e],
    ],
    commonShare: 0.75,
  }),
  eastAsian('EUC-KR', 'cp949', {
    leads: [0xa1, 0xc8],
    lowestTrail: 0xa1,
    common: [
      [0xa1a1, 0xa3fe],
      [0xb0a1, 0xc8fe],
    ],
    commonShare: 1,
  }),
  { name: 'CP437', label: 'cp437', isPlausible: isWestern },
  { name: 'CP850', label: 'cp850', isPlausible: isWestern },
  { name: 'windows-1252', label: 'cp1252', isPlausible: isWestern },
  { name: 'CP857', label: 'cp857', isPlausible: isTurkish },
  { name: 'windows-1254', label: 'cp1254', isPlausible: isTurkish },
  { name: 'CP862', label: 'cp862', isPlausible: isHebrew },
  { name: 'windows-1255', label: 'cp1255', isPlausible: isHebrew },
  { name: 'CP866', label: 'cp866', isPlausible: isCyrillic },
  { name: 'windows-1251', label: 'cp1251', isPlausible: isCyrillic },
]

/** What the names say in the only encoding in which all of them look like words, or the encodings that are possible. */
export type Judged = { names: string[]; encoding: string } | { possible: string[] }

/**
 * Judges in which encoding names were written that are not UTF-8. Short names can make sense in several encodings; then
 * none is chosen, unless the names are the same in all.
 */
export function judgeEncoding(names: readonly Uint8Array[]): Judged {
  const readings = encodings.flatMap(({ name, label, isPlausible }) => {
    const decoded = names.map((bytes) => decode(bytes, label))
    const isValid = decoded.every((text, index) => encode(text, label).equals(names[index] as Uint8Array))
    return isValid && isPlausible(decoded.map(withoutExtension)) ? [{ name, decoded }] : []
  })
  const [first, ...others] = readings
  return first && others.every(({ decoded }) => decoded.join('/') === first.decoded.join('/'))
    ? { names: first.decoded, encoding: first.name }
    : { possible: readings.map(({ name }) => name) }
}

const withoutExtension = (name: string): string => name.replace(/\.\w{1,8}$/, '')
