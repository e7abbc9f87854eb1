import { listOf, type Settings, VerificationTokens } from '@reference-plugins/core'
import { z } from 'zod'

const ServiceToken = z
  .string()
  .regex(
    /^(?=.{32})[\w.~+/-]+=*$/,
    'must be a token of at least 32 characters: letters, digits and -._~+/ (separate several with commas)',
  )

/** The variables that only this plugin reads. */
export const StocksSettings = z.object({
  STOCKS_SOURCE: z.enum(['sample', 'yahoo'], 'must be sample or yahoo').default('sample'),
  STOCKS_SERVICE_TOKENS: listOf(ServiceToken).optional(),
  STOCKS_VERIFICATION_TOKENS: VerificationTokens.optional(),
})
export type StocksSettings = Settings<typeof StocksSettings>
