import type { Settings } from '@reference-plugins/core'
import { z } from 'zod'

/** The variables that only news reads. */
export const NewsSettings = z.object({
  NEWS_FEEDS: z
    .string()
    .transform((value) => value.split(',').map((url) => url.trim()))
    .pipe(z.array(z.url({ protocol: /^https?$/, error: 'must be URLs of feeds, separated by commas' })).max(50))
    .optional(),
  NEWS_ALLOW_LOOPBACK: z.enum(['true', 'false'], 'must be true or false').default('false'),
})
export type NewsSettings = Settings<typeof NewsSettings>
