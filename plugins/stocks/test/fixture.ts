import { type ServedPlugin, servePlugin } from '@reference-plugins/testing/serve-plugin'
import { createStocksPlugin } from '../src/plugin.ts'
import type { StockSource } from '../src/prices/stock-source.ts'

/** The plugin with its sample prices, or with those of another source. */
export const serveStocks = (source?: StockSource): Promise<ServedPlugin> =>
  servePlugin((settings) => createStocksPlugin(settings, source))
