import { fetchJson } from '../exchange.ts'
import type { Report } from '../finding.ts'
import { type Endpoints, type Granted, OAuthDriver, type TokenAnswer } from '../oauth/driver.ts'
import type { OAuthClient, OAuthSettings } from '../oauth/settings.ts'
import { SignInFailed } from '../oauth/walk.ts'
import type { Code } from '../rules.ts'
import { asArray, asObject, type Schema } from '../spec.ts'

const subject = 'oauth'
const parallel = 8

/** The tokens of the sign-in, for the checks of the operations. */
export interface SignedIn {
  token?: string | undefined
  secondToken?: string | undefined
  readOnlyToken?: string | undefined
}

/** Signs in as a client of the authorization server and tries what an attacker would. */
export async function checkOAuthFlow(
  manifest: Schema,
  baseUrl: string,
  settings: OAuthSettings,
  report: Report,
): Promise<SignedIn> {
  const endpoints = await findEndpoints(manifest, baseUrl)
  if (!endpoints) {
    report.add('oauth-flow', subject, 'the manifest has no client_url and authorization_url')
    return {}
  }
  try {
    return await new Flow(endpoints, settings, report).check()
  } catch (error) {
    if (!(error instanceof SignInFailed)) throw error
    report.add('oauth-flow', subject, error.message)
    return {}
  }
}

class Flow {
  readonly #driver: OAuthDriver
  readonly #endpoints: Endpoints
  readonly #settings: OAuthSettings
  readonly #report: Report

  constructor(endpoints: Endpoints, settings: OAuthSettings, report: Report) {
    this.#driver = new OAuthDriver(endpoints, settings, report)
    this.#endpoints = endpoints
    this.#settings = settings
    this.#report = report
  }

  async check(): Promise<SignedIn> {
    const { signIn, secondSignIn, readScope, secondClient } = this.#settings
    const client = this.#settings
    const first = await this.#sign(client, signIn)
    this.#checkAnswer(first)
    const answer = await this.#driver.exchange(client, first)
    if (!this.#checkToken(answer, 'a code')) return {}
    await this.#checkCodes(client, secondClient)
    await this.#checkRefresh(client, secondClient, await this.#tokens(client))
    await this.#checkRevocation(client, await this.#tokens(client))
    return {
      token: await this.#accessToken(client),
      secondToken: secondSignIn && (await this.#accessToken(client, secondSignIn)),
      readOnlyToken: readScope === undefined ? undefined : await this.#readOnlyToken(client, readScope),
    }
  }

  #sign(client: OAuthClient, signIn = this.#settings.signIn, change = {}): Promise<Granted> {
    return this.#driver.authorize(client, signIn, change)
  }

  async #tokens(client: OAuthClient, signIn = this.#settings.signIn): Promise<TokenAnswer> {
    return this.#driver.exchange(client, await this.#sign(client, signIn))
  }

