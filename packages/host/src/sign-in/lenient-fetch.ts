import type { Fetch } from '@reference-plugins/guarded-fetch'
import { isObject } from '@reference-plugins/reader'
import { TokenRefused } from './token-refused.ts'

/**
 * A fetch for token endpoints that accepts what ChatGPT accepted: it sends JSON if the manifest asks for it, and reads an
 * answer without a token type, or with an unknown one, as a bearer token.
 */
export function lenientFetch(fetch: Fetch, asJson: boolean): Fetch {
  return async (url, init = {}) => {
    const form = init.body instanceof URLSearchParams && init.body.has('grant_type') ? init.body : undefined
    if (!form) return fetch(url, init)
    const headers = new Headers(init.headers)
    if (asJson) headers.set('content-type', 'application/json')
    const body = asJson ? JSON.stringify(Object.fromEntries(form)) : form
    const response = await fetch(url, { ...init, headers, body })
    return response.ok ? asBearer(response) : response
  }
}

/** Token types that a Bearer header cannot carry: those registered at IANA, and MAC (RFC 6749, 7.1). */
const bound = /^(mac|dpop|pop|n_a|signed[-_ ]?jwt)$/i

async function asBearer(response: Response): Promise<Response> {
  const { status, headers } = response
  const text = await response.text()
  const json = toObject(text)
  if (json === undefined) return new Response(text, { status, headers })
  // An OpenID Connect server adds an ID token, which the host does not use and may be unable to check.
  const { id_token: _, expires_in, ...tokens } = json
  const kind = String(json.token_type ?? '')
  if (bound.test(kind))
    throw new TokenRefused(
      `The authorization server gave a token of type ${kind}: the host uses Bearer tokens only`,
      true,
    )
  const seconds = Number(expires_in)
  const lifetime = Number.isFinite(seconds) && seconds > 0 ? { expires_in: seconds } : {}
  return Response.json({ ...tokens, token_type: 'bearer', ...lifetime }, { status })
}

function toObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
