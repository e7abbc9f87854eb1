import YahooFinance from 'yahoo-finance2'
import { z } from 'zod'
import { type Range, SourceError, type StockSource } from './stock-source.ts'

const longestRequest = 10_000
// The library puts a symbol into a path, and several into a list with commas, as they are.
const symbolForm = /^[A-Z0-9^][A-Z0-9.=^&-]*$/
const days: Record<Range, number> = { '1mo': 31, '3mo': 92, '6mo': 183, '1y': 366, '5y': 1827, max: 36_500 }

// What is read of Yahoo's answers. Nothing says what they will look like tomorrow.
// The library leaves a time in seconds where it does not know the rest of an answer.
const date = z
  .union([z.date(), z.number().transform((value) => new Date(value * 1000))])
  .transform((value) => value.toISOString())
const Quote = z.object({
  symbol: z.string(),
  longName: z.string().optional(),
  shortName: z.string().optional(),
  currency: z.string().default('USD'),
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
  meta: z.object({ currency: z.string().default('USD') }),
  quotes: z.array(z.object({ date, close: z.number().nullable() })),
})

/**
 * Prices of Yahoo Finance, delayed by up to 15 minutes, through a library that speaks the protocol of its web pages.
 * @param request the way to the network
 */
export function createYahooSource(request: typeof fetch = fetch): StockSource {
  const yahoo = new YahooFinance({
    // The library prints the address of what fails, and its session with it, unless it never sees the failure.
    fetch: async (input, init) =>
      refuseTrouble(await request(input, { ...init, signal: AbortSignal.timeout(longestRequest) })),
    queue: { concurrency: 4 },
    suppressNotices: ['yahooSurvey', 'ripHistorical'],
    versionCheck: false,
    logger: { info() {}, warn() {}, error() {}, debug() {}, dir() {} },
  })
  const unchecked = { validateResult: false } as const

  async function ask<Output>(schema: z.ZodType<Output>, call: () => Promise<unknown>): Promise<Output> {
    let answer: unknown
    try {
      answer = await call()
    } catch (error) {
      if (error instanceof SourceError) throw error
      throw isOdd(error as Error) ? odd(error) : new SourceError(503, 'Yahoo Finance does not answer', { cause: error })
    }
    const read = schema.safeParse(answer)
    if (!read.success) throw odd(read.error)
    return read.data
  }

  return {
    name: 'live: Yahoo Finance, up to 15 minutes late',
    mostSymbols: 100,
    async quotes(symbols) {
      const asked = symbols.filter((symbol) => symbolForm.test(symbol))
      if (asked.length === 0) return []
      const found = await ask(z.array(z.unknown()), () => yahoo.quote(asked, {}, unchecked))
      // A symbol without a price has been taken off the market.
      const priced = found.filter((one) => (one as { regularMarketPrice?: unknown }).regularMarketPrice !== undefined)
      // One that cannot be read does not hold up the others, which may be for other callers.
      const read = priced.map((one) => Quote.safeParse(one))
      if (read.length > 0 && !read.some(({ success }) => success)) throw odd(read[0]?.error)
      return read
        .flatMap(({ data }) => data ?? [])
        .map((quote) => ({
          symbol: quote.symbol,
          name: quote.longName ?? quote.shortName ?? quote.symbol,
          currency: quote.currency,
          price: quote.regularMarketPrice,
          previousPrice: quote.regularMarketPreviousClose,
          time: quote.regularMarketTime,
        }))
    },
    async search(query) {
      if (query === '') return []
      const { quotes } = await ask(Search, () => yahoo.search(query, { quotesCount: 20, newsCount: 0 }, unchecked))
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
        () =>
          yahoo.chart(encodeURIComponent(symbol), { period1, interval }, unchecked).catch((error: Error) => {
            if (/no data found|not found|delisted/i.test(error.message)) return undefined
            throw error
          }),
      )
      if (meta.currency === '') return undefined
      const points = quotes.flatMap(({ date, close }) => (close === null ? [] : [{ date: date.slice(0, 10), close }]))
      return { currency: meta.currency, interval, points }
    },
  }
}

const odd = (cause: unknown): SourceError =>
  new SourceError(502, 'Yahoo Finance answers in a way that is not known', { cause })

/** It answers, but will not answer this again either. */
const isOdd = ({ name, message }: Error): boolean =>
  name === 'BadRequestError' || name === 'HTTPError' || /^(Response\.ok|Unexpected result)/.test(message)

function refuseTrouble(response: Response): Response {
  const { status, headers } = response
  if (status !== 429 && status < 500) return response
  const seconds = Number(headers.get('retry-after') ?? 30)
  const retryAfter = seconds >= 1 && seconds <= 3600 ? Math.ceil(seconds) : 30
  throw new SourceError(503, `Yahoo Finance answers ${status}`, { retryAfter })
}
