import { definePlugin, serviceToken } from '@reference-plugins/core'
import { createOperations } from './operations.ts'
import { CachedSource } from './prices/cached-source.ts'
import { createSampleSource } from './prices/sample-source.ts'
import type { StockSource } from './prices/stock-source.ts'
import { createYahooSource } from './prices/yahoo-source.ts'
import { readServiceTokens } from './service-tokens.ts'
import type { StocksSettings } from './settings.ts'

/** Stock prices, price history and ticker symbols. */
export async function createStocksPlugin(settings: StocksSettings, given?: StockSource) {
  const own = settings.STOCKS_SOURCE === 'yahoo' ? createYahooSource() : await createSampleSource()
  const source = new CachedSource(given ?? own)

  return definePlugin({
    name: 'stocks',
    title: 'Stocks',
    descriptionForHuman: 'Look up stock prices, price history and ticker symbols.',
    descriptionForModel:
      'Stock prices and price history. If you are not sure of a symbol, find it with searchSymbols. Always tell the user ' +
      'the source and how current the data is (asOf). Sample data is years old; stale data is older than it should be.',
    conversationStarters: [
      'What is the price of Apple and of IBM?',
      'How has the price of Microsoft changed over the last year?',
      'What is the ticker symbol of Amazon?',
    ],
    contactEmail: 'maintainers@example.com',
    folder: new URL('..', import.meta.url),
    servesFrom: source.name,
    auth: serviceToken({
      tokens: readServiceTokens(settings),
      verificationTokens: settings.STOCKS_VERIFICATION_TOKENS ?? {},
    }),
    operations: createOperations(source),
  })
}
