import type { Fetch } from '@reference-plugins/guarded-fetch'
import * as oauth from 'oauth4webapi'
import { type OAuthServer, toAuthorizationServer } from './oauth-server.ts'

export interface Tokens {
  accessToken: string
  refreshToken?: string
  /** ISO 8601; absent where the server does not say. */
  expiresAt?: string
}

export interface TokenClient {
  server: OAuthServer
  clientId: string
  clientSecret: string | undefined
  fetch: Fetch
}

/** The server did not give a token. The message is for the user; `isFinal` where only a new sign-in helps. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused'
  readonly isFinal: boolean

  constructor(message: string, isFinal: boolean, cause: unknown) {
    super(message, { cause })
    this.isFinal = isFinal
  }
}

/** Makes a code into tokens. `answer` is the URL that the browser came back with. @throws TokenRefused */
export async function redeem(
  client: TokenClient,
  answer: URL,
  { state, verifier, callbackUrl }: { state: string; verifier: string; callbackUrl: string },
): Promise<Tokens> {
  const server = toAuthorizationServer(client.server)
  try {
    const parameters = oauth.validateAuthResponse(server, { client_id: client.clientId }, answer, state)
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      { client_id: client.clientId },
      authentication(client),
      parameters,
      callbackUrl,
      verifier,
      options(client),
    )
    return toTokens(
      await oauth.processAuthorizationCodeResponse(server, { client_id: client.clientId }, response),
      undefined,
    )
  } catch (error) {
    throw toRefusal(error)
  }
}

/** @throws TokenRefused */
export async function refresh(client: TokenClient, refreshToken: string): Promise<Tokens> {
  const server = toAuthorizationServer(client.server)
  try {
    const response = await oauth.refreshTokenGrantRequest(
      server,
      { client_id: client.clientId },
      authentication(client),
      refreshToken,
      options(client),
    )
    return toTokens(
      await oauth.processRefreshTokenResponse(server, { client_id: client.clientId }, response),
      refreshToken,
    )
  } catch (error) {
    throw toRefusal(error)
  }
}

/** RFC 7009, as far as the server takes it. What it does not take ends by itself. */
export async function revoke(client: TokenClient, tokens: Tokens): Promise<void> {
  if (!client.server.revocationUrl) return
  const server = toAuthorizationServer(client.server)
  for (const token of [tokens.refreshToken, tokens.accessToken])
    if (token !== undefined)
      await oauth
        .revocationRequest(server, { client_id: client.clientId }, authentication(client), token, options(client))
        .then((response) => response.body?.cancel())
        .catch(() => {})
}

function authentication({ server, clientSecret }: TokenClient): oauth.ClientAuth {
  if (clientSecret === undefined) return oauth.None()
  // oauth4webapi encodes as RFC 6749 says, section 2.3.1.
  return server.clientAuthentication === 'basic'
    ? oauth.ClientSecretBasic(clientSecret)
    : oauth.ClientSecretPost(clientSecret)
}

function options({ server, fetch }: TokenClient) {
  return {
    [oauth.customFetch]: lenient(fetch, server.contentType === 'application/json'),
    [oauth.allowInsecureRequests]: server.tokenUrl.startsWith('http:'),
    ...(server.resource && { additionalParameters: { resource: server.resource } }),
  }
}

/** Sends JSON where the manifest asks for it, and reads an answer without a token type as a bearer's, as ChatGPT did. */
function lenient(fetch: Fetch, asJson: boolean): Fetch {
  return async (url, init = {}) => {
    const form = init.body instanceof URLSearchParams ? init.body : undefined
    const isToken = form?.has('grant_type') ?? false
    const headers = new Headers(init.headers)
    if (asJson && isToken && form) headers.set('content-type', 'application/json')
    const response = await fetch(url, {
      ...init,
      headers,
      ...(asJson && isToken && form && { body: JSON.stringify(Object.fromEntries(form)) }),
    })
    if (!isToken || !response.ok) return response
    const text = await response.text()
    const json = toObject(text)
    if (json === undefined) return new Response(text, { status: response.status, headers: response.headers })
    // Where OpenID Connect is spoken too, its ID token is of no use here, and may be signed by anything.
    const { id_token: _, ...tokens } = json
    const kind = typeof json.token_type === 'string' && /^dpop$/i.test(json.token_type) ? 'dpop' : 'bearer'
    const seconds = Number(json.expires_in)
    const body = { ...tokens, token_type: kind, expires_in: undefined }
    return Response.json(Number.isFinite(seconds) && seconds > 0 ? { ...body, expires_in: seconds } : body, {
      status: response.status,
    })
  }
}

function toObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

const toTokens = (
  { access_token, refresh_token, expires_in }: oauth.TokenEndpointResponse,
  before: string | undefined,
): Tokens => {
  const refreshToken = refresh_token ?? before
  return {
    accessToken: access_token,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(expires_in !== undefined && { expiresAt: new Date(Date.now() + expires_in * 1000).toISOString() }),
  }
}

function toRefusal(error: unknown): TokenRefused {
  if (error instanceof oauth.AuthorizationResponseError) {
    const words = error.error === 'access_denied' ? 'it was refused on the page' : describe(error)
    return new TokenRefused(`Signing in did not succeed: ${words}`, true, error)
  }
  if (error instanceof oauth.ResponseBodyError) {
    const advice =
      error.error === 'invalid_client' ? '. Look at the client id and secret that the plugin is registered with' : ''
    const isFinal = ['invalid_grant', 'invalid_client', 'unauthorized_client'].includes(error.error)
    return new TokenRefused(`The authorization server answers ${describe(error)}${advice}`, isFinal, error)
  }
  if (error instanceof oauth.OperationProcessingError)
    return new TokenRefused(
      `The authorization server answers what is not to be trusted: ${error.message}`,
      false,
      error,
    )
  return new TokenRefused(`The authorization server did not answer: ${(error as Error).message}`, false, error)
}

const describe = ({ error, error_description }: { error: string; error_description?: string | undefined }): string =>
  `${error}${error_description ? ` (${error_description.slice(0, 200)})` : ''}`
