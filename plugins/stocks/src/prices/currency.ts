/** The codes that Yahoo uses for parts of a currency, which are easily mistaken for the whole. */
const parts: Record<string, { currency: string; parts: number }> = {
  GBp: { currency: 'GBP', parts: 100 },
  GBX: { currency: 'GBP', parts: 100 },
  ZAc: { currency: 'ZAR', parts: 100 },
  ZAC: { currency: 'ZAR', parts: 100 },
  ILA: { currency: 'ILS', parts: 100 },
  USX: { currency: 'USD', parts: 100 },
  USc: { currency: 'USD', parts: 100 },
  EUc: { currency: 'EUR', parts: 100 },
  KWF: { currency: 'KWD', parts: 1000 },
}

/** The currency of ISO 4217, and how to convert a price to it: a price in pence becomes one in pounds. */
export function wholeCurrency(code: string): { currency: string; convert: (price: number) => number } {
  const part = Object.hasOwn(parts, code) ? parts[code] : undefined
  if (part === undefined) return { currency: code, convert: (price) => price }
  // Fifteen digits are exact; the division may add a sixteenth.
  return { currency: part.currency, convert: (price) => Number((price / part.parts).toPrecision(15)) }
}
