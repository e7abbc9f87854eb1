import type { Fetch } from '@reference-plugins/guarded-fetch'
import * as oauth from 'oauth4webapi'
import { lenientFetch } from './lenient-fetch.ts'
import { type OAuthServer, toAuthorizationServer } from './oauth-server.ts'
import { toRefusal } from './token-refused.ts'

export interface Tokens {
  accessToken: string
  refreshToken?: string
  /** ISO 8601; absent if the server does not say. */
  expiresAt?: string
}

export interface TokenClient {
  server: OAuthServer
  clientId: string
  clientSecret: string | undefined
  fetch: Fetch
}

/** Exchanges a code for tokens. `answer` is the URL that the browser came back with. @throws TokenRefused */
export const redeem = (
  client: TokenClient,
  answer: URL,
  { state, verifier, callbackUrl }: { state: string; verifier: string; callbackUrl: string },
): Promise<Tokens> =>
  refusing(async () => {
    const { server, id, auth, options } = toArguments(client)
    const code = oauth.validateAuthResponse(server, id, answer, state)
    const response = await oauth.authorizationCodeGrantRequest(server, id, auth, code, callbackUrl, verifier, options)
    return toTokens(await oauth.processAuthorizationCodeResponse(server, id, response))
  })

/** @throws TokenRefused */
export const refresh = (client: TokenClient, refreshToken: string): Promise<Tokens> =>
  refusing(async () => {
    const { server, id, auth, options } = toArguments(client)
    const response = await oauth.refreshTokenGrantRequest(server, id, auth, refreshToken, options)
    return { refreshToken, ...toTokens(await oauth.processRefreshTokenResponse(server, id, response)) }
  })

/** RFC 7009, if the server supports it. A token that is not revoked expires. */
export async function revoke(client: TokenClient, tokens: Tokens): Promise<void> {
  if (!client.server.revocationUrl) return
  const { server, id, auth, options } = toArguments(client)
  for (const token of [tokens.refreshToken, tokens.accessToken])
    if (token !== undefined)
      await oauth
        .revocationRequest(server, id, auth, token, options)
        .then((response) => response.body?.cancel())
        .catch(() => {})
}

/** What each request of oauth4webapi takes. */
const toArguments = ({ server, clientId, clientSecret, fetch }: TokenClient) => ({
  server: toAuthorizationServer(server),
  id: { client_id: clientId },
  auth: authentication(server, clientSecret),
  options: {
    [oauth.customFetch]: lenientFetch(fetch, server.contentType === 'application/json'),
    [oauth.allowInsecureRequests]: server.tokenUrl.startsWith('http:'),
    ...(server.resource && { additionalParameters: { resource: server.resource } }),
  },
})

function authentication({ clientAuthentication }: OAuthServer, secret: string | undefined): oauth.ClientAuth {
  if (secret === undefined) return oauth.None()
  // oauth4webapi encodes as RFC 6749 says, section 2.3.1.
  return clientAuthentication === 'basic' ? oauth.ClientSecretBasic(secret) : oauth.ClientSecretPost(secret)
}

const toTokens = ({ access_token, refresh_token, expires_in }: oauth.TokenEndpointResponse): Tokens => ({
  accessToken: access_token,
  ...(refresh_token !== undefined && { refreshToken: refresh_token }),
  ...(expires_in !== undefined && { expiresAt: new Date(Date.now() + expires_in * 1000).toISOString() }),
})

const refusing = <Result>(work: () => Promise<Result>): Promise<Result> =>
  work().catch((error) => {
    throw toRefusal(error)
  })
