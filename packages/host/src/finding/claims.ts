import { listOfAny } from '@reference-plugins/reader'
import { parseNumber } from '@reference-plugins/reader/exact-json'
import { toTerm } from '../selection/words.ts'
import type { FilledInput } from '../wire.ts'
import { type Field, isFreeText, isNumeric, itemOf, readValue } from './fields.ts'
import { escaped, type Span, spansOf, withoutFullStop, wordsAlike } from './text-spans.ts'

/** Of an input with more choices, the others are not looked for. */
const mostChoices = 500

/** A value that a part of the text states for an input. */
export interface Claim extends FilledInput {
  /** The parts of the text, by where they begin and end. */
  spans: [from: number, to: number][]
}

/** `name=value`, or `name: "value"`. */
export function namedClaims(fields: Field[], text: string): Claim[] {
  return fields.flatMap((field): Claim[] => {
    const name = escaped(field.name)
    const value = `"([^"]*)"|“([^”]*)”|'([^']*)'`
    const found = [
      ...text.matchAll(
        new RegExp(`(?<![\\w?&=/.-])${name}(?:\\s*=\\s*(?:${value}|([^\\s"“']+))|\\s*:\\s*(?:${value}))`, 'giu'),
      ),
    ]
    const [first] = found
    if (!first || found.length > 1) return []
    const said = first.slice(1).find((one) => one !== undefined) ?? ''
    const [, , , , plain] = first
    const read = plain === undefined ? said : said.replace(/[.,;!?)]+$/, '')
    if (read === '') return []
    const [from, to] = [first.index, first.index + first[0].length]
    const because = 'it is named in the text'
    return [
      { name: field.name, value: readValue(field, read), quote: text.slice(from, to), because, spans: [[from, to]] },
    ]
  })
}

/** The text in quotes is the only required text. */
export function quoteClaims(fields: Field[], quotes: Span[]): Claim[] {
  const free = fields.filter((field) => field.isRequired && isFreeText(field) && formatOf(field) === undefined)
  const [field, quote] = [free[0], quotes[0]]
  if (!field || !quote || free.length > 1 || quotes.length > 1) return []
  return [claimOf(field, quote.text, 'it is the text in quotes', [quote])]
}

/** One of the choices of an input, as a word of its own. */
export function choiceClaims(fields: Field[], text: string): Claim[] {
  return fields.flatMap((field): Claim[] => {
    const choices = listOfAny(itemOf(field).enum)
      .slice(0, mostChoices)
      .filter((one) => typeof one === 'string')
    const found = choices.flatMap((choice) => {
      // "all" or "any" in a sentence states nothing.
      if (!/\s/.test(choice) && toTerm(choice.toLowerCase()) === null) return []
      const places = wordsAlike(text, choice)
      return places.length > 0 ? [{ choice, places }] : []
    })
    if (found.length === 0 || (field.schema.type !== 'array' && found.length > 1)) return []
    const value = field.schema.type === 'array' ? found.map(({ choice }) => choice) : found[0]?.choice
    const because = found.length === 1 ? 'it is one of its choices' : 'they are among its choices'
    const quote = found.map(({ places }) => places[0]?.text).join(', ')
    return [
      {
        ...claimOf(
          field,
          value,
          because,
          found.flatMap(({ places }) => places),
        ),
        quote,
      },
    ]
  })
}

/** What has a form of its own: a date, a URL, an e-mail address, a UUID. */
export function formatClaims(fields: Field[], text: string): Claim[] {
  return Object.entries(formats).flatMap(([format, { pattern, because }]): Claim[] => {
    const own = fields.filter((field) => formatOf(field) === format)
    const found = spansOf(text, pattern)
    const [field, span] = [own[0], found[0]]
    if (!field || !span || own.length > 1 || found.length > 1) return []
    return [claimOf(field, field.schema.type === 'array' ? [span.text] : span.text, because, [span])]
  })
}

