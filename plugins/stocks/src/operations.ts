import { type Context, operation, text } from '@reference-plugins/core'
import { z } from 'zod'
import type { CachedSource, Dated } from './prices/cached-source.ts'
import { intervals, ranges, SourceError } from './prices/stock-source.ts'

const mostPoints = 300
const symbol = text(20)
  .regex(
    /^\$?[A-Za-z0-9^][A-Za-z0-9.=^&-]*$/,
    'must be one ticker symbol such as AAPL, BRK-B or ^GSPC: find it with searchSymbols. In a query repeat the name for ' +
      'each symbol: symbols=AAPL&symbols=IBM',
  )
  .describe('A ticker symbol such as AAPL. Use searchSymbols to find one by company name')
/** People write $AAPL for the symbol AAPL. */
const toSymbol = (asked: string): string => asked.replace('$', '').toUpperCase()
const origin = {
  source: z.string().describe('Where the data comes from. Tell the user, especially if it is sample data'),
  asOf: z.string().describe('How current the data is'),
  stale: z
    .boolean()
    .optional()
    .describe('True while the source is not responding and the data is older than it should be'),
}
const Quote = z
  .object({
    symbol: z.string(),
    name: z.string(),
    currency: z.string(),
    price: z.number(),
    previousPrice: z
      .number()
      .optional()
      .describe('The price one trading day earlier; in sample data, one month earlier'),
    changePercent: z.number().optional(),
    time: z.string().describe('The time of the price; in sample data, the month'),
  })
  .meta({ id: 'Quote' })
const Match = z.object({ symbol: z.string(), name: z.string(), exchange: z.string().optional() }).meta({ id: 'Match' })
const errors = { 502: 'the source sent an unexpected response', 503: 'the source is not responding' } as const

export const createOperations = (source: CachedSource) => ({
  getQuotes: operation('GET /quotes', {
    summary: 'Get the prices of up to 20 symbols',
    openWorld: false,
    input: z.object({
      symbols: z.array(symbol).min(1).max(20).describe('Ticker symbols such as AAPL, at most 20'),
    }),
    output: z.object({ quotes: z.array(Quote), unknownSymbols: z.array(z.string()), ...origin }),
    errors,
    async handler({ symbols }, context) {
      const asked = [...new Set(symbols.map(toSymbol))]
      const found = await source.quotes(asked).catch(failWith(context))
      const quotes = found.flatMap(({ value }) => (value ? [{ ...value, changePercent: toChange(value) }] : []))
      const known = new Set(quotes.map((quote) => quote.symbol))
      return { quotes, unknownSymbols: asked.filter((one) => !known.has(one)), ...originOf(source, found) }
    },
  }),

  searchSymbols: operation('GET /symbols', {
    summary: 'Find ticker symbols by company name or by part of the symbol',
    openWorld: false,
    input: z.object({
      query: text(100).describe('Part of the company name or symbol'),
      limit: z.int().min(1).max(20).default(10).describe('The most matches to return'),
    }),
    output: z.object({ matches: z.array(Match), ...origin }),
    errors,
    async handler({ query, limit }, context) {
      const found = await source.search(query.trim()).catch(failWith(context))
      return { matches: found.value.slice(0, limit), ...originOf(source, [found]) }
    },
  }),

  getHistory: operation('GET /history/{symbol}', {
    summary: 'Get the closing prices of one symbol over a time range, oldest first',
    view: 'prices',
    openWorld: false,
    input: z.object({
      symbol,
      range: z.enum(ranges).default('1y').describe('How far back from the newest price: 1mo, 3mo, 6mo, 1y, 5y or max'),
      interval: z.enum(intervals).default('1mo').describe('One price per day, week or month: 1d, 1wk or 1mo'),
    }),
    output: z.object({
      symbol: z.string(),
      currency: z.string(),
      interval: z.enum(intervals).describe('The interval that the source has'),
      points: z.array(z.object({ date: z.string(), close: z.number() })),
      ...origin,
    }),
    errors: {
      404: 'the symbol does not exist',
      422: 'there are too many prices for one response',
      502: errors[502],
      503: errors[503],
    },
    async handler({ symbol, range, interval }, context) {
      const asked = toSymbol(symbol)
      const found = await source.history(asked, range, interval).catch(failWith(context))
      if (!found.value) throw context.fail(404, `Symbol ${asked} does not exist: find it with searchSymbols`)
      const { points, interval: given } = found.value
      if (points.length > mostPoints)
        throw context.fail(
          422,
          `There are ${points.length} prices, and a response has at most ${mostPoints}: use a shorter range${given === '1mo' ? '' : ' or a longer interval'}`,
        )
      return { symbol: asked, ...found.value, ...originOf(source, [found]) }
    },
  }),
})

const originOf = (source: CachedSource, found: Dated<unknown>[]) => ({
  source: source.name,
  // The oldest part says how current the whole is.
  asOf: found.map(({ asOf }) => asOf).sort()[0] ?? new Date().toISOString(),
  ...(found.some(({ isStale }) => isStale) && { stale: true }),
})

const toChange = ({ price, previousPrice }: z.input<typeof Quote>): number | undefined =>
  previousPrice ? Math.round((price / previousPrice - 1) * 10_000) / 100 : undefined

/** The plugin is not at fault when its source fails, so the caller is told when to try again. */
const failWith =
  ({ fail, log }: Context<502 | 503>) =>
  (error: unknown): never => {
    if (!(error instanceof SourceError)) throw error
    log.warn({ err: error.cause ?? error }, error.message)
    throw fail(error.status, `${error.message}: try again in ${error.retryAfter} seconds`, {
      headers: { 'retry-after': String(error.retryAfter) },
    })
  }
