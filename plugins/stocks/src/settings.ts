import type { Settings } from '@reference-plugins/core'
import { z } from 'zod'
import { ServiceTokenSettings } from './service-tokens.ts'

/** The variables that only this plugin reads. */
export const StocksSettings = ServiceTokenSettings.extend({
  STOCKS_SOURCE: z.enum(['sample', 'yahoo'], 'must be sample or yahoo').default('sample'),
})
export type StocksSettings = Settings<typeof StocksSettings>
