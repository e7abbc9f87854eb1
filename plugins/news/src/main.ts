import { serve } from '@reference-plugins/core'
import { createNewsPlugin, NewsEnvironment } from './plugin.ts'

await serve(createNewsPlugin, {
  port: 3335,
  folder: new URL('..', import.meta.url),
  environment: NewsEnvironment,
})
