import { listOf, type Settings } from '@reference-plugins/core'
import { z } from 'zod'

/** The variables that only this plugin reads. */
export const NewsSettings = z.object({
  NEWS_FEEDS: listOf(z.url({ protocol: /^https?$/, error: 'must be URLs of feeds, separated by commas' }))
    .refine(({ length }) => length >= 1 && length <= 50, 'must be 1 to 50 URLs')
    .optional(),
  NEWS_ALLOW_LOOPBACK: z.enum(['true', 'false'], 'must be true or false').default('false'),
})
export type NewsSettings = Settings<typeof NewsSettings>
