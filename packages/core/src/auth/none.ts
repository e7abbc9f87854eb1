import type { Auth } from './auth.ts'
import { insufficientScope } from './challenge.ts'

/** Anyone may call. The only mode that ChatGPT allowed on localhost. */
export function none(): Auth<'anyone', never> {
  return {
    audience: 'anyone',
    scopes: {},
    manifest: () => ({ type: 'none' }),
    securityScheme: undefined,
    authenticate: async () => undefined,
    insufficientScope,
    forMcp() {
      return this
    },
  }
}