const formats: Record<string, { pattern: RegExp; because: string }> = {
  date: { pattern: /(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])/g, because: 'it is the only date' },
  'date-time': {
    pattern: /(?<![\w-])\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)(?![\w-])/g,
    because: 'it is the only time',
  },
  uri: { pattern: /\bhttps?:\/\/[^\s<>"“”]*[^\s<>"“”.,;:!?)\]]/gi, because: 'it is the only URL' },
  email: {
    pattern: /(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(\.[\w-]{1,63}){1,5}/g,
    because: 'it is the only e-mail address',
  },
  uuid: { pattern: /(?<![\w-])[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}(?![\w-])/gi, because: 'it is the only UUID' },
}

function formatOf(field: Field): string | undefined {
  const { format, type } = itemOf(field)
  if (type !== 'string') return undefined
  if (typeof format === 'string') return format === 'url' ? 'uri' : format
  // Many specs do not say that their URLs are URLs.
  return /(^|_)(url|uri)$/i.test(field.name.replaceAll(/([a-z])(Url|Uri)$/g, '$1_$2')) ? 'uri' : undefined
}

/** A symbol or an identifier, such as IBM or A-17, for the input whose pattern it fits. */
export function patternClaims(fields: Field[], text: string): Claim[] {
  // In capitals every word looks like a symbol.
  if (!/\p{Ll}/u.test(text) && /\s\S+\s/.test(text.trim())) return []
  const words = spansOf(text, /[^\s,;:()[\]{}<>!?"“”]+/g).map(withoutFullStop)
  const symbols = words.filter(({ text: word }) => isSymbol(word))
  const [first, last] = [symbols[0], symbols.at(-1)]
  if (!first || !last || isJoined(text.slice(0, first.from), text.slice(last.to))) return []
  return fields.flatMap((field): Claim[] => {
    const { pattern } = itemOf(field)
    if (typeof pattern !== 'string' || !/^\^.*\$$/.test(pattern)) return []
    if (field.schema.type !== 'array')
      return symbols.length > 1 ? [] : [claimOf(field, symbols[0]?.text, 'it fits its pattern', symbols)]
    // "the CEO of IBM" has two symbols, and "IBM and AAPL" is one list.
    const gaps = symbols.slice(1).map(({ from }, index) => text.slice(symbols[index]?.to, from))
    if (!gaps.every((gap) => /^(\s*,?\s*|\s*,?\s+(and|or|und|et|y|和|与)\s+)$/.test(gap))) return []
    const because = symbols.length === 1 ? 'it fits its pattern' : 'they fit its pattern'
    return [
      claimOf(
        field,
        symbols.map((one) => one.text),
        because,
        symbols,
      ),
    ]
  })
}

/** Whether other words stand beside the symbols as in a list: in "Apple and IBM" the symbol is only a part of what is meant. */
const isJoined = (before: string, after: string): boolean =>
  /(\S\s+(and|or|und|et|y)(\s+\p{Ll}{2,3})?\s+|\S\s*[和与]\s*|\p{Lu}\S*,\s*)$/u.test(before) ||
  /^\s*,?\s*((and|or|und|et|y)\s+\S|[和与]|(?<=,\s*)\p{Lu})/u.test(after)

/** Whether a word is not a word of a sentence: in capitals, or with letters and digits. */
const isSymbol = (word: string): boolean =>
  word.length >= 2 &&
  word.length <= 64 &&
  toTerm(word.toLowerCase()) !== null &&
  (/^[$^]?\p{Lu}[\p{Lu}\d.=^&-]*$/u.test(word) || (/\p{L}/u.test(word) && /\d/.test(word) && !/['’]/.test(word)))

/** The only number of the text, for the only number of the operation. */
export function numberClaims(fields: Field[], text: string): Claim[] {
  const numeric = fields.filter(isNumeric)
  const numbers = spansOf(text, /(?<![\p{L}\p{N}_.,:/#-])-?\d+(\.\d+)?(?![\p{L}\p{N}_:/-]|[.,]\d)/gu)
  const [field, number] = [numeric[0], numbers[0]]
  if (!field?.isRequired || !number || numeric.length > 1 || numbers.length > 1) return []
  return [claimOf(field, parseNumber(number.text), 'it is the only number', [number])]
}

function claimOf({ name }: Field, value: unknown, because: string, spans: Span[]): Claim {
  return {
    name,
    value,
    quote: spans.map(({ text }) => text).join(', '),
    because,
    spans: spans.map(({ from, to }) => [from, to]),
  }
}
