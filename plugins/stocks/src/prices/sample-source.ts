import { readFile } from 'node:fs/promises'
import type { History, Quote, Range, StockSource } from './stock-source.ts'

const companies: Record<string, string> = {
  AAPL: 'Apple Inc.',
  AMZN: 'Amazon.com, Inc.',
  GOOG: 'Alphabet Inc.',
  IBM: 'International Business Machines Corporation',
  MSFT: 'Microsoft Corporation',
  '^GSPC': 'S&P 500',
}
const months: Record<Range, number> = {
  '1mo': 1,
  '3mo': 3,
  '6mo': 6,
  '1y': 12,
  '5y': 60,
  max: Number.POSITIVE_INFINITY,
}

/** Monthly prices from 2000 to 2010 that come with the plugin: see `data/README.md`. */
export async function createSampleSource(): Promise<StockSource> {
  const series = new Map<string, History['points']>()
  for (const line of [...(await readLines('stocks.csv')), ...(await readLines('sp500.csv', '^GSPC,'))]) {
    const [symbol = '', date = '', price] = line.split(',')
    const points = series.get(symbol) ?? []
    // The file dates each price on the first of its month, but the price is from a later day: see `data/README.md`.
    points.push({ date: new Date(`${date} UTC`).toISOString().slice(0, 7), close: Number(price) })
    series.set(symbol, points)
  }
  return {
    name: 'sample: monthly prices of 2000 to 2010 from Vega Datasets, not current',
    asOf: '2010-03',
    mostSymbols: 1000,
    async quotes(symbols) {
      return symbols.flatMap((symbol): Quote[] => {
        const last = series.get(symbol)?.at(-1)
        if (!last) return []
        const previousPrice = series.get(symbol)?.at(-2)?.close
        const name = companies[symbol] ?? symbol
        return [{ symbol, name, currency: 'USD', price: last.close, previousPrice, time: last.date }]
      })
    },
    async search(query) {
      const word = query.toLowerCase()
      return Object.entries(companies)
        .map(([symbol, name]) => ({ symbol, name }))
        .filter(({ symbol, name }) => `${symbol} ${name}`.toLowerCase().includes(word))
    },
    async history(symbol, range) {
      const points = series.get(symbol)
      return points && { currency: 'USD', interval: '1mo', points: points.slice(-months[range] - 1) }
    },
  }
}

async function readLines(file: string, before = ''): Promise<string[]> {
  const text = await readFile(new URL(`../../data/${file}`, import.meta.url), 'utf8')
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => before + line)
}