  async #accessToken(client: OAuthClient, signIn = this.#settings.signIn): Promise<string | undefined> {
    const { json } = await this.#tokens(client, signIn)
    return typeof json.access_token === 'string' ? json.access_token : undefined
  }

  async #readOnlyToken(client: OAuthClient, scope: string): Promise<string | undefined> {
    const granted = await this.#sign(client, this.#settings.signIn, { scope })
    const { json } = await this.#driver.exchange(client, granted)
    const given = typeof json.scope === 'string' ? json.scope.split(' ') : scope.split(' ')
    const more = given.filter((one) => !scope.split(' ').includes(one))
    if (more.length > 0) this.#add('oauth-scope', `${scope} was requested, and ${more.join(' ')} was granted as well`)
    return typeof json.access_token === 'string' ? json.access_token : undefined
  }

  #checkAnswer({ answer, state }: Granted): void {
    const error = answer.get('error')
    if (error !== null)
      throw new SignInFailed(`it ends with the error ${error} ${answer.get('error_description') ?? ''}`)
    if (!answer.get('code')) throw new SignInFailed('the redirect to the client has no code')
    if (answer.get('state') !== state)
      this.#add('oauth-state', `state was returned as ${answer.get('state') ?? 'nothing'}`)
    const { issuer } = this.#endpoints
    if (issuer !== undefined && answer.get('iss') !== issuer)
      this.#add('oauth-issuer', `the metadata announces iss=${issuer}, and it is ${answer.get('iss') ?? 'missing'}`)
  }

  #checkToken({ status, headers, json }: TokenAnswer, what: string): boolean {
    const says = `${what} is answered with ${status}`
    if (status !== 200)
      this.#add('oauth-token-answer', `${says}: ${String(json.error ?? 'the answer has no member error')}`)
    else if (typeof json.access_token !== 'string') this.#add('oauth-token-answer', `${says} and no access_token`)
    else if (!/^bearer$/i.test(String(json.token_type)))
      this.#add('oauth-token-answer', `token_type is ${String(json.token_type)}`)
    else if (json.expires_in !== undefined && typeof json.expires_in !== 'number')
      this.#add('oauth-token-answer', 'expires_in is not a number')
    else if (!/no-store/i.test(headers['cache-control'] ?? ''))
      this.#add('oauth-token-cache', 'Cache-Control is not no-store')
    return status === 200 && typeof json.access_token === 'string'
  }

  /** Each attempt uses a new code, because a server may revoke a code after a wrong attempt. */
  async #checkCodes(client: OAuthClient, secondClient: OAuthClient | undefined): Promise<void> {
    const { clientSecret } = client
    const wrong: [code: Code, what: string, client: OAuthClient, change: Record<string, string>][] = [
      ['oauth-pkce', 'a code with another code_verifier', client, { code_verifier: 'x'.repeat(43) }],
      ['oauth-pkce', 'a code without its code_verifier', client, { code_verifier: '' }],
      [
        'oauth-code-stolen',
        'a code with another redirect_uri',
        client,
        { redirect_uri: 'https://elsewhere.example/callback' },
      ],
    ]
    if (clientSecret !== undefined) {
      const secret = `${clientSecret.slice(0, -1)}${clientSecret.endsWith('x') ? 'y' : 'x'}`
      wrong.push(['oauth-secret', 'a wrong client secret', { ...client, clientSecret: secret }, {}])
      wrong.push(['oauth-secret', 'no client secret', { ...client, clientSecret: undefined }, {}])
    }
    if (secondClient)
      wrong.push(['oauth-code-stolen', "another client's code", secondClient, { redirect_uri: client.redirectUri }])
    else this.#report.skip(subject, 'codes of another client', 'no second client was given: oauth.secondClient')
    for (const [code, what, by, change] of wrong) {
      const { status } = await this.#driver.exchange(by, await this.#sign(client), change)
      if (status < 300) this.#add(code, `${what} is taken`)
      else if (status >= 500) this.#add('server-error', `${what} is answered with ${status}`)
    }
    await this.#checkOnce(client)
    await this.#checkCallback(client)
  }

  async #checkOnce(client: OAuthClient): Promise<void> {
    const twice = await this.#sign(client)
    const { json } = await this.#driver.exchange(client, twice)
    if ((await this.#driver.exchange(client, twice)).status < 300)
      return this.#add('oauth-code-again', 'a code is taken twice')
    const refresh = json.refresh_token
    if (typeof refresh === 'string' && (await this.#driver.refresh(client, refresh)).status < 300)
      this.#add('oauth-code-withdrawn', 'the refresh token of a code that was sent twice still works')
    const raced = await this.#sign(client)
    const answers = await Promise.all(Array.from({ length: parallel }, () => this.#driver.exchange(client, raced)))
    const taken = answers.filter(({ status }) => status < 300).length
    if (taken > 1)
      this.#add(
        'oauth-code-again',
        `of ${parallel} simultaneous requests with one code, ${taken} are answered with tokens`,
      )
  }

  /** A callback that only looks like the registered one must not get a code. */
  async #checkCallback(client: OAuthClient): Promise<void> {
    const { redirectUri } = client
    const { origin, hostname } = new URL(redirectUri)
    const others = [
      `${redirectUri}/../elsewhere`,
      `${redirectUri}.evil`,
      redirectUri.replace(origin, `${origin}.evil.example`),
      redirectUri.replace(hostname, 'evil.example'),
    ]
    for (const other of others.filter((one) => URL.canParse(one))) {
      // A refusal is a page, so it is correct that the sign-in does not end.
      const granted = await this.#sign(client, this.#settings.signIn, { redirectUri: other }).catch(() => undefined)
      if (granted?.answer.has('code'))
        this.#add('oauth-redirect', `the callback ${other}, which is not registered, gets a code`)
    }
  }

  async #checkRefresh(
    client: OAuthClient,
    secondClient: OAuthClient | undefined,
    { json }: TokenAnswer,
  ): Promise<void> {
    const old = json.refresh_token
    if (typeof old !== 'string') return this.#report.skip(subject, 'refresh', 'no refresh token was issued')
    if (secondClient && (await this.#driver.refresh(secondClient, old)).status < 300)
      this.#add('oauth-code-stolen', "another client's refresh token is accepted")
    const { json: mine } = secondClient ? await this.#tokens(client) : { json }
    const first = String(mine.refresh_token)
    const answer = await this.#driver.refresh(client, first)
    if (!this.#checkToken(answer, 'a refresh token')) return
    const next = answer.json.refresh_token
    if (typeof next !== 'string' || next === first) {
      if (client.clientSecret === undefined)
        this.#add('oauth-refresh-again', 'the refresh token of a public client is not replaced')
      return
    }
    const [reused, after] = [await this.#driver.refresh(client, first), await this.#driver.refresh(client, next)]
    if (reused.status < 300) this.#add('oauth-refresh-again', 'a replaced refresh token is accepted again')
    else if (after.status < 300)
      this.#add('oauth-code-withdrawn', 'after a replaced refresh token was sent again, the newer one still works')
  }

  async #checkRevocation(client: OAuthClient, { json }: TokenAnswer): Promise<void> {
    const { refresh_token: refresh } = json
    if (this.#endpoints.revoke === undefined)
      return this.#report.skip(subject, 'revocation', 'the metadata has no revocation_endpoint')
    if (typeof refresh !== 'string') return this.#report.skip(subject, 'revocation', 'no refresh token was issued')
    const status = await this.#driver.revoke(client, refresh)
    if (status !== 200) this.#add('oauth-revocation', `revocation is answered with ${status}`)
    else if ((await this.#driver.refresh(client, refresh)).status < 300)
      this.#add('oauth-revocation', 'a revoked refresh token still works')
  }

  #add(code: Code, detail: string): void {
    this.#report.add(code, subject, detail)
  }
}

async function findEndpoints(manifest: Schema, baseUrl: string): Promise<Endpoints | undefined> {
  const auth = asObject(manifest.auth)
  const [authorize, token] = [auth.client_url, auth.authorization_url]
  if (typeof authorize !== 'string' || typeof token !== 'string') return undefined
  const api = asObject(manifest.api).url
  const origin = typeof api === 'string' && URL.canParse(api) ? new URL(api).origin : baseUrl
  const toHere = (url: string) => (url.startsWith(`${origin}/`) ? baseUrl + url.slice(origin.length) : url)
  const resource = await readJson(`${baseUrl}/.well-known/oauth-protected-resource`)
  const [issuer = origin] = asArray(resource.authorization_servers).map(String)
  const at = URL.canParse(issuer) ? new URL(issuer) : new URL(origin)
  const metadata = await readJson(
    toHere(`${at.origin}/.well-known/oauth-authorization-server${at.pathname.replace(/\/$/, '')}`),
  )
  const { revocation_endpoint: revoke, authorization_response_iss_parameter_supported: hasIssuer } = metadata
  return {
    authorize,
    token: toHere(token),
    revoke: typeof revoke === 'string' ? toHere(revoke) : undefined,
    issuer: hasIssuer === true ? String(metadata.issuer) : undefined,
    contentType: String(auth.authorization_content_type),
    scope: String(auth.scope ?? ''),
    toHere,
  }
}

const readJson = async (url: string): Promise<Schema> => (await fetchJson(url))?.json ?? {}
