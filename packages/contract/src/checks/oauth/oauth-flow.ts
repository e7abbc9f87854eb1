import { setTimeout as sleep } from 'node:timers/promises'
import type { LiveToken } from '../../calls/credentials.ts'
import { fetchJson } from '../../calls/exchange.ts'
import type { AuthorizeChange, Endpoints, Granted, TokenAnswer } from '../../oauth/driver.ts'
import { Flow, type Probe } from '../../oauth/flow.ts'
import type { OAuthSettings, SignIn } from '../../oauth/settings.ts'
import { SignInFailed } from '../../oauth/walk.ts'
import type { Report } from '../../rules/finding.ts'
import { onServer } from '../../spec/servers.ts'
import { asArray, asObject, type Schema } from '../../spec/spec.ts'
import { checkGranted, checkPages, checkTokenAnswer } from './oauth-answers.ts'
import { checkCodes } from './oauth-codes.ts'
import { checkRefresh, checkRevocation } from './oauth-refresh.ts'
import { checkRequests, checkStrangers } from './oauth-requests.ts'

const subject = 'oauth'
/** A token that lives longer is not waited for, in seconds. */
const longestWait = 10

/** The tokens of the sign-in, for the checks of the operations. */
export interface SignedIn {
  token?: LiveToken | undefined
  secondToken?: LiveToken | undefined
  readOnlyToken?: LiveToken | undefined
}

/** Signs in as a client of the authorization server and tries what an attacker would. */
export async function checkOAuthFlow(
  manifest: Schema,
  baseUrl: string,
  settings: OAuthSettings,
  report: Report,
  probe: Probe = async () => undefined,
): Promise<SignedIn> {
  const endpoints = await findEndpoints(manifest, baseUrl)
  if (!endpoints) {
    report.add('oauth-flow', subject, 'the manifest has no client_url and authorization_url')
    return {}
  }
  try {
    return await checkFlow(new Flow(endpoints, settings, report, probe))
  } catch (error) {
    if (!(error instanceof SignInFailed)) throw error
    report.add('oauth-flow', subject, error.message)
    return {}
  }
}

async function checkFlow(flow: Flow): Promise<SignedIn> {
  const { driver, client } = flow
  const first = await flow.sign()
  checkGranted(flow, first)
  checkPages(flow, first)
  const answer = await exchangeFirst(flow, first)
  const begun = performance.now()
  if (!answer || !checkTokenAnswer(flow, answer, 'a code')) return {}
  const access = String(answer.json.access_token)
  const status = await flow.probe(access)
  if (status === 401) flow.add('auth-token-refused', 'the operations answer 401 to a token that was just issued')
  await checkCodes(flow)
  await checkRequests(flow)
  await checkRefresh(flow, await flow.tokens())
  await checkRevocation(flow, await flow.tokens())
  await checkExpiry(flow, access, answer.json.expires_in, begun, status)
  // Two users at once, so that a server that mixes them up shows it.
  const { secondSignIn, signIn, readScope } = flow.settings
  const mine = await flow.sign()
  const theirs = secondSignIn && (await flow.sign({}, secondSignIn))
  const signedIn = {
    token: toLive(flow, await driver.exchange(client, mine), signIn),
    secondToken: theirs && toLive(flow, await driver.exchange(client, theirs), secondSignIn),
    readOnlyToken: readScope === undefined ? undefined : await readOnlyToken(flow, readScope),
  }
  await checkStrangers(flow)
  return signedIn
}

/** The first exchange shows whether the token endpoint takes what the manifest announces. */
async function exchangeFirst(flow: Flow, first: Granted): Promise<TokenAnswer | undefined> {
  const { driver, client } = flow
  const answer = await driver.exchange(client, first)
  if (answer.status < 300) return answer
  const [announced, other] = /json/i.test(driver.contentType)
    ? ['application/json', 'application/x-www-form-urlencoded']
    : ['application/x-www-form-urlencoded', 'application/json']
  const again = await driver.exchange(client, await flow.sign(), {}, { contentType: other })
  if (again.status >= 300) {
    checkTokenAnswer(flow, answer, 'a code')
    return undefined
  }
  flow.add(
    'oauth-content-type',
    `a code as ${announced} is answered with ${answer.status}, and as ${other} with tokens`,
  )
  driver.contentType = other
  return again
}

async function readOnlyToken(flow: Flow, scope: string): Promise<LiveToken | undefined> {
  const answer = await flow.tokens({ scope })
  flow.checkScope(answer, scope, 'was requested')
  return toLive(flow, answer, flow.settings.signIn, { scope })
}

async function checkExpiry(
  flow: Flow,
  access: string,
  seconds: unknown,
  begun: number,
  status: number | undefined,
): Promise<void> {
  if (typeof seconds !== 'number' || seconds <= 0 || seconds > longestWait || status === undefined || status === 401)
    return
  await sleep(Math.max(0, begun + seconds * 1000 + 1200 - performance.now()))
  const after = await flow.probe(access)
  if (after !== undefined && after < 300)
    flow.add('oauth-expiry', `a token with expires_in ${seconds} is answered with ${after} a second after it`)
  else if (after !== undefined && after !== 401 && after !== 429)
    flow.add('oauth-refusal', `an expired token is answered with ${after}, not 401`)
}

function toLive(
  flow: Flow,
  { json }: TokenAnswer,
  signIn: SignIn | undefined,
  change: AuthorizeChange = {},
): LiveToken | undefined {
  if (typeof json.access_token !== 'string') return undefined
  const seconds = typeof json.expires_in === 'number' ? json.expires_in : undefined
  const next = async () => toLive(flow, await flow.tokens(change, signIn), signIn, change)
  return { value: json.access_token, seconds, next: () => next().catch(() => undefined) }
}

async function findEndpoints(manifest: Schema, baseUrl: string): Promise<Endpoints | undefined> {
  const auth = asObject(manifest.auth)
  const [authorize, token] = [auth.client_url, auth.authorization_url]
  if (typeof authorize !== 'string' || typeof token !== 'string') return undefined
  const api = asObject(manifest.api).url
  const origin = typeof api === 'string' && URL.canParse(api) ? new URL(api).origin : new URL(authorize).origin
  const toHere = (url: string) => (url.startsWith(`${origin}/`) ? onServer(url, baseUrl) : url)
  const resource = await readJson(`${baseUrl}/.well-known/oauth-protected-resource`)
  const [issuer = new URL(authorize).origin] = asArray(resource.authorization_servers).map(String)
  const metadata = await readMetadata(issuer, toHere)
  const { revocation_endpoint: revoke, authorization_response_iss_parameter_supported: hasIssuer } = metadata
  return {
    authorize,
    token: toHere(token),
    revoke: typeof revoke === 'string' ? toHere(revoke) : undefined,
    issuer: hasIssuer === true ? String(metadata.issuer) : undefined,
    contentType: String(auth.authorization_content_type ?? 'application/x-www-form-urlencoded'),
    scope: String(auth.scope ?? ''),
    metadata,
    toHere,
  }
}

/** RFC 8414, or OpenID Connect Discovery. */
async function readMetadata(issuer: string, toHere: (url: string) => string): Promise<Schema> {
  if (!URL.canParse(issuer)) return {}
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  for (const url of [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ]) {
    const found = await readJson(toHere(url))
    if (typeof found.issuer === 'string') return found
  }
  return {}
}

const readJson = async (url: string): Promise<Schema> => {
  const answer = await fetchJson(url)
  return answer?.status === 200 ? answer.json : {}
}
