import type { Auth } from './auth.ts'
import { withoutScopes } from './challenge.ts'

/** Anyone may call. The only mode that ChatGPT allowed on localhost. */
export function none(): Auth<'anyone', never> {
  return {
    audience: 'anyone',
    ...withoutScopes,
    manifest: () => ({ type: 'none' }),
    securityScheme: undefined,
    authenticate: async () => undefined,
  }
}
