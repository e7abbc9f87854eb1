import { serve } from '@reference-plugins/core'
import { createStocksPlugin } from './plugin.ts'
import { StocksSettings } from './settings.ts'

await serve(createStocksPlugin, { port: 3334, folder: new URL('..', import.meta.url), settings: StocksSettings })
