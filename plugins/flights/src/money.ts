import type { Money } from './order.ts'

// The currencies of ISO 4217 whose minor unit is not a hundredth.
const digits: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
}

/** How many digits the minor unit of a currency has: 2 for EUR, 0 for JPY, 3 for BHD. */
export const minorDigits = (currency: string): number => digits[currency] ?? 2

/** As people write it: `184.20 EUR`. */
export function formatMoney({ amount, currency }: Money): string {
  const count = minorDigits(currency)
  const text = String(Math.abs(amount)).padStart(count + 1, '0')
  const whole = text.slice(0, text.length - count)
  return `${amount < 0 ? '-' : ''}${whole}${count ? `.${text.slice(-count)}` : ''} ${currency}`
}

/**
 * Reads a decimal text such as `184.20`, as suppliers send it, without a detour through floating point.
 * @throws RangeError if it is not such a text, or has more digits than the currency
 */
export function parseAmount(decimal: string, currency: string): number {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d{1,13})(?:\.(\d{1,6}))?$/.exec(decimal) ?? []
  const count = minorDigits(currency)
  const amount = Number(`${sign}${whole}${fraction.slice(0, count).padEnd(count, '0')}`)
  if (whole === '' || /[1-9]/.test(fraction.slice(count)) || !Number.isSafeInteger(amount))
    throw new RangeError(`${decimal} is not an amount in ${currency}`)
  return amount
}
