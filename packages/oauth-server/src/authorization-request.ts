import { knownScope } from './scope.ts'

// oidc-provider refuses these without the scope openid, which does not exist here because there are no ID tokens.
const ofOpenId = ['acr_values', 'claims', 'claims_locales', 'id_token_hint', 'nonce']

/**
 * The parameters of an authorization request as oidc-provider takes them: known scopes only, and no part of OpenID Connect
 * that is about ID tokens. A client that limits the age of the sign-in (`max_age`) or lets the user choose the account is
 * answered with a new sign-in. A parameter that was sent twice is left for oidc-provider to refuse.
 */
export function toAuthorizationRequest(asked: URLSearchParams, scopes: readonly string[]): URLSearchParams {
  const request = new URLSearchParams(asked)
  if (asked.getAll('scope').length < 2) request.set('scope', knownScope(asked.get('scope') ?? '', scopes))
  for (const name of ofOpenId) request.delete(name)
  if (asked.getAll('prompt').length > 1) return request
  const prompts = new Set((asked.get('prompt') ?? '').split(/\s+/).filter(Boolean))
  if (prompts.delete('select_account') || request.has('max_age')) prompts.add('login')
  request.delete('max_age')
  if (prompts.size > 0) request.set('prompt', [...prompts].join(' '))
  else request.delete('prompt')
  return request
}
