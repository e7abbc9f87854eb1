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
export async function redeem(
  client: TokenClient,
  answer: URL,
  { state, verifier, callbackUrl }: { state: string; verifier: string; callbackUrl: string },
): Promise<Tokens> {
  const [server, id] = toArguments(client)
  return refusing(async () => {
    const parameters = oauth.validateAuthResponse(server, id, answer, state)
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      id,
      authentication(client),
      parameters,
      callbackUrl,
      verifier,
      options(client),
    )
    return toTokens(await oauth.processAuthorizationCodeResponse(server, id, response))
  })
}

/** @throws TokenRefused */
export async function refresh(client: TokenClient, refreshToken: string): Promise<Tokens> {
  const [server, id] = toArguments(client)
  const auth = authentication(client)
  return refusing(async () => {
    const response = await oauth.refreshTokenGrantRequest(server, id, auth, refreshToken, options(client))
    return { refreshToken, ...toTokens(await oauth.processRefreshTokenResponse(server, id, response)) }
  })
}

/** RFC 7009, if the server supports it. A token that is not revoked expires. */
export async function revoke(client: TokenClient, tokens: Tokens): Promise<void> {
  if (!client.server.revocationUrl) return
  const [server, id] = toArguments(client)
  for (const token of [tokens.refreshToken, tokens.accessToken])
    if (token !== undefined)
      await oauth
        .revocationRequest(server, id, authentication(client), token, options(client))
        .then((response) => response.body?.cancel())
        .catch(() => {})
}

const toArguments = ({ server, clientId }: TokenClient): [oauth.AuthorizationServer, oauth.Client] => [
  toAuthorizationServer(server),
  { client_id: clientId },
]

function authentication({ server, clientSecret }: TokenClient): oauth.ClientAuth {
  if (clientSecret === undefined) return oauth.None()
  // oauth4webapi encodes as RFC 6749 says, section 2.3.1.
  return server.clientAuthentication === 'basic'
    ? oauth.ClientSecretBasic(clientSecret)
    : oauth.ClientSecretPost(clientSecret)
}

const options = ({ server, fetch }: TokenClient) => ({
  [oauth.customFetch]: lenientFetch(fetch, server.contentType === 'application/json'),
  [oauth.allowInsecureRequests]: server.tokenUrl.startsWith('http:'),
  ...(server.resource && { additionalParameters: { resource: server.resource } }),
})

const toTokens = ({ access_token, refresh_token, expires_in }: oauth.TokenEndpointResponse): Tokens => ({
  accessToken: access_token,
  ...(refresh_token !== undefined && { refreshToken: refresh_token }),
  ...(expires_in !== undefined && { expiresAt: new Date(Date.now() + expires_in * 1000).toISOString() }),
})

const refusing = <Result>(work: () => Promise<Result>): Promise<Result> =>
  work().catch((error) => {
    throw toRefusal(error)
  })
