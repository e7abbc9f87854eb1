import type { Server } from 'node:http'
import { createApp, createLog } from '@reference-plugins/core'
import { temporaryDatabase } from '@reference-plugins/testing/temporary'
import supertest from 'supertest'
import { createStocksPlugin } from '../src/plugin.ts'
import type { StockSource } from '../src/prices/stock-source.ts'
import type { StocksSettings } from '../src/settings.ts'

export const publicUrl = 'https://stocks.example.com'
export const token = 'service-token-0123456789-0123456789'

export async function serveStocks(settings: Partial<StocksSettings> = {}, source?: StockSource) {
  let written = ''
  const plugin = await createStocksPlugin(
    {
      PUBLIC_URL: publicUrl,
      DATABASE_URL: temporaryDatabase(),
      NODE_ENV: 'test',
      STOCKS_SERVICE_TOKENS: [token],
      ...settings,
    },
    source,
  )
  const log = createLog('trace', false, { write: (line) => (written += line) })
  const app = await createApp(plugin, { publicUrl, log, rateLimit: 1_000_000 })
  const api = supertest(app.callback() as unknown as Server)
  return { api, get: (path: string) => api.get(path).set('Authorization', `Bearer ${token}`), log: () => written }
}
