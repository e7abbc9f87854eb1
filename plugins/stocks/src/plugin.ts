import {
  type Context,
  definePlugin,
  type Environment,
  operation,
  serviceToken,
  text,
  VerificationTokens,
} from '@reference-plugins/core'
import {
  CachedSource,
  createSampleSource,
  createYahooSource,
  type Dated,
  intervals,
  ranges,
  SourceError,
  type StockSource,
} from '@reference-plugins/stock-prices'
import { z } from 'zod'
import { readServiceTokens } from './service-tokens.ts'

export const StocksEnvironment = z.object({
  STOCKS_SOURCE: z.enum(['sample', 'yahoo'], 'must be sample or yahoo').default('sample'),
  STOCKS_SERVICE_TOKENS: z
    .string()
    .transform((value) => value.split(',').map((token) => token.trim()))
    .pipe(
      z.array(
        z
          .string()
          .regex(
            /^(?=.{32})[\w.~+/-]+=*$/,
            'must be a token of 32 characters or more, letters, digits and -._~+/, with commas between several',
          ),
      ),
    )
    .optional(),
  STOCKS_VERIFICATION_TOKENS: VerificationTokens.optional(),
})

export type StocksSettings = Pick<Environment, 'DATABASE_URL'> &
  Partial<Pick<Environment, 'NODE_ENV'>> &
  Partial<z.output<typeof StocksEnvironment>>

const mostPoints = 300
const symbol = text(20).describe('A ticker symbol, such as AAPL; searchSymbols finds it by the name of the company')
const origin = {
  source: z.string().describe('Where the data come from; say so, above all if it is a sample'),
  asOf: z.string().describe('How current the data are'),
  stale: z
    .boolean()
    .optional()
    .describe('True while the source does not answer: the data are older than they should be'),
}
const Quote = z
  .object({
    symbol: z.string(),
    name: z.string(),
    currency: z.string(),
    price: z.number(),
    previousPrice: z.number().optional().describe('One trading day before; in sample data one month before'),
    changePercent: z.number().optional(),
    time: z.string().describe('When the price was paid; in sample data the month'),
  })
  .meta({ id: 'Quote' })
const Match = z.object({ symbol: z.string(), name: z.string(), exchange: z.string().optional() }).meta({ id: 'Match' })
const errors = { 502: 'the source answers something unknown', 503: 'the source does not answer' } as const

/** Stock prices, for an assistant that holds one token for all its users. */
export async function createStocksPlugin(settings: StocksSettings, given?: StockSource) {
  const own = settings.STOCKS_SOURCE === 'yahoo' ? createYahooSource() : await createSampleSource()
  const source = new CachedSource(given ?? own)
  const describe = (...all: Dated<unknown>[]) => ({
    source: source.name,
    // The oldest part says how current the whole is.
    asOf: all.map(({ asOf }) => asOf).sort()[0] ?? new Date().toISOString(),
    ...(all.some(({ isStale }) => isStale) && { stale: true }),
  })

  return definePlugin({
    name: 'stocks',
    title: 'Stocks',
    descriptionForHuman: 'Look up stock prices, their history, and the symbols of companies.',
    descriptionForModel:
      'Stock prices and their history. Find the symbol with searchSymbols if it is not known for sure. Always say the ' +
      'source and how current the data are (asOf); sample data are years old, and stale ones older than they should be.',
    conversationStarters: [
      'What is the price of Apple and of IBM?',
      'How has Microsoft done over the last year?',
      'What is the ticker symbol of Amazon?',
    ],
    contactEmail: 'maintainers@example.com',
    folder: new URL('..', import.meta.url),
    servesFrom: source.name,
    auth: serviceToken({
      tokens: readServiceTokens(settings),
      verificationTokens: settings.STOCKS_VERIFICATION_TOKENS ?? {},
    }),
    operations: {
      getQuotes: operation('GET /quotes', {
        summary: 'Read the prices of up to 20 symbols at once',
        openWorld: false,
        input: z.object({
          symbols: z.array(symbol).min(1).max(20).describe('The ticker symbols, such as AAPL, at most 20'),
        }),
        output: z.object({ quotes: z.array(Quote), unknownSymbols: z.array(z.string()), ...origin }),
        errors,
        async handler({ symbols }, context) {
          const asked = [...new Set(symbols.map((one) => one.toUpperCase()))]
          const found = await source.quotes(asked).catch(toProblem(context))
          const quotes = found.flatMap(({ value }) => (value ? [{ ...value, changePercent: toChange(value) }] : []))
          const known = new Set(quotes.map((quote) => quote.symbol))
          return { quotes, unknownSymbols: asked.filter((one) => !known.has(one)), ...describe(...found) }
        },
      }),

      searchSymbols: operation('GET /symbols', {
        summary: 'Find ticker symbols by the name of a company or by a part of the symbol',
        openWorld: false,
        input: z.object({
          query: text(100).describe('A part of the name or of the symbol'),
          limit: z.int().min(1).max(20).default(10).describe('How many at most'),
        }),
        output: z.object({ matches: z.array(Match), ...origin }),
        errors,
        async handler({ query, limit }, context) {
          const found = await source.search(query.trim()).catch(toProblem(context))
          return { matches: found.value.slice(0, limit), ...describe(found) }
        },
      }),

      getHistory: operation('GET /history/{symbol}', {
        summary: 'Read the closing prices of one symbol over a time, oldest first',
        view: 'prices',
        openWorld: false,
        input: z.object({
          symbol,
          range: z
            .enum(ranges)
            .default('1y')
            .describe('How far back from the newest price: 1mo, 3mo, 6mo, 1y, 5y or max'),
          interval: z.enum(intervals).default('1mo').describe('One price for each day, week or month: 1d, 1wk or 1mo'),
        }),
        output: z.object({
          symbol: z.string(),
          currency: z.string(),
          interval: z.enum(intervals).describe('The one that the source has'),
          points: z.array(z.object({ date: z.string(), close: z.number() })),
          ...origin,
        }),
        errors: {
          404: 'the symbol is unknown',
          422: 'there are too many prices for one answer',
          502: errors[502],
          503: errors[503],
        },
        async handler({ symbol, range, interval }, context) {
          const asked = symbol.toUpperCase()
          const found = await source.history(asked, range, interval).catch(toProblem(context))
          if (!found.value) throw context.fail(404, `There is no symbol ${asked}: look for it with searchSymbols`)
          const { points, interval: given } = found.value
          const { length } = points
          if (length > mostPoints)
            throw context.fail(
              422,
              `There are ${length} prices, and at most ${mostPoints} fit: ask for a shorter range${given === '1mo' ? '' : ' or a longer interval'}`,
            )
          return { symbol: asked, ...found.value, ...describe(found) }
        },
      }),
    },
  })
}

const toChange = ({
  price,
  previousPrice,
}: {
  price: number
  previousPrice?: number | undefined
}): number | undefined => (previousPrice ? Math.round((price / previousPrice - 1) * 10_000) / 100 : undefined)

/** What is wrong with the source is not the fault of the plugin, so the caller is told when to come again. */
const toProblem =
  ({ fail, log }: Context<502 | 503>) =>
  (error: unknown): never => {
    if (!(error instanceof SourceError)) throw error
    log.warn({ err: error.cause ?? error }, error.message)
    throw fail(error.status, `${error.message}: call again in ${error.retryAfter} seconds`, {
      headers: { 'retry-after': String(error.retryAfter) },
    })
  }
