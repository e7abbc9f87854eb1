import { serve } from '@reference-plugins/core'
import { createNewsPlugin } from './plugin.ts'
import { NewsSettings } from './settings.ts'

await serve(createNewsPlugin, { port: 3335, folder: new URL('..', import.meta.url), settings: NewsSettings })
