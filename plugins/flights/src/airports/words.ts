/** Letters that are not a letter with an accent. */
const letters: Record<string, string> = { ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ı: 'i' }

/** What many names have, so that it tells nothing. */
const common = new Set(['airport', 'airports', 'aeroport', 'aeropuerto', 'flughafen', 'international', 'intl', 'the'])

/** Small letters and digits with single spaces between words, without accents. */
export const plainText = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .replaceAll(/[ßøłđðþæœı]/g, (letter) => letters[letter] ?? letter)
    .replaceAll(/['’.]/g, '')
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()

/** The words that tell places apart. */
export const wordsOf = (text: string): string[] =>
  plainText(text)
    .split(' ')
    .filter((word) => word !== '' && !common.has(word))

const umlauts: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue' }

/** `München` is also written `Muenchen`. */
export const withoutUmlauts = (text: string): string =>
  text.toLowerCase().replaceAll(/[äöü]/g, (letter) => umlauts[letter] ?? letter)
