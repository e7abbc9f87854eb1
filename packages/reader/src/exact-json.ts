/**
 * A number of JSON that a JavaScript number cannot hold. `JSON.stringify` writes its characters as they came, so only
 * reading needs a function of its own.
 */
export interface ExactNumber {
  readonly rawJSON: string
}

/** In ECMAScript 2026, and in Node since 21: https://github.com/tc39/proposal-json-parse-with-source */
declare global {
  interface JSON {
    rawJSON(text: string): ExactNumber
    isRawJSON(value: unknown): value is ExactNumber
  }
}

type Revive = (this: unknown, name: string, value: unknown) => unknown

// A text without 16 digits in a row, an exponent or a small fraction has only exact numbers. Written out, the first is
// ten times as fast as with {16}.
const manyDigits = new RegExp('[\\d.]'.repeat(16))
const exponent = /\d[eE][+-]?\d|\.000000/

/**
 * Reads JSON without changing a number. It is a JavaScript number where JavaScript writes the same number in plain
 * digits: `1.0` is 1, `1e3` is 1000 and `-0` is 0. Every other number is an `ExactNumber`: 9007199254740993,
 * 0.1234567890123456789, 1e400.
 * @throws SyntaxError
 */
export function parseExact(text: string, revive?: Revive): unknown {
  if (!manyDigits.test(text) && !exponent.test(text)) return JSON.parse(text, revive)
  return JSON.parse(text, function (
    this: unknown,
    name: string,
    value: unknown,
    { source = '' }: { source?: string } = {},
  ) {
    const exact = typeof value === 'number' && !isWritten(value, source) ? JSON.rawJSON(source) : value
    return revive ? revive.call(this, name, exact) : exact
  } as Revive)
}

/** What can only be meant as a number of JSON. Undefined for any other text. */
export const parseNumber = (text: string): number | ExactNumber | undefined =>
  /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? (parseExact(text) as number | ExactNumber) : undefined

export const isExactNumber = (value: unknown): value is ExactNumber => JSON.isRawJSON(value)

export const isNumber = (value: unknown): value is number | ExactNumber =>
  typeof value === 'number' || isExactNumber(value)

export const numberText = (value: number | ExactNumber): string =>
  typeof value === 'number' ? String(value) : value.rawJSON

export function isWholeNumber({ rawJSON }: ExactNumber): boolean {
  const { digits, exponent } = decimalOf(rawJSON)
  return exponent >= digits.length
}

/** Negative where the first is less, 0 where both are the same number. */
export function compareNumbers(one: number | ExactNumber, other: number | ExactNumber): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other
  const [a, b] = [decimalOf(numberText(one)), decimalOf(numberText(other))]
  if (a.sign !== b.sign) return a.sign - b.sign
  if (a.exponent !== b.exponent) return a.sign * (a.exponent - b.exponent)
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -a.sign : a.sign
}

/** Whether two values of JSON without members are the same. */
export const isSameValue = (one: unknown, other: unknown): boolean =>
  one === other || (isNumber(one) && isNumber(other) && compareNumbers(one, other) === 0)

/** What a Map or a Set finds a value by: two exact numbers with the same characters are different objects. */
export const keyOf = (value: unknown): unknown => (isExactNumber(value) ? `number ${value.rawJSON}` : value)

/** The same value with something else for each exact number, for what cannot carry them. */
export function replaceExact(value: unknown, replace: (text: string) => unknown): unknown {
  if (isExactNumber(value)) return replace(value.rawJSON)
  if (Array.isArray(value)) return value.map((one) => replaceExact(one, replace))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaceExact(one, replace)]))
}

const isWritten = (value: number, source: string): boolean => {
  const written = String(value)
  return written === source || (/^[\d.-]+$/.test(written) && compareNumbers(value, JSON.rawJSON(source)) === 0)
}

/** `0.DIGITS` times ten to the power of `exponent`; the digits neither begin nor end with 0. */
interface Decimal {
  sign: -1 | 0 | 1
  digits: string
  exponent: number
}

function decimalOf(text: string): Decimal {
  const [, minus, whole = '', fraction = '', power = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const all = whole + fraction
  const first = all.search(/[1-9]/)
  if (first < 0) return { sign: 0, digits: '', exponent: 0 }
  let end = all.length
  while (all[end - 1] === '0') end--
  return { sign: minus ? -1 : 1, digits: all.slice(first, end), exponent: Number(power) + whole.length - first }
}
