import { serve } from '@reference-plugins/core'
import { SignInEnvironment } from '@reference-plugins/oauth-server'
import { createNotesPlugin } from './plugin.ts'

await serve(createNotesPlugin, {
  port: 3336,
  folder: new URL('..', import.meta.url),
  environment: SignInEnvironment,
})
