import * as openid from 'openid-client'
import { Browser } from './browser.ts'
import { chat } from './fixture.ts'

export const password = 'correct horse battery'

/** Where a plugin is served. */
export interface Served {
  url: string
}

export interface Client {
  id: string
  secret?: string
  redirectUris: readonly string[]
}

/** A client that was not written here: openid-client, which is strict about what it takes. */
export async function discover(diary: Served, { id, secret }: Client): Promise<openid.Configuration> {
  const auth = secret === undefined ? openid.None() : openid.ClientSecretPost(secret)
  return openid.discovery(new URL(`${diary.url}/oauth`), id, undefined, auth, {
    algorithm: 'oauth2',
    execute: [openid.allowInsecureRequests],
  })
}

/** Signs a new user up in a new browser. */
export async function signUp(diary: Served, name: string): Promise<Browser> {
  const browser = new Browser(diary.url)
  await browser.open('/oauth/apps?new=1')
  await browser.submit('sign-up', { name, password })
  return browser
}

export interface Begun {
  configuration: openid.Configuration
  verifier: string
  state: string
  redirectUri: string
  start: URL
}

/** The address that a client opens in the user's browser. */
export async function begin(diary: Served, client: Client, more: Record<string, string> = {}): Promise<Begun> {
  const configuration = await discover(diary, client)
  const verifier = openid.randomPKCECodeVerifier()
  const state = openid.randomState()
  const redirectUri = client.redirectUris[0] as string
  const start = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'diary:read diary:write',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...more,
  })
  return { configuration, verifier, state, redirectUri, start }
}

/** The whole flow of a client with PKCE, for a user who allows it. */
export async function getTokens(diary: Served, client: Client, browser: Browser, more: Record<string, string> = {}) {
  const { configuration, verifier, state, start } = await begin(diary, client, more)
  let end = await browser.open(start.href)
  if (browser.page.includes('value="allow"') && end.startsWith(diary.url)) end = await browser.submit('allow')
  const tokens = await openid.authorizationCodeGrant(configuration, new URL(end), {
    pkceCodeVerifier: verifier,
    expectedState: state,
  })
  return { configuration, tokens, callback: new URL(end) }
}

/** The code of a client without PKCE. */
export async function getLegacyCode(diary: Served, browser: Browser, scope = ''): Promise<string> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: chat.id,
    redirect_uri: chat.redirectUris[0] as string,
    scope,
    state: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
  })
  let end = await browser.open(`/oauth/authorize?${query}`)
  if (end.startsWith(diary.url)) end = await browser.submit('allow')
  return new URL(end).searchParams.get('code') ?? end
}

/** A token request as a form or as JSON. */
export const redeem = (diary: Served, parameters: Record<string, string>, type = 'form', authorization = '') =>
  fetch(`${diary.url}/oauth/token`, {
    method: 'POST',
    headers: {
      'content-type': type === 'form' ? 'application/x-www-form-urlencoded' : 'application/json',
      ...(authorization && { authorization }),
    },
    body: type === 'form' ? new URLSearchParams(parameters).toString() : JSON.stringify(parameters),
  })

export const codeParameters = (code: string): Record<string, string> => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: chat.redirectUris[0] as string,
})
export const credentials = { client_id: chat.id, client_secret: chat.secret }
