// OAuth 2.1 for a page: discovery, registration, authorization code with PKCE, answer in the query. No token is ever in a URL.

const pending = 'sign-in'
const kept = 'access-token'

const encode = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
const random = () => encode(crypto.getRandomValues(new Uint8Array(32)))

export const accessToken = () => sessionStorage.getItem(kept) ?? undefined
export const isSignedIn = () => accessToken() !== undefined
export const signOut = () => sessionStorage.removeItem(kept)

/** Sends the browser to the page where the user signs in. It comes back to this page. */
export async function signIn({ publicUrl, base, title, scope }) {
  if (!crypto.subtle) throw new Error('Signing in needs https or localhost: open this page there')
  const here = (url) => ofThisPage(url, publicUrl)
  const {
    authorization_servers: [issuer],
  } = await read(`${location.origin}${base}/.well-known/oauth-protected-resource`)
  const server = await readFirst(metadataUrls(issuer).map(here))
  if (!server.registration_endpoint)
    throw new Error(
      'This plugin lets no app register itself: start it with OAUTH_REGISTRATION=true, or enter an access token',
    )
  const redirect = location.origin + location.pathname
  const { client_id: client } = await read(here(server.registration_endpoint), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: [redirect],
      client_name: `The page of ${title}`,
      token_endpoint_auth_method: 'none',
    }),
  })
  const [state, verifier] = [random(), random()]
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  sessionStorage.setItem(
    pending,
    JSON.stringify({
      state,
      verifier,
      client,
      redirect,
      issuer: server.issuer,
      tokenUrl: here(server.token_endpoint),
      fragment: location.hash,
    }),
  )
  const url = new URL(here(server.authorization_endpoint))
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client,
    redirect_uri: redirect,
    scope,
    state,
    code_challenge: encode(new Uint8Array(hash)),
    code_challenge_method: 'S256',
  })
  location.assign(url)
}

/** Exchanges the code in the query of this page, if there is one, for an access token. */
export async function takeAnswer() {
  const answer = new URLSearchParams(location.search)
  const begun = JSON.parse(sessionStorage.getItem(pending) ?? 'null')
  if (!answer.has('state')) return
  sessionStorage.removeItem(pending)
  history.replaceState(null, '', location.pathname + (begun?.fragment ?? ''))
  if (!begun) return
  if (answer.get('state') !== begun.state || answer.get('iss') !== begun.issuer)
    throw new Error('That answer belongs to another sign-in: sign in again')
  if (answer.has('error')) throw new Error(answer.get('error_description') ?? answer.get('error'))
  const { access_token: token } = await read(begun.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: begun.redirect,
      client_id: begun.client,
      code_verifier: begun.verifier,
    }),
  })
  sessionStorage.setItem(kept, token)
}

/**
 * RFC 8414 section 3.1: the well-known part stands before the path of the issuer. OpenID Connect Discovery puts it after the
 * path, where a plugin under a path is reached even if the root of the domain belongs to something else.
 */
function metadataUrls(issuer) {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]
}

async function readFirst([url, ...others]) {
  if (others.length === 0) return read(url)
  return read(url).catch(() => readFirst(others))
}

/** The browser may know the plugin by another name of this machine than the documents: 127.0.0.1 instead of localhost. */
function ofThisPage(url, publicUrl) {
  const { origin, pathname, search } = new URL(url)
  return origin === new URL(publicUrl).origin ? `${location.origin}${pathname}${search}` : url
}

async function read(url, request) {
  const answer = await fetch(url, { cache: 'no-store', ...request })
  const data = await answer.json().catch(() => ({}))
  if (!answer.ok)
    throw new Error(data.error_description ?? data.detail ?? data.error ?? `${url} answered ${answer.status}`)
  return data
}
