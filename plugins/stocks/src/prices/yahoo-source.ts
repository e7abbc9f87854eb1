import type YahooFinance from 'yahoo-finance2'
import { z } from 'zod'
import { wholeCurrency } from './currency.ts'
import { type Range, SourceError, type StockSource } from './stock-source.ts'
import { YahooSession } from './yahoo-session.ts'

// The library does not encode symbols when it puts one into a path or several into a list.
const symbolForm = /^[A-Z0-9^][A-Z0-9.=^&-]*$/
const days: Record<Range, number> = { '1mo': 31, '3mo': 92, '6mo': 183, '1y': 366, '5y': 1827, max: 36_500 }

const unknownCurrency = 'unknown'

// The parts of Yahoo's responses that are used. The API is not documented and may change at any time.
// The library leaves a time in seconds if it does not know the rest of a response.
const date = z
  .union([z.date(), z.number().transform((value) => new Date(value * 1000))])
  .transform((value) => value.toISOString())
const Quote = z.object({
  symbol: z.string(),
  longName: z.string().optional(),
  shortName: z.string().optional(),
  currency: z.string().default(unknownCurrency),
  regularMarketPrice: z.number(),
  regularMarketPreviousClose: z.number().optional(),
  regularMarketTime: date,
})
const Search = z.object({ quotes: z.array(z.unknown()) })
const Found = z.object({
  symbol: z.string(),
  longname: z.string().optional(),
  shortname: z.string().optional(),
  exchDisp: z.string().optional(),
})
const Chart = z.object({
  meta: z.object({ currency: z.string().default(unknownCurrency) }),
  quotes: z.array(z.object({ date, close: z.number().nullable() })),
})

/**
 * Prices from Yahoo Finance, delayed by up to 15 minutes. The library uses the API of Yahoo's web pages.
 * @param request sends a request; tests replace it
 */
export function createYahooSource(request: typeof fetch = fetch): StockSource {
  const session = new YahooSession(request)
  const unchecked = { validateResult: false } as const

  async function ask<Output>(
    schema: z.ZodType<Output>,
    call: (yahoo: InstanceType<typeof YahooFinance>) => Promise<unknown>,
  ): Promise<Output> {
    let response: unknown
    try {
      response = await session.run(call)
    } catch (error) {
      if (error instanceof SourceError) throw error
      throw isUnexpected(error as Error)
        ? unexpected(error)
        : new SourceError(503, describe(error as Error), { cause: error })
    }
    const read = schema.safeParse(response)
    if (!read.success) throw unexpected(read.error)
    return read.data
  }

  return {
    name: 'live: Yahoo Finance, delayed by up to 15 minutes',
    mostSymbols: 100,
    async quotes(symbols) {
      const asked = symbols.filter((symbol) => symbolForm.test(symbol))
      if (asked.length === 0) return []
      const found = await ask(z.array(z.unknown()), (yahoo) => yahoo.quote(asked, {}, unchecked))
      // A symbol without a price is no longer traded.
      const priced = found.filter((one) => (one as { regularMarketPrice?: unknown }).regularMarketPrice !== undefined)
      // A quote that cannot be read must not fail the others, which may be for other callers.
      const read = priced.map((one) => Quote.safeParse(one))
      if (read.length > 0 && !read.some(({ success }) => success)) throw unexpected(read[0]?.error)
      return read
        .flatMap(({ data }) => data ?? [])
        .map((quote) => {
          const { currency, convert } = wholeCurrency(quote.currency)
          const previous = quote.regularMarketPreviousClose
          return {
            symbol: quote.symbol,
            name: quote.longName ?? quote.shortName ?? quote.symbol,
            currency,
            price: convert(quote.regularMarketPrice),
            previousPrice: previous === undefined ? undefined : convert(previous),
            time: quote.regularMarketTime,
          }
        })
    },
    async search(query) {
      if (query === '') return []
      const { quotes } = await ask(Search, (yahoo) => yahoo.search(query, { quotesCount: 20, newsCount: 0 }, unchecked))
      return quotes.flatMap((one) => {
        const { data } = Found.safeParse(one)
        return data
          ? [{ symbol: data.symbol, name: data.longname ?? data.shortname ?? data.symbol, exchange: data.exchDisp }]
          : []
      })
    },
    async history(symbol, range, interval) {
      if (!symbolForm.test(symbol)) return undefined
      const period1 = new Date(Date.now() - days[range] * 86_400_000)
      const { meta, quotes } = await ask(
        Chart.or(z.undefined().transform(() => ({ meta: { currency: '' }, quotes: [] }))),
        (yahoo) =>
          yahoo.chart(encodeURIComponent(symbol), { period1, interval }, unchecked).catch((error: Error) => {
            if (/no data found|not found|delisted/i.test(error.message)) return undefined
            throw error
          }),
      )
      if (meta.currency === '') return undefined
      const { currency, convert } = wholeCurrency(meta.currency)
      const points = quotes.flatMap(({ date, close }) =>
        close === null ? [] : [{ date: date.slice(0, 10), close: convert(close) }],
      )
      return { currency, interval, points }
    },
  }
}

/** The library names what it missed while it opened a session. */
const describe = ({ message }: Error): string =>
  /crumb|set-cookie|consent/i.test(message) ? 'Yahoo Finance did not open a session' : 'Yahoo Finance is not responding'

const unexpected = (cause: unknown): SourceError =>
  new SourceError(502, 'Yahoo Finance sent an unexpected response', { cause })

/** Whether Yahoo responds, but would not respond differently to the same request. */
const isUnexpected = ({ name, message }: Error): boolean =>
  name === 'BadRequestError' || name === 'HTTPError' || /^(Response\.ok|Unexpected result)/.test(message)
