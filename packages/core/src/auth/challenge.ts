import { Problem } from '../problem.ts'

/** The parameters of a Bearer or Basic challenge, RFC 6750 section 3. Values must not contain quotes. */
export function challenge(scheme: 'bearer' | 'basic', parameters: Record<string, string>): string {
  const name = scheme === 'bearer' ? 'Bearer' : 'Basic'
  return `${name} ${Object.entries(parameters)
    .map(([key, value]) => `${key}="${value}"`)
    .join(', ')}`
}

export function unauthorized(scheme: 'bearer' | 'basic', detail: string, parameters: Record<string, string>): Problem {
  return new Problem(401, detail, { headers: { 'www-authenticate': challenge(scheme, parameters) } })
}

/** The 403 that tells the assistant which scope the user must allow, RFC 6750 section 3.1. */
export function insufficientScope(scope: string, parameters: Record<string, string> = {}): Problem {
  return new Problem(403, `The token lacks the scope ${scope}: ask the user to sign in again and to allow it`, {
    headers: {
      'www-authenticate': challenge('bearer', { realm: 'plugin', error: 'insufficient_scope', scope, ...parameters }),
    },
  })
}

/** The members of an auth mode whose tokens have no scopes and are also valid for `/mcp`. */
export const withoutScopes = {
  scopes: {},
  insufficientScope,
  forMcp<Mode>(this: Mode): Mode {
    return this
  },
}
