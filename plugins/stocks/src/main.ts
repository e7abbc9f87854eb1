import { serve } from '@reference-plugins/core'
import { createStocksPlugin, StocksEnvironment } from './plugin.ts'

await serve(createStocksPlugin, {
  port: 3334,
  folder: new URL('..', import.meta.url),
  environment: StocksEnvironment,
})
